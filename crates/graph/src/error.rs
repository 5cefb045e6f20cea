//! What can be wrong with a graph.

use crate::{DType, Shape};

/// Why a node could not be added, or a graph not differentiated or planned. `label` is the node's name in the model.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GraphError {
    /// Two operands do not fit together.
    #[error("{label}: {op} cannot take {left} with {right}; {mend}")]
    Mismatch {
        /// The node's name.
        label: String,
        /// The op's name.
        op: &'static str,
        /// The first operand's shape.
        left: Shape,
        /// The second operand's shape.
        right: Shape,
        /// What would fit.
        mend: String,
    },
    /// One operand has the wrong shape for the op.
    #[error("{label}: {op} cannot take {shape}; {mend}")]
    BadShape {
        /// The node's name.
        label: String,
        /// The op's name.
        op: &'static str,
        /// The operand's shape.
        shape: Shape,
        /// What would fit.
        mend: String,
    },
    /// An operand has the wrong element type.
    #[error("{label}: {op} needs {wanted} for input {input}, got {got}")]
    BadType {
        /// The node's name.
        label: String,
        /// The op's name.
        op: &'static str,
        /// Which input, from 0.
        input: usize,
        /// The type the op needs.
        wanted: DType,
        /// The type it got.
        got: DType,
    },
    /// The op was given too few or too many operands.
    #[error("{label}: {op} takes {wanted} inputs, got {got}")]
    Arity {
        /// The node's name.
        label: String,
        /// The op's name.
        op: &'static str,
        /// How many it takes.
        wanted: usize,
        /// How many it got.
        got: usize,
    },
    /// An attribute of the op lies outside its range.
    #[error("{label}: {op} cannot have {what} = {value}; {mend}")]
    BadValue {
        /// The node's name.
        label: String,
        /// The op's name.
        op: &'static str,
        /// The attribute.
        what: &'static str,
        /// Its value.
        value: String,
        /// The allowed range.
        mend: String,
    },
    /// A gradient was asked through an op that has none.
    #[error("{label}: {op} has no gradient; keep it out of the path from the parameters to the loss")]
    NotDifferentiable {
        /// The node's name.
        label: String,
        /// The op's name.
        op: &'static str,
    },
    /// Two graphs, or two nodes, use one variable name for different shapes.
    #[error("variable {name} is {old} already and cannot be {new} as well; give one of them another name")]
    VariableTwice {
        /// The variable's name.
        name: String,
        /// Its shape so far.
        old: Shape,
        /// The shape asked for now.
        new: Shape,
    },
    /// Something that is not computed was declared an output.
    #[error("output {name}: {label} is {op}, which computes nothing; give a computed node")]
    BadOutput {
        /// The output's name.
        name: String,
        /// The node's name.
        label: String,
        /// The op's name.
        op: &'static str,
    },
}
