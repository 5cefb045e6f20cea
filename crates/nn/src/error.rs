//! What can be wrong with a model.

use minibatch_graph::GraphError;

/// Why a model could not be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NnError {
    /// A node does not fit.
    #[error(transparent)]
    Graph(#[from] GraphError),
}
