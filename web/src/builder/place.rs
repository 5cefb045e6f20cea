//! What a layer finds at a place: what comes in, and what the task asks in the end.

use minibatch_session::data::{TEST_SAMPLES, TRAIN_SAMPLES, TaskConfig, samples};
use minibatch_session::{Block, Input, ModelSpec, SampleSource};

use super::known::{lead, shape_after};
use super::tree::{Place, list};

/// What a task gives and asks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// The shape of a target; empty for one class a sample.
    pub target: Vec<usize>,
    /// Answers are classes, this many.
    pub classes: Option<usize>,
    /// Token numbers come in, below this.
    pub tokens: Option<usize>,
}

/// What is around a place.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Around {
    /// What comes in, for one sample; none where the layers before do not fit together.
    pub shape: Option<Vec<usize>>,
    /// What comes in are token numbers below this.
    pub tokens: Option<usize>,
    /// Nothing stands behind it: its result is the model's.
    pub ends: bool,
    /// It is in a block's own list.
    pub nested: bool,
    /// What the task asks, where it is known.
    pub wanted: Option<Wanted>,
}

impl Wanted {
    /// What a model's samples ask; none where they are random.
    pub fn of(spec: &ModelSpec, seed: u32) -> Option<Self> {
        match &spec.samples {
            SampleSource::Random { .. } => None,
            SampleSource::Task(task) => {
                let (train, test) = (*TRAIN_SAMPLES.start(), *TEST_SAMPLES.start());
                let set = samples(&TaskConfig { train, test, ..task.clone() }, seed).ok()?;
                Some(Self { target: set.target, classes: set.classes, tokens: set.tokens })
            }
            SampleSource::Own { classes, .. } => {
                Some(Self { target: vec![], classes: Some(*classes as usize), tokens: None })
            }
            SampleSource::Table { inputs, targets } => {
                let each = targets.len().checked_div(inputs.len())?;
                Some(Self { target: vec![each], classes: None, tokens: None })
            }
        }
    }

    /// What a model must give for one sample.
    pub fn output(&self) -> Vec<usize> {
        self.target.iter().copied().chain(self.classes).collect()
    }
}

impl Around {
    /// What is around the gap at a place.
    pub fn at(input: &Input, blocks: &[Block], place: &Place, wanted: Option<&Wanted>) -> Self {
        let before = lead(blocks, input, place).unwrap_or_default();
        let rearranges = |block: &Block| {
            matches!(
                block,
                Block::Flatten | Block::Reshape { .. } | Block::Permute { .. } | Block::Select { .. }
            )
        };
        let behind = list(blocks, &place.list).map_or(0, |list| list.len().saturating_sub(place.at));
        Self {
            shape: shape_after(input, &before),
            tokens: input.tokens.filter(|_| before.iter().all(rearranges)),
            ends: place.list.is_empty() && behind == 0,
            nested: !place.list.is_empty(),
            wanted: wanted.cloned(),
        }
    }

    /// Numbers along the last axis of what comes in.
    pub fn features(&self) -> Option<usize> {
        self.shape.as_ref().and_then(|shape| shape.last().copied())
    }

    /// Channels, height and width, where an image comes in.
    pub fn image(&self) -> Option<[usize; 3]> {
        <[usize; 3]>::try_from(&self.shape.as_ref()?[..]).ok()
    }

    /// What the layer must give, where it is the last.
    pub fn output(&self) -> Option<Vec<usize>> {
        self.wanted.as_ref().filter(|_| self.ends).map(Wanted::output)
    }
}
