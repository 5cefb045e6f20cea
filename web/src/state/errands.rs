//! What is under way between the page and the engine, and between the page and the address bar.

use leptos::leptos_dom::helpers::TimeoutHandle;
use minibatch_session::Experiment;

use super::files::Kept;
use super::patience::Patience;
use super::pull::Pull;
use super::waits::Waits;

/// Counters, timers and promises; nothing here is drawn.
#[derive(Default)]
pub struct Errands {
    /// The worker's number.
    pub worker: u32,
    /// That of the last load asked for.
    pub generation: u32,
    /// Of the next command that is answered by its id.
    pub next_id: u32,
    /// Who waits for what.
    pub waits: Waits,
    /// Asking for pictures.
    pub pull: Pull,
    /// The rebuild that is about to be asked for.
    pub rebuild: Option<TimeoutHandle>,
    /// The rewriting of the address that is about to happen.
    pub address: Option<TimeoutHandle>,
    /// The address's hash as it was read or written last.
    pub known: String,
    /// The learner wants it to play. The engine's word for it comes later, and is lost in a rebuild; what is pressed or
    /// edited meanwhile must go by this.
    pub wants_play: bool,
    /// What the engine was asked to build last.
    pub built: Option<Experiment>,
    /// The experiment that was built last and is known to train.
    pub good: Option<Experiment>,
    /// The same as it trains now, with what was changed since without a rebuild.
    pub running: Option<Experiment>,
    /// The one that ran before it.
    pub before: Option<Experiment>,
    /// How many loads were asked for.
    pub loads: u32,
    /// Whether the engine still answers.
    pub patience: Patience,
    /// When it last was started again because it had stopped, and how often in a row.
    pub falls: (f64, u32),
    /// The split of the files sent last was left aside.
    pub mix: bool,
    /// The files that images were read from.
    pub images: Option<Kept>,
    /// They are sent again, and a build waits for them.
    pub restoring: bool,
    /// Its memory has grown large for nothing, and comes back with another worker.
    pub swollen: bool,
}

impl Errands {
    /// A new id.
    pub fn id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }
}
