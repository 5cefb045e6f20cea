// The gradient of a convolution's weight (see conv2d.wgsl for the convolution): dw (g o, c, kh, kw),
// dw[o, c, k, l] = sum over n, i, j of dy[n, o, i, j] x[n, c, i stride + k dilation - padding, ...].
//
// Few elements, each a sum over all windows of all samples. A workgroup makes four channels of dy times some elements of
// one channel's window; its invocations share the windows and add up in a fixed tree, so that the result does not depend
// on the schedule.
//
// Here neighbouring windows of a row are one pixel apart, and so are neighbouring elements of a window's row, and with
// TALL = 3 along the height as well. A workgroup makes TALL x 3 elements of a window. An invocation goes down `tall` rows
// of windows, four windows wide, and keeps TALL rows of six pixels: for each row it reads 16 elements of dy and 6 of x,
// and makes 48 TALL multiply-adds.
// Other windows are for conv2d_grad_weight_plain.wgsl.
//
// With OUTS = 1 only one channel of dy is read, since there are no more in a group. Grid: one workgroup for four
// channels times those elements, striding. 16 bytes of workgroup memory an invocation and element. Where a software
// device would count too many rounds, several launches each add their items, bands of windows, to dw.

#import conv2d_grad_weight

// Six pixels side by side.
struct Six {
    left: vec4<f32>,
    right: vec2<f32>,
}

fn load_six(plane: u32, row: u32, column: u32) -> Six {
    let limit = select(0u, params.in_w, row < params.in_h);
    let at = plane + row * params.in_w;
    return Six(
        vec4(
            load(at, column, limit),
            load(at, column + 1u, limit),
            load(at, column + 2u, limit),
            load(at, column + 3u, limit),
        ),
        vec2(load(at, column + 4u, limit), load(at, column + 5u, limit)),
    );
}

@compute @workgroup_size(LANES)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
) {
    let across = (params.out_w + 3u) / 4u;
    let bands = (params.out_h + params.tall - 1u) / params.tall;
    let blocks = (params.outs + 3u) / 4u;
    let parts_h = (params.kernel_h + TALL - 1u) / TALL; // of a window
    let parts_w = (params.kernel_w + 2u) / 3u;
    let tasks = params.groups * blocks * params.ins * parts_h * parts_w;
    for (var task = workgroup.x; task < tasks; task += workgroups.x) {
        let block = task % blocks;
        let first_w = task / blocks % parts_w * 3u; // the first of the elements
        let first_h = task / blocks / parts_w % parts_h * TALL;
        let rest = task / blocks / parts_w / parts_h;
        let c = rest % params.ins;
        let group = rest / params.ins;
        var s00 = vec4<f32>();
        var s01 = vec4<f32>();
        var s02 = vec4<f32>();
        var s10 = vec4<f32>();
        var s11 = vec4<f32>();
        var s12 = vec4<f32>();
        var s20 = vec4<f32>();
        var s21 = vec4<f32>();
        var s22 = vec4<f32>();
        var of_dy = vec4<f32>();
        for (var item = params.first + lane; item < params.end; item += LANES) {
            let band = item / across;
            let n = band / bands;
            let top = (band - n * bands) * params.tall;
            let j = (item - band * across) * 4u;
            let plane = params.x_offset + ((n * params.groups + group) * params.ins + c) * params.in_h * params.in_w;
            // Of the first window; TALL = 3 has stride and dilation 1 here too.
            let row = top * params.stride_h + first_h * params.dilation_h - params.padding_h;
            let column = j + first_w - params.padding_w;
            let channel = (n * params.groups + group) * params.outs + block * 4u;
            let grads = params.dy_offset + channel * params.out_h * params.out_w + j;
            var x0: Six;
            var x1: Six;
            var x2: Six;
            if TALL == 3u {
                x1 = load_six(plane, row, column);
                x2 = load_six(plane, row + 1u, column);
            }
            for (var i = top; i < min(top + params.tall, params.out_h); i++) {
                if TALL == 3u {
                    x0 = x1;
                    x1 = x2;
                }
                x2 = load_six(plane, row + (i - top) * params.stride_h + TALL - 1u, column);
                let at = grads + i * params.out_w;
                let d = mat4x4(
                    load_dy(at, true),
                    load_dy(at + 1u, j + 1u < params.out_w),
                    load_dy(at + 2u, j + 2u < params.out_w),
                    load_dy(at + 3u, j + 3u < params.out_w),
                );
                if TALL == 3u {
                    s00 += d * x0.left;
                    s01 += d * vec4(x0.left.yzw, x0.right.x);
                    s02 += d * vec4(x0.left.zw, x0.right);
                    s10 += d * x1.left;
                    s11 += d * vec4(x1.left.yzw, x1.right.x);
                    s12 += d * vec4(x1.left.zw, x1.right);
                }
                if KEPT > ELEMENTS {
                    of_dy += d * vec4(1.0);
                }
                s20 += d * x2.left;
                s21 += d * vec4(x2.left.yzw, x2.right.x);
                s22 += d * vec4(x2.left.zw, x2.right);
            }
        }
        if TALL == 3u {
            partial[lane] = s00;
            partial[LANES + lane] = s01;
            partial[2u * LANES + lane] = s02;
            partial[3u * LANES + lane] = s10;
            partial[4u * LANES + lane] = s11;
            partial[5u * LANES + lane] = s12;
        }
        partial[(ELEMENTS - 3u) * LANES + lane] = s20;
        partial[(ELEMENTS - 2u) * LANES + lane] = s21;
        partial[(ELEMENTS - 1u) * LANES + lane] = s22;
        if KEPT > ELEMENTS {
            partial[(KEPT - 1u) * LANES + lane] = of_dy;
        }
        add_up(lane);
        // One invocation an element and channel.
        let e = lane / 4u;
        let h = first_h + e / 3u;
        let w = first_w + e % 3u;
        let channel = block * 4u + lane % 4u;
        if e < ELEMENTS && h < params.kernel_h && w < params.kernel_w && channel < params.outs {
            let place = (c * params.kernel_h + h) * params.kernel_w + w;
            store(group, channel, place, partial[e * LANES][lane % 4u]);
        }
        if KEPT > ELEMENTS && lane < 4u && channel < params.outs && c + first_h + first_w == 0u {
            store_sum(group * params.outs + channel, partial[(KEPT - 1u) * LANES][lane]);
        }
        workgroupBarrier();
    }
}
