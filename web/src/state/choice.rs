//! Where the learner wants it to train. It belongs to the machine, not to the experiment: it is kept for the tab, and does not
//! go into the address that is passed on. An address that says `backend=` is obeyed until something else is chosen.

use leptos::prelude::*;
use minibatch_session::{Choice, Command};

use super::{Page, boot};

/// Where it is kept as long as the tab lives.
const KEY: &str = "minibatch.backend";

/// As the address has it, and what is kept.
fn read(text: &str) -> Option<Choice> {
    match text.trim().to_lowercase().as_str() {
        "webgpu" | "gpu" => Some(Choice::Gpu),
        "cpu" => Some(Choice::Cpu),
        "auto" => Some(Choice::Auto),
        _ => None,
    }
}

/// The word for it in an address.
pub fn id(choice: Choice) -> &'static str {
    match choice {
        Choice::Auto => "auto",
        Choice::Gpu => "webgpu",
        Choice::Cpu => "cpu",
    }
}

/// What the address asks for, else what was chosen last in this tab, else whatever suits.
pub fn first() -> Choice {
    let kept = || window().session_storage().ok().flatten().and_then(|s| s.get_item(KEY).ok().flatten());
    let asked = boot::asked("backend").as_deref().and_then(read);
    asked.or_else(|| kept().as_deref().and_then(read)).unwrap_or_default()
}

impl Page {
    /// Has it train elsewhere from now on. The run goes over as it is, paused.
    pub fn choose_backend(&self, id: &str) {
        let Some(choice) = read(id).filter(|choice| *choice != self.choice.get_untracked()) else { return };
        self.choice.set(choice);
        if let Ok(Some(storage)) = window().session_storage() {
            // Private windows may refuse; then it is for this visit.
            let _kept = storage.set_item(KEY, self::id(choice));
        }
        if self.stopped().is_some() {
            drop(self.start());
            return;
        }
        self.flush();
        self.errands.update_value(|e| e.wants_play = false);
        self.send(Command::Choose { choice });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_read_as_it_is_written() {
        for choice in [Choice::Auto, Choice::Gpu, Choice::Cpu] {
            assert_eq!(read(id(choice)), Some(choice));
        }
        assert_eq!(
            [" CPU ", "WebGPU", "gpu"].map(read),
            [Some(Choice::Cpu), Some(Choice::Gpu), Some(Choice::Gpu)]
        );
        assert_eq!(read("tpu"), None);
    }
}
