//! What can be wrong with a model.

use minibatch_graph::GraphError;

/// Why a model could not be built. Layers are named as PyTorch names them, with their kind: `layers.2 (conv2d)`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NnError {
    /// A node does not fit; the graph's message names the layer too.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A layer cannot take what comes to it, or one of its settings is out of range.
    #[error("{layer}: {message}")]
    Layer {
        /// Which layer.
        layer: String,
        /// What is wrong, and the mend.
        message: String,
    },
}

impl NnError {
    /// What is wrong with a layer.
    pub(crate) fn layer(layer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Layer { layer: layer.into(), message: message.into() }
    }
}
