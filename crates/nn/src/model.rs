//! Models: layers in a row, their layout, and the graphs that train one, evaluate it and look into it. All graphs of
//! one model share their variables by name, see [`crate::names`].
//!
//! A model is PyTorch's `class Model(nn.Module)` with `self.layers = nn.Sequential(...)`; a block counts there as many
//! modules as [`Block::modules`] says, and parameters have the names PyTorch gives them.

mod attention;
mod blocks;
mod compose;
mod dense;
mod evaluate;
mod graphs;
mod inside;
mod layout;
mod lower;
mod masks;
mod matrices;
mod norm;
mod outline;
mod params;
mod recurrent;
mod spatial;
mod tokens;
mod transformer;

pub use graphs::{Clip, Samples};
pub use inside::{Probe, ProbeKind, finish};
pub use layout::{Buffer, Layout, NamedTensor, Parameter};
pub use masks::MaskFlow;
pub use outline::{Outline, OutlineRow};

use minibatch_graph::{DType, Graph, Loss, control};

use crate::{Block, Input, NnError};
use lower::Lower;

/// The most numbers a model or one value may have: 1 GiB.
pub const MAX_ELEMENTS: usize = 1 << 28;

/// Layers in a row and what is minimised.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    /// What comes in.
    pub input: Input,
    /// The layers, the output last.
    pub blocks: Vec<Block>,
    /// What is minimised.
    pub loss: Loss,
    /// How many classes there are to count answers by, true against told; none where there are more than 32, where several
    /// answers are yes or no, and in regression.
    pub classes: Option<usize>,
    /// All parameters and buffers.
    pub layout: Layout,
    /// What goes out for one sample.
    pub output: Vec<usize>,
}

impl Model {
    /// Checks the layers by building them once, and finds their parameters.
    ///
    /// # Errors
    /// Names the layer that does not fit or is out of range, and the mend.
    pub fn new(
        input: Input,
        blocks: Vec<Block>,
        loss: Loss,
        classes: Option<usize>,
    ) -> Result<Self, NnError> {
        let (layout, output) = survey(&input, &blocks)?;
        if layout.total() == 0 {
            return Err(NnError::layer(
                "the model",
                "it has nothing to train; add a layer with weights, a linear one for example",
            ));
        }
        if loss.takes_classes() && output.last().is_none_or(|&k| k < 2) {
            let message = format!(
                "cross-entropy needs a score for each of at least 2 classes along the last axis, and a sample's output is \
                 {output:?}"
            );
            return Err(NnError::layer("the output", message));
        }
        Ok(Self { input, blocks, loss, classes, layout, output })
    }

    /// What goes out of these layers for one sample.
    ///
    /// # Errors
    /// As [`Model::new`].
    pub fn output_of(input: &Input, blocks: &[Block]) -> Result<Vec<usize>, NnError> {
        survey(input, blocks).map(|(_, output)| output)
    }

    /// Checks that the layers can be trained on batches of so many samples.
    ///
    /// # Errors
    /// Names the layer that cannot, a norm over the batch that has one value a channel for example, and the mend.
    pub fn takes_batch(&self, batch: usize) -> Result<(), NnError> {
        let mut g = Graph::new();
        let control = g.variable(control::NAME, [control::LEN], DType::U32)?;
        let mut lower = Lower::new(&mut g, self.parameters(), Some(control))?;
        let x = lower.input("x", batch, &self.input)?;
        lower.sequence(&self.blocks, x).map(drop)
    }

    /// Numbers that are trained.
    pub fn parameters(&self) -> usize {
        self.layout.total()
    }

    /// One sample's target: classes, one for each place along all axes of the output but the last; else the output's
    /// own shape.
    pub fn target(&self) -> Vec<usize> {
        let kept = self.output.len() - usize::from(self.loss.takes_classes());
        self.output[..kept].to_vec()
    }
}

/// Builds the layers for one sample.
fn survey(input: &Input, blocks: &[Block]) -> Result<(Layout, Vec<usize>), NnError> {
    let mut g = Graph::new();
    let mut lower = Lower::new(&mut g, MAX_ELEMENTS, None)?;
    let x = lower.input("x", 1, input)?;
    let y = lower.sequence(blocks, x)?;
    let output = lower.dims(y)[1..].to_vec();
    let mut layout = lower.layout;
    layout.set_outputs_apart(blocks);
    Ok((layout, output))
}
