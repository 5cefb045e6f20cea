//! The last runs, kept to be compared with the present one.

use leptos::prelude::*;
use minibatch_session::{CurvePoint, Experiment, Loss, Metrics, SampleSource};

use super::Page;

/// The most runs kept of a task: more lines could not be told apart.
const MOST: usize = 3;
/// The most runs kept of all tasks.
const MOST_OF_ALL: usize = 30;
/// A run of fewer points on its curve has not been trained.
const LEAST: usize = 2;

/// A run that has been left.
#[derive(Clone, PartialEq, Debug)]
pub struct PastRun {
    /// A letter, A for the first of its task.
    pub name: char,
    /// What it was.
    pub experiment: Experiment,
    /// How it went.
    pub curve: Vec<CurvePoint>,
}

/// Whether the losses of two experiments can be compared: they learn from the same data, as far as the seed does not
/// draw others, by the same loss.
pub fn akin(a: &Experiment, b: &Experiment) -> bool {
    let data = match (&a.model, &b.model) {
        (None, None) => a.data == b.data,
        (Some(a), Some(b)) => a.samples == b.samples && (a.input == b.input || !random(&a.samples)),
        _ => false,
    };
    data && asks(a) == asks(b)
}

/// Samples that say nothing of their own shape.
fn random(samples: &SampleSource) -> bool {
    matches!(samples, SampleSource::Random { .. } | SampleSource::Table { .. })
}

/// The loss in force, "auto" resolved, and the shape of what it is of.
fn asks(e: &Experiment) -> Option<(Loss, Vec<usize>)> {
    match e.model {
        Some(_) => e.model().ok().map(|model| (model.loss, model.output)),
        None => e.resolved_loss().ok().map(|(loss, _)| (loss, vec![])),
    }
}

/// Keeps a run that is left; the oldest one of its task goes. Letters go round.
pub fn keep(runs: &mut Vec<PastRun>, experiment: &Experiment, curve: Vec<CurvePoint>) {
    if curve.len() < LEAST {
        return;
    }
    // A run begun again replaces itself.
    runs.retain(|r| r.experiment != *experiment);
    let kin: Vec<usize> = (0..runs.len()).filter(|i| akin(&runs[*i].experiment, experiment)).collect();
    let taken: Vec<char> = kin.iter().skip(usize::from(kin.len() >= MOST)).map(|i| runs[*i].name).collect();
    if kin.len() >= MOST {
        runs.remove(kin[0]);
    } else if runs.len() >= MOST_OF_ALL {
        runs.remove(0);
    }
    let name = ('A'..='Z').find(|c| !taken.contains(c)).unwrap_or('A');
    runs.push(PastRun { name, experiment: experiment.clone(), curve });
}

/// A curve with what was measured last, where the run was left: seldom one of its points.
fn whole(mut curve: Vec<CurvePoint>, now: &Metrics) -> Vec<CurvePoint> {
    let end = curve.last().map(|p| p.step);
    curve.extend(now.point().filter(|point| end.is_some_and(|end| point.step > end)));
    curve
}

impl Page {
    /// Keeps the run that is about to be left.
    pub(super) fn keep_run(&self, left: &Experiment) {
        let curve = self.metrics.with_untracked(|now| whole(self.curve.get_value(), now));
        self.runs.update_value(|runs| keep(runs, left, curve));
        self.runs_version.update(|v| *v += 1);
    }

    /// The curve as it is to be drawn: with where the run stands, unless it goes on.
    pub fn so_far(&self) -> Vec<CurvePoint> {
        let curve = self.curve.get_value();
        if self.status.with_untracked(|s| s.playing) {
            return curve;
        }
        self.metrics.with_untracked(|now| whole(curve, now))
    }

    /// The runs that can be compared with the present one; those of another task come back with it.
    pub fn kin(&self) -> Memo<Vec<PastRun>> {
        let page = *self;
        Memo::new(move |_| {
            page.runs_version.track();
            let now = page.experiment.get();
            page.runs.with_value(|runs| runs.iter().filter(|r| akin(&r.experiment, &now)).cloned().collect())
        })
    }

    /// Forgets a run of those that can be compared with the present one.
    pub fn forget_run(&self, name: char) {
        let now = self.experiment.get_untracked();
        self.runs.update_value(|runs| runs.retain(|r| r.name != name || !akin(&r.experiment, &now)));
        self.runs_version.update(|v| *v += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::{LossKind, Stand, preset};

    fn curve(n: u32) -> Vec<CurvePoint> {
        let point = |step| CurvePoint { step, train_loss: 1.0, ..CurvePoint::default() };
        (0..n).map(point).collect()
    }

    fn seeded(seed: u32) -> Experiment {
        Experiment { seed, ..Experiment::default() }
    }

    #[test]
    fn the_last_three_of_a_task_are_kept_by_letter() {
        let mut runs = vec![];
        let digits = preset("digits").expect("a preset");
        keep(&mut runs, &digits, curve(2));
        for seed in 0..5 {
            keep(&mut runs, &seeded(seed), curve(10));
        }
        keep(&mut runs, &seeded(9), curve(1));
        let kept: Vec<_> = runs.iter().skip(1).map(|r| (r.name, r.experiment.seed)).collect();
        assert_eq!(kept, [('C', 2), ('A', 3), ('B', 4)]);
        assert_eq!((runs[0].name, &runs[0].experiment), ('A', &digits), "another task takes no place");
        keep(&mut runs, &seeded(3), curve(20));
        assert_eq!(runs.iter().skip(1).map(|r| r.experiment.seed).collect::<Vec<_>>(), [2, 4, 3]);
    }

    #[test]
    fn a_short_run_ends_where_it_was_left() {
        let evaluated = Some(Stand { step: 145, epoch: 1.5 });
        let now = Metrics { step: 150, epoch: 1.6, evaluated, train_loss: Some(0.5), ..Metrics::default() };
        let kept = whole(curve(1), &now);
        assert_eq!((kept.len(), kept[1].step, kept[1].train_loss), (2, 145, 0.5));
        assert_eq!(whole(kept.clone(), &now), kept, "the last point is not drawn twice");
        assert_eq!(whole(curve(1), &Metrics { train_loss: None, ..now }).len(), 1);
    }

    #[test]
    fn only_the_same_task_by_the_same_loss_is_compared() {
        let all = ["spiral", "digits", "shapes", "language", "sine"].map(|name| preset(name).expect(name));
        for (i, a) in all.iter().enumerate() {
            for (j, b) in all.iter().enumerate() {
                assert_eq!(akin(a, b), i == j, "{i} {j}");
            }
            assert!(akin(a, &Experiment { seed: 1, ..a.clone() }));
        }
        let plain = Experiment::default();
        let named = |loss| Experiment { loss, ..plain.clone() };
        assert!(akin(&plain, &named(LossKind::BinaryCrossEntropy)), "what auto stands for");
        assert!(!akin(&plain, &named(LossKind::Mse)));
    }
}
