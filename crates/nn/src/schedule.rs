//! How the learning rate changes as training goes on.

use minibatch_graph::control;
use serde::{Deserialize, Serialize};

/// The shapes a schedule can have.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleKind {
    /// The same rate throughout.
    Constant,
    /// Times gamma every `period` steps.
    Step,
    /// Times gamma over `period` steps, smoothly.
    Exponential,
    /// Down half a cosine to `min` at step `total`.
    Cosine,
}

impl ScheduleKind {
    /// All of them, in the order shown.
    pub const ALL: [Self; 4] = [Self::Constant, Self::Step, Self::Exponential, Self::Cosine];

    /// Its name in files and addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Step => "step",
            Self::Exponential => "exponential",
            Self::Cosine => "cosine",
        }
    }
}

/// A schedule with its settings, all counted in steps (batches).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Schedule {
    /// Its shape.
    pub kind: ScheduleKind,
    /// Steps between drops.
    pub period: u32,
    /// The factor of each drop, 0 to 1.
    pub gamma: f32,
    /// Steps until the cosine's end.
    pub total: u32,
    /// Where the cosine ends.
    pub min: f32,
    /// Steps over which the rate first rises from 0, in any shape. 0: none.
    pub warmup: u32,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { kind: ScheduleKind::Constant, period: 1000, gamma: 0.5, total: 10_000, min: 0.0, warmup: 0 }
    }
}

impl Schedule {
    /// The rate at a step (steps completed before it), for a preview; the device computes the same.
    pub fn rate(&self, base: f32, step: u32) -> f32 {
        let (s, base) = (f64::from(step), f64::from(base));
        let drops = s / f64::from(self.period.max(1));
        let shaped = match self.kind {
            ScheduleKind::Constant => base,
            ScheduleKind::Step => base * libm::pow(f64::from(self.gamma), libm::floor(drops)),
            ScheduleKind::Exponential => base * libm::pow(f64::from(self.gamma), drops),
            ScheduleKind::Cosine => {
                let (min, t) = (f64::from(self.min), (s / f64::from(self.total.max(1))).min(1.0));
                min + (base - min) * (1.0 + libm::cos(std::f64::consts::PI * t)) / 2.0
            }
        };
        let warm = if self.warmup == 0 { 1.0 } else { ((s + 1.0) / f64::from(self.warmup)).min(1.0) };
        (shaped * warm) as f32
    }

    /// The control block's words from [`control::SCHEDULE`] to [`control::WARMUP`].
    pub fn words(&self) -> [u32; 6] {
        let number = match self.kind {
            ScheduleKind::Constant => control::schedule::CONSTANT,
            ScheduleKind::Step => control::schedule::STEP,
            ScheduleKind::Exponential => control::schedule::EXPONENTIAL,
            ScheduleKind::Cosine => control::schedule::COSINE,
        };
        let floats = [self.period as f32, self.gamma, self.total as f32, self.min, self.warmup as f32];
        let [period, gamma, total, min, warmup] = floats.map(f32::to_bits);
        [number, period, gamma, total, min, warmup]
    }
}
