// The gradient of a convolution's weight (see conv2d.wgsl for the convolution): dw (g o, c, kh, kw),
// dw[o, c, k, l] = sum over n, i, j of dy[n, o, i, j] x[n, c, i stride + k dilation - padding, ...].
//
// Few elements, each a sum over all windows of all samples. A workgroup makes four channels of dy times TAPS elements of
// one row of w; its invocations share the windows and add up in a fixed tree, so that the result does not depend on the
// schedule. With SLIDE (neighbouring windows are one pixel apart, and so are neighbouring elements) an invocation takes
// four windows in a row at a time, 16 elements of dy and 6 of x, for three elements of a window side by side:
// 48 multiply-adds for 22 reads. Else it takes one window at a time for any four elements of w: 16 for 8.
//
// Grid: one workgroup for four channels times TAPS elements, striding. Cost: o c kh kw multiply-adds a window, with so
// many reads; 16 TAPS bytes of workgroup memory an invocation. Where a software device would count too many rounds,
// several launches each add their windows to dw.

struct Conv2dGradWeightParams {
    samples: u32,
    groups: u32,
    ins: u32, // channels of x in a group
    outs: u32, // channels of y in a group
    in_h: u32,
    in_w: u32,
    out_h: u32,
    out_w: u32,
    kernel_h: u32,
    kernel_w: u32,
    stride_h: u32,
    stride_w: u32,
    padding_h: u32,
    padding_w: u32,
    dilation_h: u32,
    dilation_w: u32,
    first: u32, // items that this launch adds
    end: u32,
    x_offset: u32,
    dy_offset: u32,
    dw_offset: u32,
}

@group(0) @binding(0) var<uniform> params: Conv2dGradWeightParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

override LANES: u32 = 64; // a power of two

#ifdef SLIDE
const TAPS = 3u;
const WIDE = 4u; // windows of an item
#else
const TAPS = 4u;
const WIDE = 1u;
#endif

var<workgroup> partial: array<vec4<f32>, TAPS * LANES>;

// Element `column` of a row of x that begins at `at` and has `limit` elements.
fn load(at: u32, column: u32, limit: u32) -> f32 {
    return select(0.0, x[at + column], column < limit);
}

// Four channels of dy at one window; nothing past the end of a row.
fn load_dy(at: u32, inside: bool) -> vec4<f32> {
    let plane = params.out_h * params.out_w;
    return select(vec4<f32>(), vec4(dy[at], dy[at + plane], dy[at + 2u * plane], dy[at + 3u * plane]), inside);
}

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

@compute @workgroup_size(LANES)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
) {
    let across = (params.out_w + WIDE - 1u) / WIDE;
    // How the sample, the row and the place in it change from an item to that LANES further.
    let step_n = LANES / across / params.out_h;
    let step_i = LANES / across % params.out_h;
    let step_j = LANES % across;
    let window = params.ins * params.kernel_h * params.kernel_w;
#ifdef SLIDE
    let parts = (params.kernel_w + TAPS - 1u) / TAPS; // of a row of a window
    let all_taps = params.ins * params.kernel_h * parts;
#else
    let all_taps = (window + TAPS - 1u) / TAPS;
#endif
    let blocks = (params.outs + 3u) / 4u;
    let tasks = params.groups * blocks * all_taps;
    for (var task = workgroup.x; task < tasks; task += workgroups.x) {
        let block = task % blocks;
        let group = task / blocks / all_taps;
#ifdef SLIDE
        let part = task / blocks % all_taps;
        let first_tap = part / parts * params.kernel_w + part % parts * TAPS;
        let taps = min(TAPS, params.kernel_w - part % parts * TAPS);
        let tap0 = tap(first_tap);
#else
        let first_tap = task / blocks % all_taps * TAPS;
        let taps = min(TAPS, window - first_tap);
        let tap0 = tap(first_tap);
        let tap1 = tap(first_tap + 1u);
        let tap2 = tap(first_tap + 2u);
        let tap3 = tap(first_tap + 3u);
#endif
        var s0 = vec4<f32>();
        var s1 = vec4<f32>();
        var s2 = vec4<f32>();
        var s3 = vec4<f32>();
        let begin = params.first + lane;
        var n = begin / across / params.out_h;
        var i = begin / across % params.out_h;
        var j = begin % across;
        for (var item = begin; item < params.end; item += LANES) {
            let channel = (n * params.groups + group) * params.outs + block * 4u;
            let at = params.dy_offset + (channel * params.out_h + i) * params.out_w + j * WIDE;
            let base = params.x_offset + (n * params.groups + group) * params.ins * params.in_h * params.in_w;
#ifdef SLIDE
            let row = tap0.row + i * params.stride_h;
            let limit = select(0u, params.in_w, row < params.in_h);
            let line = base + tap0.plane + row * params.in_w;
            let left = tap0.column + j * 4u;
            let x0 = load(line, left, limit);
            let x1 = load(line, left + 1u, limit);
            let x2 = load(line, left + 2u, limit);
            let x3 = load(line, left + 3u, limit);
            let x4 = load(line, left + 4u, limit);
            let x5 = load(line, left + 5u, limit);
            let d0 = load_dy(at, true);
            let d1 = load_dy(at + 1u, j * 4u + 1u < params.out_w);
            let d2 = load_dy(at + 2u, j * 4u + 2u < params.out_w);
            let d3 = load_dy(at + 3u, j * 4u + 3u < params.out_w);
            s0 += d0 * x0 + d1 * x1 + d2 * x2 + d3 * x3;
            s1 += d0 * x1 + d1 * x2 + d2 * x3 + d3 * x4;
            s2 += d0 * x2 + d1 * x3 + d2 * x4 + d3 * x5;
#else
            let d = load_dy(at, true);
            let down = vec4(tap0.row, tap1.row, tap2.row, tap3.row) + i * params.stride_h;
            let along = vec4(tap0.column, tap1.column, tap2.column, tap3.column) + j * params.stride_w;
            let line = vec4(tap0.plane, tap1.plane, tap2.plane, tap3.plane) + down * params.in_w + base;
            let limit = select(vec4(0u), vec4(params.in_w), down < vec4(params.in_h));
            s0 += d * load(line.x, along.x, limit.x);
            s1 += d * load(line.y, along.y, limit.y);
            s2 += d * load(line.z, along.z, limit.z);
            s3 += d * load(line.w, along.w, limit.w);
#endif
            j += step_j;
            i += step_i + select(0u, 1u, j >= across);
            j -= select(0u, across, j >= across);
            n += step_n + select(0u, 1u, i >= params.out_h);
            i -= select(0u, params.out_h, i >= params.out_h);
        }
        partial[lane] = s0;
        partial[LANES + lane] = s1;
        partial[2u * LANES + lane] = s2;
#ifdef SLIDE
#else
        partial[3u * LANES + lane] = s3;
#endif
        for (var half_way = LANES / 2u; half_way > 0u; half_way >>= 1u) {
            workgroupBarrier();
            if lane < half_way {
                for (var t = 0u; t < TAPS; t++) {
                    partial[t * LANES + lane] += partial[t * LANES + lane + half_way];
                }
            }
        }
        workgroupBarrier();
        let channel = block * 4u + lane % 4u;
        if lane / 4u < taps && channel < params.outs {
            let at = params.dw_offset + (group * params.outs + channel) * window + first_tap + lane / 4u;
            var sum = partial[lane / 4u * LANES][lane % 4u];
            if params.first > 0u {
                sum += dw[at];
            }
            dw[at] = sum;
        }
        workgroupBarrier();
    }
}
