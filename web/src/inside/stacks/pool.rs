//! A unit of a pool by hand: its window in the layer before, and the largest or the mean of it.

use super::window::{Maps, Unit, Window};

/// Which windows a pool has.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pool {
    /// The largest of a window rather than the mean.
    pub max: bool,
    /// Rows and columns of a window; for an adaptive pool, of its result.
    pub size: [usize; 2],
    /// Stride and padding; none for an adaptive pool, whose windows share out the picture.
    pub fixed: Option<([usize; 2], [usize; 2])>,
}

impl Pool {
    /// The window of a unit over a picture of so many rows and columns.
    pub fn window(&self, unit: Unit, picture: [usize; 2]) -> Window {
        let at = [unit.row, unit.column];
        match self.fixed {
            Some((stride, padding)) => Window {
                first: [0, 1].map(|axis| (at[axis] * stride[axis]) as i64 - padding[axis] as i64),
                count: self.size,
                step: [1, 1],
            },
            None => {
                let first = [0, 1].map(|axis| at[axis] * picture[axis] / self.size[axis].max(1));
                let end =
                    [0, 1].map(|axis| ((at[axis] + 1) * picture[axis]).div_ceil(self.size[axis].max(1)));
                Window {
                    first: first.map(|n| n as i64),
                    count: [end[0] - first[0], end[1] - first[1]],
                    step: [1, 1],
                }
            }
        }
    }

    /// The unit's value: the largest of the window, padding left out; or the mean, in which padding counts as zeros.
    pub fn value(&self, before: Maps, unit: Unit) -> Option<f64> {
        let window = self.window(unit, [before.shape[1], before.shape[2]]);
        let values = window.values(before, unit.map);
        let known = values.iter().flatten().map(|v| f64::from(*v));
        if self.max { known.reduce(f64::max) } else { Some(known.sum::<f64>() / window.len() as f64) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_take_the_largest_or_the_mean() {
        let values: Vec<f32> = (0..16).map(|v| v as f32).collect();
        let before = Maps { values: &values, shape: [1, 4, 4] };
        let corner = Unit { map: 0, row: 0, column: 0 };
        let pool = |max, size, fixed| Pool { max, size, fixed };
        assert_eq!(pool(true, [2, 2], Some(([2, 2], [0, 0]))).value(before, corner), Some(5.0));
        assert_eq!(pool(false, [2, 2], Some(([2, 2], [0, 0]))).value(before, corner), Some(2.5));
        // Padding: three of the four are outside, and count as zeros in a mean.
        assert_eq!(
            pool(false, [2, 2], Some(([2, 2], [1, 1]))).value(before, Unit { row: 1, ..corner }),
            Some(3.0)
        );
        assert_eq!(pool(true, [2, 2], Some(([2, 2], [1, 1]))).value(before, corner), Some(0.0));
        assert_eq!(pool(false, [1, 1], None).value(before, corner), Some(7.5));
        let thirds = pool(true, [3, 3], None);
        let unit = Unit { map: 0, row: 1, column: 2 };
        assert_eq!(thirds.window(unit, [4, 4]), Window { first: [1, 2], count: [2, 2], step: [1, 1] });
    }
}
