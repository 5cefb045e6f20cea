//! What can go wrong in an export.

use minibatch_session::ExperimentError;

/// Why an experiment could not be written as PyTorch code.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The experiment is wrong.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// The script would be imported in place of a module that it needs.
    #[error(
        "a script called {module}.py hides Python's module {module} from itself and from every script beside it; give another name"
    )]
    Module {
        /// The module's name.
        module: &'static str,
    },
    /// The model and the code for it do not agree: a fault of ours.
    #[error(
        "the model has no parameter {0}, which torch's module would have; this is a fault in minibatch, please report it"
    )]
    Parameter(String),
    /// Weights that were handed in are not the model's.
    #[error("{name}: {message}")]
    Weights {
        /// The array's name.
        name: String,
        /// What is wrong, with both shapes.
        message: String,
    },
    /// The arrays could not be put into a file: a fault of ours.
    #[error(
        "the arrays do not make a safetensors file ({0}); this is a fault in minibatch, please report it"
    )]
    File(String),
}
