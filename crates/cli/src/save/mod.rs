//! Files that are written. Each grows beside its place and is renamed when it is whole: a reader sees the old file or the
//! whole new one. What is read is never written over, what belongs together takes its place together, and what a killed run
//! left behind blocks nobody.

mod apart;
mod growing;
mod left;
mod target;

pub use apart::targets;
pub use growing::{Growing, place};
pub use target::Target;

#[cfg(test)]
mod tests;
