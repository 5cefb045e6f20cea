//! What can be wrong with an experiment.

use crate::figure::{figure, short};

/// Why an experiment cannot be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExperimentError {
    /// The text is no experiment.
    #[error("this is not an experiment, {0}")]
    Json(String),
    /// A field that there is not, or whose value is of another kind: with its place, and what may stand there.
    #[error("{0}")]
    Field(String),
    /// It was written by a newer release.
    #[error("the experiment has version {0}; this page knows up to 1. Reload the page to get a newer one")]
    Version(u32),
    /// A number lies outside its range.
    #[error("{name} is {}; give a number from {} to {}", short(*.value), short(*.low), short(*.high))]
    OutOfRange {
        /// The field.
        name: String,
        /// Its value.
        value: f64,
        /// The least allowed.
        low: f64,
        /// The most allowed.
        high: f64,
    },
    /// The network has nothing to look at.
    #[error("no feature is chosen; choose at least one, x for example")]
    NoFeatures,
    /// A feature is listed twice.
    #[error("feature {0} is listed twice; remove one")]
    FeatureTwice(&'static str),
    /// Too deep.
    #[error("{0} hidden layers are more than the 8 there can be; remove some")]
    TooManyLayers(usize),
    /// The loss cannot serve the task.
    #[error("loss {loss} does not fit data with {task}; choose auto")]
    LossAndTask {
        /// The loss's name.
        loss: &'static str,
        /// The task.
        task: String,
    },
    /// No preset has this name.
    #[error("there is no preset {name}{nearby}; there are {known}")]
    NoPreset {
        /// The name asked for.
        name: String,
        /// "; did you mean spiral?", or nothing.
        nearby: String,
        /// The names there are.
        known: String,
    },
    /// The model does not fit together.
    #[error(transparent)]
    Model(#[from] minibatch_nn::NnError),
    /// Weights or samples that were handed in do not fit the model.
    #[error("{name}: {message}")]
    Supply {
        /// The array's name.
        name: String,
        /// What is wrong, with both shapes.
        message: String,
    },
    /// A number among weights or samples that nothing can be done with.
    #[error("{tensor}{place} is {}; {mend}", figure(*.value))]
    Value {
        /// The array's name.
        tensor: String,
        /// Its indices there: `[3, 17]`.
        place: String,
        /// What stands there.
        value: f32,
        /// What may stand there, and the mend.
        mend: String,
    },
    /// What only a network over points in the plane has was asked of another model.
    #[error(
        "this experiment's model is written layer by layer and has no picture in the plane; ask for its outline"
    )]
    NotPlane,
    /// The GPU was asked for, and cannot train this.
    #[error("the GPU that was asked for cannot train this; use the CPU")]
    NotOnGpu {
        /// Why not.
        why: crate::Why,
    },
    /// The data cannot be made.
    #[error(transparent)]
    Data(#[from] minibatch_data::DataError),
}
