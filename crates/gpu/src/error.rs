//! What can go wrong on a GPU.

use minibatch_graph::GraphError;

/// What a buffer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// The variable of this name.
    Variable(String),
    /// Values on their way from op to op.
    Between,
    /// A number for each launch to read.
    Constant,
    /// What is on its way to the host.
    Reading,
}

impl std::fmt::Display for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Between => write!(f, "the values between two layers"),
            Self::Constant => write!(f, "a constant"),
            Self::Reading => write!(f, "what is read back"),
        }
    }
}

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
    #[error("the GPU was lost ({reason}), and the weights that were on it; training starts anew")]
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
    /// A variable without elements.
    #[error("variable {name} has no elements; a GPU buffer holds one at least")]
    Empty {
        /// The variable's name.
        name: String,
    },
    /// A buffer larger than the device grants.
    #[error("{held} would take {bytes} bytes, and a buffer of this GPU holds {limit}; use the CPU backend")]
    TooLarge {
        /// What it was to hold.
        held: Held,
        /// Bytes asked for.
        bytes: u64,
        /// The most that is granted.
        limit: u64,
    },
    /// A launch past what the device grants.
    #[error("the kernel {kernel} wants {wanted} {what}, and this GPU grants {granted}; use the CPU backend")]
    Beyond {
        /// The kernel.
        kernel: &'static str,
        /// What it wants too much of.
        what: String,
        /// How much it wants.
        wanted: u64,
        /// How much there is.
        granted: u64,
    },
    /// The device has too little memory left.
    #[error("the GPU has too little memory for this ({reason}); use the CPU backend")]
    OutOfMemory {
        /// What the device said.
        reason: String,
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

impl GpuError {
    /// Whether another device, or the CPU, might do what this one cannot.
    pub fn is_too_large(&self) -> bool {
        matches!(self, Self::TooLarge { .. } | Self::Beyond { .. } | Self::OutOfMemory { .. })
    }
}

impl From<wgpu::Error> for GpuError {
    fn from(error: wgpu::Error) -> Self {
        let reason = error.to_string();
        match error {
            wgpu::Error::OutOfMemory { .. } => Self::OutOfMemory { reason },
            wgpu::Error::Validation { .. } | wgpu::Error::Internal { .. } => Self::Refused { reason },
        }
    }
}
