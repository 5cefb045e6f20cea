//! One shape a picture, in colour, on a background of another colour.

use core::f64::consts::{FRAC_PI_2, FRAC_PI_4, TAU};

use super::polygon::depth;
use crate::Rng;

/// (channels, rows, columns) of a picture.
pub(crate) const SHAPES: [usize; 3] = [3, 32, 32];
const SIDE: usize = SHAPES[1];
/// How much brighter the shape is than the background, at least.
const CONTRAST: f64 = 0.3;
/// How far a shape leans to either side, in radians.
const TILT: f64 = 0.35;

/// Draws a circle, a square, a triangle or a star, by class.
pub(crate) fn draw_shape(pixels: &mut [f32], class: usize, rng: &mut Rng) {
    let radius = rng.range(8.0, 13.0);
    // About upright: so a network tells them by their edges, and one that averages over the picture can too.
    let turn = rng.range(-TILT, TILT);
    let free = SIDE as f64 / 2.0 - radius - 1.0;
    let (x, y) = (16.0 + rng.range(-free, free), 16.0 + rng.range(-free, free));
    let (shape, background) = colours(rng);
    // Light falls from one side, so that a background is no single number.
    let (light, towards) = (rng.range(0.0, 0.08), rng.range(0.0, TAU));
    let (light_x, light_y) = (light * libm::cos(towards) / 16.0, light * libm::sin(towards) / 16.0);
    let corners = match class {
        1 => ring(&[radius], 4, turn + FRAC_PI_4),
        2 => ring(&[radius], 3, turn - FRAC_PI_2),
        _ => ring(&[radius, 0.45 * radius], 5, turn - FRAC_PI_2),
    };
    for row in 0..SIDE {
        for column in 0..SIDE {
            let (px, py) = (column as f64 + 0.5 - x, row as f64 + 0.5 - y);
            let inside = match class {
                // The circle has the radius that gives it about the square's area.
                0 => 0.8 * radius - libm::sqrt(px * px + py * py),
                _ => depth(&corners, px, py),
            };
            let cover = (inside + 0.5).clamp(0.0, 1.0);
            let shade = light_x * (column as f64 - 15.5) + light_y * (row as f64 - 15.5);
            for (channel, (front, back)) in shape.iter().zip(background).enumerate() {
                let colour = back + cover * (front - back) + shade;
                pixels[(channel * SIDE + row) * SIDE + column] = colour.clamp(0.0, 1.0) as f32;
            }
        }
    }
}

/// `points` corners around the origin for each radius, in turn by radius: one radius gives a regular polygon, two a
/// star.
fn ring(radii: &[f64], points: usize, turn: f64) -> Vec<(f64, f64)> {
    let count = points * radii.len();
    (0..count)
        .map(|index| {
            let angle = turn + TAU * index as f64 / count as f64;
            let radius = radii[index % radii.len()];
            (radius * libm::cos(angle), radius * libm::sin(angle))
        })
        .collect()
}

/// A light colour and a dark one: any hues, but the first is brighter by [`CONTRAST`] at least. One sign for all keeps
/// the task to shapes; without it a small network spends its filters on which of the two is the lighter.
fn colours(rng: &mut Rng) -> ([f64; 3], [f64; 3]) {
    let brightness = |c: &[f64; 3]| 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
    let background: [f64; 3] = core::array::from_fn(|_| rng.range(0.0, 0.5));
    let shape: [f64; 3] = core::array::from_fn(|_| rng.uniform());
    // White is mixed in until it is bright enough. The background stays below 0.5, so white always is.
    let wanted = brightness(&background) + CONTRAST;
    let white = ((wanted - brightness(&shape)) / (1.0 - brightness(&shape))).max(0.0);
    (shape.map(|channel| channel + white * (1.0 - channel)), background)
}
