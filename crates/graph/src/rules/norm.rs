//! Normalisations.

use super::Rule;
use crate::{GraphError, Norm, Shape};

impl Rule<'_> {
    /// Whether the value can be seen as whole rows, groups of rows and spans.
    fn rows_of(&self, norm: &Norm) -> Result<(), GraphError> {
        let numel = self.shape(0).numel();
        let Norm { columns, groups, span, eps, .. } = *norm;
        let whole = columns > 0
            && groups > 0
            && span > 0
            && numel.is_multiple_of(columns)
            && (numel / columns).is_multiple_of(groups)
            && columns.is_multiple_of(span);
        if !whole {
            let mend = format!("rows of {columns}, {groups} groups and spans of {span} must divide it");
            return Err(self.bad_shape(0, &mend));
        }
        if eps < 0.0 || eps.is_nan() {
            return Err(self.bad_value("eps", &eps.to_string(), "give 0 or more"));
        }
        Ok(())
    }

    fn channels_at(&self, input: usize, norm: &Norm) -> Result<(), GraphError> {
        if self.shape(input).numel() == norm.channels() {
            return Ok(());
        }
        Err(self.mismatch(0, input, format!("weight and bias need {} elements", norm.channels())))
    }

    pub(super) fn norm(&self, norm: &Norm) -> Result<Shape, GraphError> {
        self.arity(1 + usize::from(norm.weight) + usize::from(norm.bias))?;
        self.floats()?;
        self.rows_of(norm)?;
        (1..self.inputs.len()).try_for_each(|input| self.channels_at(input, norm))?;
        Ok(self.shape(0).clone())
    }

    pub(super) fn norm_grad(&self, norm: &Norm) -> Result<Shape, GraphError> {
        self.arity(2 + usize::from(norm.weight))?;
        self.floats()?;
        self.rows_of(norm)?;
        if norm.weight {
            self.channels_at(1, norm)?;
        }
        self.same(0, self.inputs.len() - 1)?;
        Ok(self.shape(0).clone())
    }

    pub(super) fn norm_grad_weight(&self, norm: &Norm) -> Result<Shape, GraphError> {
        self.arity(2)?;
        self.floats()?;
        self.rows_of(norm)?;
        self.same(0, 1)?;
        Ok(Shape::from([norm.channels()]))
    }

    pub(super) fn running_stats(&self, momentum: f32) -> Result<Shape, GraphError> {
        self.arity(2)?;
        self.floats()?;
        if !(0.0..=1.0).contains(&momentum) {
            return Err(self.bad_value("momentum", &momentum.to_string(), "give a share from 0 to 1"));
        }
        let (channels, _) = self.matrix(1)?;
        if self.shape(0).numel() != 2 * channels {
            return Err(self.mismatch(0, 1, format!("{channels} means and as many variances are needed")));
        }
        Ok(self.shape(0).clone())
    }
}
