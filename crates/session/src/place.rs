//! Where an experiment trains: a rule over the experiment and the machine, so that the same experiment on the same machine
//! always trains in the same place, whatever a stopwatch would say.

use minibatch_nn::{Model, Outline};
use serde::{Deserialize, Serialize};

use crate::{Experiment, ExperimentError};

/// Below so much work a step, in floating-point operations, a card waits for its launches longer than the CPU computes: some
/// twenty launches of a few microseconds each are as long as 4 MFLOP take on one core.
pub const LEAST_WORK: u64 = 4_000_000;

/// What somebody asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Whatever the rule says.
    #[default]
    Auto,
    /// The GPU, however slow it is.
    Gpu,
    /// The CPU; no adapter is looked for.
    Cpu,
}

/// What a machine has to offer besides its CPU.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Adapter {
    /// Nothing.
    None,
    /// A program that plays a GPU on the processor.
    Software {
        /// Bytes that one buffer may hold.
        largest: u64,
    },
    /// A graphics processor.
    Card {
        /// Bytes that one buffer may hold.
        largest: u64,
    },
}

/// What of an experiment the rule goes by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Needs {
    /// Floating-point operations of a training step.
    pub work: u64,
    /// Bytes of all samples' inputs.
    pub samples: u64,
    /// Bytes of all samples' targets.
    pub targets: u64,
    /// Bytes of all weights.
    pub weights: u64,
}

/// What does not fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Held {
    /// The samples.
    Samples,
    /// The samples' targets.
    Targets,
    /// The weights.
    Weights,
    /// What the layers compute for a batch.
    Activations,
}

impl Held {
    /// What it is called, in the plural of whoever made the experiment.
    pub fn name(self) -> &'static str {
        match self {
            Self::Samples => "the samples",
            Self::Targets => "the targets",
            Self::Weights => "the weights",
            Self::Activations => "a layer's values for a batch",
        }
    }
}

/// Why it trains where it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Why {
    /// It was asked for.
    Chosen,
    /// On the CPU: there is no adapter, or it gives no device.
    NoAdapter,
    /// On the CPU: the only adapter is software, which is slower than our own loops.
    Software,
    /// On the CPU: a step is so little work that a GPU would mostly wait.
    Small,
    /// On the GPU: a step is enough work.
    Large,
    /// On the CPU: a buffer of this GPU does not hold it.
    TooLarge {
        /// What.
        held: Held,
        /// Its bytes.
        bytes: u64,
        /// The bytes that a buffer holds.
        limit: u64,
    },
    /// On the CPU: a layer wants more of the GPU than it grants.
    Beyond,
    /// On the CPU: the GPU's memory does not hold all of it together.
    Full,
}

/// Where an experiment trains.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// On the GPU, else on the CPU.
    pub gpu: bool,
    /// Why.
    pub why: Why,
}

impl Place {
    /// On the CPU.
    pub fn cpu(why: Why) -> Self {
        Self { gpu: false, why }
    }

    /// What can be said before anybody has looked for an adapter.
    pub fn at_once(choice: Choice, needs: &Needs) -> Option<Self> {
        match choice {
            Choice::Cpu => Some(Self::cpu(Why::Chosen)),
            Choice::Auto if needs.work < LEAST_WORK => Some(Self::cpu(Why::Small)),
            Choice::Auto | Choice::Gpu => None,
        }
    }

    /// Where an experiment with these needs trains on a machine with this adapter.
    pub fn of(choice: Choice, needs: &Needs, adapter: Adapter) -> Self {
        if let Some(place) = Self::at_once(choice, needs) {
            return place;
        }
        let largest = match (choice, adapter) {
            (_, Adapter::None) => return Self::cpu(Why::NoAdapter),
            (Choice::Auto, Adapter::Software { .. }) => return Self::cpu(Why::Software),
            (_, Adapter::Software { largest } | Adapter::Card { largest }) => largest,
        };
        match needs.beyond(largest) {
            Some(why) => Self::cpu(why),
            None if choice == Choice::Gpu => Self { gpu: true, why: Why::Chosen },
            None => Self { gpu: true, why: Why::Large },
        }
    }
}

impl Needs {
    /// Of an experiment whose model and samples (inputs and targets, so many numbers each) are known.
    ///
    /// # Errors
    /// When the model is wrong.
    pub fn of(
        experiment: &Experiment,
        model: &Model,
        train: usize,
        [inputs, targets]: [usize; 2],
    ) -> Result<Self, ExperimentError> {
        let forward = Outline::of(&model.input, &model.blocks)?.multiply_adds;
        let batch = (experiment.training.batch_size as usize).min(train) as u64;
        let bytes = |numbers: usize| 4 * numbers as u64;
        Ok(Self {
            // Two operations a multiply-add; once forward, and once each for the gradients of weights and inputs.
            work: forward.saturating_mul(6 * batch),
            samples: bytes(inputs),
            targets: bytes(targets),
            weights: bytes(model.parameters()),
        })
    }

    /// What a buffer of `limit` bytes does not hold. The copy beside the best weights has a number more than they.
    fn beyond(&self, limit: u64) -> Option<Why> {
        let held =
            [(Held::Samples, self.samples), (Held::Targets, self.targets), (Held::Weights, self.weights + 4)];
        let too_large = held.into_iter().find(|(_, bytes)| *bytes > limit);
        too_large.map(|(held, bytes)| Why::TooLarge { held, bytes, limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PRESETS, preset};

    const CARD: Adapter = Adapter::Card { largest: 1 << 31 };
    const SOFTWARE: Adapter = Adapter::Software { largest: 1 << 27 };

    fn needs(name: &str) -> Needs {
        let e = preset(name).expect("a preset");
        Needs::of(&e, &e.model().expect("a model"), 1000, [1000, 1000]).expect("a sound model")
    }

    /// Breaks where a stopwatch, a name or anything but work and adapter decides.
    #[test]
    fn small_networks_and_software_adapters_mean_the_cpu() {
        for (name, small) in [("spiral", true), ("xor", true), ("digits", false), ("language", false)] {
            let needs = needs(name);
            assert_eq!(needs.work < LEAST_WORK, small, "{name}: {} operations a step", needs.work);
            let place = |adapter| Place::of(Choice::Auto, &needs, adapter);
            let why = |why| Place::cpu(if small { Why::Small } else { why });
            assert_eq!(place(Adapter::None), why(Why::NoAdapter), "{name}");
            assert_eq!(place(SOFTWARE), why(Why::Software), "{name}");
            let card = if small { why(Why::Small) } else { Place { gpu: true, why: Why::Large } };
            assert_eq!(place(CARD), card, "{name}");
        }
    }

    #[test]
    fn four_million_operations_a_step_are_the_boundary() {
        let place = |work| Place::of(Choice::Auto, &Needs { work, ..Needs::default() }, CARD).gpu;
        assert!(!place(LEAST_WORK - 1) && place(LEAST_WORK));
        // 784-128-10 on a batch of 64: three times 2 x 101,632 x 64.
        let json = r#"{"model": {"input": {"shape": [784]}, "layers": [{"layer": "linear", "units": 128},
            {"layer": "linear", "units": 10}], "samples": {"kind": "random", "train": 100, "test": 0}},
            "training": {"batch_size": 64}}"#;
        let e: Experiment = serde_json::from_str(json).expect("JSON");
        let model = e.model().expect("a model");
        let work = |train| Needs::of(&e, &model, train, [0, 0]).expect("a sound model").work;
        assert_eq!(
            (work(100), work(10)),
            (6 * 101_632 * 64, 6 * 101_632 * 10),
            "no batch is larger than the data"
        );
    }

    #[test]
    fn a_choice_decides_for_every_preset_and_machine() {
        for p in PRESETS {
            let needs = needs(p.name);
            for adapter in [Adapter::None, SOFTWARE, CARD] {
                assert_eq!(Place::of(Choice::Cpu, &needs, adapter), Place::cpu(Why::Chosen), "{}", p.name);
            }
            for adapter in [SOFTWARE, CARD] {
                let chosen = Place { gpu: true, why: Why::Chosen };
                assert_eq!(Place::of(Choice::Gpu, &needs, adapter), chosen, "{}", p.name);
            }
            assert_eq!(
                Place::of(Choice::Gpu, &needs, Adapter::None),
                Place::cpu(Why::NoAdapter),
                "{}",
                p.name
            );
            assert_eq!(Place::at_once(Choice::Gpu, &needs), None, "an adapter is looked for");
            assert_eq!(Place::at_once(Choice::Cpu, &needs), Some(Place::cpu(Why::Chosen)), "none is");
        }
    }

    #[test]
    fn what_no_buffer_holds_trains_on_the_cpu_and_is_named() {
        let enough = Needs { work: LEAST_WORK, ..Needs::default() };
        let limit = 1 << 27;
        for (held, needs) in [
            (Held::Samples, Needs { samples: 60_000 * 784 * 4, ..enough }),
            (Held::Targets, Needs { targets: limit + 1, ..enough }),
            (Held::Weights, Needs { weights: limit, ..enough }),
        ] {
            for choice in [Choice::Auto, Choice::Gpu] {
                let place = Place::of(choice, &needs, Adapter::Card { largest: limit });
                assert!(!place.gpu, "{held:?}");
                assert!(matches!(place.why, Why::TooLarge { held: h, .. } if h == held), "{:?}", place.why);
                assert!(Place::of(choice, &needs, Adapter::Card { largest: 1 << 30 }).gpu, "{held:?}");
            }
        }
    }
}
