//! Pictures drawn by seed: shapes, digits and textures. Every pixel lies in `[0, 1]`.
//!
//! Classes come in turn, so that any first part of the samples is balanced; a larger count continues the same
//! samples. What is drawn and the noise on it come from two streams, so noise changes no picture's content.

mod digits;
mod fabrics;
mod glyphs;
mod pen;
mod polygon;
mod shapes;
mod textures;

pub(crate) use digits::{DIGITS, draw_digit};
pub(crate) use fabrics::{FABRICS, draw_fabric};
pub(crate) use shapes::{SHAPES, draw_shape};
pub(crate) use textures::{TEXTURES, draw_texture};

use crate::{Rng, SampleSet};

/// What a generator is told: the pixels to fill (channels, rows, columns; all 0 at first), the class, and the
/// stream of what is drawn.
pub(crate) type Draw = fn(pixels: &mut [f32], class: usize, rng: &mut Rng);

/// How many samples to draw, and how.
pub(crate) struct Order {
    /// (channels, rows, columns).
    pub shape: [usize; 3],
    /// What the classes are called.
    pub names: Vec<String>,
    /// Samples to train on, samples held back.
    pub counts: [usize; 2],
    /// Noise in percent: each number moves by up to this share of the whole range, either way.
    pub noise: f64,
    /// The first of four streams that are this task's own.
    pub stream: u64,
}

/// Draws the training samples, then the test samples, from streams of their own.
pub(crate) fn draw_all(order: Order, draw: Draw, seed: u64) -> SampleSet {
    let size: usize = order.shape.iter().product();
    let total = order.counts[0] + order.counts[1];
    let classes = order.names.len();
    let mut inputs = vec![0.0; total * size];
    let mut targets = Vec::with_capacity(total);
    let mut samples = inputs.chunks_exact_mut(size.max(1));
    for (side, count) in (0..).zip(order.counts) {
        let mut content = Rng::with_stream(seed, order.stream + side);
        let mut noise = Rng::with_stream(seed, order.stream + 2 + side);
        for (class, pixels) in (0..count).map(|index| index % classes.max(1)).zip(samples.by_ref()) {
            draw(pixels, class, &mut content);
            disturb(pixels, order.noise / 100.0, &mut noise);
            targets.push(class as f32);
        }
    }
    SampleSet {
        input: order.shape.to_vec(),
        tokens: None,
        target: Vec::new(),
        classes: Some(classes),
        train: order.counts[0],
        test: order.counts[1],
        inputs,
        targets,
        vocabulary: Vec::new(),
        class_names: order.names,
    }
}

/// Moves every number by up to `amount` either way, spread evenly, and keeps it within `[0, 1]`.
fn disturb(pixels: &mut [f32], amount: f64, noise: &mut Rng) {
    // No draw at no noise: it is most of the work, and nothing else reads this stream.
    if amount <= 0.0 {
        return;
    }
    for pixel in pixels {
        *pixel = (*pixel + noise.range(-amount, amount) as f32).clamp(0.0, 1.0);
    }
}
