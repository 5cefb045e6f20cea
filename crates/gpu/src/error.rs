//! What can go wrong on a GPU.

use minibatch_graph::GraphError;

/// Why the GPU could not do what was asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GpuError {
    /// The machine or the browser offers no adapter.
    #[error("no GPU adapter was found ({reason}); {mend}")]
    NoAdapter {
        /// What the search said.
        reason: String,
        /// What to install or switch on.
        mend: &'static str,
    },
    /// The adapter gives no device with WebGPU's default limits.
    #[error("the adapter {adapter} gives no device: {reason}; use the CPU backend")]
    NoDevice {
        /// The adapter's name.
        adapter: String,
        /// What the request said.
        reason: String,
    },
    /// The device is gone, and with it everything that was on it.
    #[error("the GPU was lost ({reason}); start again from the last weights the host has")]
    Lost {
        /// What the driver said.
        reason: String,
    },
    /// The graph itself cannot be planned.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A variable has another length than is needed.
    #[error("variable {name} has {have} elements where {need} are needed; set it anew or remove it first")]
    Size {
        /// The variable's name.
        name: String,
        /// Elements it has.
        have: usize,
        /// Elements that are needed.
        need: usize,
    },
    /// A write would go past the end of a variable.
    #[error("variable {name} has {have} elements; {count} from {offset} on do not fit")]
    Range {
        /// The variable's name.
        name: String,
        /// Elements it has.
        have: usize,
        /// The first element to be written.
        offset: usize,
        /// How many were to be written.
        count: usize,
    },
    /// There is no variable of this name.
    #[error("there is no variable {name} on the GPU; set it, or compile a graph that has it")]
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// A buffer larger than WebGPU allows, or empty.
    #[error(
        "{name} would take {bytes} bytes; a GPU buffer holds 4 to {limit}, so make the model or the data smaller"
    )]
    BadLength {
        /// What was to be made.
        name: String,
        /// Bytes asked for.
        bytes: u64,
        /// The most that is allowed.
        limit: u64,
    },
    /// A variable was replaced after the plan had been compiled.
    #[error("variable {name} was replaced since the plan was compiled; compile the graph again")]
    StalePlan {
        /// The variable's name.
        name: String,
    },
    /// A node would write a buffer that it also reads, which a GPU forbids.
    #[error("{label}: {op} would write what it reads ({what}); give its result a variable of its own")]
    Aliased {
        /// The part of the model.
        label: String,
        /// The op's name.
        op: &'static str,
        /// The buffer.
        what: String,
    },
    /// The device refused a shader, a pipeline or a buffer.
    #[error("the GPU refused what was built for it: {reason}")]
    Refused {
        /// What the device said.
        reason: String,
    },
    /// Values could not be brought back.
    #[error("values could not be read back from the GPU: {reason}")]
    ReadBack {
        /// What the device said.
        reason: String,
    },
}
