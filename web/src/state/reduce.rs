//! What an event of the engine means for the page: plain functions over plain values.

use minibatch_session::data::{Point, TableFile, Taken};
use minibatch_session::{CurvePoint, Event, Facts, Metrics, SampleSource};

use super::{Frame, Notice, Status};

/// An event, sorted out. Nothing that belongs to an earlier build gets this far.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The worker listens.
    Listening,
    /// Backend, playing or the like has changed.
    Status(Status),
    /// The experiment asked for last is built.
    Loaded {
        /// The new status.
        status: Status,
        /// Training points.
        train: Vec<Point>,
        /// Test points.
        test: Vec<Point>,
        /// Of a model of layers.
        facts: Box<Facts>,
    },
    /// Where the run stands.
    Metrics {
        /// Now.
        now: Box<Metrics>,
        /// New points of the curve.
        curve: Vec<CurvePoint>,
        /// What of the curve is void.
        cut: Option<u32>,
    },
    /// New pictures.
    Frame(Box<Frame>),
    /// The command of this id is through.
    Done(u32),
    /// What the command of this id asked for ended early.
    BrokenOff(u32),
    /// The outputs asked for under this id, a row a point.
    Predicted(u32, Vec<Vec<f32>>),
    /// The samples asked for under this id: inputs and targets.
    Samples(u32, Vec<Vec<f32>>),
    /// The answers asked for under this id.
    Asked(u32, Vec<Vec<f32>>),
    /// Files were read: these samples can be trained on, of classes of these names.
    Brought(SampleSource, Vec<String>, Box<Taken>),
    /// Files were read: these tables can be made points of.
    Tables(Vec<TableFile>, Taken),
    /// The device's buffers, their bytes, and the bytes of the engine's own memory.
    Memory(u32, u64, u64),
    /// It listens still.
    Pong,
    /// It has begun to build the experiment asked for last.
    Building,
    /// The experiment asked for last cannot be built, and why; the build that goes on, and whether it trains.
    Refused(String, Option<u32>, bool),
    /// The engine has fallen, and why.
    Fell(String),
    /// The engine's memory has grown for nothing.
    Swollen,
    /// Something to tell the learner; training has stopped.
    Stopped(Status, Notice),
    /// Something to tell the learner.
    Notice(Notice),
    /// Too late: it belongs to an earlier build.
    Late,
}

/// Sorts out an event. `generation` is that of the last load asked for.
pub fn read(generation: u32, status: &Status, event: Event, mut arrays: Vec<Vec<f32>>) -> News {
    match event {
        Event::Listening => News::Listening,
        Event::Pong => News::Pong,
        Event::Fell { message } => News::Fell(message),
        Event::Swollen { .. } => News::Swollen,
        Event::Building { generation: g } | Event::Refused { generation: g, .. } if g != generation => {
            News::Late
        }
        Event::Building { .. } => News::Building,
        Event::Refused { message, kept, playing, .. } => News::Refused(message, kept, playing),
        Event::Ready { backend, adapter, software, why } => {
            News::Status(Status { backend, adapter, software, why: Some(why), ..status.clone() })
        }
        Event::Loaded { generation: g, .. } if g != generation => News::Late,
        Event::Loaded { steps_per_epoch, facts, .. } => {
            let mut sides = arrays.drain(..).map(|a| points(&a));
            let (train, test) = (sides.next().unwrap_or_default(), sides.next().unwrap_or_default());
            let status = Status { loaded: true, playing: false, steps_per_epoch, ..status.clone() };
            News::Loaded { status, train, test, facts }
        }
        Event::Metrics { generation: g, .. } | Event::Frame { generation: g, .. } if g != generation => {
            News::Late
        }
        Event::Metrics { now, curve, cut, .. } => News::Metrics { now, curve, cut },
        // Between a load and its answer, what is said of playing is said of the run before.
        Event::Playing { .. } | Event::Diverged { .. } if !status.loaded => News::Late,
        Event::Playing { playing } => News::Status(Status { playing, ..status.clone() }),
        Event::Frame { step, look, outputs, .. } => {
            let mut arrays = arrays.into_iter();
            let boundary = if look.boundary > 0 { arrays.next().unwrap_or_default() } else { vec![] };
            let mut layers: Vec<_> = arrays.collect();
            let mut last = |wanted: bool| if wanted { layers.pop().unwrap_or_default() } else { vec![] };
            let (update, examined, gradients) = (last(look.update), last(look.examine), last(look.gradients));
            let (inside, parameters) = (last(look.inside), last(look.parameters));
            let outputs = outputs as usize;
            let frame = Frame {
                step,
                look,
                outputs,
                boundary,
                layers,
                parameters,
                inside,
                gradients,
                examined,
                update,
            };
            News::Frame(Box::new(frame))
        }
        Event::Done { id } => News::Done(id),
        Event::BrokenOff { id, .. } => News::BrokenOff(id),
        Event::Predicted { id, outputs } => News::Predicted(id, rows(arrays.pop(), outputs as usize)),
        Event::Samples { id, .. } => News::Samples(id, arrays),
        Event::Asked { id } => News::Asked(id, arrays),
        Event::Brought { source, class_names, taken } => News::Brought(source, class_names, taken),
        Event::Tables { files, taken } => News::Tables(files, taken),
        Event::Memory { buffers, bytes, heap } => News::Memory(buffers, bytes, heap),
        Event::Diverged { step, learning_rate, good_step, cause } => News::Stopped(
            Status { playing: false, ..status.clone() },
            Notice::Diverged { step, learning_rate, good_step, cause },
        ),
        Event::Failed { message, fatal: true } => {
            News::Stopped(Status { playing: false, loaded: false, ..status.clone() }, Notice::Fatal(message))
        }
        Event::Failed { message, fatal: false } => News::Notice(Notice::Mistake(message)),
    }
}

/// The read-outs of a run that left the numbers at `step`: what was measured before says nothing of it. The best step can
/// still be gone to.
pub fn lost_at(now: &mut Metrics, step: u32) {
    if now.step > 0 {
        now.epoch *= f64::from(step) / f64::from(now.step);
    }
    *now = Metrics {
        step,
        epoch: now.epoch,
        learning_rate: now.learning_rate,
        best: now.best,
        ..Metrics::default()
    };
}

/// The most points a curve keeps: more than there are pixels to draw them.
const MOST_POINTS: usize = 4096;

/// So many of a curve's first points are kept for good: most of what happens happens at first.
const FIRST: usize = 256;

/// Adds new points to a curve, after dropping what came after step `cut`. A curve that grows too long loses every second
/// of its points, one point at a time, so that the same run gives the same curve however its points arrive. The first ones and those
/// at powers of two stay, so that the first steps, in which most happens, are told of the longest run too.
pub fn extend_curve(curve: &mut Vec<CurvePoint>, new: Vec<CurvePoint>, cut: Option<u32>) {
    if let Some(step) = cut {
        curve.retain(|point| point.step <= step);
    }
    // A point sent twice (around a recovery, say) is not drawn twice.
    let last = curve.last().map(|point| point.step);
    for point in new.into_iter().filter(|point| last.is_none_or(|step| point.step > step)) {
        if curve.len() == MOST_POINTS {
            let (mut place, mut keep) = (0, false);
            curve.retain(|point| {
                place += 1;
                let early = place <= FIRST || point.step.is_power_of_two();
                keep ^= !early;
                early || keep
            });
        }
        curve.push(point);
    }
}

/// (n, 3) of x, y, label.
fn points(array: &[f32]) -> Vec<Point> {
    array.chunks_exact(3).map(|p| Point { x: p[0], y: p[1], label: p[2] }).collect()
}

fn rows(array: Option<Vec<f32>>, width: usize) -> Vec<Vec<f32>> {
    array.unwrap_or_default().chunks_exact(width.max(1)).map(<[f32]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::{Cause, Look};

    fn curve_point(step: u32) -> CurvePoint {
        CurvePoint { step, train_loss: 0.5, test_loss: Some(0.6), ..CurvePoint::default() }
    }

    fn metrics(generation: u32) -> Event {
        Event::Metrics { generation, now: Box::default(), curve: vec![], cut: None }
    }

    #[test]
    fn what_belongs_to_an_earlier_build_is_late() {
        let status = Status { loaded: true, ..Status::default() };
        assert_eq!(read(3, &status, metrics(2), vec![]), News::Late);
        assert!(matches!(read(3, &status, metrics(3), vec![]), News::Metrics { .. }));
        let frame = Event::Frame { generation: 2, step: 0, look: Look::default(), outputs: 1 };
        assert_eq!(read(3, &status, frame, vec![]), News::Late);
        let loading = Status::default();
        let cause = Cause::LearningRate;
        let diverged = Event::Diverged { step: 9, learning_rate: 1.0, good_step: 5, cause };
        assert_eq!(read(3, &loading, diverged.clone(), vec![]), News::Late);
        assert!(matches!(read(3, &status, diverged, vec![]), News::Stopped(..)));
    }

    #[test]
    fn a_frame_is_taken_apart_as_it_was_asked_for() {
        let look = Look { boundary: 2, units: 1, parameters: true, ..Look::default() };
        let arrays = vec![vec![1.0; 4], vec![2.0; 3], vec![3.0], vec![4.0; 7]];
        let event = Event::Frame { generation: 1, step: 5, look, outputs: 1 };
        let News::Frame(frame) = read(1, &Status::default(), event, arrays) else { panic!("a frame") };
        assert_eq!((frame.boundary.len(), frame.layers.len(), frame.parameters.len()), (4, 2, 7));
        assert_eq!(frame.step, 5);

        let look = Look { boundary: 0, units: 1, parameters: false, ..Look::default() };
        let event = Event::Frame { generation: 1, step: 5, look, outputs: 1 };
        let News::Frame(frame) = read(1, &Status::default(), event, vec![vec![2.0; 3], vec![3.0]]) else {
            panic!("a frame")
        };
        assert_eq!((frame.boundary.len(), frame.layers.len(), frame.parameters.len()), (0, 2, 0));
    }

    #[test]
    fn loaded_brings_the_points_of_both_sides() {
        let event =
            Event::Loaded { generation: 1, steps_per_epoch: 25, batch_size: 10, facts: Box::default() };
        let arrays = vec![vec![1.0, 2.0, 0.0, 3.0, 4.0, 1.0], vec![5.0, 6.0, 1.0]];
        let News::Loaded { status, train, test, .. } = read(1, &Status::default(), event, arrays) else {
            panic!("loaded")
        };
        assert!(status.loaded && !status.playing && status.steps_per_epoch == 25);
        assert_eq!((train.len(), test), (2, vec![Point { x: 5.0, y: 6.0, label: 1.0 }]));
    }

    /// Breaks where a long run's curve forgets how it began.
    #[test]
    fn a_long_curve_keeps_its_early_points() {
        let mut curve = vec![];
        let grid = (0..20).map(|k| 1 << k).filter(|step| step % 10 != 0 || *step == 0);
        let mut steps: Vec<u32> = (0..1_200_000).step_by(10).chain(grid.clone()).collect();
        steps.sort_unstable();
        steps.dedup();
        extend_curve(&mut curve, steps.iter().map(|&step| curve_point(step)).collect(), None);
        let kept: Vec<u32> = curve.iter().map(|p| p.step).collect();
        assert!(grid.clone().all(|step| kept.contains(&step)) && kept[0] == 0, "{:?}", &kept[..40]);
        assert!((200..=MOST_POINTS).contains(&kept.len()) && kept.is_sorted(), "{}", kept.len());
        // One at a time gives the same.
        let mut single = vec![];
        steps.iter().for_each(|&step| extend_curve(&mut single, vec![curve_point(step)], None));
        assert_eq!(single, curve);
    }

    #[test]
    fn a_cut_takes_back_what_came_after_it_and_nothing_is_drawn_twice() {
        let mut curve: Vec<_> = [0, 10, 20, 30].map(curve_point).into();
        extend_curve(&mut curve, vec![curve_point(20), curve_point(25)], Some(20));
        assert_eq!(curve.iter().map(|p| p.step).collect::<Vec<_>>(), [0, 10, 20, 25]);
        extend_curve(&mut curve, vec![curve_point(0)], Some(0));
        assert_eq!(curve.len(), 1);
        extend_curve(&mut curve, vec![curve_point(0), curve_point(10)], None);
        assert_eq!(curve.iter().map(|p| p.step).collect::<Vec<_>>(), [0, 10]);
    }

    #[test]
    fn a_long_curve_stays_short_and_does_not_depend_on_how_it_came() {
        let all: Vec<_> = (0..50_000).map(curve_point).collect();
        let (mut at_once, mut one_by_one) = (vec![], vec![]);
        extend_curve(&mut at_once, all.clone(), None);
        all.into_iter().for_each(|p| extend_curve(&mut one_by_one, vec![p], None));
        assert!((2000..=4096).contains(&at_once.len()), "{} points", at_once.len());
        assert_eq!(at_once, one_by_one);
        assert_eq!((at_once[0].step, at_once[at_once.len() - 1].step), (0, 49_999));
        assert!(
            (0..256).all(|step| at_once[step].step == step as u32),
            "what happens first is seen however long it runs"
        );
    }

    #[test]
    fn a_lost_device_is_fatal_and_a_mistake_is_not() {
        let status = Status { loaded: true, playing: true, ..Status::default() };
        let lost = Event::Failed { message: "the device is lost".into(), fatal: true };
        let News::Stopped(after, Notice::Fatal(text)) = read(1, &status, lost, vec![]) else {
            panic!("fatal")
        };
        assert!(!after.playing && !after.loaded && text.contains("lost"));
        let mistake = Event::Failed { message: "no".into(), fatal: false };
        assert_eq!(read(1, &status, mistake, vec![]), News::Notice(Notice::Mistake("no".into())));
    }

    #[test]
    fn predictions_come_a_row_a_point() {
        let event = Event::Predicted { id: 4, outputs: 2 };
        let news = read(1, &Status::default(), event, vec![vec![0.1, 0.9, 0.8, 0.2]]);
        assert_eq!(news, News::Predicted(4, vec![vec![0.1, 0.9], vec![0.8, 0.2]]));
    }
}
