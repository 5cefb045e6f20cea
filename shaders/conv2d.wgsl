// The convolution y = f(x * w + bias), x (n, g c, h, w), weight (g o, c, kh, kw), y (n, g o, h', w'), g groups:
// y[n, o, i, j] = sum over c, k, l of x[n, c, i stride + k dilation - padding, ...] w[o, c, k, l]; and with TRANSPOSED
// its gradient with respect to x, which is the same sum over windows and their elements with the parts of x and y
// exchanged.
//
// The transposed one goes by phases: results `stride` apart along an axis use the same elements of the window, every
// `every`-th one, and their operands lie side by side. So each phase is a plain convolution of stride 1, and no
// product with zero is made. A plain convolution has one phase.
//
// An invocation makes OUT channels of four results: 4 OUT sums in registers, for each element of a window four
// operands and OUT weights. With SLIDE (operands of neighbours are neighbours) the four results lie in a row, and the
// next element of a window takes one new operand; else they are any four, flat. The channels and the phase go by
// workgroup, so that all its invocations read the same weights. Outside reads as zero.
//
// Grid: one workgroup for WORKGROUP times four results of one phase and OUT channels, striding. Cost a result: c kh kw
// multiply-adds, (4 + OUT) / (4 OUT) reads each, with SLIDE (1 + 3 / kw + OUT) / (4 OUT). Where a software device would
// count too many rounds, several launches each add their channels and rows of the window to y.
#import conv2d

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
) {
    let phases_h = select(1u, min(params.stride_h, params.out_h), TRANSPOSED == 1u);
    let phases_w = select(1u, min(params.stride_w, params.out_w), TRANSPOSED == 1u);
    let apart_h = select(1u, params.stride_h, TRANSPOSED == 1u); // results of a phase
    let apart_w = select(1u, params.stride_w, TRANSPOSED == 1u);
    let rows = (params.out_h + apart_h - 1u) / apart_h; // of the first phase, which has most
    let columns = (params.out_w + apart_w - 1u) / apart_w;
#ifdef SLIDE
    let across = (columns + 3u) / 4u;
    let items = params.samples * rows * across;
#else
    let items = (params.samples * rows * columns + 3u) / 4u;
#endif
    let chunks = (items + WORKGROUP - 1u) / WORKGROUP;
    let blocks = (params.outs + OUT - 1u) / OUT;
    let tasks = blocks * chunks * phases_w * phases_h * params.groups;
    let plane = params.in_h * params.in_w;
    for (var task = workgroup.x; task < tasks; task += workgroups.x) {
        let block = task % blocks;
        let item = task / blocks % chunks * WORKGROUP + lane;
        let rest = task / blocks / chunks;
        let phase_w = rest % phases_w;
        let phase_h = rest / phases_w % phases_h;
        let group = rest / phases_w / phases_h;
        let down = line(phase_h, params.kernel_h, params.stride_h, params.padding_h, params.dilation_h, params.every_h);
        let along = line(phase_w, params.kernel_w, params.stride_w, params.padding_w, params.dilation_w, params.every_w);
        // The four results: sample, row and column.
#ifdef SLIDE
        let n = vec4(item / across / rows);
        let i = vec4(item / across % rows);
        let j = vec4(item % across * 4u) + vec4(0u, 1u, 2u, 3u);
#else
        let flat = vec4(item * 4u) + vec4(0u, 1u, 2u, 3u);
        let n = flat / columns / rows;
        let i = flat / columns % rows;
        let j = flat % columns;
#endif
        let result_h = i * apart_h + phase_h;
        let result_w = j * apart_w + phase_w;
        let keep = (n < vec4(params.samples)) & (result_h < vec4(params.out_h)) & (result_w < vec4(params.out_w));
        let from_h = vec4(down.origin) + vec4<i32>(i) * down.step;
        let from_w = vec4(along.origin) + vec4<i32>(j) * along.step;
        let base = params.x_offset + (n * params.groups + group) * params.ins * plane;
        let first_weight = params.weight_offset + group * params.w_group + block * OUT * params.w_out;
        var s0 = vec4<f32>();
        var s1 = vec4<f32>();
        var s2 = vec4<f32>();
        var s3 = vec4<f32>();
        var s4 = vec4<f32>();
        var s5 = vec4<f32>();
        var s6 = vec4<f32>();
        var s7 = vec4<f32>();
        for (var c = params.first; c < params.end; c++) {
            for (var t = params.first_row; t < min(down.count, params.end_row); t++) {
                let h = from_h + i32(t) * down.shift;
                let row = base + c * plane + vec4<u32>(h) * params.in_w;
                let limit = select(vec4(0u), vec4(params.in_w), vec4<u32>(h) < vec4(params.in_h));
                let element = (down.element + i32(t) * down.every) * i32(params.kernel_w) + along.element;
                var w = first_weight + c * params.w_in + u32(element);
#ifdef SLIDE
                let left = from_w.x;
                var v = vec4(
                    0.0,
                    load(row.x, left, limit.x),
                    load(row.x, left + 1, limit.x),
                    load(row.x, left + 2, limit.x),
                );
#endif
                for (var u = 0; u < i32(along.count); u++) {
#ifdef SLIDE
                    v = vec4(v.yzw, load(row.x, left + 3 + u, limit.x));
#else
                    let at = from_w + u * along.shift;
                    let v = vec4(
                        load(row.x, at.x, limit.x),
                        load(row.y, at.y, limit.y),
                        load(row.z, at.z, limit.z),
                        load(row.w, at.w, limit.w),
                    );
#endif
                    s0 += weight[w] * v;
                    if OUT > 1u {
                        s1 += weight[w + params.w_out] * v;
                    }
                    if OUT > 2u {
                        s2 += weight[w + 2u * params.w_out] * v;
                        s3 += weight[w + 3u * params.w_out] * v;
                    }
                    if OUT > 4u {
                        s4 += weight[w + 4u * params.w_out] * v;
                        s5 += weight[w + 5u * params.w_out] * v;
                        s6 += weight[w + 6u * params.w_out] * v;
                        s7 += weight[w + 7u * params.w_out] * v;
                    }
                    w += u32(along.every);
                }
            }
        }
        let results = params.out_h * params.out_w;
        let y_plane = params.y_offset + (n * params.groups + group) * params.outs * results;
        let at = y_plane + result_h * params.out_w + result_w;
        store(block * OUT, at, keep, s0, group);
        if OUT > 1u {
            store(block * OUT + 1u, at, keep, s1, group);
        }
        if OUT > 2u {
            store(block * OUT + 2u, at, keep, s2, group);
            store(block * OUT + 3u, at, keep, s3, group);
        }
        if OUT > 4u {
            store(block * OUT + 4u, at, keep, s4, group);
            store(block * OUT + 5u, at, keep, s5, group);
            store(block * OUT + 6u, at, keep, s6, group);
            store(block * OUT + 7u, at, keep, s7, group);
        }
    }
}
