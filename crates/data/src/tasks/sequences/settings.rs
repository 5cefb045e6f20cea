//! The settings of a task over steps, its own where left out.

use super::schemas::about;
use crate::tasks::about::Setting;
use crate::{SampleSet, TaskConfig};

/// The numbers that a task reads; 0 where it has no such setting.
#[derive(Clone, Copy)]
pub(super) struct Settings {
    pub length: usize,
    pub symbols: usize,
    pub delay: usize,
    /// A fraction, 0 to 0.5.
    pub noise: f64,
}

/// Reads the settings that the task has; their ranges have been checked.
pub(super) fn read(config: &TaskConfig) -> Settings {
    let whole = |given: Option<u32>, setting: Option<Setting>| {
        setting.map_or(0, |Setting { default, .. }| given.unwrap_or(default) as usize)
    };
    let [length, symbols, delay] =
        about(config.task).map_or([None; 3], |about| [about.length, about.symbols, about.delay]);
    Settings {
        length: whole(config.length, length),
        symbols: whole(config.symbols, symbols),
        delay: whole(config.delay, delay),
        noise: f64::from(config.noise) / 100.0,
    }
}

/// Fills in how many samples there will be, and makes room for them. `schema` says the shapes.
pub(super) fn room(config: &TaskConfig, mut schema: SampleSet) -> SampleSet {
    let [input, target]: [usize; 2] = [&schema.input, &schema.target].map(|shape| shape.iter().product());
    schema.train = config.train as usize;
    schema.test = config.test as usize;
    let samples = schema.train + schema.test;
    schema.inputs.reserve_exact(samples * input);
    schema.targets.reserve_exact(samples * target);
    schema
}
