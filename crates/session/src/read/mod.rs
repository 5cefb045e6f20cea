//! Reading an experiment: one walk over its JSON against the fields there are ([`schema`]), so that whatever is misspelt,
//! misplaced, of a wrong kind or not used is told by its place. Serde alone passes over what it does not know, and names no
//! field when a value is wrong.

mod alias;
mod idle;
mod json;
mod nearest;
mod path;
mod schema;
#[cfg(test)]
mod serdes;
#[cfg(test)]
mod tests;
mod unused;
mod walk;

use core::fmt;

use serde_json::Value;

use crate::{Experiment, ExperimentError};

pub use nearest::{did_you_mean, nearest};

/// A field that is given and plays no part.
#[derive(Clone, PartialEq, Debug)]
pub struct Unused {
    /// Its place: `training.optimizer.beta1`.
    pub field: String,
    /// Why not.
    pub why: String,
}

impl fmt::Display for Unused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not used: {}", self.field, self.why)
    }
}

impl Experiment {
    /// Reads an experiment from JSON.
    ///
    /// # Errors
    /// When the text is not an experiment, has a field that there is not, is of a newer version, or breaks a limit; the message
    /// names the field.
    pub fn from_json(text: &str) -> Result<Self, ExperimentError> {
        Ok(Self::read(json::parse(text)?)?.0)
    }

    /// The same, with the fields that are given and play no part.
    ///
    /// # Errors
    /// As [`Experiment::from_json`].
    pub fn read_json(text: &str) -> Result<(Self, Vec<Unused>), ExperimentError> {
        Self::read(json::parse(text)?)
    }

    /// The same of JSON that was parsed already.
    ///
    /// # Errors
    /// As [`Experiment::from_json`].
    pub fn read(mut value: Value) -> Result<(Self, Vec<Unused>), ExperimentError> {
        if !value.is_object() {
            return Err(ExperimentError::Json("which is an object of JSON, {...}".into()));
        }
        // What a newer version has besides is not misspelt.
        if let Some(version) = value["version"].as_u64().filter(|v| *v > u64::from(crate::VERSION)) {
            return Err(ExperimentError::Version(u32::try_from(version).unwrap_or(u32::MAX)));
        }
        walk::walk(&path::Path::Root, &mut value, &schema::EXPERIMENT)?;
        let experiment: Self = typed(&value)?;
        experiment.validate()?;
        let unused = unused::unused(&experiment, &value);
        Ok((experiment, unused))
    }
}

/// A value that the walk has found right, as what it stands for.
fn typed<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, ExperimentError> {
    serde::Deserialize::deserialize(value)
        .map_err(|error: serde_json::Error| ExperimentError::Field(error.to_string()))
}
