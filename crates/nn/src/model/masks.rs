//! Padding masks: which steps of a value hold nothing, so that attention does not look there.
//!
//! One rule, for the engine and for what is written of a model elsewhere (`docs/models.md` has it in full): a mask begins
//! at an embedding with a padding token and goes with the value, step for step, as long as its first axis after the batch
//! is the steps. What takes steps away takes them from the mask; what joins values along the steps joins the masks; where
//! paths meet step by step, a step is padding that is padding on every path that still has a mask. What moves the steps'
//! axis, or makes other extents of a sample, ends it.

use minibatch_graph::{Binary, Graph, NodeId, Op, Unary};

use super::lower::{Lower, Value};
use super::{MAX_ELEMENTS, Model};
use crate::{Block, Input, NnError};

/// Whether a layer has a mask before it and behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MaskFlow {
    /// The layer's place, as in the names of its weights: `layers.3.body.0`.
    pub path: String,
    /// What comes in has a mask.
    pub comes: bool,
    /// What goes out has one.
    pub goes: bool,
}

impl Model {
    /// For every layer, nested ones after the one they belong to, whether padding is known before and behind it.
    ///
    /// # Errors
    /// As [`Model::new`].
    pub fn masks(&self) -> Result<Vec<MaskFlow>, NnError> {
        let mut g = Graph::new();
        let mut lower = Lower::new(&mut g, MAX_ELEMENTS, None)?;
        let x = lower.input("x", 1, &self.input)?;
        lower.sequence(&self.blocks, x)?;
        let flow = |n: super::outline::Note| MaskFlow { path: n.path, comes: n.masked[0], goes: n.masked[1] };
        Ok(lower.notes.into_iter().map(flow).collect())
    }
}

impl Model {
    /// How many steps of the computation lead to what goes out of these layers. What takes part in it makes it longer: layers
    /// or a mask that nothing looks at leave it as it is.
    ///
    /// # Errors
    /// As [`Model::new`].
    pub fn work(input: &Input, blocks: &[Block]) -> Result<usize, NnError> {
        let mut g = Graph::new();
        let mut lower = Lower::new(&mut g, MAX_ELEMENTS, None)?;
        let x = lower.input("x", 1, input)?;
        let y = lower.sequence(blocks, x)?.node;
        let mut seen = vec![false; g.nodes().len()];
        let mut waiting = vec![y];
        while let Some(id) = waiting.pop() {
            if !std::mem::replace(&mut seen[id.index()], true) {
                waiting.extend(&g.node(id).inputs);
            }
        }
        Ok(seen.into_iter().filter(|&seen| seen).count())
    }
}

impl Lower<'_> {
    /// Some steps of a mask.
    pub(super) fn cut_mask(
        &mut self,
        mask: Option<NodeId>,
        start: usize,
        len: usize,
    ) -> Result<Option<NodeId>, NnError> {
        mask.map(|mask| self.node(Op::Slice { axis: 1, start, len }, &[mask])).transpose()
    }

    /// The mask where values meet step by step: 0 where all that have a mask have 0.
    pub(super) fn met_masks(&mut self, values: &[Value]) -> Result<Option<NodeId>, NnError> {
        let mut met: Option<NodeId> = None;
        for mask in values.iter().filter_map(|value| value.mask) {
            met = Some(match met {
                Some(other) if other != mask => {
                    let sum = self.binary(Binary::Add, other, mask)?;
                    self.node(Op::Unary(Unary::Sign), &[sum])?
                }
                _ => mask,
            });
        }
        Ok(met)
    }

    /// The mask where values are joined along their steps: every step of one without a mask is seen.
    pub(super) fn joined_masks(&mut self, values: &[Value]) -> Result<Option<NodeId>, NnError> {
        if values.iter().all(|value| value.mask.is_none()) {
            return Ok(None);
        }
        let mut masks = vec![];
        for &value in values {
            let dims = self.dims(value);
            masks.push(value.mask.unwrap_or_else(|| self.g.full([dims[0], dims[1]], 1.0)));
        }
        if let [mask] = masks[..] {
            return Ok(Some(mask));
        }
        self.node(Op::Concat { axis: 1 }, &masks).map(Some)
    }
}
