//! A picture under a pen: finer than the model's input while it is drawn, and scaled down to it for the model.

/// Pixels of the sketch along the longer side of the picture, at most.
const FINEST: usize = 224;

/// A picture that is drawn.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sketch {
    shape: [usize; 3],
    /// Pixels of the sketch in one of the picture's, each way.
    times: usize,
    values: Vec<f32>,
}

impl Sketch {
    /// An empty one for pictures of (channels, rows, columns).
    pub fn new(shape: [usize; 3]) -> Self {
        let times = (FINEST / shape[1].max(shape[2]).max(1)).clamp(1, 6);
        let mut sketch = Self { shape, times, values: vec![] };
        sketch.fill(&[]);
        sketch
    }

    /// The picture's extents, finer by what the sketch is finer.
    pub fn fine_shape(&self) -> [usize; 3] {
        [self.shape[0], self.shape[1] * self.times, self.shape[2] * self.times]
    }

    /// The picture's own extents.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// (channels, rows, columns) of the fine picture.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// One colour all over; 0 for channels without one.
    pub fn fill(&mut self, colour: &[f32]) {
        let [channels, rows, columns] = self.fine_shape();
        let of = |c: usize| std::iter::repeat_n(colour.get(c).copied().unwrap_or(0.0), rows * columns);
        self.values = (0..channels).flat_map(of).collect();
    }

    /// A picture of the model's size in place of what is drawn; one of another size changes nothing.
    pub fn take(&mut self, picture: &[f32]) {
        let ([channels, rows, columns], [_, fine_rows, fine_columns]) = (self.shape, self.fine_shape());
        if picture.len() != channels * rows * columns {
            return;
        }
        let at =
            |c: usize, i: usize, j: usize| picture[(c * rows + i / self.times) * columns + j / self.times];
        self.values = (0..channels * fine_rows * fine_columns)
            .map(|n| at(n / (fine_rows * fine_columns), n / fine_columns % fine_rows, n % fine_columns))
            .collect();
    }

    /// A stroke of the pen from one place to another, in pixels of the picture, with round ends.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), radius: f64, colour: &[f32]) {
        let [channels, rows, columns] = self.fine_shape();
        let times = self.times as f64;
        let fine = |p: (f64, f64)| (p.0 * times, p.1 * times);
        let ((x1, y1), (x2, y2), radius) = (fine(from), fine(to), radius * times);
        let span = |a: f64, b: f64, n: usize| {
            let first = (a.min(b) - radius - 1.0).clamp(0.0, n as f64) as usize;
            (first, ((a.max(b) + radius + 2.0).clamp(0.0, n as f64)) as usize)
        };
        let ((left, right), (top, bottom)) = (span(x1, x2, columns), span(y1, y2, rows));
        let (dx, dy) = (x2 - x1, y2 - y1);
        let long = dx * dx + dy * dy;
        for row in top..bottom {
            for column in left..right {
                let (px, py) = (column as f64 + 0.5 - x1, row as f64 + 0.5 - y1);
                let t = if long > 0.0 { ((px * dx + py * dy) / long).clamp(0.0, 1.0) } else { 0.0 };
                let distance = (px - t * dx).hypot(py - t * dy);
                let cover = (radius + 0.5 - distance).clamp(0.0, 1.0) as f32;
                for channel in 0..channels {
                    let value = &mut self.values[(channel * rows + row) * columns + column];
                    *value += cover * (colour.get(channel).copied().unwrap_or(0.0) - *value);
                }
            }
        }
    }

    /// The picture as the model takes it: each of its pixels the mean of the sketch's.
    pub fn scaled(&self) -> Vec<f32> {
        let ([channels, rows, columns], [_, _, fine_columns], times) =
            (self.shape, self.fine_shape(), self.times);
        let fine_rows = rows * times;
        let mut out = Vec::with_capacity(channels * rows * columns);
        for channel in 0..channels {
            for row in 0..rows {
                for column in 0..columns {
                    let line =
                        |i: usize| (channel * fine_rows + row * times + i) * fine_columns + column * times;
                    let sum: f32 = (0..times).flat_map(|i| &self.values[line(i)..line(i) + times]).sum();
                    out.push(sum / (times * times) as f32);
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_comes_back_as_it_was() {
        let picture: Vec<f32> = (0..2 * 5 * 7).map(|v| v as f32 / 70.0).collect();
        let mut sketch = Sketch::new([2, 5, 7]);
        sketch.take(&picture);
        for (a, b) in sketch.scaled().iter().zip(&picture) {
            assert!((a - b).abs() < 1e-6, "{a} for {b}");
        }
        let before = sketch.clone();
        sketch.take(&[1.0]);
        assert_eq!(sketch, before, "another size changes nothing");
    }

    #[test]
    fn a_stroke_covers_its_own_width_and_no_more() {
        let mut sketch = Sketch::new([1, 28, 28]);
        sketch.line((4.0, 14.0), (24.0, 14.0), 1.5, &[1.0]);
        let picture = sketch.scaled();
        let at = |row: usize, column: usize| picture[row * 28 + column];
        assert!((at(14, 14) - 1.0).abs() < 1e-6 && (at(13, 14) - 1.0).abs() < 1e-6);
        assert!((at(15, 14) - 0.5).abs() < 0.1, "the edge is half covered: {}", at(15, 14));
        assert_eq!((at(17, 14), at(14, 27), at(14, 0)), (0.0, 0.0, 0.0));
        let ink: f32 = picture.iter().sum();
        let wanted = 20.0 * 3.0 + std::f32::consts::PI * 1.5 * 1.5;
        assert!((ink - wanted).abs() < 2.0, "{ink} pixels of ink for {wanted}");
    }

    #[test]
    fn colours_go_to_their_channels_and_a_pen_beyond_the_edge_is_harmless() {
        let mut sketch = Sketch::new([3, 8, 8]);
        sketch.fill(&[0.0, 0.5, 0.0]);
        sketch.line((-5.0, 4.0), (20.0, 4.0), 1.0, &[1.0, 0.0, 0.25]);
        let picture = sketch.scaled();
        let at = |channel: usize, row: usize| picture[(channel * 8 + row) * 8 + 4];
        assert_eq!((at(0, 4), at(1, 4), at(2, 4)), (1.0, 0.0, 0.25));
        assert_eq!((at(0, 0), at(1, 0), at(2, 0)), (0.0, 0.5, 0.0));
    }
}
