//! What a session keeps beside the run, for whoever may ask for it: each takes memory.

/// What is kept. All of it for a page; a caller that never asks for some does without.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keep {
    /// Copies of what training changes, for [`crate::Command::Recover`]; without them that goes back to step 0.
    pub snapshots: bool,
    /// The best checkpoint, for [`crate::Session::hand_weights`] and [`crate::Metrics::best`].
    pub best: bool,
    /// With the best weights all that training goes on from, for [`crate::Command::Best`].
    pub best_state: bool,
    /// The first weights, for [`crate::Command::Reset`]; without them that draws them anew, by the seed.
    pub start: bool,
    /// The samples, for [`crate::Command::Samples`] and looks into the model.
    pub samples: bool,
}

impl Keep {
    /// Everything.
    pub const ALL: Self = Self { snapshots: true, best: true, best_state: true, start: true, samples: true };
    /// Nothing that training itself does not need.
    pub const NOTHING: Self =
        Self { snapshots: false, best: false, best_state: false, start: false, samples: false };
}
