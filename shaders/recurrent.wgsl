// A recurrent layer over a whole sequence. At each time, for each row of the batch and each hidden unit j, with z the
// sum over k of U[gate j, k] h[k], the state h being that of the time before (or after, in reverse):
//   RNN   h' = f(x + z + b), f = tanh, or max(0, .) where RELU is 1
//   LSTM  i, f, o = sigmoid(x + z + b), g = tanh(x + z + b), in the order i, f, g, o; c' = f c + i g; h' = o tanh(c')
//   GRU   r, z = sigmoid(x + z + b), n = tanh(x + r (z + b)), in the order r, z, n; h' = (1 - z) n + z h
// x (times, batch, gates hidden), u (gates hidden, hidden), bias (gates hidden), the initial state and cell (batch,
// hidden). y is flat: states (times + 1, batch, hidden), the LSTM's cells alike, the gates (times, batch, gates hidden),
// the GRU's z + b of the gate n (times, batch, hidden).
//
// A workgroup takes 8 rows of the batch through all times of the launch; an invocation takes a hidden unit, or several
// WORKGROUP apart, with all its gates. The states of the 8 rows come to workgroup memory, TILE columns at a time, 32 TILE
// bytes. Grid: one workgroup for 8 rows, striding. Cost: each workgroup reads U once a time step, each weight used 8 times.
#import recurrent

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> u: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> first_state: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
#ifdef LSTM
@group(0) @binding(6) var<storage, read> first_cell: array<f32>;
#endif

override RELU: u32 = 0;

var<workgroup> slab: array<vec4<f32>, TILE * 2u>; // [column][four rows]

fn of_x(at: vec4<u32>) -> vec4<f32> {
    return vec4(x[at.x], x[at.y], x[at.z], x[at.w]);
}

fn of_y(at: vec4<u32>) -> vec4<f32> {
    return vec4(y[at.x], y[at.y], y[at.z], y[at.w]);
}

fn put(at: vec4<u32>, values: vec4<f32>) {
    y[at.x] = values.x;
    y[at.y] = values.y;
    y[at.z] = values.z;
    y[at.w] = values.w;
}

// The weights of all gates of a unit for one column of U; `at` is that of the first gate.
fn weights(at: u32) -> Weights {
    let gate = params.hidden * params.hidden;
#ifdef LSTM
    return vec4(u[at], u[at + gate], u[at + 2u * gate], u[at + 3u * gate]);
#endif
#ifdef GRU
    return vec3(u[at], u[at + gate], u[at + 2u * gate]);
#endif
#ifdef RNN
    return u[at];
#endif
}

fn outer(w: Weights, h: vec4<f32>) -> Sums {
#ifdef LSTM
    return mat4x4(w.x * h, w.y * h, w.z * h, w.w * h);
#endif
#ifdef GRU
    return mat3x4(w.x * h, w.y * h, w.z * h);
#endif
#ifdef RNN
    return w * h;
#endif
}

// Makes the new state of a unit in four rows, from `row` on.
fn finish(time: u32, row: u32, unit: u32, sums: Sums) {
    let rows = four(row);
    let hidden = params.hidden;
    let x_at = place(params.x_offset, time, rows, GATES * hidden, unit);
    let gates_at = place(params.gates, time, rows, GATES * hidden, unit);
    let bias_at = params.bias_offset + unit;
    let state_at = place(params.states, after(time), rows, hidden, unit);
#ifdef LSTM
    let i = sigmoid(sums[0] + of_x(x_at) + bias[bias_at]);
    let f = sigmoid(sums[1] + of_x(x_at + hidden) + bias[bias_at + hidden]);
    let g = safe_tanh(sums[2] + of_x(x_at + 2u * hidden) + bias[bias_at + 2u * hidden]);
    let o = sigmoid(sums[3] + of_x(x_at + 3u * hidden) + bias[bias_at + 3u * hidden]);
    let c = f * of_y(place(params.cells, before(time), rows, hidden, unit)) + i * g;
    put(gates_at, i);
    put(gates_at + hidden, f);
    put(gates_at + 2u * hidden, g);
    put(gates_at + 3u * hidden, o);
    put(place(params.cells, after(time), rows, hidden, unit), c);
    put(state_at, o * safe_tanh(c));
#endif
#ifdef GRU
    let r = sigmoid(sums[0] + of_x(x_at) + bias[bias_at]);
    let z = sigmoid(sums[1] + of_x(x_at + hidden) + bias[bias_at + hidden]);
    let inner = sums[2] + bias[bias_at + 2u * hidden];
    let n = safe_tanh(of_x(x_at + 2u * hidden) + r * inner);
    let h = of_y(place(params.states, before(time), rows, hidden, unit));
    put(gates_at, r);
    put(gates_at + hidden, z);
    put(gates_at + 2u * hidden, n);
    put(place(params.inner, time, rows, hidden, unit), inner);
    put(state_at, (1.0 - z) * n + z * h);
#endif
#ifdef RNN
    let sum = sums + of_x(x_at) + bias[bias_at];
    var h = safe_tanh(sum);
    if RELU == 1u {
        h = select(sum, vec4(0.0), sum < vec4(0.0));
    }
    put(gates_at, h);
    put(state_at, h);
#endif
}

// Copies what the sequence begins with to its place among the states.
fn start(row: u32, lane: u32) {
    let hidden = params.hidden;
    for (var unit = lane; unit < hidden; unit += WORKGROUP) {
        for (var half = row; half < min(row + ROWS, params.batch); half += 4u) {
            let source = place(0u, 0u, four(half), hidden, unit);
            let to = place(0u, before(time_of(0u)), four(half), hidden, unit);
            let at = source + params.state_offset;
            put(to + params.states, vec4(first_state[at.x], first_state[at.y], first_state[at.z], first_state[at.w]));
#ifdef LSTM
            let c = source + params.cell_offset;
            put(to + params.cells, vec4(first_cell[c.x], first_cell[c.y], first_cell[c.z], first_cell[c.w]));
#endif
        }
    }
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let hidden = params.hidden;
    for (var row = group.x * ROWS; row < params.batch; row += groups.x * ROWS) {
        if params.begin == 0u {
            start(row, lane);
        }
        for (var step = params.begin; step < params.end; step++) {
            let time = time_of(step);
            for (var first = 0u; first < hidden; first += WORKGROUP) {
                // Idle invocations sum for the last unit: all must come to the barriers.
                let unit = min(first + lane, hidden - 1u);
                var upper = Sums();
                var lower = Sums();
                for (var tile = 0u; tile < hidden; tile += TILE) {
                    let width = min(TILE, hidden - tile);
                    if first == 0u || hidden > TILE {
                        storageBarrier();
                        workgroupBarrier();
                        for (var i = lane; i < 2u * width; i += WORKGROUP) {
                            let rows = four(row + i / width * 4u);
                            let column = i % width;
                            slab[2u * column + i / width] =
                                of_y(place(params.states, before(time), rows, hidden, tile + column));
                        }
                        workgroupBarrier();
                    }
                    let at = params.u_offset + unit * hidden + tile;
                    var k = 0u;
                    for (; k + 4u <= width; k += 4u) {
                        let w0 = weights(at + k);
                        let w1 = weights(at + k + 1u);
                        let w2 = weights(at + k + 2u);
                        let w3 = weights(at + k + 3u);
                        upper += outer(w0, slab[2u * k]);
                        lower += outer(w0, slab[2u * k + 1u]);
                        upper += outer(w1, slab[2u * k + 2u]);
                        lower += outer(w1, slab[2u * k + 3u]);
                        upper += outer(w2, slab[2u * k + 4u]);
                        lower += outer(w2, slab[2u * k + 5u]);
                        upper += outer(w3, slab[2u * k + 6u]);
                        lower += outer(w3, slab[2u * k + 7u]);
                    }
                    for (; k < width; k++) {
                        let w = weights(at + k);
                        upper += outer(w, slab[2u * k]);
                        lower += outer(w, slab[2u * k + 1u]);
                    }
                }
                if first + lane < hidden {
                    finish(time, row, unit, upper);
                    if row + 4u < params.batch {
                        finish(time, row + 4u, unit, lower);
                    }
                }
            }
        }
    }
}
