//! Experiments that come along, by name. Each is a data file holding what differs from the defaults.

use crate::{Experiment, ExperimentError};

/// A named experiment.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name in addresses and on the command line.
    pub name: &'static str,
    /// It is a network over points in the plane; else a system of the curriculum, named by its number there.
    pub plane: bool,
    /// Its file's text.
    json: &'static str,
}

/// All of them, in the order shown.
pub const PRESETS: [Preset; 16] = [
    Preset { name: "circle", plane: true, json: include_str!("../presets/circle.json") },
    Preset { name: "xor", plane: true, json: include_str!("../presets/xor.json") },
    Preset { name: "gauss", plane: true, json: include_str!("../presets/gauss.json") },
    Preset { name: "spiral", plane: true, json: include_str!("../presets/spiral.json") },
    Preset { name: "blobs", plane: true, json: include_str!("../presets/blobs.json") },
    Preset { name: "plane", plane: true, json: include_str!("../presets/plane.json") },
    Preset { name: "multi-gauss", plane: true, json: include_str!("../presets/multi-gauss.json") },
    Preset { name: "m2", plane: false, json: include_str!("../presets/m2.json") },
    Preset { name: "e3", plane: false, json: include_str!("../presets/e3.json") },
    Preset { name: "c2", plane: false, json: include_str!("../presets/c2.json") },
    Preset { name: "r1", plane: false, json: include_str!("../presets/r1.json") },
    Preset { name: "r2", plane: false, json: include_str!("../presets/r2.json") },
    Preset { name: "r3", plane: false, json: include_str!("../presets/r3.json") },
    Preset { name: "a1", plane: false, json: include_str!("../presets/a1.json") },
    Preset { name: "a3", plane: false, json: include_str!("../presets/a3.json") },
    Preset { name: "a4", plane: false, json: include_str!("../presets/a4.json") },
];

/// The preset of this name.
///
/// # Errors
/// Names those there are when there is none of this name.
pub fn preset(name: &str) -> Result<Experiment, ExperimentError> {
    let found = PRESETS.iter().find(|p| p.name == name).ok_or_else(|| {
        let known = PRESETS.map(|p| p.name).join(", ");
        ExperimentError::NoPreset { name: name.into(), known }
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
            assert_eq!(experiment.summary().is_ok(), p.plane, "{}", p.name);
        }
    }
}
