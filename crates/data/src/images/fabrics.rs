//! Woven fabrics in two colours: what tells the classes apart is the pattern, whatever its colours, width and place. A
//! small window shows it, so that a network needs no wider view.

use core::f64::consts::TAU;

use crate::Rng;

/// (channels, rows, columns) of a picture.
pub(crate) const FABRICS: [usize; 3] = [3, 32, 32];
const SIDE: usize = FABRICS[1];

/// Draws stripes that lie, stripes that stand, checks or dots.
pub(crate) fn draw_fabric(pixels: &mut [f32], class: usize, rng: &mut Rng) {
    let dark: [f64; 3] = core::array::from_fn(|_| rng.range(0.0, 0.45));
    let light: [f64; 3] = dark.map(|shade| shade + rng.range(0.3, 0.5));
    let turn = rng.range(-0.12, 0.12);
    let step = TAU / rng.range(4.5, 8.0);
    let (cos, sin) = (libm::cos(turn) * step, libm::sin(turn) * step);
    let (first, second) = (rng.range(0.0, TAU), rng.range(0.0, TAU));
    for row in 0..SIDE {
        for column in 0..SIDE {
            let (x, y) = (column as f64, row as f64);
            let (across, down) =
                (libm::sin(cos * x + sin * y + first), libm::sin(cos * y - sin * x + second));
            let thread = match class {
                0 => (down + 1.0) / 2.0,
                1 => (across + 1.0) / 2.0,
                2 => (across * down + 1.0) / 2.0,
                _ => ((across + down) / 2.0).max(0.0),
            };
            for channel in 0..FABRICS[0] {
                let value = dark[channel] + (light[channel] - dark[channel]) * thread;
                pixels[channel * SIDE * SIDE + row * SIDE + column] = value as f32;
            }
        }
    }
}
