// The term of one element in the losses of elements: p a prediction or logit, t its target. CODE says which; the table is in
// shaders/loss.wgsl.
#import activation

override CODE: u32 = 0; // which loss

const HALF_MSE = 1u;
const BINARY = 2u;
const CROSS_ENTROPY = 3u;
const L1 = 5u;
const HUBER = 6u;

fn term(p: f32, t: f32, delta: f32) -> f32 {
    let e = p - t;
    switch CODE {
        case HALF_MSE: { return 0.5 * e * e; }
        case BINARY: { return softplus(p) - p * t; }
        case L1: { return abs(e); }
        case HUBER: { return select(0.5 * e * e, delta * (abs(e) - 0.5 * delta), abs(e) > delta); }
        default: { return e * e; }
    }
}
