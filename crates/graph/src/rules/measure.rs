//! What evaluates: rows in pieces, sums and counts over them.

use super::Rule;
use crate::{DType, GraphError, Loss, Shape};

impl Rule<'_> {
    pub(super) fn next_rows(&self, samples: usize, rows: usize) -> Result<(Shape, DType), GraphError> {
        self.arity(1)?;
        self.typed(0, DType::U32)?;
        if self.shape(0).numel() != 1 {
            return Err(self.bad_shape(0, "give the cursor, (1)"));
        }
        if rows == 0 || rows > samples {
            let mend = format!("give 1 to {samples} rows, the number of samples");
            return Err(self.bad_value("rows", &rows.to_string(), &mend));
        }
        Ok((Shape::from([rows]), DType::U32))
    }

    pub(super) fn tally(&self) -> Result<Shape, GraphError> {
        self.arity(3)?;
        self.typed(0, DType::F32)?;
        self.typed(1, DType::F32)?;
        let (_, columns) = self.matrix(1)?;
        if self.shape(0).numel() != 4 * columns {
            return Err(self.mismatch(0, 1, format!("two rows of {columns} sums for each of two sides")));
        }
        self.rows_of_samples(1, 2)?;
        Ok(self.shape(0).clone())
    }

    pub(super) fn confusion(&self, classes: usize, loss: Loss) -> Result<Shape, GraphError> {
        self.arity(4)?;
        self.typed(0, DType::F32)?;
        self.typed(1, DType::F32)?;
        let (rows, columns) = self.matrix(1)?;
        let (wanted, target) = if columns == 1 { (2, DType::F32) } else { (columns, DType::U32) };
        self.typed(2, target)?;
        if classes != wanted || classes > 32 {
            let mend = "give the prediction's columns, at most 32";
            return Err(self.bad_value("classes", &classes.to_string(), mend));
        }
        if loss.takes_classes() != (columns > 1) {
            return Err(self.bad_value("loss", &format!("{loss:?}"), "give the loss of these targets"));
        }
        if self.shape(2).numel() != rows {
            return Err(self.mismatch(1, 2, "give one target a row".into()));
        }
        if self.shape(0).numel() != 2 * classes * classes {
            return Err(self.mismatch(0, 1, format!("{classes} x {classes} counts for each of two sides")));
        }
        self.rows_of_samples(1, 3)?;
        Ok(self.shape(0).clone())
    }

    /// As many rows for each sample of the index.
    fn rows_of_samples(&self, x: usize, index: usize) -> Result<(), GraphError> {
        self.typed(index, DType::U32)?;
        let (rows, samples) = (self.matrix(x)?.0, self.shape(index).numel());
        if samples > 0 && rows.is_multiple_of(samples) {
            return Ok(());
        }
        Err(self.mismatch(x, index, "give as many rows for each sample".into()))
    }
}
