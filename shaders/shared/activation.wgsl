// The activations and their derivatives, numbered as graph::Activation::ALL. Every exponential has an argument that
// is not positive, so that nothing overflows; a NaN stays a NaN, so that divergence is seen.

const LINEAR = 0u;
const RELU = 1u;
const LEAKY_RELU = 2u;
const ELU = 3u;
const GELU = 4u;
const SILU = 5u;
const TANH = 6u;
const SIGMOID = 7u;
const SOFTPLUS = 8u;
const SINE = 9u;

const GELU_SCALE = 0.7978845608028654; // sqrt(2 / pi)
const GELU_CUBIC = 0.044715;

// tanh itself may overflow in a driver; beyond 10 it is 1 to the last digit.
fn safe_tanh(x: f32) -> f32 {
    return select(tanh(x), sign(x), abs(x) > 10.0);
}

fn sigmoid(x: f32) -> f32 {
    let e = exp(-abs(x));
    return select(1.0, e, x < 0.0) / (1.0 + e);
}

// ln(1 + e) for 0 <= e <= 1, by its series where 1 + e would lose the digits.
fn log_one_plus(e: f32) -> f32 {
    return select(log(1.0 + e), e - 0.5 * e * e, e < 1e-3);
}

fn softplus(x: f32) -> f32 {
    return select(x, 0.0, x < 0.0) + log_one_plus(exp(-abs(x)));
}

// The built-in sine may err by 2^-11: x is brought to [-pi/2, pi/2] instead, pi in two parts, and the Taylor
// polynomial of degree 11 errs by less than 1e-7 there.
fn sine(x: f32) -> f32 {
    let turns = round(x * 0.3183098861837907);
    let r = (x - turns * 3.140625) - turns * 0.0009676535897932;
    let s = r * r;
    let even = 1.0 - s / 6.0 * (1.0 - s / 20.0 * (1.0 - s / 42.0 * (1.0 - s / 72.0 * (1.0 - s / 110.0))));
    let odd_turns = abs(turns - 2.0 * floor(0.5 * turns)) > 0.5;
    return select(r * even, -r * even, odd_turns);
}

fn cosine(x: f32) -> f32 {
    return sine(x + 1.5707963267948966);
}

fn gelu_tanh(x: f32) -> f32 {
    return safe_tanh(GELU_SCALE * (x + GELU_CUBIC * x * x * x));
}

// y = f(x)
fn act(code: u32, x: f32) -> f32 {
    switch code {
        case RELU: { return select(x, 0.0, x < 0.0); }
        case LEAKY_RELU: { return select(x, 0.01 * x, x < 0.0); }
        case ELU: { return select(x, exp(-abs(x)) - 1.0, x < 0.0); }
        case GELU: { return 0.5 * x * (1.0 + gelu_tanh(x)); }
        case SILU: { return x * sigmoid(x); }
        case TANH: { return safe_tanh(x); }
        case SIGMOID: { return sigmoid(x); }
        case SOFTPLUS: { return softplus(x); }
        case SINE: { return sine(x); }
        default: { return x; }
    }
}

// f'(x), given y = f(x) where Activation::derivative_from_output, else x.
fn act_grad(code: u32, saved: f32) -> f32 {
    switch code {
        case RELU: { return select(0.0, 1.0, saved > 0.0); }
        case LEAKY_RELU: { return select(0.01, 1.0, saved > 0.0); }
        case ELU: { return select(saved + 1.0, 1.0, saved > 0.0); }
        case GELU: {
            let t = gelu_tanh(saved);
            let slope = GELU_SCALE * (1.0 + 3.0 * GELU_CUBIC * saved * saved);
            return 0.5 * (1.0 + t) + 0.5 * saved * (1.0 - t * t) * slope;
        }
        case SILU: {
            let s = sigmoid(saved);
            return s * (1.0 + saved * (1.0 - s));
        }
        case TANH: { return 1.0 - saved * saved; }
        case SIGMOID: { return saved * (1.0 - saved); }
        case SOFTPLUS: { return 1.0 - exp(-saved); }
        case SINE: { return cosine(saved); }
        default: { return 1.0; }
    }
}
