//! An experiment as one readable PyTorch script, with a file of its data beside it. With the weights of a run beside both,
//! the script prints the losses that the run has.

mod code;
mod data;
mod error;
mod facts;
mod files;
mod helpers;
mod layers;
mod mark;
mod muon;
mod names;
mod script;
mod training;
mod transformer;
mod weights;

pub use data::{Tensor, data};
pub use error::ExportError;
pub use files::{Files, files};
pub use mark::is_ours;
pub use script::{Names, pytorch};
pub use weights::weights;
