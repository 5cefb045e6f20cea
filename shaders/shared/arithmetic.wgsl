// Arithmetic by element, numbered as graph::Binary::ALL and graph::Unary::ALL.

const ADD = 0u;
const SUB = 1u;
const MUL = 2u;
const DIV = 3u;

fn combine(code: u32, a: f32, b: f32) -> f32 {
    switch code {
        case SUB: { return a - b; }
        case MUL: { return a * b; }
        case DIV: { return a / b; }
        default: { return a + b; }
    }
}
