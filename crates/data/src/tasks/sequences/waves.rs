//! Seven kinds of waveform, seen by ten channels over fifteen steps.

use core::f64::consts::TAU;

use super::settings::{read, room};
use super::{Purpose, stream};
use crate::rng::Rng;
use crate::{SampleSet, TaskConfig};

const STEPS: usize = 15;
const CHANNELS: usize = 10;
const NAMES: [&str; 7] = ["sine", "square", "sawtooth", "pulses", "chirp", "damped", "burst"];

/// (15, 10) numbers in, one of seven classes out; classes in turn.
pub(super) fn samples(config: &TaskConfig, seed: u64) -> SampleSet {
    let noise = read(config).noise;
    let mut set = room(
        config,
        SampleSet {
            input: vec![STEPS, CHANNELS],
            classes: Some(NAMES.len()),
            class_names: NAMES.map(str::to_owned).into(),
            ..SampleSet::default()
        },
    );
    let sides =
        [(set.train, Purpose::Train, Purpose::TrainNoise), (set.test, Purpose::Test, Purpose::TestNoise)];
    for (count, purpose, noise_purpose) in sides {
        let mut rng = stream(config.task, purpose, seed);
        let mut disturbance = stream(config.task, noise_purpose, seed);
        for index in 0..count {
            let class = index % NAMES.len();
            let wave = one(class, &mut rng);
            set.inputs.extend(wave.iter().map(|value| (value + noise * disturbance.normal()) as f32));
            set.targets.push(class as f32);
        }
    }
    set
}

/// One wave of a class, row by row of steps. It travels along the channels: each sees it a little later than the one
/// before, and at a strength of its own.
fn one(class: usize, rng: &mut Rng) -> [f64; STEPS * CHANNELS] {
    let cycles = rng.range(2.0, 3.0);
    let phase = rng.uniform();
    let lag = rng.range(0.02, 0.08);
    let strength = rng.range(0.6, 1.4);
    let middle = rng.range(4.0, 10.0);
    let mut wave = [0.0; STEPS * CHANNELS];
    for channel in 0..CHANNELS {
        let gain = strength * rng.range(0.5, 1.0);
        let start = phase - lag * channel as f64;
        for step in 0..STEPS {
            wave[step * CHANNELS + channel] = gain * value(class, step as f64, cycles, start, middle);
        }
    }
    wave
}

/// The wave itself at a step: `cycles` in all the steps, begun at `phase` (of one cycle).
fn value(class: usize, step: f64, cycles: f64, phase: f64, middle: f64) -> f64 {
    let along = step / STEPS as f64;
    let turns = cycles * along + phase;
    let fraction = turns - libm::floor(turns);
    let sine = libm::sin(TAU * turns);
    match class {
        0 => sine,
        1 if fraction < 0.5 => 1.0,
        1 => -1.0,
        2 => 2.0 * fraction - 1.0,
        // High for a fifth of each cycle, and low between, so that the mean is 0.
        3 if fraction < 0.2 => 2.0,
        3 => -0.5,
        // From a third of the pitch to five thirds of it.
        4 => libm::sin(TAU * (cycles * along * (1.0 / 3.0 + along * 2.0 / 3.0) + phase)),
        5 => 1.5 * sine * libm::exp(-3.0 * along),
        _ => 1.5 * sine * libm::exp(-0.5 * (step - middle) * (step - middle) / 2.25),
    }
}
