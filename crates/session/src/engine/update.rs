//! How far the last step moved each parameter: while somebody looks, a submit's last step is taken by itself, with a copy of
//! the parameters right before it.

use super::backend::{Backend, Lost};
use super::programs::Programs;
use crate::Look;

/// The parameters before the last step.
pub const BEFORE: &str = "before-update";

/// Where the keeping stands.
#[derive(Default)]
pub struct Update {
    /// Somebody looked the last time.
    wanted: bool,
    /// There is room for the copy.
    ready: bool,
    /// The copy was made one step before this one.
    at: Option<u32>,
}

impl Update {
    /// Notes whether a look wants it, and makes room the first time.
    pub fn prepare(
        &mut self,
        backend: &mut Backend,
        programs: &Programs,
        look: Option<&Look>,
    ) -> Result<(), Lost> {
        self.wanted = look.map_or(self.wanted, |look| look.update);
        if self.wanted && !self.ready {
            backend.set_f32(BEFORE, &vec![0.0; programs.model.parameters()])?;
            self.ready = true;
        }
        Ok(())
    }

    /// Whether a submit of so many steps, up to the step `end`, keeps the parameters before its last one.
    pub fn keeps(&mut self, steps: u32, end: u32) -> bool {
        if steps > 0 {
            self.at = self.wanted.then_some(end);
        }
        steps > 0 && self.wanted
    }

    /// Whether the step that led to `step` can be told.
    pub fn knows(&self, step: u32) -> bool {
        self.at == Some(step)
    }

    /// The parameters were changed by something other than a step.
    pub fn forget(&mut self) {
        self.at = None;
    }
}
