//! Attention, positions and recurrent ops.

use super::Rule;
use crate::{Attention, Cell, GraphError, Recurrent, Rotary, Shape};

/// The extents of an attention: batch, queries, keys, width.
struct Extents {
    b: usize,
    t: usize,
    s: usize,
    e: usize,
}

impl Rule<'_> {
    fn three(&self, input: usize) -> Result<[usize; 3], GraphError> {
        let dims = self.shape(input).dims();
        dims.try_into().map_err(|_| self.bad_shape(input, "give three axes"))
    }

    /// Checks attention's own inputs, of which there are [`Self::attention_inputs`].
    fn extents(&self, attention: &Attention) -> Result<Extents, GraphError> {
        self.floats()?;
        let [b, t, width] = self.three(0)?;
        let (e, s) = if attention.cross {
            let [b2, s, width2] = self.three(1)?;
            if b != b2 || width2 != 2 * width {
                return Err(self.mismatch(
                    0,
                    1,
                    format!("keys and values must be ({b}, steps, {})", 2 * width),
                ));
            }
            (width, s)
        } else {
            if width % 3 != 0 {
                return Err(self.bad_shape(0, "queries, keys and values need a last axis that 3 divides"));
            }
            (width / 3, t)
        };
        if attention.heads == 0 || e % attention.heads != 0 {
            let mend = format!("it must divide the width {e}");
            return Err(self.bad_value("heads", &attention.heads.to_string(), &mend));
        }
        if attention.mask {
            let mask = 1 + usize::from(attention.cross);
            if self.shape(mask).dims() != [b, s] {
                return Err(self.mismatch(0, mask, format!("the mask must be ({b}, {s})")));
            }
        }
        Ok(Extents { b, t, s, e })
    }

    fn attention_inputs(attention: &Attention) -> usize {
        1 + usize::from(attention.cross) + usize::from(attention.mask)
    }

    pub(super) fn attention(&self, attention: &Attention) -> Result<Shape, GraphError> {
        self.arity(Self::attention_inputs(attention))?;
        let Extents { b, t, e, .. } = self.extents(attention)?;
        Ok(Shape::from([attention.len([b, t, e])]))
    }

    pub(super) fn attention_grad(&self, attention: &Attention) -> Result<Shape, GraphError> {
        let own = Self::attention_inputs(attention);
        self.arity(own + 2)?;
        let Extents { b, t, s, e } = self.extents(attention)?;
        let given = [Shape::from([attention.len([b, t, e])]), Shape::from([b, t, e])];
        for (i, wanted) in given.iter().enumerate() {
            if self.shape(own + i) != wanted {
                return Err(self.mismatch(0, own + i, format!("it must be {wanted}")));
            }
        }
        Ok(if attention.cross {
            Shape::from([b * t * e + b * s * 2 * e])
        } else {
            Shape::from([b, t, 3 * e])
        })
    }

    pub(super) fn rotary(&self, rotary: &Rotary) -> Result<Shape, GraphError> {
        self.arity(1)?;
        self.floats()?;
        let [_, _, width] = self.three(0)?;
        let Rotary { heads, parts, turned, base, .. } = *rotary;
        let fits = parts > 0 && heads > 0 && turned <= parts && width % (parts * heads) == 0;
        if !fits || !(width / (parts * heads)).is_multiple_of(2) {
            let value = format!("{heads} heads, {parts} parts");
            let mend = "each head of each part needs an even number of columns";
            return Err(self.bad_value("layout", &value, mend));
        }
        // Below 1 a step would turn by more than a radian, which the kernel cannot say.
        if base < 1.0 || base.is_nan() {
            return Err(self.bad_value("base", &base.to_string(), "it must be 1 or more"));
        }
        Ok(self.shape(0).clone())
    }

    pub(super) fn recurrent(&self, recurrent: &Recurrent) -> Result<Shape, GraphError> {
        let lstm = recurrent.cell == Cell::Lstm;
        self.arity(4 + usize::from(lstm))?;
        self.floats()?;
        let [t, b, gates] = self.three(0)?;
        let (rows, h) = self.matrix(1)?;
        if gates != rows || rows != h * recurrent.cell.gates() {
            let mend = format!("{h} hidden units need {} gates on both sides", h * recurrent.cell.gates());
            return Err(self.mismatch(0, 1, mend));
        }
        if self.shape(2).numel() != rows {
            return Err(self.mismatch(1, 2, format!("the bias needs {rows} elements")));
        }
        for state in 3..self.inputs.len() {
            if self.shape(state).dims() != [b, h] {
                return Err(self.mismatch(0, state, format!("the initial state must be ({b}, {h})")));
            }
        }
        Ok(Shape::from([recurrent.parts(t, b, h).len]))
    }

    pub(super) fn recurrent_grad(&self, recurrent: &Recurrent) -> Result<Shape, GraphError> {
        self.arity(3)?;
        self.floats()?;
        let (_, h) = self.matrix(1)?;
        let [t, b, h2] = self.three(2)?;
        if h != h2 || self.shape(0).numel() != recurrent.parts(t, b, h).len {
            return Err(self.mismatch(0, 2, "give the result and the gradient of its states".into()));
        }
        Ok(Shape::from([recurrent.grad_parts(t, b, h).len]))
    }
}
