//! The graphs that evaluate: one that takes the next piece of all samples and adds up, and one that tells what came of it.

use minibatch_graph::{Binary, DType, Graph, Loss, NodeId, Op, Sides, Unary, fused};

use super::lower::Lower;
use super::{Model, Samples};
use crate::{NnError, names};

/// What each side adds up of every model: the loss's terms, their weights, the right answers.
const SCORES: usize = 3;

impl Model {
    /// Whether an answer is right or wrong, as those of classes and of yes and no are; else it is near or far.
    pub fn classifies(&self) -> bool {
        match self.loss {
            Loss::CrossEntropy { .. } | Loss::BinaryCrossEntropy => true,
            Loss::Mse | Loss::HalfMse => self.classes.is_some(),
            Loss::SumSquares | Loss::L1 | Loss::Huber { .. } => false,
        }
    }

    /// How many columns there are whose squared errors are added up, for R2: the numbers along the output's last axis; none
    /// where answers are right or wrong.
    pub fn columns(&self) -> usize {
        if self.classifies() { 0 } else { self.output.last().copied().unwrap_or(1) }
    }

    /// How many numbers an evaluation has: of the training samples, then of the test samples, the sum of the loss's terms,
    /// what they weigh together, and how many answers are right; the test samples' squared errors by column
    /// ([`Self::columns`]); where there are classes, the training samples' and the test samples' confusion counts,
    /// (classes, classes) each. The loss is the sum over the weight; of [`Loss::SumSquares`] it is the sum.
    pub fn evaluation_width(&self) -> usize {
        2 * SCORES + self.columns() + self.counts()
    }

    fn counts(&self) -> usize {
        self.classes.map_or(0, |k| 2 * k * k)
    }

    /// The variables in which an evaluation adds up, and their lengths.
    pub fn sums(&self) -> Vec<(&'static str, usize)> {
        let all = [
            (names::TALLY, 4 * SCORES),
            (names::SQUARES, 4 * self.columns()),
            (names::COUNTS, self.counts()),
        ];
        all.into_iter().filter(|(_, len)| *len > 0).collect()
    }

    /// The next piece of an evaluation, without dropout: the next `rows` of all samples, training samples first, are added
    /// to [`Self::sums`]. Run as often as it takes to go through all once; the last piece may be short. The first one begins
    /// anew.
    ///
    /// # Errors
    /// When a layer does not fit the one before.
    pub fn piece(&self, samples: Samples, rows: usize) -> Result<Graph, NnError> {
        let mut g = Graph::new();
        g.set_label("evaluation");
        let all = samples.train + samples.test;
        let (mut x, mut target) = self.data(&mut g, samples)?;
        let cursor = g.variable(names::CURSOR, [1], DType::U32)?;
        let index = g.add_node(Op::NextRows { samples: all, rows }, &[cursor])?;
        if rows < all {
            x = g.add_node(Op::Gather, &[x, index])?;
            target = g.add_node(Op::Gather, &[target, index])?;
        }
        let mut lower = Lower::new(&mut g, self.parameters(), None)?;
        let value = lower.data(x, &self.input);
        let y = lower.sequence(&self.blocks, value)?.node;
        g.set_label("evaluation");
        let (y, target) = self.as_rows(&mut g, y, target)?;
        let sides = Sides { train: samples.train, test: samples.test };
        let scores = g.add_node(Op::Score(self.loss), &[y, target])?;
        let tally = g.variable(names::TALLY, [4 * SCORES], DType::F32)?;
        g.add_node(Op::Tally(sides), &[tally, scores, index])?;
        if self.columns() > 0 {
            let error = g.add_node(Op::Binary(Binary::Sub), &[y, target])?;
            let squares = g.add_node(Op::Unary(Unary::Square), &[error])?;
            let sums = g.variable(names::SQUARES, [4 * self.columns()], DType::F32)?;
            g.add_node(Op::Tally(sides), &[sums, squares, index])?;
        }
        if let Some(classes) = self.classes {
            let counts = g.variable(names::COUNTS, [self.counts()], DType::F32)?;
            let op = Op::Confusion { classes, loss: self.loss, sides };
            g.add_node(op, &[counts, y, target, index])?;
        }
        Ok(fused(&g)?)
    }

    /// What ends an evaluation when all pieces are through: its numbers ([`Self::evaluation_width`]) go to a ring of `rows`.
    ///
    /// What is named in `kept`, with its length and type, is kept under its name by [`names::best`] where the test loss, or
    /// the training loss unless `by_test`, is the least so far.
    ///
    /// # Errors
    /// When the ring would be too large.
    pub fn conclude(
        &self,
        rows: usize,
        by_test: bool,
        kept: &[(&str, usize, DType)],
    ) -> Result<Graph, NnError> {
        let mut g = Graph::new();
        g.set_label("evaluation");
        let tally = g.variable(names::TALLY, [4 * SCORES], DType::F32)?;
        let totals = [total(&mut g, tally, SCORES, 0)?, total(&mut g, tally, SCORES, 1)?];
        let mut values = totals.to_vec();
        if self.columns() > 0 {
            let squares = g.variable(names::SQUARES, [4 * self.columns()], DType::F32)?;
            values.push(total(&mut g, squares, self.columns(), 1)?);
        }
        if self.classes.is_some() {
            values.push(g.variable(names::COUNTS, [self.counts()], DType::F32)?);
        }
        let values = g.add_node(Op::Pack, &values)?;
        let ring = g.variable(names::EVALUATIONS, [1 + rows * self.evaluation_width()], DType::F32)?;
        g.add_node(Op::Record, &[ring, values])?;
        if kept.is_empty() {
            return Ok(g);
        }
        let side = totals[usize::from(by_test)];
        let sum = g.view(side, 0, [1])?;
        let loss = match self.loss {
            Loss::SumSquares => sum,
            _ => {
                let weight = g.view(side, 1, [1])?;
                g.add_node(Op::Binary(Binary::Div), &[sum, weight])?
            }
        };
        for &(name, len, dtype) in kept {
            let best = g.variable(&names::best(name), [1 + len], dtype)?;
            let now = g.variable(name, [len], dtype)?;
            g.add_node(Op::KeepLeast, &[best, now, loss])?;
        }
        Ok(g)
    }
}

/// A side's two rows of `columns` sums, added.
fn total(g: &mut Graph, sums: NodeId, columns: usize, side: usize) -> Result<NodeId, NnError> {
    let [block, before] = [2 * side, 2 * side + 1].map(|row| row * columns);
    let (block, before) = (g.view(sums, block, [columns])?, g.view(sums, before, [columns])?);
    Ok(g.add_node(Op::Binary(Binary::Add), &[block, before])?)
}
