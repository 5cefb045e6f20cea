//! The language in which every model is written: shapes, ops, a graph of them, its gradient and its memory.
//!
//! A [`Graph`] is built once, node by node, each checked by its shape rule as it is added. [`backward`] extends it with
//! the gradient; [`fused`] joins what one kernel can do; [`MemoryPlan`] decides where each value lives. Nothing here computes anything: the crates `cpu` and
//! `gpu` do, and must agree. No GPU, no files, no clock.

mod arithmetic;
mod backward;
mod builder;
mod error;
mod fuse;
mod memory;
mod op;
mod rules;
mod shape;

pub mod control;
pub mod random;
pub mod walk;

pub use arithmetic::arithmetic;
pub use backward::backward;
pub use builder::{Graph, Node, NodeId};
pub use error::GraphError;
pub use fuse::fused;
pub use memory::{Home, MemoryPlan, Place, Slot};
pub use op::{
    Activation, Attention, Binary, Cell, Conv2d, Epilogue, Loss, Norm, Op, Optimizer, Pool2d, PoolKind,
    PoolWindow, Recurrent, RecurrentGradParts, RecurrentParts, Reduction, Rotary, Sides, Unary,
};
pub use shape::{DType, Shape};
