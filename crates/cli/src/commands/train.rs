//! `minibatch train`: trains, tells how it goes, and saves.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use minibatch_session::{Metrics, Supplies};
use serde::Serialize;

use super::misfit::Origin;
use super::report::{Evaluation, Report};
use crate::Ending;
use crate::args::Train;
use crate::engine::{Engine, Loaded};
use crate::error::{Error, Result};
use crate::output::{json, line};
use crate::save::Target;
use crate::{experiment, tensors};

/// Steps where neither `--steps` nor `--epochs` is given.
const STEPS: u32 = 1000;
/// Evaluations stand at least so many steps apart, at whole epochs: they should cost a fraction of the training.
const STEPS_BETWEEN_EVALUATIONS: u32 = 10;
/// Evaluations that may be under way, so that the device does not wait for us.
const AHEAD: usize = 4;

/// Trains and saves.
///
/// # Errors
/// When a file is missing or wrong, the engine fails, or the loss leaves the numbers; files that would have been saved then
/// are as they were.
pub fn run(args: &Train) -> Result<Ending> {
    let files = Files::at(args)?;
    let experiment = experiment::find(&args.experiment)?;
    experiment::advise(&args.experiment, &experiment)?;
    let weights = args.init.as_deref().map_or(Ok(vec![]), tensors::weights)?;
    let data = args.data.as_deref().map(tensors::data_set).transpose()?;
    let stop = stop_by_hand();
    let mut engine = Engine::start(args.backend)?;
    let origin = Origin {
        experiment: &args.experiment,
        weights: args.init.as_deref(),
        data: args.data.as_deref(),
        inputs: None,
    };
    let loaded =
        engine.load(&experiment, Supplies { weights, data }).map_err(|error| origin.explain(error))?;
    let total = steps(args, loaded)?;
    let report = Report::begin(args.json, files.metrics.as_ref(), &experiment.training, loaded, total)?;
    let began = Instant::now();
    let mut run =
        Run { engine, report, best: Best { target: files.best.clone(), lowest: None }, loaded, total };
    let ended = run.train(&stop);
    // A divergence is what came of the training: its record stands. After a failure the old one does.
    let recorded = run.report.end(matches!(ended, Ok(_) | Err(Error::Diverged { .. })));
    let stopped = ended?;
    recorded?;
    let mut saved: Vec<&Path> = vec![];
    if let Some(target) = &files.save {
        target.write(&tensors::to_bytes(target.name(), &run.engine.weights()?)?)?;
        saved.push(target.name());
    }
    saved.extend(files.best.iter().filter(|_| run.best.lowest.is_some()).map(Target::name));
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
    /// Looks whether all can be written, before any work is done.
    fn at(args: &Train) -> Result<Self> {
        let target = |path: &Option<PathBuf>| path.as_deref().map(Target::at).transpose();
        let (save, best, metrics) = (target(&args.save)?, target(&args.save_best)?, target(&args.metrics)?);
        let named = [("--save", &save), ("--save-best", &best), ("--metrics", &metrics)];
        for (i, (one, a)) in named.iter().enumerate() {
            for (other, b) in &named[i + 1..] {
                if let (Some(a), Some(b)) = (a, b)
                    && a.same_file(b)
                {
                    let file = a.name().display();
                    return Err(Error::Usage(format!(
                        "{one} and {other} both name {file}; give each its own file"
                    )));
                }
            }
        }
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
}

impl Run {
    /// Trains to the end; true when it was stopped before.
    fn train(&mut self, stop: &AtomicBool) -> Result<bool> {
        let mut first = self.engine.settle()?;
        first.evaluations.push(self.engine.metrics().clone());
        self.report.tell(&first)?;
        self.diverged(first.diverged)?;
        let epoch = self.loaded.steps_per_epoch.max(1);
        let every = STEPS_BETWEEN_EVALUATIONS.div_ceil(epoch).saturating_mul(epoch);
        // The weights of an evaluation are there only as long as no later step is under way.
        let ahead = if self.best.target.is_some() { 1 } else { AHEAD };
        let mut asked = 0;
        while (asked < self.total || self.engine.waiting() > 0) && !stop.load(Ordering::Relaxed) {
            while asked < self.total && self.engine.waiting() < ahead {
                asked = asked.saturating_add(every).min(self.total);
                self.engine.train_to(asked);
            }
            let round = self.engine.tick()?;
            self.report.tell(&round)?;
            self.diverged(round.diverged)?;
            for evaluation in &round.evaluations {
                self.keep(evaluation)?;
            }
        }
        let stopped = self.engine.metrics().step < self.total;
        if stopped {
            self.engine.stop();
            let last = self.engine.settle()?;
            self.report.tell(&last)?;
            self.diverged(last.diverged)?;
        }
        Ok(stopped)
    }

    /// Saves the weights when this evaluation is the best so far.
    fn keep(&mut self, m: &Metrics) -> Result<()> {
        let Some(target) = &self.best.target else { return Ok(()) };
        let Some(loss) = m.test_loss.or(m.train_loss).filter(|loss| loss.is_finite()) else { return Ok(()) };
        if self.best.lowest.is_none_or(|(_, lowest)| loss < lowest) {
            target.write(&tensors::to_bytes(target.name(), &self.engine.weights()?)?)?;
            self.best.lowest = Some((m.step, loss));
        }
        Ok(())
    }

    fn diverged(&self, at: Option<(u32, f32)>) -> Result<()> {
        let Some((step, learning_rate)) = at else { return Ok(()) };
        let kept = match (&self.best.target, self.best.lowest) {
            (Some(target), Some((step, _))) => {
                format!("the best weights, of step {step}, are in {}", target.name().display())
            }
            _ => "nothing is saved".into(),
        };
        Err(Error::Diverged { step, learning_rate, kept })
    }

    fn tell_end(&self, args: &Train, saved: &[&Path], seconds: f64) -> Result<()> {
        let m = self.engine.metrics();
        if args.json {
            let end = Final {
                step: m.step,
                epoch: m.epoch,
                loss: m.batch_loss,
                evaluation: Evaluation::of(m),
                confusion: &m.confusion,
                best: self.best.lowest.map(|(step, loss)| BestTold { step, loss }),
                backend: &self.engine.backend,
                adapter: &self.engine.adapter,
                seconds,
                saved,
            };
            return line(&json(&Told { r#final: end })?);
        }
        let adapter = match self.engine.adapter.as_str() {
            "" => String::new(),
            name => format!(" ({name})"),
        };
        let rate = f64::from(m.step) / seconds.max(1e-9);
        line(&format!(
            "{}: {} steps, {:.2} epochs on the {}{adapter} in {seconds:.2} s, {rate:.0} steps a second",
            args.experiment, m.step, m.epoch, self.engine.backend
        ))?;
        line(&Evaluation::of(m).words())?;
        for path in saved {
            line(&format!("saved {}", path.display()))?;
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
    seconds: f64,
    saved: &'a [&'a Path],
}

#[derive(Serialize)]
struct BestTold {
    step: u32,
    loss: f32,
}
