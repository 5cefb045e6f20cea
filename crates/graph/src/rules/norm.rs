//! Normalisations.

use super::Rule;
use crate::{GraphError, Norm, Shape};

impl Rule<'_> {
    /// Whether the value can be seen as whole rows, groups of rows and spans.
    fn rows_of(&self, norm: &Norm, input: usize) -> Result<(), GraphError> {
        let numel = self.shape(input).numel();
        let Norm { columns, groups, span, eps, .. } = *norm;
        let whole = columns > 0
            && groups > 0
            && span > 0
            && numel.is_multiple_of(columns)
            && (numel / columns).is_multiple_of(groups)
            && columns.is_multiple_of(span);
        if !whole {
            let mend = format!("rows of {columns}, {groups} groups and spans of {span} must divide it");
            return Err(self.bad_shape(input, &mend));
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
        self.rows_of(norm, 0)?;
        (1..self.inputs.len()).try_for_each(|input| self.channels_at(input, norm))?;
        Ok(Shape::from([norm.len(self.shape(0).numel())]))
    }

    pub(super) fn norm_grad(&self, norm: &Norm) -> Result<Shape, GraphError> {
        let own = 3 + usize::from(norm.weight);
        // With a sum of gradients, or without.
        self.arity(if self.inputs.len() == own + 1 { own + 1 } else { own })?;
        self.normed(norm)?;
        if norm.weight {
            self.channels_at(2, norm)?;
        }
        self.same(1, own - 1)?;
        if self.inputs.len() > own && self.shape(own).numel() != self.shape(1).numel() {
            return Err(self.mismatch(1, own, "a sum of gradients needs as many elements".into()));
        }
        Ok(self.shape(1).clone())
    }

    pub(super) fn norm_grad_weight(&self, norm: &Norm) -> Result<Shape, GraphError> {
        self.arity(3)?;
        self.normed(norm)?;
        self.same(1, 2)?;
        if norm.weights() == 0 {
            return Err(self.bad_value(
                "weight",
                "false",
                "a norm without weight and bias has no such gradient",
            ));
        }
        Ok(Shape::from([norm.weights()]))
    }

    /// Checks the result of a norm, then its x.
    fn normed(&self, norm: &Norm) -> Result<(), GraphError> {
        self.floats()?;
        self.rows_of(norm, 1)?;
        if self.shape(0).numel() == norm.len(self.shape(1).numel()) {
            return Ok(());
        }
        Err(self.mismatch(0, 1, "give the result of the norm, then what it normalised".into()))
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
