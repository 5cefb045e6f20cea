//! The pictures: network, output, loss and read-outs.

mod confusion;
mod loss;
mod meaning;
mod network;
mod output;
mod readouts;

pub use confusion::Confusion;
pub use loss::{LossChart, colour as run_colour, draw as draw_losses};
pub use network::NetworkView;
pub use output::OutputView;
pub use readouts::Readouts;
