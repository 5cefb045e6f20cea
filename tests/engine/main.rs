//! The engine, checked natively: operations, gradients, plans, training. One binary, so that the device is shared.

mod bench;
mod best;
mod bits;
mod compositions;
mod cpu_cases;
mod evaluation;
mod golden;
mod golden_layers;
mod golden_losses;
mod gpu_device;
mod gpu_kernels;
mod gradcheck;
mod inside;
mod ledger;
mod life;
mod limits;
mod memory;
mod model;
mod muon;
mod ops_table;
mod pairs;
mod place;
mod semantics;
mod session;
mod update;
