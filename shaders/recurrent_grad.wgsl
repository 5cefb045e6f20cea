// The gradient of a recurrent layer (recurrent.wgsl), backwards through time. With dh the gradient of a state, given
// (dstates (times, batch, hidden)) and carried from the time after, and tanh' had from its value:
//   RNN   dz = dh f'(h)
//   LSTM  dc += dh o tanh'(c); di = dc g, df = dc c_before, dg = dc i, do = dh tanh(c), each by its own f'; dc_before = dc f
//   GRU   dn = dh (1 - z) tanh'(n), dr = dn inner r', dz = dh (h_before - n) z'; dh_before = dh z + what follows; the
//         gradient of U h + b is (dr, dz, dn r)
// and dh_before += the sum over gates and units j of U[gate j, k] dz[gate j], for each k.
//
// The flat result: the gates' gradients with respect to x (times, batch, gates hidden), for the GRU those of U h + b
// alike, the initial state's (batch, hidden), the LSTM's initial cell's. The last two hold what is carried on the way,
// so that a launch goes on where the one before it ended.
//
// A workgroup takes 8 rows of the batch. For the gates an invocation takes a unit j, or several; for the product four
// columns of U and one of PARTS of its rows: each number it loads is used 4 or 8 times. The gates' gradients pass from
// one to the other in workgroup memory, 32 TILE bytes: all of them where WHOLE is 1, else by way of the result, TILE at a
// time. There the parts are added too. Grid: one workgroup for 8 rows, striding. Cost: each workgroup reads U once a step.
#import recurrent

@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> u: array<f32>;
@group(0) @binding(3) var<storage, read> dstates: array<f32>;
@group(0) @binding(4) var<storage, read_write> grad: array<f32>;

override RELU: u32 = 0;
override WHOLE: u32 = 0; // TILE >= gates hidden
override ACROSS: u32 = 16; // invocations side by side, with four columns each
override PARTS: u32 = 1; // ACROSS PARTS <= WORKGROUP, and 4 ACROSS PARTS <= TILE

var<workgroup> slab: array<vec4<f32>, TILE * 2u>; // [gate's unit][four rows]

fn of_y(at: vec4<u32>) -> vec4<f32> {
    return vec4(y[at.x], y[at.y], y[at.z], y[at.w]);
}

fn of_grad(at: vec4<u32>) -> vec4<f32> {
    return vec4(grad[at.x], grad[at.y], grad[at.z], grad[at.w]);
}

fn put(at: vec4<u32>, values: vec4<f32>) {
    grad[at.x] = values.x;
    grad[at.y] = values.y;
    grad[at.z] = values.z;
    grad[at.w] = values.w;
}

// Hands on the gradient of U h + b of gate's unit j, in the upper four rows (half 0) or the lower.
fn hand_on(j: u32, half: u32, at: vec4<u32>, values: vec4<f32>) {
    put(at, values);
    if WHOLE == 1u {
        slab[2u * j + half] = values;
    }
}

// The gradients of a unit's gates in four rows. Leaves what goes to the state before by another way than U, and to the
// cell before.
fn gates(time: u32, first_row: u32, half: u32, unit: u32, last: bool) {
    let rows = four(first_row + 4u * half);
    let hidden = params.hidden;
    let d_at = place(params.x_offset, time, rows, hidden, unit);
    let carried = place(params.grad_state, 0u, rows, hidden, unit);
    let gates_at = place(params.gates, time, rows, GATES * hidden, unit);
    let inputs_at = place(params.grad_inputs, time, rows, GATES * hidden, unit);
    var dh = vec4(dstates[d_at.x], dstates[d_at.y], dstates[d_at.z], dstates[d_at.w]);
    if !last {
        dh += of_grad(carried);
    }
#ifdef LSTM
    let cell_at = place(params.grad_cell, 0u, rows, hidden, unit);
    let i = of_y(gates_at);
    let f = of_y(gates_at + hidden);
    let g = of_y(gates_at + 2u * hidden);
    let o = of_y(gates_at + 3u * hidden);
    let t = safe_tanh(of_y(place(params.cells, after(time), rows, hidden, unit)));
    var dc = dh * o * (1.0 - t * t);
    if !last {
        dc += of_grad(cell_at);
    }
    let c = of_y(place(params.cells, before(time), rows, hidden, unit));
    hand_on(unit, half, inputs_at, dc * g * i * (1.0 - i));
    hand_on(unit + hidden, half, inputs_at + hidden, dc * c * f * (1.0 - f));
    hand_on(unit + 2u * hidden, half, inputs_at + 2u * hidden, dc * i * (1.0 - g * g));
    hand_on(unit + 3u * hidden, half, inputs_at + 3u * hidden, dh * t * o * (1.0 - o));
    put(cell_at, dc * f);
    put(carried, vec4(0.0));
#endif
#ifdef GRU
    let inner_at = place(params.grad_inner, time, rows, GATES * hidden, unit);
    let r = of_y(gates_at);
    let z = of_y(gates_at + hidden);
    let n = of_y(gates_at + 2u * hidden);
    let h = of_y(place(params.states, before(time), rows, hidden, unit));
    let dn = dh * (1.0 - z) * (1.0 - n * n);
    let dr = dn * of_y(place(params.inner, time, rows, hidden, unit)) * r * (1.0 - r);
    let dz = dh * (h - n) * z * (1.0 - z);
    put(inputs_at, dr);
    put(inputs_at + hidden, dz);
    put(inputs_at + 2u * hidden, dn);
    hand_on(unit, half, inner_at, dr);
    hand_on(unit + hidden, half, inner_at + hidden, dz);
    hand_on(unit + 2u * hidden, half, inner_at + 2u * hidden, dn * r);
    put(carried, dh * z);
#endif
#ifdef RNN
    let h = of_y(gates_at);
    var slope = 1.0 - h * h;
    if RELU == 1u {
        slope = select(vec4(0.0), vec4(1.0), h > vec4(0.0));
    }
    hand_on(unit, half, inputs_at, dh * slope);
    put(carried, vec4(0.0));
#endif
}

// The weights of four columns in one row of U; past the end stands the last column again.
fn weights(row: u32, column: u32) -> vec4<f32> {
    let at = vec4(params.u_offset + row * params.hidden) + min(vec4(column) + FOUR, vec4(params.hidden - 1u));
    return vec4(u[at.x], u[at.y], u[at.z], u[at.w]);
}

// Four rows of the batch in each column of the result.
fn outer(w: vec4<f32>, d: vec4<f32>) -> mat4x4<f32> {
    return mat4x4(w.x * d, w.y * d, w.z * d, w.w * d);
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let hidden = params.hidden;
    let all = GATES * hidden;
    for (var row = group.x * ROWS; row < params.batch; row += groups.x * ROWS) {
        let halves = select(1u, 2u, row + 4u < params.batch);
        for (var step = params.end; step > params.begin; step--) {
            let time = time_of(step - 1u);
            // What was carried has come, and nobody sums what the slab held.
            storageBarrier();
            workgroupBarrier();
            for (var unit = lane; unit < hidden; unit += WORKGROUP) {
                for (var half = 0u; half < halves; half++) {
                    gates(time, row, half, unit, step == params.steps);
                }
            }
            for (var first = 0u; first < hidden; first += 4u * ACROSS) {
                let column = first + lane % ACROSS * 4u;
                var upper = mat4x4<f32>();
                var lower = mat4x4<f32>();
                for (var tile = 0u; tile < all; tile += TILE) {
                    let height = min(TILE, all - tile);
                    storageBarrier();
                    workgroupBarrier();
                    if WHOLE == 0u {
                        for (var i = lane; i < 2u * height; i += WORKGROUP) {
                            let rows = four(row + i / height * 4u);
                            let j = i % height;
                            slab[2u * j + i / height] = of_grad(place(params.grad_inner, time, rows, all, tile + j));
                        }
                        workgroupBarrier();
                    }
                    let share = (height + PARTS - 1u) / PARTS;
                    var j = lane / ACROSS * share;
                    let end = min(j + share, height);
                    for (; j + 2u <= end; j += 2u) {
                        let w0 = weights(tile + j, column);
                        let w1 = weights(tile + j + 1u, column);
                        upper += outer(w0, slab[2u * j]);
                        lower += outer(w0, slab[2u * j + 1u]);
                        upper += outer(w1, slab[2u * j + 2u]);
                        lower += outer(w1, slab[2u * j + 3u]);
                    }
                    for (; j < end; j++) {
                        let w = weights(tile + j, column);
                        upper += outer(w, slab[2u * j]);
                        lower += outer(w, slab[2u * j + 1u]);
                    }
                }
                // The parts' sums take the place of the gates' gradients.
                workgroupBarrier();
                if lane < ACROSS * PARTS {
                    for (var c = 0u; c < 4u; c++) {
                        slab[8u * lane + 2u * c] = upper[c];
                        slab[8u * lane + 2u * c + 1u] = lower[c];
                    }
                }
                workgroupBarrier();
                for (var c = lane; c < min(4u * ACROSS, hidden - first); c += WORKGROUP) {
                    for (var half = 0u; half < halves; half++) {
                        let at = place(params.grad_state, 0u, four(row + 4u * half), hidden, first + c);
                        var sum = of_grad(at);
                        for (var part = 0u; part < PARTS; part++) {
                            sum += slab[8u * part * ACROSS + 2u * c + half];
                        }
                        put(at, sum);
                    }
                }
            }
        }
    }
}
