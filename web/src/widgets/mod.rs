//! Small controls that everything else is made of. Each has a label and a short "what is this" as its title.

pub mod grid;
mod icons;
mod number;
mod picture;
mod pop;
mod rate;
mod select;
mod slider;

pub use icons::{PlayIcon, ResetIcon, StepIcon};
pub use number::Number;
pub use picture::Picture;
pub use pop::{Pop, close_all};
pub use rate::Rate;
pub use select::Select;
pub use slider::Slider;
