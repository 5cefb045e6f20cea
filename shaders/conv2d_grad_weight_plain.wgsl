// The gradient of a convolution's weight, as conv2d_grad_weight.wgsl but for any windows: a workgroup makes four channels
// of dy times any four elements of w next to each other, and its invocations share the windows of all samples.
//
// Grid: one workgroup for those 16 elements, striding. Cost: for each of them and each window one multiply-add and half a
// read; 64 bytes of workgroup memory an invocation.
#import conv2d_grad_weight

// Where an element of w begins: its channel's plane of x, and its pixel in the first window.
struct Tap {
    plane: u32,
    row: u32,
    column: u32,
}

fn tap(flat: u32) -> Tap {
    let row = flat / params.kernel_w;
    return Tap(
        row / params.kernel_h * params.in_h * params.in_w,
        row % params.kernel_h * params.dilation_h - params.padding_h,
        flat % params.kernel_w * params.dilation_w - params.padding_w,
    );
}

fn load_tap(tap: Tap, base: u32, i: u32, j: u32) -> f32 {
    let row = tap.row + i * params.stride_h;
    let limit = select(0u, params.in_w, row < params.in_h);
    return load(base + tap.plane + row * params.in_w, tap.column + j * params.stride_w, limit);
}

@compute @workgroup_size(LANES)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
) {
    // How the sample, the row and the place in it change from a window to that LANES further.
    let step_n = LANES / params.out_w / params.out_h;
    let step_i = LANES / params.out_w % params.out_h;
    let step_j = LANES % params.out_w;
    let window = params.ins * params.kernel_h * params.kernel_w;
    let blocks = (params.outs + 3u) / 4u;
    let parts = (window + 3u) / 4u;
    for (var task = workgroup.x; task < params.groups * blocks * parts; task += workgroups.x) {
        let block = task % blocks;
        let first = task / blocks % parts * 4u; // of the elements
        let group = task / blocks / parts;
        let tap0 = tap(first);
        let tap1 = tap(first + 1u);
        let tap2 = tap(first + 2u);
        let tap3 = tap(first + 3u);
        var sums = mat4x4<f32>();
        var of_dy = vec4<f32>();
        let begin = params.first + lane;
        var n = begin / params.out_w / params.out_h;
        var i = begin / params.out_w % params.out_h;
        var j = begin % params.out_w;
        for (var item = begin; item < params.end; item += LANES) {
            let channel = (n * params.groups + group) * params.outs + block * 4u;
            let d = load_dy(params.dy_offset + (channel * params.out_h + i) * params.out_w + j, true);
            let base = params.x_offset + (n * params.groups + group) * params.ins * params.in_h * params.in_w;
            if KEPT > ELEMENTS {
                of_dy += d;
            }
            sums += mat4x4(
                d * load_tap(tap0, base, i, j),
                d * load_tap(tap1, base, i, j),
                d * load_tap(tap2, base, i, j),
                d * load_tap(tap3, base, i, j),
            );
            j += step_j;
            i += step_i + select(0u, 1u, j >= params.out_w);
            j -= select(0u, params.out_w, j >= params.out_w);
            n += step_n + select(0u, 1u, i >= params.out_h);
            i -= select(0u, params.out_h, i >= params.out_h);
        }
        partial[lane] = sums[0];
        partial[LANES + lane] = sums[1];
        partial[2u * LANES + lane] = sums[2];
        partial[3u * LANES + lane] = sums[3];
        if KEPT > ELEMENTS {
            partial[(KEPT - 1u) * LANES + lane] = of_dy;
        }
        add_up(lane);
        let e = lane / 4u;
        let channel = block * 4u + lane % 4u;
        if e < ELEMENTS && first + e < window && channel < params.outs {
            store(group, channel, first + e, partial[e * LANES][lane % 4u]);
        }
        if KEPT > ELEMENTS && lane < 4u && channel < params.outs && first == 0u {
            store_sum(group * params.outs + channel, partial[(KEPT - 1u) * LANES][lane]);
        }
        workgroupBarrier();
    }
}
