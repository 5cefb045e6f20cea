//! What the page knows and how it changes.

pub mod address;
mod aside;
pub mod boot;
pub mod cause;
pub mod choice;
mod edit;
mod errands;
mod files;
pub mod history;
pub mod imported;
mod page;
pub mod pair;
mod patience;
mod pull;
mod receive;
mod reduce;
mod rest;
mod run;
mod runs;
pub mod tables;
pub mod task;
pub mod tfp;
pub mod theme;
pub mod url;
#[cfg(test)]
mod url_tests;
pub mod waits;
mod watch;

pub use aside::{Aside, alike};
pub use edit::{Effect, effect};
pub use errands::Errands;
pub use history::History;
pub use imported::{Imported, Table};
pub use page::{Brought, Brush, Busy, Draft, Frame, Notice, Page, Shown, Status, Taste, Unit};
pub use reduce::extend_curve;
pub use run::random_seed;
pub use runs::{PastRun, akin};
pub use watch::{Watch, Watched};
