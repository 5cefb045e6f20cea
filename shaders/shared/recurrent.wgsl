// What the recurrent kernels share: their cell's gates, the order of the steps, and four rows of the batch at a time.
//
// LSTM, GRU or RNN is defined. `Weights` has one number for each gate, `Sums` four rows of the batch for each gate.

struct RecurrentParams {
    steps: u32,
    batch: u32,
    hidden: u32,
    reverse: u32,
    // The launch's own steps, in the order they are taken forward: from begin to before end.
    begin: u32,
    end: u32,
    x_offset: u32, // forward the projected inputs, backward the gradient of the states
    u_offset: u32,
    bias_offset: u32,
    state_offset: u32, // initial
    cell_offset: u32,
    // The parts of the result.
    states: u32,
    cells: u32,
    gates: u32,
    inner: u32,
    // The parts of the gradient.
    grad_inputs: u32,
    grad_inner: u32,
    grad_state: u32,
    grad_cell: u32,
}

#ifdef LSTM
const GATES = 4u;
alias Weights = vec4<f32>;
alias Sums = mat4x4<f32>;
#endif
#ifdef GRU
const GATES = 3u;
alias Weights = vec3<f32>;
alias Sums = mat3x4<f32>;
#endif
#ifdef RNN
const GATES = 1u;
alias Weights = f32;
alias Sums = vec4<f32>;
#endif

// Invocations of a workgroup, a multiple of 8: one for each hidden unit, or for several.
override WORKGROUP: u32 = 64;
// How many columns (rows, backward) of U a slab of workgroup memory serves.
override TILE: u32 = 64;

// Rows of the batch that one workgroup takes along: two times four, so that a weight is used eight times.
const ROWS = 8u;

const FOUR = vec4<u32>(0u, 1u, 2u, 3u);

@group(0) @binding(0) var<uniform> params: RecurrentParams;

// The time of the step that is taken as number `step`.
fn time_of(step: u32) -> u32 {
    return select(step, params.steps - 1u - step, params.reverse == 1u);
}

// Where among steps + 1 states the one before that time stands, and the one after.
fn before(time: u32) -> u32 {
    return time + params.reverse;
}

fn after(time: u32) -> u32 {
    return time + 1u - params.reverse;
}

// Four rows of the batch, from `row` on. Past the end stands the last row again: it is computed again, to the same.
fn four(row: u32) -> vec4<u32> {
    return min(vec4(row) + FOUR, vec4(params.batch - 1u));
}

// Where a unit of these rows lies in a part (times, batch, width).
fn place(part: u32, time: u32, rows: vec4<u32>, width: u32, unit: u32) -> vec4<u32> {
    return vec4(part + time * params.batch * width + unit) + rows * width;
}

fn sigmoid(x: vec4<f32>) -> vec4<f32> {
    let e = exp(-abs(x));
    return select(vec4(1.0), e, x < vec4(0.0)) / (1.0 + e);
}

// tanh itself may overflow in a driver; beyond 10 it is 1 to the last digit.
fn safe_tanh(x: vec4<f32>) -> vec4<f32> {
    return select(tanh(x), sign(x), abs(x) > vec4(10.0));
}
