//! One shape a picture, in colour, on a background of another colour.

use core::f64::consts::TAU;

use super::polygon::depth;
use crate::Rng;

/// (channels, rows, columns) of a picture.
pub(crate) const SHAPES: [usize; 3] = [3, 32, 32];
const SIDE: usize = SHAPES[1];
/// The smallest difference in brightness between shape and background: both kinds of eyes see it.
const CONTRAST: f64 = 0.25;

/// Draws a circle, a square, a triangle or a star, by class.
pub(crate) fn draw_shape(pixels: &mut [f32], class: usize, rng: &mut Rng) {
    let radius = rng.range(7.0, 13.0);
    let turn = rng.range(0.0, TAU);
    let free = SIDE as f64 / 2.0 - radius - 1.0;
    let (x, y) = (16.0 + rng.range(-free, free), 16.0 + rng.range(-free, free));
    let (shape, background) = colours(rng);
    // Light falls from one side, so that a background is no single number.
    let (light, towards) = (rng.range(0.0, 0.12), rng.range(0.0, TAU));
    let (light_x, light_y) = (light * libm::cos(towards) / 16.0, light * libm::sin(towards) / 16.0);
    let corners = match class {
        1 => ring(&[radius], 4, turn),
        2 => ring(&[radius], 3, turn),
        _ => ring(&[radius, 0.45 * radius], 5, turn),
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

/// Two colours that are bright and dark enough against each other.
fn colours(rng: &mut Rng) -> ([f64; 3], [f64; 3]) {
    let mut one = || core::array::from_fn(|_| rng.uniform());
    let brightness = |c: &[f64; 3]| 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
    let (shape, background): ([f64; 3], [f64; 3]) = (one(), one());
    let gap = brightness(&shape) - brightness(&background);
    let wanted = if gap < 0.0 { -CONTRAST } else { CONTRAST };
    let missing = if gap.abs() < CONTRAST { wanted - gap } else { 0.0 };
    // Both move apart by half of what is missing; a colour at the end of the range leaves its part to the other.
    let moved = |colour: [f64; 3], by: f64| colour.map(|channel| (channel + by).clamp(0.0, 1.0));
    let (shape, background) = (moved(shape, missing / 2.0), moved(background, -missing / 2.0));
    let left = wanted - (brightness(&shape) - brightness(&background));
    if missing == 0.0 || left * wanted <= 0.0 {
        return (shape, background);
    }
    (moved(shape, left), background)
}
