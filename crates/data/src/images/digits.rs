//! Digits as if by hand: a skeleton, wobbled, bent, slanted, scaled and drawn with a pen.

use super::glyphs::{GLYPHS, Glyph};
use super::pen::{Dab, Paper};
use crate::Rng;

/// Rows and columns of a digit.
pub(crate) const DIGITS: [usize; 3] = [1, 28, 28];
const SIDE: usize = DIGITS[1];
/// Pixels that stay free at every edge.
const MARGIN: f64 = 1.0;
/// Straight pieces between two places of a skeleton.
const PIECES: usize = 6;

/// Draws the digit `class`, light on dark.
pub(crate) fn draw_digit(pixels: &mut [f32], class: usize, rng: &mut Rng) {
    let ways = GLYPHS[class % 10];
    let glyph = ways[rng.below(ways.len() as u32) as usize];
    let mut strokes = place(&wobble(glyph, rng), rng);
    let half = rng.range(0.75, 1.65);
    let (pressure, phase) = (rng.range(0.0, 0.22), rng.range(0.0, core::f64::consts::TAU));
    fit(&mut strokes, half + 0.5, rng);
    let mut paper = Paper::new(SIDE);
    for stroke in &strokes {
        let dabs: Vec<Dab> = (0..)
            .zip(stroke)
            .map(|(step, &(x, y))| {
                // The pen presses now more, now less; a stroke of six places or so goes through it once.
                let press = 1.0 + pressure * libm::sin(phase + 0.18 * f64::from(step));
                Dab { x, y, half: half * press }
            })
            .collect();
        dabs.windows(2).for_each(|pair| paper.stroke(pair[0], pair[1]));
    }
    paper.ink(pixels, rng.range(0.82, 1.0), rng.range(1.0, 1.6));
}

/// The strokes as smooth curves through places that miss their mark a little.
fn wobble(glyph: Glyph, rng: &mut Rng) -> Vec<Vec<(f64, f64)>> {
    let amount = rng.range(0.008, 0.036);
    let mut last: Option<((f64, f64), (f64, f64))> = None;
    glyph
        .iter()
        .map(|stroke| {
            let mut knots: Vec<(f64, f64)> =
                stroke.iter().map(|&(x, y)| (x + amount * rng.normal(), y + amount * rng.normal())).collect();
            // Where the pen stayed down, the stroke starts where the last one truly ended.
            if let (Some((meant, drawn)), Some(first)) = (last, knots.first_mut())
                && meant == stroke[0]
            {
                *first = drawn;
            }
            last = stroke.last().copied().zip(knots.last().copied());
            smooth(&knots)
        })
        .collect()
}

/// A Catmull-Rom spline through the knots (Catmull and Rom 1974), as short straight pieces. At the ends the knot
/// itself stands for its missing neighbour.
fn smooth(knots: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut curve: Vec<(f64, f64)> = knots.first().copied().into_iter().collect();
    for (index, pair) in knots.windows(2).enumerate() {
        let before = knots[index.saturating_sub(1)];
        let after = knots[(index + 2).min(knots.len() - 1)];
        for piece in 1..=PIECES {
            let t = piece as f64 / PIECES as f64;
            let through = |p: f64, q: f64, r: f64, s: f64| {
                let (t2, t3) = (t * t, t * t * t);
                q + 0.5
                    * ((r - p) * t
                        + (2.0 * p - 5.0 * q + 4.0 * r - s) * t2
                        + (3.0 * q - p - 3.0 * r + s) * t3)
            };
            let (from, to) = (pair[0], pair[1]);
            curve.push((through(before.0, from.0, to.0, after.0), through(before.1, from.1, to.1, after.1)));
        }
    }
    curve
}

/// From the skeleton's box to pixels around the origin: size, stretch, slant, turn and a slow bend.
fn place(strokes: &[Vec<(f64, f64)>], rng: &mut Rng) -> Vec<Vec<(f64, f64)>> {
    let height = rng.range(15.5, 21.5);
    let width = height * rng.range(0.8, 1.2);
    let slant = rng.range(-0.12, 0.38);
    let turn = rng.range(-0.17, 0.17);
    let (sin, cos) = (libm::sin(turn), libm::cos(turn));
    let (bend_x, bend_y) = (rng.range(-0.06, 0.06), rng.range(-0.06, 0.06));
    let to_pixels = |&(x, y): &(f64, f64)| {
        let (u, v) = (x - 0.31, y - 0.5);
        // A hand moves in arcs: places far from the middle line are carried aside.
        let (u, v) = (u + bend_x * (4.0 * v * v - 1.0), v + bend_y * (8.0 * u * u - 1.0));
        let (u, v) = (width * (u - slant * v), height * v);
        (cos * u - sin * v, sin * u + cos * v)
    };
    strokes.iter().map(|stroke| stroke.iter().map(to_pixels).collect()).collect()
}

/// Shrinks what is too large, and moves the digit to a place near the middle where all of it is on the paper.
fn fit(strokes: &mut [Vec<(f64, f64)>], half: f64, rng: &mut Rng) {
    let room = SIDE as f64 - 2.0 * (MARGIN + half);
    let centre = SIDE as f64 / 2.0;
    let (aside, down) = (rng.range(-2.5, 2.5), rng.range(-2.5, 2.5));
    let all = || strokes.iter().flatten();
    let bounds = |low: f64, high: f64, value: f64| (low.min(value), high.max(value));
    let (left, right) = all().fold((f64::MAX, f64::MIN), |(low, high), p| bounds(low, high, p.0));
    let (upper, lower) = all().fold((f64::MAX, f64::MIN), |(low, high), p| bounds(low, high, p.1));
    let scale = (room / (right - left).max(lower - upper)).min(1.0);
    let shift = |low: f64, high: f64, wanted: f64| {
        let slack = ((room - scale * (high - low)) / 2.0).max(0.0);
        centre + wanted.clamp(-slack, slack) - scale * (low + high) / 2.0
    };
    let (shift_x, shift_y) = (shift(left, right, aside), shift(upper, lower, down));
    for place in strokes.iter_mut().flatten() {
        *place = (scale * place.0 + shift_x, scale * place.1 + shift_y);
    }
}
