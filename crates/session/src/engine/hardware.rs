//! The machine under a session: which backend an experiment gets, and how it changes from one to the other.

use minibatch_gpu::{Adapter, Gpu, GpuError};
use minibatch_nn::names;

use super::backend::{Backend, Lost};
use super::programs::BuildError;
use super::session::Session;
use crate::place::{self, Choice, Held, Needs, Place, Why};
use crate::{Event, ExperimentError};

/// What is known of the machine. An adapter is looked for when something asks for it, and opened when something trains on
/// it; a GPU that is not in use waits, without variables, with its pipelines.
#[derive(Default)]
pub struct Hardware {
    /// What somebody asked for.
    pub choice: Choice,
    found: Option<Found>,
    idle: Option<Box<Gpu>>,
    /// Where the last experiment trains, and why.
    told: Option<Place>,
}

/// What the search for an adapter gave.
struct Found {
    rule: place::Adapter,
    /// To be opened once.
    adapter: Option<Adapter>,
}

impl Hardware {
    /// What the rule needs to know of the adapter, looked for where it was not yet.
    async fn adapter(&mut self) -> place::Adapter {
        if self.found.is_none() {
            self.found = Some(match Adapter::find().await {
                Ok(adapter) => Found { rule: class(&adapter), adapter: Some(adapter) },
                Err(_) => Found { rule: place::Adapter::None, adapter: None },
            });
        }
        self.found.as_ref().map_or(place::Adapter::None, |found| found.rule)
    }

    /// Where the last experiment trains, and why.
    pub(super) fn told(&self) -> Option<Place> {
        self.told
    }

    /// The device that waits, or a new one.
    async fn gpu(&mut self) -> Result<Box<Gpu>, GpuError> {
        if let Some(gpu) = self.idle.take().filter(|gpu| gpu.lost().is_none()) {
            return Ok(gpu);
        }
        let adapter = match self.found.as_mut().and_then(|found| found.adapter.take()) {
            Some(adapter) => adapter,
            None => Adapter::find().await?,
        };
        Ok(Box::new(adapter.open().await?))
    }
}

fn class(adapter: &Adapter) -> place::Adapter {
    let (software, largest) = (adapter.info().software, adapter.info().largest);
    if software { place::Adapter::Software { largest } } else { place::Adapter::Card { largest } }
}

impl Session {
    /// Begins: nothing is built. Where the choice alone decides, that is told at once.
    pub(super) async fn start(&mut self, choice: Choice) {
        (self.run, self.gone) = (None, false);
        self.hardware = Hardware { choice, ..Hardware::default() };
        self.backend = Some(Backend::cpu_running(self.how));
        if choice != Choice::Auto {
            self.settle(&Needs::default()).await;
        }
    }

    /// Has the backend be what the rule says for these needs. No run is under way: what it had on the other backend would be
    /// lost.
    pub(super) async fn settle(&mut self, needs: &Needs) {
        let place = self.place(needs).await;
        self.move_to(place).await;
    }

    /// What the rule says for these needs.
    pub(super) async fn place(&mut self, needs: &Needs) -> Place {
        let choice = self.hardware.choice;
        match Place::at_once(choice, needs) {
            Some(place) => place,
            None => Place::of(choice, needs, self.hardware.adapter().await),
        }
    }

    /// Moves to a place and says so where it is new. A GPU that gives no device leaves the CPU.
    pub(super) async fn move_to(&mut self, place: Place) {
        let mut why = place.why;
        match (place.gpu, self.backend.take()) {
            (true, Some(Backend::Gpu(gpu))) => self.backend = Some(Backend::Gpu(gpu)),
            (true, _) => match self.hardware.gpu().await {
                Ok(gpu) => {
                    self.backend = Some(Backend::Gpu(gpu));
                    let delay = self.delay().await;
                    self.pace.set_delay(delay);
                }
                Err(_) => (self.backend, why) = (Some(Backend::cpu_running(self.how)), Why::NoAdapter),
            },
            (false, Some(Backend::Gpu(mut gpu))) => {
                gpu.remove_all();
                self.hardware.idle = Some(gpu);
                self.backend = Some(Backend::cpu_running(self.how));
            }
            (false, backend) => self.backend = backend.or_else(|| Some(Backend::cpu_running(self.how))),
        }
        let place = Place { gpu: matches!(self.backend, Some(Backend::Gpu(_))), why };
        if !place.gpu {
            self.pace.set_delay(0.0);
        }
        if let (true, Some(backend)) = (self.hardware.told.replace(place) != Some(place), &self.backend) {
            let (adapter, software) = backend.adapter();
            self.say(Event::Ready { backend: backend.name().into(), adapter, software, why });
        }
    }

    /// How many milliseconds pass until a submit with nothing to do is told to be done. The second of two counts: the first may
    /// meet a browser that was about to ask anyway.
    async fn delay(&mut self) -> f64 {
        let mut delay = 0.0;
        for _ in 0..2 {
            let begun = self.now();
            let Some(backend @ Backend::Gpu(_)) = &mut self.backend else { return 0.0 };
            // A device that refuses this refuses what comes next, and is told of then.
            let Ok(ticket) = backend.submit(&[], &[]) else { return 0.0 };
            if backend.finished(&ticket).await.is_err() {
                return 0.0;
            }
            delay = self.now() - begun;
        }
        delay
    }

    /// After a build that the GPU is too small for: the CPU takes its place, and says why. Anything else is an error still,
    /// and so is this where the GPU was asked for and `strict`.
    pub(super) async fn give_way(&mut self, error: BuildError, strict: bool) -> Result<(), BuildError> {
        let BuildError::Backend(Lost::Gpu(too_large)) = &error else { return Err(error) };
        let Some(why) = reason(too_large) else { return Err(error) };
        self.move_to(Place::cpu(why)).await;
        match self.refused(strict) {
            Some(refused) => Err(refused.into()),
            None => Ok(()),
        }
    }

    /// The error of one who asked for the GPU, wants nothing else, and does not get it.
    pub(super) fn refused(&self, strict: bool) -> Option<ExperimentError> {
        let asked = strict && self.hardware.choice == Choice::Gpu;
        let place = self.hardware.told.filter(|place| asked && !place.gpu)?;
        Some(ExperimentError::NotOnGpu { why: place.why })
    }
}

/// What of a GPU's complaint is for the CPU to mend.
pub(super) fn reason(error: &GpuError) -> Option<Why> {
    match error {
        GpuError::TooLarge { held, bytes, limit } => {
            let held = match held {
                minibatch_gpu::Held::Variable(name) => named(name),
                minibatch_gpu::Held::Between
                | minibatch_gpu::Held::Constant
                | minibatch_gpu::Held::Reading => Held::Activations,
            };
            Some(Why::TooLarge { held, bytes: *bytes, limit: *limit })
        }
        GpuError::Beyond { .. } => Some(Why::Beyond),
        GpuError::OutOfMemory { .. } => Some(Why::Full),
        _ => None,
    }
}

/// What a variable is to whoever made the experiment.
fn named(variable: &str) -> Held {
    let variable = variable.strip_prefix("best.").unwrap_or(variable);
    let weights = [names::PARAMETERS, names::DECAY].into_iter().chain(names::STATE);
    match variable {
        names::INPUTS => Held::Samples,
        names::TARGETS => Held::Targets,
        other if weights.into_iter().any(|name| name == other) => Held::Weights,
        _ => Held::Activations,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Breaks where an error speaks of variables and slots, which nobody has made.
    #[test]
    fn what_does_not_fit_is_named_as_its_maker_knows_it() {
        let best = names::best(names::PARAMETERS);
        let variables =
            [names::INPUTS, names::TARGETS, names::PARAMETERS, names::DECAY, names::STATE[1], &best];
        let held = variables.map(|name| minibatch_gpu::Held::Variable(name.into()));
        for (held, wanted) in
            held.into_iter().zip(["samples", "targets", "weights", "weights", "weights", "weights"])
        {
            let told = Lost::from(GpuError::TooLarge { held, bytes: 9, limit: 8 }).to_string();
            assert!(told.starts_with(&format!("the {wanted} take 9 bytes")), "{told}");
        }
        let told = Lost::from(GpuError::TooLarge { held: minibatch_gpu::Held::Between, bytes: 9, limit: 8 });
        assert!(told.to_string().starts_with("a layer's values for a batch"), "{told}");
        assert_eq!(reason(&GpuError::Lost { reason: String::new() }), None, "a lost device is no small one");
    }
}
