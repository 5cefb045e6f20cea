//! An evaluation of all samples: in which pieces it goes, and at which steps the curve has one. All of it follows from the
//! experiment alone, so that the same experiment gives the same curve wherever and however it runs.

use minibatch_nn::{Model, Outline, Samples};

use super::programs::{BuildError, rows_at_once};

/// The work of one piece, in multiply-adds: less than a second's on slow machines, and enough to keep fast ones busy.
const PIECE: u64 = 1 << 28;
/// The most rows a piece's loss is taken over: bounded loops, and sums whose digits last.
const MOST_ROWS: usize = 1 << 16;
/// What a step or a piece costs besides its samples, in multiply-adds.
const BESIDES: u64 = 1 << 17;
/// An evaluation of less work than this may stand at every early point.
const CHEAP: u64 = 1 << 26;
/// A step of few samples costs about that of so many.
const FEW: u64 = 8;

/// The pieces of an evaluation, and where it stands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Plan {
    /// Samples a piece, the training samples first.
    pub rows: usize,
    /// How many pieces; the last one may be short.
    pub pieces: u32,
    /// The curve's points.
    pub points: Points,
}

/// The steps at which the curve has a point: every so many, and before the first of them at powers of two.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Points {
    every: u32,
    first: u32,
}

impl Plan {
    /// For this model, trained on batches of `batch` samples. Where the curve's points stand close because that costs next to
    /// nothing, they stand at `whole` epochs.
    ///
    /// # Errors
    /// When a layer does not fit the one before.
    pub fn new(model: &Model, samples: Samples, batch: usize, whole: bool) -> Result<Self, BuildError> {
        let outline = Outline::of(&model.input, &model.blocks)?;
        let answers =
            model.output.iter().product::<usize>() / model.output.last().copied().unwrap_or(1).max(1);
        let work = outline.multiply_adds.saturating_add(outline.activation_bytes / 4).min(1 << 40);
        let all = samples.train + samples.test;
        let most = rows_at_once(model)?.min(MOST_ROWS / answers.max(1)).min((PIECE / work.max(1)) as usize);
        let rows = most.clamp(1, all);
        let pieces = all.div_ceil(rows) as u32;
        let evaluation = (all as u64).saturating_mul(work).min(1 << 60) + u64::from(pieces) * BESIDES;
        // Forwards, and backwards about twice that.
        let step = (3 * (batch as u64).max(FEW)).saturating_mul(work).min(1 << 60) + BESIDES;
        let epoch = samples.train.div_ceil(batch) as u64;
        Ok(Self { rows, pieces, points: Points::new([evaluation, step, epoch], whole) })
    }
}

impl Points {
    /// Evaluations take at most a fifth of the work: a step costs `step`, and they cost `evaluation`. There are at least ten
    /// steps between them, and whole epochs where those are not longer. Early points begin at step 1 where they cost little;
    /// else where an evaluation is worth the steps before it.
    fn new([evaluation, step, epoch]: [u64; 3], whole: bool) -> Self {
        let least = (4 * evaluation).div_ceil(step).max(10);
        let every = if whole || least >= epoch { least.div_ceil(epoch) * epoch } else { least };
        let worth = if evaluation <= CHEAP { 1 } else { evaluation.div_ceil(2 * step) };
        let bounded = |steps: u64| steps.clamp(1, 1 << 30) as u32;
        Self { every: bounded(every), first: bounded(worth).next_power_of_two() }
    }

    /// Whether the curve has a point at this step.
    pub fn has(&self, step: u32) -> bool {
        let early = step.is_power_of_two() && step >= self.first && step < self.every;
        early || step.is_multiple_of(self.every)
    }

    /// The step of the next point after `step`.
    pub fn after(&self, step: u32) -> u32 {
        let early = step.saturating_add(1).max(self.first).checked_next_power_of_two();
        let regular = (step - step % self.every).saturating_add(self.every);
        early.filter(|&early| early < self.every).map_or(regular, |early| early.min(regular))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(points: Points, to: u32) -> Vec<u32> {
        let all = std::iter::successors(Some(0), |&at| Some(points.after(at)));
        let all: Vec<u32> = all.take_while(|&at| at <= to).collect();
        assert_eq!(all, (0..=to).filter(|&at| points.has(at)).collect::<Vec<_>>(), "{points:?}");
        all
    }

    #[test]
    fn what_costs_little_has_points_at_powers_of_two_and_whole_epochs() {
        let points = Points::new([1000, 1000, 25], true);
        assert_eq!(steps(points, 100), [0, 1, 2, 4, 8, 16, 25, 50, 75, 100]);
        assert_eq!(steps(Points::new([1, 1000, 1], false), 31), [0, 1, 2, 4, 8, 10, 20, 30]);
        assert_eq!(steps(Points::new([1, 1000, 1000], false), 31), [0, 1, 2, 4, 8, 10, 20, 30]);
    }

    /// Breaks where evaluations eat the training: more than a fifth in the long run, or many before the first steps.
    #[test]
    fn what_costs_much_is_evaluated_seldom() {
        for evaluation in [1u64 << 27, 1 << 33, 1 << 45] {
            for epoch in [1, 938, 1 << 20] {
                let step = 1 << 22;
                let points = Points::new([evaluation, step, epoch], false);
                let (every, first) = (u64::from(points.every), u64::from(points.first));
                assert!(every >= 1 << 30 || evaluation * 4 <= every * step, "{points:?}");
                let early = (0..31).filter(|k| points.has(1 << k) && (1u64 << k) < every).count() as u64;
                assert!(early <= 4 + u64::from(epoch.ilog2()), "{points:?}: {early} early points");
                assert!(first >= 1 << 30 || 2 * first * step >= evaluation, "{points:?}");
            }
        }
    }

    #[test]
    fn no_step_is_too_far() {
        for points in [Points::new([u64::MAX / 8, 1, 1], false), Points::new([1, 1, 1], true)] {
            for step in [0, 1, u32::MAX - 1, u32::MAX] {
                assert!(points.after(step) > step || step == u32::MAX);
            }
        }
    }
}
