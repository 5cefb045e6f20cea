// Begins a training step: the rows of the next batch, y (batch), and the control block one step on, in place.
//
// Sample i of the batch is number p = cursor + i of this epoch, or of the next one past its end: permute(p) under the
// seed and that epoch, or p itself when the batch is all there is. The learning rate follows the schedule, with s the
// steps completed before this one and w = min(1, (s + 1) / warm-up):
//   0 base w    1 base gamma^floor(s / period) w    2 base gamma^(s / period) w
//   3 (min + (base - min) (1 + cos(pi min(1, s / total))) / 2) w
// The bias corrections 1 - beta^step go by their own recurrence, c = c beta + (1 - beta).
//
// Grid: one workgroup. Every invocation reads the old block before the first writes the new one. Cost: a few hashes
// for each row of the batch.
#import activation
#import control
#import random

struct BeginStepParams {
    samples: u32,
    batch: u32,
    control_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: BeginStepParams;
@group(0) @binding(1) var<storage, read_write> control: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

override WORKGROUP: u32 = 256;

fn word(at: u32) -> u32 {
    return control[params.control_offset + at];
}

fn float(at: u32) -> f32 {
    return bitcast<f32>(word(at));
}

fn set_word(at: u32, value: u32) {
    control[params.control_offset + at] = value;
}

fn set_float(at: u32, value: f32) {
    set_word(at, bitcast<u32>(value));
}

fn above_zero(value: f32) -> f32 {
    return select(1.0, value, value > 0.0);
}

// gamma^x, and 1 for x = 0 whatever gamma is.
fn decay(gamma: f32, x: f32) -> f32 {
    return select(pow(max(gamma, 0.0), x), 1.0, x == 0.0);
}

// floor(s / period), also where the device's division falls just short of a whole number.
fn periods(s: f32, period: f32) -> f32 {
    let whole = floor(s / period);
    return whole + select(0.0, 1.0, (whole + 1.0) * period <= s) - select(0.0, 1.0, whole * period > s);
}

fn learning_rate(completed: u32) -> f32 {
    let s = f32(completed);
    let base = float(BASE_LR);
    let warmup = float(WARMUP);
    let warm = select(1.0, min(1.0, (s + 1.0) / above_zero(warmup)), warmup > 0.0);
    let period = above_zero(float(PERIOD));
    switch word(SCHEDULE) {
        case 1u: { return base * decay(float(GAMMA), periods(s, period)) * warm; }
        case 2u: { return base * decay(float(GAMMA), s / period) * warm; }
        case 3u: {
            let share = min(1.0, s / above_zero(float(TOTAL)));
            let lowest = float(MIN_LR);
            return (lowest + (base - lowest) * 0.5 * (1.0 + cosine(3.141592653589793 * share))) * warm;
        }
        default: { return base * warm; }
    }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
    let step = word(STEP);
    let epoch = word(EPOCH);
    let cursor = word(CURSOR);
    let seed = word(SEED);
    for (var i = lane; i < params.batch; i += WORKGROUP) {
        let wraps = cursor + i >= params.samples;
        let p = cursor + i - select(0u, params.samples, wraps);
        if params.batch == params.samples {
            y[params.y_offset + i] = p;
        } else {
            y[params.y_offset + i] = permute(p, params.samples, seed, epoch + select(0u, 1u, wraps));
        }
    }
    let rate = learning_rate(step);
    let bias1 = float(BIAS1) * float(BETA1) + (1.0 - float(BETA1));
    let bias2 = float(BIAS2) * float(BETA2) + (1.0 - float(BETA2));
    storageBarrier();
    if lane == 0u {
        let wraps = cursor + params.batch >= params.samples;
        set_word(STEP, step + 1u);
        set_word(EPOCH, epoch + select(0u, 1u, wraps));
        set_word(CURSOR, cursor + params.batch - select(0u, params.samples, wraps));
        set_float(LR, rate);
        set_float(BIAS1, bias1);
        set_float(BIAS2, bias2);
    }
}
