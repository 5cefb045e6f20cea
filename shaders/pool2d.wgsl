// Pools of x (n, c, h, w) to y (n, c, h', w'): the largest element of each window, or the mean; and the mean's gradient.
//
// forward:          one invocation a window, striding; each element of the window is read once.
// forward_deep:     one workgroup of LANES a window, striding, for large windows: the invocations share its elements and
//                   come together in a fixed tree.
// average_backward: dx = sum of dy / count over the windows that hold the element; one invocation an element of x,
//                   striding, reading each of those windows once. Where they are very many, several launches each add
//                   some rows of windows.
#import pool2d

override WORKGROUP: u32 = 256;

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let windows = params.out_h * params.out_w;
    for (var k = id.x; k < params.planes * windows; k += groups.x * WORKGROUP) {
        let at = places_of(k, params.out_h, params.out_w);
        let window = window_at(at.y, at.z);
        let plane = params.x_offset + at.x * params.in_h * params.in_w;
        var value = 0.0;
        if AVERAGE == 1u {
            for (var h = window.top; h < window.top + window.height; h++) {
                var sum = 0.0;
                for (var w = window.left; w < window.left + window.width; w++) {
                    sum += x[plane + h * params.in_w + w];
                }
                value += sum;
            }
            value /= count_of(window);
        } else {
            value = largest(plane, window).value;
        }
        y[params.y_offset + k] = value;
    }
}

// The sum of a window that the whole workgroup looks at; all invocations must come here.
fn sum_shared(plane: u32, window: Window, lane: u32) -> f32 {
    var sum = 0.0;
    for (var e = lane; e < window.height * window.width; e += LANES) {
        sum += x[plane + (window.top + e / window.width) * params.in_w + window.left + e % window.width];
    }
    values[lane] = sum;
    for (var half_way = LANES / 2u; half_way > 0u; half_way >>= 1u) {
        workgroupBarrier();
        if lane < half_way {
            values[lane] += values[lane + half_way];
        }
    }
    workgroupBarrier();
    let found = values[0];
    workgroupBarrier();
    return found;
}

@compute @workgroup_size(LANES)
fn forward_deep(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let windows = params.out_h * params.out_w;
    for (var k = group.x; k < params.planes * windows; k += groups.x) {
        let at = places_of(k, params.out_h, params.out_w);
        let window = window_at(at.y, at.z);
        let plane = params.x_offset + at.x * params.in_h * params.in_w;
        var value = 0.0;
        if AVERAGE == 1u {
            value = sum_shared(plane, window, lane) / count_of(window);
        } else {
            value = largest_shared(plane, window, lane).value;
        }
        if lane == 0u {
            y[params.y_offset + k] = value;
        }
    }
}

// The windows along an axis that hold element i, as first and end.
fn holders(i: u32, size: u32, count: u32, kernel: u32, stride: u32, padding: u32) -> vec2<u32> {
    if ADAPTIVE == 1u {
        return vec2(i * count / size, ((i + 1u) * count + size - 1u) / size);
    }
    let at = i + padding;
    return vec2((max(at + 1u, kernel) - kernel + stride - 1u) / stride, min(at / stride + 1u, count));
}

@compute @workgroup_size(WORKGROUP)
fn average_backward(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let pixels = params.in_h * params.in_w;
    for (var e = id.x; e < params.planes * pixels; e += groups.x * WORKGROUP) {
        let at = places_of(e, params.in_h, params.in_w);
        let rows = holders(at.y, params.in_h, params.out_h, KERNEL_H, STRIDE_H, params.padding_h);
        let columns = holders(at.z, params.in_w, params.out_w, KERNEL_W, STRIDE_W, params.padding_w);
        let plane = params.dy_offset + at.x * params.out_h * params.out_w;
        var sum = 0.0;
        if params.first > 0u {
            sum = y[params.y_offset + e];
        }
        for (var i = max(rows.x, params.first); i < min(rows.y, params.end); i++) {
            for (var j = columns.x; j < columns.y; j++) {
                sum += dy[plane + i * params.out_w + j] * (1.0 / count_of(window_at(i, j)));
            }
        }
        y[params.y_offset + e] = sum;
    }
}
