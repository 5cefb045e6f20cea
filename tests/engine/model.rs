//! Models of layers: names, counts, refusals, and training on both backends.

use minibatch_session::Experiment;

mod held_back;
mod matrices;
mod names;
mod random;
mod refusals;
mod training;

/// An experiment around these layers, as JSON.
fn experiment(input: &str, layers: &str, rest: &str) -> String {
    format!(
        r#"{{"model": {{"input": {input}, "layers": [{layers}], "samples": {{"kind": "random", "train": 6, "test": 3}}}},
            "training": {{"batch_size": 6}} {rest}}}"#
    )
}

/// The experiment, or why not.
fn read(input: &str, layers: &str) -> Result<Experiment, String> {
    Experiment::from_json(&experiment(input, layers, "")).map_err(|e| e.to_string())
}
