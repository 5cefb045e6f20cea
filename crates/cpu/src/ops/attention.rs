//! Attention and rotary positions.
//!
//! Both directions of attention go by blocks of queries, as Dao and others (2022) do: the scores of a block are all
//! that is ever kept of the steps x steps matrix, and the backward pass makes them anew from each query's lse, the
//! logarithm of the sum of its exponentiated scores. Queries, keys and values are read where they lie among those of all heads.

mod backward;
mod forward;
mod rotary;
mod source;

use minibatch_graph::{Attention, Rotary};

use crate::call::Call;
use crate::memory::{Memory, Operand};
use crate::{How, Real};
use backward::Backward;
use forward::Forward;
use rotary::Turn;
use source::Source;

/// How many queries are looked at together: a whole number of tiles of either kind.
const BLOCK: usize = 24;

/// Attention, its gradient, or the turning of positions.
#[derive(Clone, Debug)]
pub(crate) enum AttentionKernel {
    Forward(Forward),
    Gradient(Backward),
    Rotary(Turn),
}

impl AttentionKernel {
    pub fn forward(call: &Call, attention: Attention, how: How) -> Self {
        Self::Forward(Forward::new(Source::new(attention, call), call.output, how))
    }

    pub fn gradient(call: &Call, attention: Attention, how: How) -> Self {
        let source = Source::new(attention, call);
        let result: [Operand; 2] = std::array::from_fn(|i| call.inputs[source.inputs() + i]);
        Self::Gradient(Backward::new(source, result, call.output, how))
    }

    pub fn rotary(call: &Call, rotary: Rotary) -> Self {
        Self::Rotary(Turn::new(call, rotary))
    }

    pub fn scratch_len(&self) -> usize {
        match self {
            Self::Forward(forward) => forward.scratch_len(),
            Self::Gradient(backward) => backward.scratch_len(),
            Self::Rotary(_) => 0,
        }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        match self {
            Self::Forward(forward) => forward.run(memory, scratch),
            Self::Gradient(backward) => backward.run(memory, scratch),
            Self::Rotary(turn) => turn.run(memory),
        }
    }
}
