//! What the views of sequences share: which step is looked at, what kind of answer there is, and text as tokens.

pub mod choose;
mod glance;
mod kind;
mod names;
mod pace;
mod places;
mod steps;
pub mod text;

pub use glance::glances;
pub use kind::{Kind, continues, next_token, share_right};
pub use names::{step_name, token_name};
pub use pace::Pace;
pub use places::{Along, along, axis};
pub use steps::{Steps, answer, sample};
