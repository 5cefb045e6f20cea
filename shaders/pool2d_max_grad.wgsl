// The gradient of a maximum pool (pool2d.wgsl): dx, x's shape, gets each window's dy where its largest element is.
//
// apart:       windows that do not overlap: one invocation a window, striding, writes all elements up to the next
//              window. Reads and writes each element once.
// overlapping: one workgroup a plane, striding. Windows of one colour (the remainders of their row and column by colours_h
//              and colours_w) do not overlap, so their invocations add to dx at once; colour follows colour, so that the
//              sums have a fixed order. Reads each window once, and barriers as many as colours.
// deep:        large windows: one workgroup a plane, striding, window after window; the invocations share the elements of
//              one. Several launches each take some windows where they are many; the first clears dx.
#import pool2d

override WORKGROUP: u32 = 256;

@compute @workgroup_size(WORKGROUP)
fn apart(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let windows = params.out_h * params.out_w;
    let pixels = params.in_h * params.in_w;
    for (var k = id.x; k < params.planes * windows; k += groups.x * WORKGROUP) {
        let at = places_of(k, params.out_h, params.out_w);
        let i = at.y;
        let j = at.z;
        let window = window_at(i, j);
        let plane = at.x * pixels;
        let best = largest(params.x_offset + plane, window).place;
        let grad = dy[params.dy_offset + k];
        let top = select(window.top, 0u, i == 0u);
        let left = select(window.left, 0u, j == 0u);
        // A window past the last would begin outside.
        let bottom = select(rows_of(i + 1u).x, params.in_h, i + 1u == params.out_h);
        let right = select(columns_of(j + 1u).x, params.in_w, j + 1u == params.out_w);
        for (var h = top; h < bottom; h++) {
            for (var w = left; w < right; w++) {
                let place = h * params.in_w + w;
                y[params.y_offset + plane + place] = select(0.0, grad, place == best);
            }
        }
    }
}

@compute @workgroup_size(LANES)
fn overlapping(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let pixels = params.in_h * params.in_w;
    for (var plane = group.x; plane < params.planes; plane += groups.x) {
        for (var e = lane; e < pixels; e += LANES) {
            y[params.y_offset + plane * pixels + e] = 0.0;
        }
        storageBarrier();
        for (var colour = 0u; colour < params.colours_h * params.colours_w; colour++) {
            let first_i = colour / params.colours_w;
            let first_j = colour % params.colours_w;
            let columns = (params.out_w - first_j + params.colours_w - 1u) / params.colours_w;
            let rows = (params.out_h - first_i + params.colours_h - 1u) / params.colours_h;
            for (var k = lane; k < rows * columns; k += LANES) {
                let row = k / columns;
                let i = first_i + row * params.colours_h;
                let j = first_j + (k - row * columns) * params.colours_w;
                let best = largest(params.x_offset + plane * pixels, window_at(i, j)).place;
                y[params.y_offset + plane * pixels + best] +=
                    dy[params.dy_offset + (plane * params.out_h + i) * params.out_w + j];
            }
            storageBarrier();
        }
    }
}

@compute @workgroup_size(LANES)
fn deep(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let pixels = params.in_h * params.in_w;
    for (var plane = group.x; plane < params.planes; plane += groups.x) {
        if params.first == 0u {
            for (var e = lane; e < pixels; e += LANES) {
                y[params.y_offset + plane * pixels + e] = 0.0;
            }
        }
        storageBarrier();
        for (var k = params.first; k < params.end; k++) {
            let window = window_at(k / params.out_w, k % params.out_w);
            let best = largest_shared(params.x_offset + plane * pixels, window, lane).place;
            if lane == 0u {
                y[params.y_offset + plane * pixels + best] +=
                    dy[params.dy_offset + plane * params.out_h * params.out_w + k];
            }
        }
    }
}
