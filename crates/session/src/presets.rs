//! Experiments that come along, by name. Each is a data file holding what differs from the defaults.

use crate::{Experiment, ExperimentError, Metrics, did_you_mean};

/// What a preset's data are: the part of the gallery in which it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Area {
    /// Points in the plane, and tables: dense networks.
    Points,
    /// Images: convolutional networks.
    Images,
    /// Series and symbols over time: recurrent networks.
    Series,
    /// Language and symbols: attention.
    Language,
}

impl Area {
    /// All, in the order shown.
    pub const ALL: [Self; 4] = [Self::Points, Self::Images, Self::Series, Self::Language];

    /// The name used in words and addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Points => "points",
            Self::Images => "images",
            Self::Series => "series",
            Self::Language => "language",
        }
    }
}

/// What a preset is known to reach.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Mark {
    /// This share of the test samples (of the places asked for) right.
    TestAccuracy(f32),
    /// This loss over the test samples.
    TestLoss(f32),
    /// This loss over the training samples: random ones, which can only be learned by heart.
    TrainLoss(f32),
}

impl Mark {
    /// Whether a run that stands like this has reached it.
    pub fn reached(self, now: &Metrics) -> bool {
        match self {
            Self::TestAccuracy(least) => now.test_accuracy.is_some_and(|a| a >= least),
            Self::TestLoss(most) => now.test_loss.is_some_and(|l| l <= most),
            Self::TrainLoss(most) => now.train_loss.is_some_and(|l| l <= most),
        }
    }
}

/// A named experiment.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name in addresses and on the command line. Systems of the curriculum have their number there.
    pub name: &'static str,
    /// Where it stands in the gallery.
    pub area: Area,
    /// What it is known to reach.
    pub mark: Mark,
    /// By this step, at the latest, on every backend.
    pub by: u32,
    /// Its file's text.
    json: &'static str,
}

/// All of them, in the order shown.
pub const PRESETS: [Preset; 29] = [
    Preset {
        name: "circle",
        area: Area::Points,
        mark: Mark::TestAccuracy(0.95),
        by: 2500,
        json: include_str!("../presets/circle.json"),
    },
    Preset {
        name: "xor",
        area: Area::Points,
        mark: Mark::TestAccuracy(0.95),
        by: 600,
        json: include_str!("../presets/xor.json"),
    },
    Preset {
        name: "gauss",
        area: Area::Points,
        mark: Mark::TestAccuracy(0.98),
        by: 300,
        json: include_str!("../presets/gauss.json"),
    },
    Preset {
        name: "spiral",
        area: Area::Points,
        mark: Mark::TestAccuracy(0.97),
        by: 1500,
        json: include_str!("../presets/spiral.json"),
    },
    Preset {
        name: "blobs",
        area: Area::Points,
        mark: Mark::TestAccuracy(0.98),
        by: 600,
        json: include_str!("../presets/blobs.json"),
    },
    Preset {
        name: "plane",
        area: Area::Points,
        mark: Mark::TestLoss(0.001),
        by: 300,
        json: include_str!("../presets/plane.json"),
    },
    Preset {
        name: "multi-gauss",
        area: Area::Points,
        mark: Mark::TestLoss(0.04),
        by: 5000,
        json: include_str!("../presets/multi-gauss.json"),
    },
    Preset {
        name: "m2",
        area: Area::Points,
        mark: Mark::TrainLoss(0.01),
        by: 2000,
        json: include_str!("../presets/m2.json"),
    },
    Preset {
        name: "e3",
        area: Area::Points,
        mark: Mark::TrainLoss(0.1),
        by: 1000,
        json: include_str!("../presets/e3.json"),
    },
    Preset {
        name: "digits",
        area: Area::Images,
        mark: Mark::TestAccuracy(0.95),
        by: 400,
        json: include_str!("../presets/digits.json"),
    },
    Preset {
        name: "shapes",
        area: Area::Images,
        mark: Mark::TestAccuracy(0.95),
        by: 1500,
        json: include_str!("../presets/shapes.json"),
    },
    Preset {
        name: "textures",
        area: Area::Images,
        mark: Mark::TestAccuracy(0.95),
        by: 400,
        json: include_str!("../presets/textures.json"),
    },
    Preset {
        name: "c2",
        area: Area::Images,
        mark: Mark::TestAccuracy(0.95),
        by: 400,
        json: include_str!("../presets/c2.json"),
    },
    Preset {
        name: "r2",
        area: Area::Series,
        mark: Mark::TestAccuracy(0.95),
        by: 12000,
        json: include_str!("../presets/r2.json"),
    },
    Preset {
        name: "r3",
        area: Area::Series,
        mark: Mark::TestAccuracy(0.95),
        by: 7000,
        json: include_str!("../presets/r3.json"),
    },
    Preset {
        name: "r1",
        area: Area::Series,
        mark: Mark::TrainLoss(0.075),
        by: 1000,
        json: include_str!("../presets/r1.json"),
    },
    Preset {
        name: "sine",
        area: Area::Series,
        mark: Mark::TestLoss(0.002),
        by: 500,
        json: include_str!("../presets/sine.json"),
    },
    Preset {
        name: "adding",
        area: Area::Series,
        mark: Mark::TestLoss(0.01),
        by: 2000,
        json: include_str!("../presets/adding.json"),
    },
    Preset {
        name: "copy-memory",
        area: Area::Series,
        mark: Mark::TestAccuracy(0.99),
        by: 2500,
        json: include_str!("../presets/copy-memory.json"),
    },
    Preset {
        name: "echo",
        area: Area::Series,
        mark: Mark::TestAccuracy(0.99),
        by: 800,
        json: include_str!("../presets/echo.json"),
    },
    Preset {
        name: "parity",
        area: Area::Series,
        mark: Mark::TestAccuracy(0.99),
        by: 600,
        json: include_str!("../presets/parity.json"),
    },
    Preset {
        name: "language",
        area: Area::Language,
        mark: Mark::TestLoss(0.45),
        by: 1500,
        json: include_str!("../presets/language.json"),
    },
    Preset {
        name: "brackets",
        area: Area::Language,
        mark: Mark::TestAccuracy(0.95),
        by: 2500,
        json: include_str!("../presets/brackets.json"),
    },
    Preset {
        name: "reversal",
        area: Area::Language,
        mark: Mark::TestAccuracy(0.99),
        by: 1000,
        json: include_str!("../presets/reversal.json"),
    },
    Preset {
        name: "sorting",
        area: Area::Language,
        mark: Mark::TestAccuracy(0.98),
        by: 1000,
        json: include_str!("../presets/sorting.json"),
    },
    Preset {
        name: "modular-addition",
        area: Area::Language,
        mark: Mark::TestLoss(0.3),
        by: 2500,
        json: include_str!("../presets/modular-addition.json"),
    },
    Preset {
        name: "a3",
        area: Area::Language,
        mark: Mark::TrainLoss(0.3),
        by: 300,
        json: include_str!("../presets/a3.json"),
    },
    Preset {
        name: "a1",
        area: Area::Language,
        mark: Mark::TrainLoss(0.16),
        by: 500,
        json: include_str!("../presets/a1.json"),
    },
    Preset {
        name: "a4",
        area: Area::Language,
        mark: Mark::TrainLoss(0.3),
        by: 600,
        json: include_str!("../presets/a4.json"),
    },
];

/// The preset of this name.
///
/// # Errors
/// Names those there are when there is none of this name.
pub fn preset(name: &str) -> Result<Experiment, ExperimentError> {
    let found = PRESETS.iter().find(|p| p.name == name).ok_or_else(|| {
        let known = PRESETS.map(|p| p.name).join(", ");
        let nearby = did_you_mean(name, PRESETS.iter().map(|p| p.name));
        ExperimentError::NoPreset { name: name.into(), nearby, known }
    })?;
    Experiment::from_json(found.json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_valid_experiment() {
        for p in PRESETS {
            let experiment = preset(p.name).unwrap_or_else(|e| panic!("preset {}: {e}", p.name));
            experiment.outline().expect(p.name);
            // Points are points in the plane, but for two small tables.
            let plane = p.area == Area::Points && !matches!(p.name, "m2" | "e3");
            assert_eq!(experiment.summary().is_ok(), plane, "{}", p.name);
        }
    }
}
