// What the kernels of pools share: their operands, where the windows are, and which of two elements a maximum chooses.

struct Pool2dParams {
    planes: u32, // samples times channels
    in_h: u32,
    in_w: u32,
    out_h: u32,
    out_w: u32,
    padding_h: u32,
    padding_w: u32,
    first: u32, // windows, or rows of them, that this launch adds
    end: u32,
    colours_h: u32, // windows so far apart never overlap
    colours_w: u32,
    x_offset: u32,
    dy_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: Pool2dParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // the result: y or dx

override AVERAGE: u32 = 0; // or the maximum
// Window i of n along s elements goes from floor(i s / n) to ceil((i + 1) s / n), rather than by kernel and stride. The
// shape rule keeps s and n below 2^16.
override ADAPTIVE: u32 = 0;
// Overrides, since a software device divides slowly by what it does not know beforehand.
override KERNEL_H: u32 = 1;
override KERNEL_W: u32 = 1;
override STRIDE_H: u32 = 1;
override STRIDE_W: u32 = 1;

// Number `flat` of so many columns and rows a plane, as plane, row, column.
fn places_of(flat: u32, rows: u32, columns: u32) -> vec3<u32> {
    let row = flat / columns;
    let plane = row / rows;
    return vec3(plane, row - plane * rows, flat - row * columns);
}

// A window within its plane, without padding.
struct Window {
    top: u32,
    left: u32,
    height: u32,
    width: u32,
}

// The first element of window i along an axis, and the end.
fn span(i: u32, size: u32, count: u32, kernel: u32, stride: u32, padding: u32) -> vec2<u32> {
    if ADAPTIVE == 1u {
        return vec2(i * size / count, ((i + 1u) * size + count - 1u) / count);
    }
    return vec2(max(i * stride, padding), min(i * stride + kernel, size + padding)) - vec2(padding);
}

fn rows_of(i: u32) -> vec2<u32> {
    return span(i, params.in_h, params.out_h, KERNEL_H, STRIDE_H, params.padding_h);
}

fn columns_of(j: u32) -> vec2<u32> {
    return span(j, params.in_w, params.out_w, KERNEL_W, STRIDE_W, params.padding_w);
}

fn window_at(i: u32, j: u32) -> Window {
    let rows = rows_of(i);
    let columns = columns_of(j);
    return Window(rows.x, columns.x, rows.y - rows.x, columns.y - columns.x);
}

// What the sum of a window is divided by for the mean: padding counts as zeros.
fn count_of(window: Window) -> f32 {
    if ADAPTIVE == 1u {
        return f32(window.height * window.width);
    }
    return f32(KERNEL_H * KERNEL_W);
}

// By its bits, since a compiler may take every number to equal itself.
fn is_nan(value: f32) -> bool {
    return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

// An element and its place.
struct Pick {
    value: f32,
    place: u32,
}

const NOWHERE = 0xffffffffu;

// Whether a maximum takes b rather than a, which is before it: the first among equals, a NaN where there is one.
fn passes(b: f32, a: f32) -> bool {
    return b > a || (is_nan(b) && !is_nan(a));
}

// The largest element of a window, in the order of its elements.
fn largest(plane: u32, window: Window) -> Pick {
    var best = Pick(x[plane + window.top * params.in_w + window.left], window.top * params.in_w + window.left);
    for (var h = window.top; h < window.top + window.height; h++) {
        for (var w = window.left; w < window.left + window.width; w++) {
            let place = h * params.in_w + w;
            let value = x[plane + place];
            if passes(value, best.value) {
                best = Pick(value, place);
            }
        }
    }
    return best;
}

override LANES: u32 = 256; // a power of two

var<workgroup> values: array<f32, LANES>;
var<workgroup> places: array<u32, LANES>;

// The largest element of a window that the whole workgroup looks at; all invocations must come here.
fn largest_shared(plane: u32, window: Window, lane: u32) -> Pick {
    var best = Pick(0.0, NOWHERE);
    for (var e = lane; e < window.height * window.width; e += LANES) {
        let place = (window.top + e / window.width) * params.in_w + window.left + e % window.width;
        let value = x[plane + place];
        if best.place == NOWHERE || passes(value, best.value) {
            best = Pick(value, place);
        }
    }
    values[lane] = best.value;
    places[lane] = best.place;
    for (var half_way = LANES / 2u; half_way > 0u; half_way >>= 1u) {
        workgroupBarrier();
        if lane < half_way {
            let value = values[lane + half_way];
            let place = places[lane + half_way];
            let before = place < places[lane];
            // Of two that do not pass each other, the one that is before.
            let wins = passes(value, values[lane]) || (before && !passes(values[lane], value));
            if place != NOWHERE && (places[lane] == NOWHERE || wins) {
                values[lane] = value;
                places[lane] = place;
            }
        }
    }
    workgroupBarrier();
    let found = Pick(values[0], places[0]);
    workgroupBarrier();
    return found;
}
