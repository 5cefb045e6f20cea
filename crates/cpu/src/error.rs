//! What can go wrong on the CPU.

use minibatch_graph::{DType, GraphError};

/// Why a variable could not be read or written, or a graph not compiled or run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CpuError {
    /// The graph itself cannot be planned.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// There is no variable of this name.
    #[error("there is no variable {name}; set it, or compile a graph that names it, first")]
    Unknown {
        /// The name.
        name: String,
    },
    /// The variable holds the other kind of element.
    #[error("variable {name} holds {got}, not {wanted}; read and write it as what it holds")]
    WrongType {
        /// The name.
        name: String,
        /// What was asked for.
        wanted: DType,
        /// What it holds.
        got: DType,
    },
    /// The variable has another number of elements than it needs.
    #[error("variable {name} has {got} elements, not the {wanted} that are needed; set it anew or rename it")]
    WrongSize {
        /// The name.
        name: String,
        /// How many elements are needed.
        wanted: usize,
        /// How many it has.
        got: usize,
    },
    /// A write would go past the variable's end.
    #[error("variable {name} has {len} elements; writing {count} from {offset} on goes past its end")]
    PastTheEnd {
        /// The name.
        name: String,
        /// How many elements it has.
        len: usize,
        /// The first element to be written.
        offset: usize,
        /// How many were to be written.
        count: usize,
    },
    /// An op would read a buffer while it writes it.
    #[error("{label}: {op} reads and writes {name} at once; give its result another name")]
    Aliased {
        /// The node's name.
        label: String,
        /// The op's name.
        op: &'static str,
        /// The variable, or the shared buffer.
        name: String,
    },
    /// The plan was compiled by another [`crate::Cpu`].
    #[error("the plan wants variable {name} where this store has another; run it where it was compiled")]
    ForeignPlan {
        /// The variable's name.
        name: String,
    },
}
