//! The engine, checked natively: operations, gradients, plans, training. One binary, so that the device is shared.

mod bench;
mod cpu_cases;
mod golden;
mod gradcheck;
mod memory;
mod semantics;
mod session;
