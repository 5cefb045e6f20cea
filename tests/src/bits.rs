//! Whose bits are compared, between machines, browsers and numbers of threads: all that trains.

use minibatch_session::{How, PRESETS, WORKLOADS, bits};

/// How many steps are trained before bits are compared.
pub const STEPS: u32 = 50;
/// And where that takes long: an emulated processor needs hundreds of times as long for a step.
pub const FEW: u32 = 6;

/// The bench workloads that train, and the presets.
pub fn trained() -> Vec<&'static str> {
    let workloads = WORKLOADS.into_iter().filter(|name| !name.starts_with("matmul"));
    workloads.chain(PRESETS.iter().map(|preset| preset.name)).collect()
}

/// The bits that one of them has here after so many steps, as they are told.
pub fn here(name: &str, steps: u32) -> String {
    format!("{:016x}", pollster::block_on(bits(name, steps, How::default())).expect("all of these train"))
}
