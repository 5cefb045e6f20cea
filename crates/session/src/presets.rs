//! Experiments that come along, by name. Each is a data file holding what differs from the defaults.

use crate::{Experiment, ExperimentError};

/// A named experiment.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name in addresses and on the command line.
    pub name: &'static str,
    /// Its file's text.
    json: &'static str,
}

/// All of them, in the order shown.
pub const PRESETS: [Preset; 7] = [
    Preset { name: "circle", json: include_str!("../presets/circle.json") },
    Preset { name: "xor", json: include_str!("../presets/xor.json") },
    Preset { name: "gauss", json: include_str!("../presets/gauss.json") },
    Preset { name: "spiral", json: include_str!("../presets/spiral.json") },
    Preset { name: "blobs", json: include_str!("../presets/blobs.json") },
    Preset { name: "plane", json: include_str!("../presets/plane.json") },
    Preset { name: "multi-gauss", json: include_str!("../presets/multi-gauss.json") },
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
            preset(p.name).unwrap_or_else(|e| panic!("preset {}: {e}", p.name)).summary().expect(p.name);
        }
    }
}
