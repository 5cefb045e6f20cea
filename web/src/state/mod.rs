//! What the page knows and how it changes.

pub mod boot;
mod edit;
mod errands;
mod page;
mod pull;
mod receive;
mod reduce;
mod run;
pub mod tfp;
pub mod theme;
pub mod url;
#[cfg(test)]
mod url_tests;
pub mod waits;

pub use edit::{Effect, effect};
pub use errands::Errands;
pub use page::{Brush, Frame, Notice, Page, Shown, Status, Taste, Unit};
