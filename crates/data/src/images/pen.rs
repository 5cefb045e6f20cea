//! A pen: a line of changing width, drawn with soft edges.

/// A place on the paper, in pixels, with the half width of the pen there.
#[derive(Clone, Copy, Debug)]
pub struct Dab {
    /// Across, from the left edge.
    pub x: f64,
    /// Down, from the upper edge.
    pub y: f64,
    /// Half the width of the line.
    pub half: f64,
}

/// A square of paper that remembers how deep inside the line every pixel lies.
pub struct Paper {
    side: usize,
    /// By pixel, row by row: half width less distance to the line's middle; what is not near is very low.
    depth: Vec<f64>,
}

impl Paper {
    /// Clean paper of `side` x `side` pixels.
    pub fn new(side: usize) -> Self {
        Self { side, depth: vec![-1e3; side * side] }
    }

    /// Draws a straight piece from one dab to the next; its ends are round.
    pub fn stroke(&mut self, from: Dab, to: Dab) {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let squared = dx * dx + dy * dy;
        let reach = from.half.max(to.half) + 2.0;
        let columns = self.near(from.x.min(to.x) - reach, from.x.max(to.x) + reach);
        for row in self.near(from.y.min(to.y) - reach, from.y.max(to.y) + reach) {
            for column in columns.clone() {
                let (px, py) = (column as f64 + 0.5 - from.x, row as f64 + 0.5 - from.y);
                let along = if squared > 0.0 { ((px * dx + py * dy) / squared).clamp(0.0, 1.0) } else { 0.0 };
                let (ex, ey) = (px - along * dx, py - along * dy);
                let half = from.half + along * (to.half - from.half);
                let depth = half - libm::sqrt(ex * ex + ey * ey);
                let kept = &mut self.depth[row * self.side + column];
                *kept = kept.max(depth);
            }
        }
    }

    /// The rows or columns whose pixels touch an interval.
    fn near(&self, low: f64, high: f64) -> core::ops::Range<usize> {
        // A float becomes a whole number by saturating, so what lies off the paper is cut here.
        (low.max(0.0) as usize)..((high.max(0.0) as usize + 1).min(self.side))
    }

    /// Inks the pixels: `ink` well inside the line, none outside, rising evenly over `soft` pixels between.
    pub fn ink(&self, pixels: &mut [f32], ink: f64, soft: f64) {
        for (pixel, depth) in pixels.iter_mut().zip(&self.depth) {
            *pixel = (ink * (depth / soft + 0.5).clamp(0.0, 1.0)) as f32;
        }
    }
}
