// One optimizer step in place over all parameters, flat, len of them: weights w, gradients g, and decay, which is 1
// where L1 and L2 apply. Rates come from the control block. With sign(0) = 0, first of all
//   AdamW:  w -= lr L2 decay w;  g += decay L1 sign(w)        others:  g += decay (L2 w + L1 sign(w))
//
// 0 sgd       w -= lr g                        1 momentum  v = momentum v + g, w -= lr v
// 2 nesterov  as 1, w -= lr (g + momentum v)   3 rmsprop   v = alpha v + (1 - alpha) g^2, w -= lr g / (sqrt(v) + eps)
// 4 adagrad   v += g^2, w as 3                 5 adam, 6 adamw, 7 adadelta: below
// rate1 is momentum, alpha, beta1 or rho, rate2 is beta2. 0 has no state, 5 to 7 have two values, the rest one: STATE
// and STATE2 are defined accordingly, since a binding that is not there cannot be written.
//
// Grid: one invocation a parameter, striding. Cost: three to five reads and one to three writes a parameter.
#import control

struct UpdateParams {
    len: u32,
    rate1: f32,
    rate2: f32,
    eps: f32,
    w_offset: u32,
    g_offset: u32,
    decay_offset: u32,
    control_offset: u32,
    state_offset: u32,
    state2_offset: u32,
}

@group(0) @binding(0) var<uniform> params: UpdateParams;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read> decay: array<f32>;
@group(0) @binding(4) var<storage, read> control: array<u32>;
#ifdef STATE
@group(0) @binding(5) var<storage, read_write> state: array<f32>;
#endif
#ifdef STATE2
@group(0) @binding(6) var<storage, read_write> state2: array<f32>;
#endif

const NESTEROV = 2u;
const RMSPROP = 3u;
const ADAGRAD = 4u;
const ADAMW = 6u;
const ADADELTA = 7u;

override WORKGROUP: u32 = 256;
override RULE: u32 = 0;

fn float(at: u32) -> f32 {
    return bitcast<f32>(control[params.control_offset + at]);
}

// The direction in which the learning rate goes, after the state has moved on.
fn direction(i: u32, grad: f32) -> f32 {
#ifdef STATE2
    if RULE == ADADELTA {
        // s and u, the means of g^2 and of the square of what was gone: s first, then the way, then u.
        let before = state2[params.state2_offset + i];
        let grads = params.rate1 * state[params.state_offset + i] + (1.0 - params.rate1) * grad * grad;
        let way = sqrt(before + params.eps) / sqrt(grads + params.eps) * grad;
        state[params.state_offset + i] = grads;
        state2[params.state2_offset + i] = params.rate1 * before + (1.0 - params.rate1) * way * way;
        return way;
    }
    // Adam: mean and mean square, each divided by 1 - beta^step.
    let mean = params.rate1 * state[params.state_offset + i] + (1.0 - params.rate1) * grad;
    let square = params.rate2 * state2[params.state2_offset + i] + (1.0 - params.rate2) * grad * grad;
    state[params.state_offset + i] = mean;
    state2[params.state2_offset + i] = square;
    return mean / float(BIAS1) / (sqrt(square / float(BIAS2)) + params.eps);
#else
#ifdef STATE
    let before = state[params.state_offset + i];
    if RULE == RMSPROP || RULE == ADAGRAD {
        let adagrad = RULE == ADAGRAD;
        let square = select(params.rate1, 1.0, adagrad) * before + select(1.0 - params.rate1, 1.0, adagrad) * grad * grad;
        state[params.state_offset + i] = square;
        return grad / (sqrt(square) + params.eps);
    }
    let velocity = params.rate1 * before + grad;
    state[params.state_offset + i] = velocity;
    return select(velocity, grad + params.rate1 * velocity, RULE == NESTEROV);
#else
    return grad;
#endif
#endif
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let rate = float(LR);
    let l1 = float(L1);
    let l2 = float(L2);
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        let share = decay[params.decay_offset + i];
        let old = w[params.w_offset + i];
        var weight = old;
        var grad = g[params.g_offset + i] + share * l1 * sign(old);
        if RULE == ADAMW {
            weight -= rate * l2 * share * old;
        } else {
            grad += share * l2 * old;
        }
        w[params.w_offset + i] = weight - rate * direction(i, grad);
    }
}
