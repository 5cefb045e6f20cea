//! Striped textures: what tells the classes apart is the way the stripes run, whatever their width, place and
//! contrast. Filters that learn them look like the stripes.

use core::f64::consts::{PI, TAU};

use crate::Rng;

/// (channels, rows, columns) of a picture.
pub(crate) const TEXTURES: [usize; 3] = [1, 32, 32];
const SIDE: usize = TEXTURES[1];
/// How many ways the stripes may run, evenly over half a turn.
pub(crate) const WAYS: usize = 8;

/// Draws stripes that run at `class` x 22.5 degrees to the horizontal, counter-clockwise.
pub(crate) fn draw_texture(pixels: &mut [f32], class: usize, rng: &mut Rng) {
    let middle = PI * class as f64 / WAYS as f64;
    let base = rng.range(0.4, 0.6);
    let contrast = rng.range(0.2, 0.4);
    // Two waves of nearly one direction: stripes that part and meet, as in wood or sand.
    let waves: [[f64; 4]; 2] = core::array::from_fn(|wave| {
        let angle = middle + rng.range(-0.07, 0.07);
        let stripes = rng.range(3.0, 7.0);
        let strength = if wave == 0 { contrast } else { contrast * rng.range(0.0, 0.6) };
        // The wave runs across its stripes. Rows count downwards, angles upwards.
        let across = TAU * stripes / SIDE as f64;
        [across * libm::sin(angle), across * libm::cos(angle), rng.range(0.0, TAU), strength]
    });
    for row in 0..SIDE {
        for column in 0..SIDE {
            let sum: f64 = waves
                .iter()
                .map(|[x, y, phase, strength]| {
                    strength * libm::sin(x * column as f64 + y * row as f64 + phase)
                })
                .sum();
            pixels[row * SIDE + column] = (base + sum).clamp(0.0, 1.0) as f32;
        }
    }
}
