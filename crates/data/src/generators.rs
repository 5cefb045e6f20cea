//! The shapes behind the built-in data sets. Each function places one point; ranges follow the usual
//! two-dimensional playground: everything within about ±5 of a plane drawn to ±6.
//!
//! Where a point stands and how noise disturbs it come from two streams, and the noise is always drawn and
//! then scaled. So at one seed a higher noise moves the same points further; it never deals new ones.
//!
//! Noise `t` is a fraction, 0 to 0.5. Two-class labels: 1 is positive (blue), 0 negative (orange).

use core::f64::consts::{PI, TAU};

use crate::rng::Rng;
use crate::{DatasetKind, Point};

/// Radius of circle and spirals, half side of xor and checkerboard.
const RADIUS: f64 = 5.0;

/// The two sources a generator draws from.
struct Draw {
    place: Rng,
    noise: Rng,
}

impl Draw {
    /// A disturbance spread evenly over a square of this half side.
    fn jitter(&mut self, half_side: f64) -> (f64, f64) {
        (half_side * self.noise.range(-1.0, 1.0), half_side * self.noise.range(-1.0, 1.0))
    }

    /// A place spread evenly over a square of this half side.
    fn square(&mut self, half_side: f64) -> (f64, f64) {
        (self.place.range(-half_side, half_side), self.place.range(-half_side, half_side))
    }
}

/// Which of a data set's three streams: places, noise, or the order of the points.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Place,
    Noise,
    Order,
}

/// The random numbers of one data set for one purpose. Kinds are numbered by their order in the enum, so a
/// new kind goes at its end, wherever the page shows it: the points of the others must not change.
pub(crate) fn stream(kind: DatasetKind, purpose: Purpose, seed: u64) -> Rng {
    Rng::with_stream(seed, (kind as u64) * 3 + purpose as u64 + 1)
}

/// `count` points of a built-in data set, classes taken in turn so that without noise they differ by one
/// point at most. None for [`DatasetKind::Own`], whose points are not generated.
pub(crate) fn points(kind: DatasetKind, count: usize, noise_percent: f64, seed: u64) -> Vec<Point> {
    let t = noise_percent / 100.0;
    let mut draw =
        Draw { place: stream(kind, Purpose::Place, seed), noise: stream(kind, Purpose::Noise, seed) };
    let one = |index: usize| -> Option<(f64, f64, f64)> {
        Some(match kind {
            DatasetKind::Circle => circle(index, t, &mut draw),
            DatasetKind::Xor => xor(index, t, &mut draw),
            DatasetKind::Gauss => gauss(index, t, &mut draw),
            DatasetKind::Spiral => {
                let (x, y, arm) = spiral(index, count, 2, 1.75, t, &mut draw);
                (x, y, 1.0 - arm)
            }
            // Fewer turns than the two-armed one, so that neighbouring arms stay about as far apart (1.3).
            DatasetKind::Spiral3 => spiral(index, count, 3, 1.25, t, &mut draw),
            DatasetKind::Spiral4 => spiral(index, count, 4, 1.0, t, &mut draw),
            DatasetKind::Moons => moons(index, t, &mut draw),
            DatasetKind::Checkerboard => checkerboard(index, t, &mut draw),
            DatasetKind::Blobs3 => blob(index, 3, t, &mut draw),
            DatasetKind::Blobs4 => blob(index, 4, t, &mut draw),
            DatasetKind::Plane => regression(plane, t, &mut draw),
            DatasetKind::MultiGauss => regression(multi_gauss, t, &mut draw),
            DatasetKind::Own => return None,
        })
    };
    (0..count)
        .map_while(one)
        .map(|(x, y, label)| Point { x: x as f32, y: y as f32, label: label as f32 })
        .collect()
}

fn label(positive: bool) -> f64 {
    if positive { 1.0 } else { 0.0 }
}

/// A disc (radius 0 to 2.5, positive) inside a ring (3.5 to 5). The label is that of the place the noise
/// moves it to.
fn circle(index: usize, t: f64, draw: &mut Draw) -> (f64, f64, f64) {
    let (low, high) = if index.is_multiple_of(2) { (0.0, RADIUS * 0.5) } else { (RADIUS * 0.7, RADIUS) };
    let radius = draw.place.range(low, high);
    let angle = draw.place.range(0.0, TAU);
    let (x, y) = (radius * libm::sin(angle), radius * libm::cos(angle));
    let (dx, dy) = draw.jitter(RADIUS * t);
    let squared = (x + dx) * (x + dx) + (y + dy) * (y + dy);
    (x, y, label(squared < RADIUS * RADIUS * 0.25))
}

/// Four squares, 0.3 clear of the axes; positive where x and y have the same sign, after noise.
fn xor(index: usize, t: f64, draw: &mut Draw) -> (f64, f64, f64) {
    const GAP: f64 = 0.3;
    let (sign_x, sign_y) = [(1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)][index % 4];
    let x = sign_x * (GAP + draw.place.range(0.0, RADIUS));
    let y = sign_y * (GAP + draw.place.range(0.0, RADIUS));
    let (dx, dy) = draw.jitter(RADIUS * t);
    (x, y, label((x + dx) * (y + dy) >= 0.0))
}

/// Two normal clouds around ±(2, 2), of variance 0.5 without noise and 4 at 50%.
fn gauss(index: usize, t: f64, draw: &mut Draw) -> (f64, f64, f64) {
    let positive = index.is_multiple_of(2);
    let centre = if positive { 2.0 } else { -2.0 };
    let deviation = libm::sqrt(0.5 + 7.0 * t);
    (centre + deviation * draw.place.normal(), centre + deviation * draw.place.normal(), label(positive))
}

/// Arms that leave the centre evenly and wind `turns` times to radius 5; the third value is the arm. Noise
/// moves the point by up to `t` each way.
fn spiral(index: usize, count: usize, arms: usize, turns: f64, t: f64, draw: &mut Draw) -> (f64, f64, f64) {
    let arm = index % arms;
    let on_this_arm = (count - arm).div_ceil(arms);
    // Half a step out, or every arm would put its first point on the very centre, with different labels.
    let along = ((index / arms) as f64 + 0.5) / on_this_arm as f64;
    let angle = TAU * (turns * along + arm as f64 / arms as f64);
    let (dx, dy) = draw.jitter(t);
    (RADIUS * along * libm::sin(angle) + dx, RADIUS * along * libm::cos(angle) + dy, arm as f64)
}

/// Two crescents of radius 3 and width 0.6 hooked into each other; normal noise of deviation `2 t` moves the
/// point.
fn moons(index: usize, t: f64, draw: &mut Draw) -> (f64, f64, f64) {
    let upper = index.is_multiple_of(2);
    let angle = draw.place.range(0.0, PI);
    let radius = draw.place.range(2.7, 3.3);
    let side = if upper { 1.0 } else { -1.0 };
    let x = side * (radius * libm::cos(angle) - 1.5);
    let y = side * (radius * libm::sin(angle) - 0.75);
    let (dx, dy) = (2.0 * t * draw.noise.normal(), 2.0 * t * draw.noise.normal());
    (x + dx, y + dy, label(upper))
}

/// Sixteen squares of side 2.5, points 0.1 clear of the lines, colours after noise of up to half a square.
fn checkerboard(index: usize, t: f64, draw: &mut Draw) -> (f64, f64, f64) {
    const SIDE: f64 = 2.5;
    const GAP: f64 = 0.1;
    // Row by row, to and fro, so that the two colours come in turn.
    let row = index / 4 % 4;
    let column = if row.is_multiple_of(2) { index % 4 } else { 3 - index % 4 };
    let x = SIDE * column as f64 - RADIUS + draw.place.range(GAP, SIDE - GAP);
    let y = SIDE * row as f64 - RADIUS + draw.place.range(GAP, SIDE - GAP);
    let (dx, dy) = draw.jitter(SIDE * t);
    let squares_from_centre = libm::floor((x + dx) / SIDE) + libm::floor((y + dy) / SIDE);
    (x, y, label(libm::fmod(squares_from_centre, 2.0) == 0.0))
}

/// Normal clouds evenly around a circle of radius 3.5, of deviation 0.6 without noise and 1.6 at 50%.
fn blob(index: usize, classes: usize, t: f64, draw: &mut Draw) -> (f64, f64, f64) {
    let class = index % classes;
    // Three make a triangle with its tip up; four stand in the quadrants, half a step off the vertical.
    let turn = if classes == 4 { 0.5 } else { 0.0 };
    let angle = TAU * (class as f64 + turn) / classes as f64;
    let deviation = 0.6 + 2.0 * t;
    let x = 3.5 * libm::sin(angle) + deviation * draw.place.normal();
    let y = 3.5 * libm::cos(angle) + deviation * draw.place.normal();
    (x, y, class as f64)
}

/// A place spread evenly over the whole plane (±6), with the target of the place the noise moves it to.
fn regression(target: fn(f64, f64) -> f64, t: f64, draw: &mut Draw) -> (f64, f64, f64) {
    let half_side = f64::from(crate::DOMAIN);
    let (x, y) = draw.square(half_side);
    let (dx, dy) = draw.jitter(half_side * t);
    (x, y, target(x + dx, y + dy).clamp(-1.0, 1.0))
}

/// -1 in the lower left corner of the plane, rising evenly to 1 in the upper right.
fn plane(x: f64, y: f64) -> f64 {
    (x + y) / (2.0 * f64::from(crate::DOMAIN))
}

/// Six cones of radius 2, up and down in turn, over a plane of 0.
fn multi_gauss(x: f64, y: f64) -> f64 {
    const BUMPS: [(f64, f64, f64); 6] = [
        (-4.0, 2.5, 1.0),
        (0.0, 2.5, -1.0),
        (4.0, 2.5, 1.0),
        (-4.0, -2.5, -1.0),
        (0.0, -2.5, 1.0),
        (4.0, -2.5, -1.0),
    ];
    // The cones nowhere overlap, so their sum is the one the point stands on.
    BUMPS.iter().map(|&(cx, cy, height)| height * (1.0 - libm::hypot(x - cx, y - cy) / 2.0).max(0.0)).sum()
}
