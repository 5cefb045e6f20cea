//! `minibatch train`: trains, tells how it goes, and saves.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use minibatch_session::{How, Keep, Supplies};
use serde::Serialize;

use super::misfit::Origin;
use super::report::{Evaluation, Report};
use crate::Ending;
use crate::args::Train;
use crate::engine::{Divergence, Engine, Loaded, Round};
use crate::error::{Error, Result};
use crate::output::{json, line, note, unread};
use crate::save::{Growing, Target, place, targets};
use crate::waiting::Waiting;
use crate::{experiment, tensors};

/// Steps where neither `--steps` nor `--epochs` is given.
const STEPS: u32 = 1000;
/// What to do where weights are no numbers.
const LOWER: &str = "lower the learning rate or clip the gradient (`training.clip_norm`)";

/// Trains and saves.
///
/// # Errors
/// When a file is missing or wrong, the engine fails, or the loss leaves the numbers; every file then is as it was, but for
/// the best weights, which take their place while it trains, and after a divergence the record of it.
pub fn run(args: &Train) -> Result<Ending> {
    let files = Files::at(args)?;
    let waiting = Waiting::begin("reading the files");
    let experiment = experiment::find(&args.experiment)?;
    experiment::advise(&args.experiment, &experiment)?;
    experiment::has_samples(&args.experiment, &experiment, args.data.is_some())?;
    let weights = match &args.init {
        Some(path) => tensors::fit(path, &args.experiment, &experiment, tensors::weights(path)?)?,
        None => vec![],
    };
    let data = args.data.as_deref().map(tensors::data_set).transpose()?;
    let tokens = experiment.model.as_ref().is_some_and(|model| model.input.tokens.is_some());
    let scale = args.data.as_ref().zip(data.as_ref()).filter(|_| !tokens);
    let scale = scale.and_then(|(path, data)| tensors::scale(path, data));
    let stop = stop_by_hand();
    waiting.stage("drawing the weights and building the network");
    let how = if args.fast { How::default().fused() } else { How::default() };
    let mut engine = Engine::start(args.backend, how)?;
    let origin = Origin {
        experiment: &args.experiment,
        weights: args.init.as_deref(),
        data: args.data.as_deref(),
        inputs: None,
        doing: "training this",
    };
    // Nobody goes back, and nobody looks at samples.
    engine.keep(Keep { best: args.save_best.is_some(), ..Keep::NOTHING });
    let loaded =
        engine.load(&experiment, Supplies { weights, data }).map_err(|error| origin.explain(error))?;
    scale.iter().for_each(|words| note(words));
    let fused = how.fuses() && engine.backend == "cpu";
    if args.fast && !fused {
        let why = if engine.backend == "cpu" { "this processor cannot" } else { "it is of the CPU" };
        note(&format!("note: --fast changes nothing here: {why}"));
    }
    let total = steps(args, loaded)?;
    let report = Report::begin(args.json, files.metrics.as_ref(), &experiment.training, loaded, total)?;
    let began = Instant::now();
    let best = Best { target: files.best.clone(), lowest: None };
    let kept = files.save.is_some() || files.best.is_some() || files.metrics.is_some();
    let mut run = Run { engine, report, best, loaded, total, kept, fused };
    waiting.stage("the first evaluation");
    let ended =
        run.train(&stop, waiting).and_then(|stopped| Ok((stopped, run.last_weights(files.save.as_ref())?)));
    let record = run.report.end();
    let (outcome, weights) = match ended {
        Ok((stopped, weights)) => (Ok(stopped), weights),
        // What came of the training rather than a failure of the program: its record stands.
        Err(error @ (Error::Diverged { .. } | Error::NotFinite { .. })) => (Err(error), None),
        Err(error) => return Err(run.with_best(error)),
    };
    // All are whole by now, and take their places together.
    let placed = place(record.into_iter().chain(weights).collect());
    let stopped = placed.and(outcome).map_err(|error| run.with_best(error))?;
    let best = files.best.iter().filter(|_| run.best.lowest.is_some());
    let saved: Vec<&Path> = files.save.iter().chain(best).map(Target::name).collect();
    run.tell_end(args, &saved, began.elapsed().as_secs_f64())?;
    Ok(if stopped { Ending::Stopped } else { Ending::Done })
}

/// The files that a run writes.
struct Files {
    save: Option<Target>,
    best: Option<Target>,
    metrics: Option<Target>,
}

impl Files {
    /// Looks whether all can be written and none is read, before any work is done. To go on from weights and to keep what
    /// came of it under their name is a wish one may have.
    fn at(args: &Train) -> Result<Self> {
        let reads = [
            ("EXPERIMENT", experiment::file(&args.experiment)),
            ("--init", args.init.as_deref()),
            ("--data", args.data.as_deref()),
        ];
        let writes = [
            ("--save", args.save.as_deref()),
            ("--save-best", args.save_best.as_deref()),
            ("--metrics", args.metrics.as_deref()),
        ];
        let [save, best, metrics] = targets(&reads, writes, Some(("--init", "--save")))?;
        Ok(Self { save, best, metrics })
    }
}

/// How many steps are asked for.
fn steps(args: &Train, loaded: Loaded) -> Result<u32> {
    let Some(epochs) = args.epochs else { return Ok(args.steps.unwrap_or(STEPS)) };
    // A batch may span two epochs, so that an epoch need not be a whole number of steps.
    let steps = (u64::from(epochs) * loaded.samples as u64).div_ceil(u64::from(loaded.batch_size.max(1)));
    u32::try_from(steps).map_err(|_| {
        Error::Usage(format!("--epochs {epochs} comes to {steps} steps; 4,294,967,295 is the most"))
    })
}

/// Ctrl-C sets the flag; a second one ends at once.
fn stop_by_hand() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = flag.clone();
    // Where the handler cannot be set, Ctrl-C ends the program as it always does.
    drop(ctrlc::set_handler(move || {
        if set.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    }));
    flag
}

/// The weights of the lowest loss.
struct Best {
    target: Option<Target>,
    /// The step and its loss.
    lowest: Option<(u32, f32)>,
}

struct Run {
    engine: Engine,
    report: Report,
    best: Best,
    loaded: Loaded,
    total: u32,
    /// Whether any file is kept of it.
    kept: bool,
    /// Whether it trains on the CPU with products rounded once a step.
    fused: bool,
}

impl Run {
    /// Trains to the end; true when it was stopped by hand before. Where nothing is kept and nobody reads what is printed
    /// any more, that is the end.
    fn train(&mut self, stop: &AtomicBool, waiting: Waiting) -> Result<bool> {
        let first = self.engine.settle()?;
        drop(waiting);
        self.take(first)?;
        if self.total > 0 {
            self.engine.train_to(self.total);
        }
        while self.engine.waiting() > 0 && !stop.load(Ordering::Relaxed) && (self.kept || !unread()) {
            let round = self.engine.tick()?;
            self.take(round)?;
        }
        let stopped = self.engine.metrics().step < self.total;
        if stopped {
            self.engine.stop();
            let last = self.engine.settle()?;
            self.take(last)?;
        }
        Ok(stopped && stop.load(Ordering::Relaxed))
    }

    /// The weights at the end, in a file beside their place.
    fn last_weights(&mut self, target: Option<&Target>) -> Result<Option<Growing>> {
        let Some(target) = target else { return Ok(None) };
        self.weights(target, false).map(Some)
    }

    /// An error after training, with the file that is new in spite of it.
    fn with_best(&self, error: Error) -> Error {
        match (&self.best.target, self.best.lowest) {
            // It says so itself.
            _ if matches!(error, Error::Diverged { .. }) => error,
            (Some(target), Some((step, _))) => {
                let kept = format!("the best weights, of step {step}, are in {}", target.name().display());
                Error::Unsaved { source: Box::new(error), kept }
            }
            _ => error,
        }
    }

    /// Tells what a round brought, and saves what is the best so far.
    fn take(&mut self, round: Round) -> Result<()> {
        self.report.tell(&round)?;
        self.keep()?;
        self.diverged(round.diverged)
    }

    /// Saves the weights of the best evaluation, where there is a better one than was saved.
    fn keep(&mut self) -> Result<()> {
        let Some(target) = &self.best.target else { return Ok(()) };
        let told = self.engine.best().map(|best| best.loss);
        let lowest = self.best.lowest.map(|(_, loss)| loss);
        if told.is_none_or(|told| lowest.is_some_and(|lowest| lowest <= told)) {
            return Ok(());
        }
        // The device may know of a still better one whose numbers are on their way.
        let target = target.clone();
        if let Some(lowest) = self.engine.best_step()? {
            place(vec![self.weights(&target, true)?])?;
            self.best.lowest = Some(lowest);
        }
        Ok(())
    }

    /// The weights as they are, or the best ones, in a file beside their place.
    fn weights(&mut self, target: &Target, best: bool) -> Result<Growing> {
        let shapes = self.engine.weight_shapes()?;
        tensors::file(target, &shapes, LOWER, |take| self.engine.hand_weights(best, take))
    }

    fn diverged(&self, at: Option<Divergence>) -> Result<()> {
        let Some(Divergence { step, learning_rate, cause }) = at else { return Ok(()) };
        let kept = match (&self.best.target, self.best.lowest) {
            (Some(target), Some((step, _))) => {
                format!("the best weights, of step {step}, are in {}", target.name().display())
            }
            _ => "nothing is saved".into(),
        };
        Err(Error::Diverged { step, learning_rate, cause, kept })
    }

    fn tell_end(&self, args: &Train, saved: &[&Path], seconds: f64) -> Result<()> {
        let m = self.engine.metrics();
        if args.json {
            let end = Final {
                step: m.step,
                epoch: m.epoch,
                loss: m.batch_loss,
                evaluation: Evaluation::of_metrics(m),
                confusion: &m.confusion,
                best: self.best.lowest.map(|(step, loss)| BestTold { step, loss }),
                backend: &self.engine.backend,
                adapter: &self.engine.adapter,
                fused: self.fused,
                seconds,
                saved: saved.iter().map(|path| path.to_string_lossy()).collect(),
            };
            line(&json(&Told { r#final: end })?);
            return Ok(());
        }
        let adapter = match self.engine.adapter.as_str() {
            "" if self.fused => " (fused, digits of its own)".into(),
            "" => String::new(),
            name => format!(" ({name})"),
        };
        let rate = f64::from(m.step) / seconds.max(1e-9);
        line(&format!(
            "{}: {} steps, {:.2} epochs on the {}{adapter} in {seconds:.2} s, {rate:.0} steps a second",
            args.experiment, m.step, m.epoch, self.engine.backend
        ));
        line(&Evaluation::of_metrics(m).words(self.loaded.tests));
        for path in saved {
            line(&format!("saved {}", path.display()));
        }
        Ok(())
    }
}

/// The last line of JSON.
#[derive(Serialize)]
struct Told<'a> {
    r#final: Final<'a>,
}

#[derive(Serialize)]
struct Final<'a> {
    step: u32,
    epoch: f64,
    loss: Option<f32>,
    #[serde(flatten)]
    evaluation: Evaluation,
    #[serde(skip_serializing_if = "<[u32]>::is_empty")]
    confusion: &'a [u32],
    #[serde(skip_serializing_if = "Option::is_none")]
    best: Option<BestTold>,
    backend: &'a str,
    adapter: &'a str,
    /// Products were rounded once a step, as they are nowhere else.
    fused: bool,
    seconds: f64,
    /// A name that is no text is told as near as text comes.
    saved: Vec<Cow<'a, str>>,
}

#[derive(Serialize)]
struct BestTold {
    step: u32,
    loss: f32,
}
