//! Broadcasting, sums over axes, and ops that only move elements.

use super::Rule;
use crate::walk::MAX_RANK;
use crate::{DType, GraphError, Shape};

impl Rule<'_> {
    /// Whether an input has few enough axes to be walked along all of them.
    fn walked(&self, input: usize) -> Result<(), GraphError> {
        if self.shape(input).rank() <= MAX_RANK {
            return Ok(());
        }
        Err(self.bad_shape(input, &format!("give at most {MAX_RANK} axes; join some of them with a view")))
    }

    /// The shape of an elementwise op over two shapes: axes are matched from the last; extent 1 is repeated.
    pub(super) fn broadcast(&self) -> Result<Shape, GraphError> {
        self.arity(2)?;
        self.floats()?;
        self.walked(0)?;
        self.walked(1)?;
        let (a, b) = (self.shape(0).dims(), self.shape(1).dims());
        let rank = a.len().max(b.len());
        let at = |dims: &[usize], i: usize| (i + dims.len()).checked_sub(rank).map_or(1, |i| dims[i]);
        let mut dims = vec![];
        for (x, y) in (0..rank).map(|i| (at(a, i), at(b, i))) {
            if x != y && x != 1 && y != 1 {
                let mend = format!("extents {x} and {y} must be equal, or one of them 1");
                return Err(self.mismatch(0, 1, mend));
            }
            dims.push(if x == 1 { y } else { x });
        }
        Ok(Shape::new(dims))
    }

    pub(super) fn reduce(&self, axes: &[usize]) -> Result<Shape, GraphError> {
        self.arity(1)?;
        self.floats()?;
        self.walked(0)?;
        let mut dims = self.shape(0).dims().to_vec();
        let ascending = axes.windows(2).all(|pair| pair[0] < pair[1]);
        if axes.is_empty() || !ascending || axes.iter().any(|&axis| axis >= dims.len()) {
            let mend = format!("give ascending axes below {}", dims.len());
            return Err(self.bad_value("axes", &format!("{axes:?}"), &mend));
        }
        axes.iter().for_each(|&axis| dims[axis] = 1);
        Ok(Shape::new(dims))
    }

    pub(super) fn permute(&self, axes: &[usize]) -> Result<(Shape, DType), GraphError> {
        self.arity(1)?;
        self.walked(0)?;
        let dims = self.shape(0).dims();
        let mut sorted = axes.to_vec();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..dims.len()) {
            let mend = format!("give each of the axes 0 to {} once", dims.len() - 1);
            return Err(self.bad_value("axes", &format!("{axes:?}"), &mend));
        }
        let dims: Vec<usize> = axes.iter().map(|&axis| dims[axis]).collect();
        self.typed(0, DType::F32)?;
        Ok((Shape::new(dims), DType::F32))
    }

    /// The extent along an axis that must exist.
    fn axis(&self, axis: usize) -> Result<usize, GraphError> {
        let dims = self.shape(0).dims();
        dims.get(axis).copied().ok_or_else(|| {
            self.bad_value("axis", &axis.to_string(), &format!("give an axis below {}", dims.len()))
        })
    }

    pub(super) fn slice(&self, axis: usize, start: usize, len: usize) -> Result<(Shape, DType), GraphError> {
        self.arity(1)?;
        self.typed(0, DType::F32)?;
        let extent = self.axis(axis)?;
        if len == 0 || start.checked_add(len).is_none_or(|end| end > extent) {
            let value = format!("{start}..{}", start.saturating_add(len));
            let mend = format!("axis {axis} has places 0 to {}", extent - 1);
            return Err(self.bad_value("range", &value, &mend));
        }
        let mut dims = self.shape(0).dims().to_vec();
        dims[axis] = len;
        Ok((Shape::new(dims), DType::F32))
    }

    pub(super) fn pad(&self, axis: usize, before: usize, after: usize) -> Result<Shape, GraphError> {
        self.arity(1)?;
        self.floats()?;
        let extent = self.axis(axis)?;
        let mut dims = self.shape(0).dims().to_vec();
        dims[axis] = extent + before + after;
        Ok(Shape::new(dims))
    }

    pub(super) fn concat(&self, axis: usize) -> Result<Shape, GraphError> {
        if self.inputs.is_empty() {
            self.arity(1)?;
        }
        self.floats()?;
        let mut total = self.axis(axis)?;
        let first = self.shape(0).dims();
        for other in 1..self.inputs.len() {
            let dims = self.shape(other).dims();
            let fits = dims.len() == first.len() && (0..dims.len()).all(|i| i == axis || dims[i] == first[i]);
            if !fits {
                return Err(self.mismatch(0, other, format!("all axes but {axis} must be equal")));
            }
            total += dims[axis];
        }
        let mut dims = first.to_vec();
        dims[axis] = total;
        Ok(Shape::new(dims))
    }
}
