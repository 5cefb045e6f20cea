//! Series of numbers whose answers are numbers: forecasting two sines, and the adding problem.

use core::f64::consts::TAU;

use super::settings::{read, room};
use super::{Purpose, stream};
use crate::rng::Rng;
use crate::{SampleSet, TaskConfig};

/// A sum of two sines, (length, 1), and at every step the value that comes next, (length, 1). The noise is in what
/// is seen and in what is asked alike: the next value is the next one measured.
pub(super) fn sine(config: &TaskConfig, seed: u64) -> SampleSet {
    let settings = read(config);
    let shape = vec![settings.length, 1];
    let schema = SampleSet { input: shape.clone(), target: shape, ..SampleSet::default() };
    let mut set = room(config, schema);
    let sides =
        [(set.train, Purpose::Train, Purpose::TrainNoise), (set.test, Purpose::Test, Purpose::TestNoise)];
    for (count, purpose, noise_purpose) in sides {
        let mut rng = stream(config.task, purpose, seed);
        let mut disturbance = stream(config.task, noise_purpose, seed);
        for _ in 0..count {
            let sines = [Sine::draw(&mut rng), Sine::draw(&mut rng)];
            let mut measure = |step: usize| {
                let clean: f64 = sines.iter().map(|sine| sine.at(step as f64)).sum();
                (clean + settings.noise * disturbance.normal()) as f32
            };
            let values: Vec<f32> = (0..=settings.length).map(&mut measure).collect();
            set.inputs.extend(&values[..settings.length]);
            set.targets.extend(&values[1..]);
        }
    }
    set
}

/// One of the two: half of the whole at most, so that their sum stays within ±1.
struct Sine {
    height: f64,
    period: f64,
    phase: f64,
}

impl Sine {
    fn draw(rng: &mut Rng) -> Self {
        Self { height: rng.range(0.2, 0.5), period: rng.range(6.0, 30.0), phase: rng.uniform() }
    }

    fn at(&self, step: f64) -> f64 {
        self.height * libm::sin(TAU * (step / self.period + self.phase))
    }
}

/// Values from 0 to 1 beside marks, (length, 2); asked is the sum of the two marked values, (1). One mark stands in
/// each half.
pub(super) fn adding(config: &TaskConfig, seed: u64) -> SampleSet {
    let length = read(config).length;
    let schema = SampleSet { input: vec![length, 2], target: vec![1], ..SampleSet::default() };
    let mut set = room(config, schema);
    for (count, purpose) in [(set.train, Purpose::Train), (set.test, Purpose::Test)] {
        let mut rng = stream(config.task, purpose, seed);
        for _ in 0..count {
            let half = length / 2;
            let marked = [rng.below(half as u32) as usize, half + rng.below((length - half) as u32) as usize];
            let mut sum = 0.0;
            for step in 0..length {
                // Rounded down to 24 bits: rounding to the nearest could give 1.
                let value = (rng.next_u32() >> 8) as f32 / (1u32 << 24) as f32;
                let mark = marked.contains(&step);
                set.inputs.extend([value, f32::from(u8::from(mark))]);
                sum += if mark { value } else { 0.0 };
            }
            set.targets.push(sum);
        }
    }
    set
}
