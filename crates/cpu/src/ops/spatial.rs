//! Convolutions and pools.

mod conv;
mod dots;
mod extents;
mod planes;
mod pool;
mod shifted;
mod walk;
mod windows;

pub(crate) use conv::{Forward as Conv, GradInput as ConvGradInput, GradWeight as ConvGradWeight};
pub(crate) use pool::{Pool, PoolGrad};
