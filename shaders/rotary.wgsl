// Rotary positions (Su and others 2021): columns 2 i and 2 i + 1 of each head of d columns are turned by
// step base^(-2 i / d) radians. x and y are (b, t, width); the heads of the first `turned` columns of a row are turned,
// the rest is copied.
//
// An invocation has one pair's place in a head and one row, and goes over the row's heads: the angle serves all of them.
// It is kept in turns as a fraction of 2^64, so that many steps lose no digits, where a product in f32 would after
// hundreds. Grid: rows d / 2, striding. Cost: x is read once.
#import activation

struct RotaryParams {
    rows: u32, // b t
    t: u32,
    width: u32,
    d: u32,
    turned: u32, // columns
    back: u32, // turned back
    ratio_high: u32, // base^(-2 / d), a fraction of 2^64
    ratio_low: u32,
    x_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: RotaryParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

override WORKGROUP: u32 = 64;

const RADIAN = vec2<u32>(0x28be60dbu, 0x9391054au); // 1 / (2 pi) of a turn; high word first
const TO_RADIANS = 1.4629180792671596e-9; // 2 pi / 2^32

// The upper 32 of the product's 64 bits.
fn high(a: u32, b: u32) -> u32 {
    let crossed = (a >> 16u) * (b & 0xffffu);
    let middle = (a & 0xffffu) * (b >> 16u) + (((a & 0xffffu) * (b & 0xffffu)) >> 16u);
    return (a >> 16u) * (b >> 16u) + (crossed >> 16u) + (middle >> 16u)
        + (((crossed & 0xffffu) + (middle & 0xffffu)) >> 16u);
}

// The product of two fractions, but for its last bit or two.
fn product(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    let low = a.x * b.x;
    let once = low + high(a.x, b.y);
    let twice = once + high(a.y, b.x);
    return vec2(high(a.x, b.x) + u32(once < low) + u32(twice < once), twice);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let pairs = params.d / 2u;
    for (var n = id.x; n < params.rows * pairs; n += groups.x * WORKGROUP) {
        let row = n / pairs;
        let pair = n % pairs;
        var turn = RADIAN;
        var power = vec2(params.ratio_high, params.ratio_low);
        for (var rest = pair; rest > 0u; rest >>= 1u) {
            if (rest & 1u) == 1u {
                turn = product(turn, power);
            }
            power = product(power, power);
        }
        let steps = row % params.t;
        let angle = steps * turn.x + high(steps, turn.y); // whole turns fall off
        // A quarter of a turn further, the sine is the cosine.
        let cos = sine(f32(bitcast<i32>(angle + 0x40000000u)) * TO_RADIANS);
        let ahead = sine(f32(bitcast<i32>(angle)) * TO_RADIANS);
        let sin = select(ahead, -ahead, params.back != 0u);
        for (var column = 2u * pair; column < params.width; column += params.d) {
            let at = params.x_offset + row * params.width + column;
            let even = x[at];
            let odd = x[at + 1u];
            let turns = column < params.turned;
            let to = params.y_offset + row * params.width + column;
            y[to] = select(even, even * cos - odd * sin, turns);
            y[to + 1u] = select(odd, even * sin + odd * cos, turns);
        }
    }
}
