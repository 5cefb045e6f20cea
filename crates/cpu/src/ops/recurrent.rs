//! Recurrent layers over whole sequences.

use crate::Real;
use crate::memory::Memory;
use crate::plan::Step;

/// How many elements of scratch a step needs.
pub(crate) fn scratch_len(_step: &Step) -> usize {
    0
}

/// Runs one of these ops.
pub(crate) fn run<T: Real>(_step: &Step, _memory: &mut Memory<T>, _scratch: &mut [T]) {}
