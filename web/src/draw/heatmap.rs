//! Values to pixels: one unit's map, the output's map, and what has no colour.

use super::colour::{Rgb, blend};
use crate::numbers::within;

/// A value for each cell of a square picture, or several (channels) of which one is looked at.
#[derive(Clone, Copy)]
pub struct Map<'a> {
    /// Row-major, (side, side, channels).
    pub values: &'a [f32],
    /// Cells along each side.
    pub side: usize,
    /// Values a cell.
    pub channels: usize,
    /// The one looked at.
    pub channel: usize,
}

impl Map<'_> {
    /// The value in a cell; row 0 is the top. NaN beyond the edge.
    pub fn at(&self, row: usize, column: usize) -> f32 {
        let index = (row * self.side + column) * self.channels + self.channel;
        self.values.get(index).copied().unwrap_or(f32::NAN)
    }
}

/// A rectangle of a picture's pixels to paint on.
pub struct Patch<'a> {
    /// The whole picture, 4 bytes a pixel.
    pub pixels: &'a mut [u8],
    /// Pixels in its row.
    pub stride: usize,
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// Rows and columns to paint.
    pub side: usize,
}

/// Paints a map, its cells spread evenly over the patch; `colour` gives none for what cannot be shown, which is
/// hatched. `opacity` has one value a pixel of the patch, or none at all for an opaque square.
pub fn paint(patch: Patch, map: Map, colour: impl Fn(f32) -> Option<Rgb>, opacity: &[u8]) {
    let cell = |i: usize| (2 * i + 1) * map.side / (2 * patch.side);
    for row in 0..patch.side {
        let start = ((patch.top + row) * patch.stride + patch.left) * 4;
        let Some(line) = patch.pixels.get_mut(start..start + patch.side * 4) else { return };
        let source = cell(row);
        for (column, pixel) in line.chunks_exact_mut(4).enumerate() {
            let [r, g, b] = colour(map.at(source, cell(column))).unwrap_or_else(|| hatch(row, column));
            let alpha = opacity.get(row * patch.side + column).copied().unwrap_or(255);
            pixel.copy_from_slice(&[r, g, b, alpha]);
        }
    }
}

/// Paints class probabilities, (side, side, classes): blended, or the likeliest alone.
pub fn paint_classes(
    pixels: &mut [u8],
    values: &[f32],
    classes: &[Rgb],
    zero: Rgb,
    side: usize,
    likeliest: bool,
) {
    let cells = values.chunks_exact(classes.len().max(1));
    for (i, (pixel, p)) in pixels.chunks_exact_mut(4).zip(cells).enumerate() {
        let colour = if likeliest { argmax(p).map(|c| classes[c]) } else { blend(classes, p, zero) };
        let [r, g, b] = colour.unwrap_or_else(|| hatch(i / side, i % side));
        pixel.copy_from_slice(&[r, g, b, 255]);
    }
}

/// The place of the largest value; none where one is NaN.
pub fn argmax(values: &[f32]) -> Option<usize> {
    if values.iter().any(|v| v.is_nan()) {
        return None;
    }
    (0..values.len()).max_by(|&a, &b| values[a].total_cmp(&values[b]))
}

/// Grey stripes: there is no number here.
fn hatch(row: usize, column: usize) -> Rgb {
    if (row + column) % 6 < 3 { [0x8c; 3] } else { [0xa6; 3] }
}

/// Opacities, (side, side), of a square whose corners are rounded with this radius, both in pixels.
pub fn rounded(side: usize, radius: f32) -> Vec<u8> {
    let (half, inner) = (side as f32 / 2.0, side as f32 / 2.0 - radius);
    let over = |i: usize| ((i as f32 + 0.5 - half).abs() - inner).max(0.0);
    let opacity = |row: usize, column: usize| {
        let distance = (over(row).powi(2) + over(column).powi(2)).sqrt();
        ((radius + 0.5 - distance).clamp(0.0, 1.0) * 255.0) as u8
    };
    (0..side * side).map(|i| opacity(i / side, i % side)).collect()
}

/// The map with `times` as many cells along each side, smooth between them (Catmull-Rom splines, Catmull and Rom 1974).
pub fn enlarge(map: Map, times: usize) -> Vec<f32> {
    let (side, wide) = (map.side, map.side * times);
    let taps: Vec<([usize; 4], [f32; 4])> = (0..wide).map(|i| spline(i, times, side)).collect();
    let mut rows = vec![0.0; side * wide];
    for row in 0..side {
        let line: Vec<f32> = (0..side).map(|column| map.at(row, column)).collect();
        for (out, (cells, weights)) in rows[row * wide..][..wide].iter_mut().zip(&taps) {
            *out = (0..4).map(|k| weights[k] * line[cells[k]]).sum();
        }
    }
    let mut out = vec![0.0; wide * wide];
    for (line, (cells, weights)) in out.chunks_exact_mut(wide.max(1)).zip(&taps) {
        for (cell, weight) in cells.iter().zip(weights) {
            for (out, value) in line.iter_mut().zip(&rows[cell * wide..][..wide]) {
                *out += weight * value;
            }
        }
    }
    out
}

/// The four cells around a fine pixel's centre, kept within the picture, and their weights.
fn spline(fine: usize, times: usize, side: usize) -> ([usize; 4], [f32; 4]) {
    let place = (fine as f32 + 0.5) / times as f32 - 0.5;
    let (first, t) = (place.floor(), place - place.floor());
    let cell = |k: f32| within(first + k, 0.0, side as f32 - 1.0) as usize;
    let (t2, t3) = (t * t, t * t * t);
    let weights = [
        (-t3 + 2.0 * t2 - t) / 2.0,
        (3.0 * t3 - 5.0 * t2 + 2.0) / 2.0,
        (-3.0 * t3 + 4.0 * t2 + t) / 2.0,
        (t3 - t2) / 2.0,
    ];
    ([cell(-1.0), cell(0.0), cell(1.0), cell(2.0)], weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_lands_where_it_belongs_and_only_there() {
        let values = [1.0, 2.0, 3.0, 4.0];
        let mut pixels = vec![0; 4 * 3 * 4];
        let patch = Patch { pixels: &mut pixels, stride: 4, left: 1, top: 1, side: 2 };
        let map = Map { values: &values, side: 2, channels: 1, channel: 0 };
        paint(patch, map, |v| Some([v as u8; 3]), &[]);
        let red: Vec<u8> = pixels.chunks_exact(4).map(|p| p[0]).collect();
        assert_eq!(red, [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0]);
    }

    #[test]
    fn nan_and_missing_values_are_hatched() {
        let mut pixels = vec![0; 16];
        let patch = Patch { pixels: &mut pixels, stride: 2, left: 0, top: 0, side: 2 };
        let map = Map { values: &[f32::NAN], side: 2, channels: 1, channel: 0 };
        paint(patch, map, |v| (!v.is_nan()).then_some([0; 3]), &[]);
        assert!(pixels.chunks_exact(4).all(|p| p[0] >= 0x8c && p[3] == 255), "{pixels:?}");
    }

    #[test]
    fn channels_are_told_apart() {
        let map =
            Map { values: &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0, 4.0, 40.0], side: 2, channels: 2, channel: 1 };
        assert_eq!([map.at(0, 0), map.at(0, 1), map.at(1, 0), map.at(1, 1)], [10.0, 20.0, 30.0, 40.0]);
    }

    #[test]
    fn the_likeliest_class_wins() {
        let classes = [[1; 3], [2; 3], [3; 3]];
        let mut pixels = vec![0; 4];
        paint_classes(&mut pixels, &[0.2, 0.5, 0.3], &classes, [0; 3], 1, true);
        assert_eq!(pixels, [2, 2, 2, 255]);
        assert_eq!(argmax(&[0.1, f32::NAN]), None);
    }

    #[test]
    fn enlarging_keeps_planes_flat_and_means_in_place() {
        let values: Vec<f32> = (0..36).map(|i| (i % 6) as f32).collect();
        let map = Map { values: &values, side: 6, channels: 1, channel: 0 };
        let fine = enlarge(map, 4);
        assert_eq!(fine.len(), 24 * 24);
        for row in 0..24 {
            for column in 8..16 {
                let truth = (column as f32 + 0.5) / 4.0 - 0.5;
                let got = fine[row * 24 + column];
                assert!((got - truth).abs() < 1e-4, "row {row}, column {column}: {got} for {truth}");
            }
        }
    }

    #[test]
    fn corners_are_clear_and_the_middle_is_not() {
        let mask = rounded(24, 5.0);
        assert_eq!((mask[0], mask[12 * 24 + 12], mask[12]), (0, 255, 255));
    }
}
