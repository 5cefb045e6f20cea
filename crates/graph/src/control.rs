//! The control block: the few numbers that steer a run, kept on the device so that many steps run without the host.
//!
//! It is a `u32` variable of [`LEN`] words; floats are stored by their bits. Words below [`SETTINGS`] are the run's
//! state and advance on the device, in `BeginStep`; those from [`SETTINGS`] on are the learner's and are written by
//! the host between submits.

/// The variable's name.
pub const NAME: &str = "control";
/// Words in the block.
pub const LEN: usize = 32;

/// u32: steps begun so far; within a step, that step counted from 1.
pub const STEP: usize = 0;
/// u32: epochs completed.
pub const EPOCH: usize = 1;
/// u32: how many samples of this epoch have been taken.
pub const CURSOR: usize = 2;
/// u32: the experiment's seed.
pub const SEED: usize = 3;
/// f32: the learning rate of this step, from the schedule.
pub const LR: usize = 4;
/// f32: 1 - beta1^step, kept by its own recurrence since a power would lose the digits.
pub const BIAS1: usize = 5;
/// f32: 1 - beta2^step.
pub const BIAS2: usize = 6;

/// The first word the host writes while a run goes on.
pub const SETTINGS: usize = 8;
/// f32: the learning rate before the schedule.
pub const BASE_LR: usize = 8;
/// u32: [`schedule`] number.
pub const SCHEDULE: usize = 9;
/// f32: steps between drops (step), or over which gamma applies once (exponential).
pub const PERIOD: usize = 10;
/// f32: the factor of step and exponential decay.
pub const GAMMA: usize = 11;
/// f32: steps until cosine decay reaches its end.
pub const TOTAL: usize = 12;
/// f32: where cosine decay ends.
pub const MIN_LR: usize = 13;
/// f32: steps of linear warm-up, with any schedule.
pub const WARMUP: usize = 14;
/// f32: L1 rate.
pub const L1: usize = 15;
/// f32: L2 rate (weight decay).
pub const L2: usize = 16;
/// f32: Adam's first decay, for [`BIAS1`].
pub const BETA1: usize = 17;
/// f32: Adam's second decay, for [`BIAS2`].
pub const BETA2: usize = 18;

/// The schedules' numbers. With s the steps completed before this one, and w = min(1, (s + 1) / warm-up):
pub mod schedule {
    /// lr = base w
    pub const CONSTANT: u32 = 0;
    /// lr = base gamma^floor(s / period) w
    pub const STEP: u32 = 1;
    /// lr = base gamma^(s / period) w
    pub const EXPONENTIAL: u32 = 2;
    /// lr = (min + (base - min) (1 + cos(pi min(1, s / total))) / 2) w
    pub const COSINE: u32 = 3;
}
