// Two operands visited together along up to six axes (graph/src/walk.rs): from the number of an element to its place in
// each. Axes are numbered from the innermost; axis RANK - 1 has the strides left_last and right_last, and its extent is
// not needed. `before` and `inside` cut the innermost axis, for the kernel that pads.

struct WalkParams {
    len: u32,
    extent0: u32,
    extent1: u32,
    extent2: u32,
    extent3: u32,
    extent4: u32,
    left_offset: u32,
    left0: u32,
    left1: u32,
    left2: u32,
    left3: u32,
    left4: u32,
    left_last: u32,
    right_offset: u32,
    right0: u32,
    right1: u32,
    right2: u32,
    right3: u32,
    right4: u32,
    right_last: u32,
    y_offset: u32,
    before: u32,
    inside: u32,
}

@group(0) @binding(0) var<uniform> params: WalkParams;

override RANK: u32 = 6; // a software device would divide for the axes that are not there

// The places of element i in both operands.
fn places(i: u32) -> vec2<u32> {
    var rest = i;
    var at = vec2(params.left_offset, params.right_offset);
    if RANK > 1u {
        at += rest % params.extent0 * vec2(params.left0, params.right0);
        rest /= params.extent0;
    }
    if RANK > 2u {
        at += rest % params.extent1 * vec2(params.left1, params.right1);
        rest /= params.extent1;
    }
    if RANK > 3u {
        at += rest % params.extent2 * vec2(params.left2, params.right2);
        rest /= params.extent2;
    }
    if RANK > 4u {
        at += rest % params.extent3 * vec2(params.left3, params.right3);
        rest /= params.extent3;
    }
    if RANK > 5u {
        at += rest % params.extent4 * vec2(params.left4, params.right4);
        rest /= params.extent4;
    }
    return at + rest * vec2(params.left_last, params.right_last);
}
