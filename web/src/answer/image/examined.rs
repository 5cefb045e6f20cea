//! The model's answers to many test samples, asked for now and then: often enough to follow training, seldom enough
//! not to slow it.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use minibatch_session::Facts;

use crate::clock::now;
use crate::draw::heatmap::argmax;
use crate::draw::picture::image_shape;
use crate::state::{Frame, Page, Watch};

/// The least time between two examinations, in milliseconds.
const LEAST: f64 = 700.0;
/// An examination may take this share of the time.
const SHARE: f64 = 0.04;
/// No more numbers of samples than this are fetched.
const MOST: usize = 1 << 22;

/// The samples examined.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Examined {
    /// The first one's number among all samples.
    pub first: usize,
    /// One sample's extents.
    pub shape: [usize; 3],
    /// (samples, shape).
    pub images: Vec<f32>,
    /// One class a sample.
    pub truth: Vec<usize>,
    /// Numbers of an answer.
    pub outputs: usize,
    /// (samples, outputs): probabilities.
    pub answers: Vec<f32>,
    /// Numbers of the last hidden layer for each; 0 where they are too many.
    pub width: usize,
    /// (samples, width).
    pub features: Vec<f32>,
    /// All parameters at that time, where they were asked for.
    pub parameters: Vec<f32>,
    /// The step they are of.
    pub step: u32,
}

/// A sample and the answer to it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Answered {
    /// Its place among those examined.
    pub row: usize,
    /// Its class.
    pub truth: usize,
    /// The class answered.
    pub guess: usize,
    /// The loss, -ln p of the true class.
    pub loss: f32,
}

impl Examined {
    /// Every sample with its answer; none before both are there.
    pub fn answered(&self) -> Vec<Answered> {
        let answers = self.answers.chunks_exact(self.outputs.max(1));
        let each = answers.zip(&self.truth).enumerate().filter_map(|(row, (p, &truth))| {
            let loss = -p.get(truth)?.max(1e-12).ln();
            Some(Answered { row, truth, guess: argmax(p)?, loss })
        });
        each.collect()
    }

    /// The samples answered wrong, the highest loss first.
    pub fn mistakes(&self) -> Vec<Answered> {
        let mut wrong: Vec<Answered> = self.answered().into_iter().filter(|a| a.guess != a.truth).collect();
        wrong.sort_by(|a, b| b.loss.total_cmp(&a.loss));
        wrong
    }

    /// Its step, where the run stands at another one.
    fn of(&self, step: u32) -> Option<u32> {
        (self.step != step && !self.answers.is_empty()).then_some(self.step)
    }

    /// A sample's picture.
    pub fn image(&self, row: usize) -> Option<Arc<[f32]>> {
        let size = self.shape.iter().product::<usize>();
        self.images.get(row * size..(row + 1) * size).map(Arc::from)
    }

    /// Takes a frame's examination in; whether there is one, of these samples.
    fn take(&mut self, facts: &Facts, frame: &Frame) -> bool {
        let (rows, outputs) = (facts.examined.1, facts.output.iter().product::<usize>());
        let Some(answers) = frame.examined.get(..rows * outputs).filter(|_| frame.look.examine) else {
            return false;
        };
        let features = frame.examined.get(rows * outputs..rows * (outputs + facts.features));
        (self.step, self.outputs, self.width) = (frame.step, outputs, facts.features);
        self.answers = answers.to_vec();
        self.features = features.unwrap_or_default().to_vec();
        self.parameters.clone_from(&frame.parameters);
        true
    }
}

/// The newest examination.
#[derive(Clone, Copy)]
pub struct Examination {
    /// What is known of it; nothing before the first.
    pub data: StoredValue<Examined>,
    /// Changes with it.
    pub version: RwSignal<u32>,
    /// Its step, where the run stands at another: what stands beside it is of that one.
    pub of: Memo<Option<u32>>,
    /// Training rests at another step than its own: the next is under way.
    pub stale: Memo<bool>,
}

/// When the next is due.
#[derive(Default)]
struct Pace {
    watching: Option<(Owner, f64)>,
    due: f64,
    step: Option<u32>,
    timer: bool,
}

/// Examines the test samples for as long as the component that calls it lives; with all `parameters` where they are
/// needed.
pub fn examine(page: Page, parameters: bool) -> Examination {
    let (data, version) = (StoredValue::new(Examined::default()), RwSignal::new(0));
    let pace = StoredValue::new_local(Pace::default());
    let tick = RwSignal::new(0u32);
    let owner = Owner::current();
    Effect::new(move |_| {
        let Some(facts) = page.facts.get() else { return };
        pace.update_value(|p| (p.step, p.due) = (None, 0.0));
        data.set_value(Examined::default());
        version.update(|v| *v += 1);
        fetch(page, facts, data, version);
    });
    Effect::new(move |_| {
        page.frame_version.track();
        let Some(facts) = page.facts.get_untracked() else { return };
        let came =
            page.frame.with_value(|frame| data.try_update_value(|d| d.take(&facts, frame)) == Some(true));
        if came {
            let step = page.frame_step();
            pace.update_value(|p| {
                p.step = Some(step);
                if let Some((owner, since)) = p.watching.take() {
                    owner.cleanup();
                    p.due = now() + ((now() - since) / SHARE).max(LEAST);
                }
            });
            version.update(|v| *v += 1);
            // Training may have gone on meanwhile.
            tick.update(|t| *t += 1);
        }
    });
    Effect::new(move |_| {
        tick.track();
        let playing = page.status.with(|s| s.playing);
        let (step, loaded) = (page.metrics.with(|m| m.step), page.facts.with(Option::is_some));
        let (start, wait) = pace
            .try_update_value(|p| {
                if p.watching.is_some() || p.step == Some(step) || !loaded {
                    return (None, None);
                }
                // What rests is looked at without delay.
                let wait = if playing { p.due - now() } else { 0.0 };
                if wait > 0.0 {
                    return (None, (!std::mem::replace(&mut p.timer, true)).then_some(wait));
                }
                p.step = Some(step);
                // Not a child of this effect, which would end it at its next run.
                let child = owner.as_ref().map(Owner::child);
                p.watching = child.clone().map(|owner| (owner, now()));
                (child, None)
            })
            .unwrap_or_default();
        if let Some(owner) = start {
            owner.with(|| watch(page, parameters));
        }
        if let Some(wait) = wait {
            let again = move || {
                if pace.try_update_value(|p| p.timer = false).is_some() {
                    tick.update(|t| *t += 1);
                }
            };
            set_timeout(again, Duration::from_millis(wait as u64 + 1));
        }
    });
    let of = Memo::new(move |_| {
        version.track();
        let step = page.metrics.with(|m| m.step);
        data.with_value(|d| d.of(step))
    });
    let stale = Memo::new(move |_| of.get().is_some() && page.status.with(|s| !s.playing));
    Examination { data, version, of, stale }
}

fn watch(page: Page, parameters: bool) {
    page.watch(Watch::Examine);
    if parameters {
        page.watch(Watch::Parameters);
    }
}

/// The samples themselves, which stay the same as long as the data do.
fn fetch(page: Page, facts: Arc<Facts>, data: StoredValue<Examined>, version: RwSignal<u32>) {
    let Some(shape) = image_shape(&facts.input) else { return };
    let (first, rows) = facts.examined;
    let rows = rows.min(MOST / shape.iter().product::<usize>()).max(1);
    let receiver = page.samples(first as u32, rows as u32);
    spawn_local(async move {
        let Ok(Ok(arrays)) = receiver.await else { return };
        // What was built since has other samples, and its own fetch.
        let same = page.facts.try_get_untracked().flatten().is_some_and(|now| Arc::ptr_eq(&now, &facts));
        if let (true, [images, targets]) = (same, arrays.as_slice()) {
            let taken = data.try_update_value(|d| {
                (d.first, d.shape, d.images) = (first, shape, images.clone());
                d.truth = targets.iter().map(|t| t.max(0.0) as usize).collect();
            });
            if taken.is_some() {
                version.try_update(|v| *v += 1);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::Look;

    fn three() -> Examined {
        Examined {
            outputs: 2,
            truth: vec![0, 1, 1],
            answers: vec![0.9, 0.1, 0.8, 0.2, 0.99, 0.01],
            shape: [1, 1, 2],
            images: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            ..Examined::default()
        }
    }

    #[test]
    fn mistakes_come_with_the_highest_loss_first() {
        let wrong: Vec<usize> = three().mistakes().iter().map(|a| a.row).collect();
        assert_eq!(wrong, [2, 1]);
        let loss = three().mistakes()[1].loss;
        assert!((loss + 0.2f32.ln()).abs() < 1e-6, "{loss}");
        assert_eq!(three().image(1).as_deref(), Some(&[3.0, 4.0][..]));
    }

    #[test]
    fn answers_of_another_step_than_the_read_outs_say_so() {
        let examined = Examined { step: 40, ..three() };
        assert_eq!(examined.of(43), Some(40));
        assert_eq!(examined.of(40), None);
        assert_eq!(Examined::default().of(43), None, "there is nothing to be old");
    }

    #[test]
    fn a_frame_without_the_examination_changes_nothing() {
        let facts = Facts { examined: (5, 3), output: vec![2], features: 1, ..Facts::default() };
        let mut examined = three();
        let frame = |examine, examined| {
            let look = Look { examine, ..Look::default() };
            Frame { step: 8, look, examined, parameters: vec![7.0], ..Frame::default() }
        };
        assert!(!examined.take(&facts, &frame(false, vec![])));
        assert!(!examined.take(&facts, &frame(true, vec![0.0; 5])), "of other samples");
        assert_eq!(examined, three());
        assert!(examined.take(&facts, &frame(true, vec![0.5; 9])));
        assert_eq!((examined.step, examined.features.len(), examined.width), (8, 3, 1));
        assert_eq!(examined.parameters, [7.0]);
    }
}
