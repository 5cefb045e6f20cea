//! Experiments that nobody tuned for: [`random()`] ones, by seed, of every layer, loss, optimizer and schedule; and
//! [`masked`] ones, in which padding meets every layer that keeps, cuts, joins or ends its mask. Both backends train them
//! alike (`engine/compositions.rs`), and PyTorch as their scripts say (`cargo xtask pytorch --random 200`).

mod dice;
mod layers;
mod masked;
mod training;

use minibatch_session::Experiment;
use serde_json::{Value, json};

pub use masked::masked;

use dice::Dice;

/// The most work of a step and the most parameters, so that a software device has a step done in no time.
const MOST_WORK: u64 = 60_000;

/// An experiment drawn by this seed, sound and small, as JSON.
///
/// # Panics
/// Where a hundred draws give none that is sound: a fault of the dice.
pub fn random(seed: u32) -> Value {
    let sound = (0..100).map(|draw| drawn(&mut Dice::new(seed, draw))).find(|value| {
        Experiment::from_json(&value.to_string())
            .and_then(|e| e.outline())
            .is_ok_and(|o| o.multiply_adds + o.parameters as u64 <= MOST_WORK && o.rows.len() > 1)
    });
    sound.unwrap_or_else(|| panic!("seed {seed} gives no sound experiment in 100 draws"))
}

fn drawn(dice: &mut Dice) -> Value {
    let rows = 6 + dice.below(7);
    let batch = 4 + dice.below(rows - 3);
    if dice.one_in(8) {
        return plane(dice);
    }
    let (input, mut layers) = layers::model(dice);
    let (loss, options, last) = training::loss(dice);
    layers.extend(last);
    json!({
        "seed": dice.below(1 << 20),
        "model": {
            "input": input,
            "layers": layers,
            "samples": {"kind": "random", "train": rows, "test": dice.below(4)}
        },
        "loss": loss,
        "loss_options": options,
        "training": training::training(dice, batch, loss)
    })
}

/// A network over points in the plane.
fn plane(dice: &mut Dice) -> Value {
    let kind = dice.pick(&["circle", "xor", "gauss", "spiral", "plane", "multi-gauss"]);
    let hidden = (0..1 + dice.below(3)).map(|_| {
        json!({"units": 2 + dice.below(5), "activation": dice.activation(), "init": dice.init(),
               "dropout": if dice.one_in(4) { 0.25 } else { 0.0 }})
    });
    let hidden: Vec<_> = hidden.collect();
    let loss = dice.pick(&["auto", "auto", "mse", "half-mse"]);
    let mut features = vec!["x", "y"];
    features.extend(dice.one_in(2).then_some("sin-x"));
    json!({
        "seed": dice.below(1 << 20),
        "data": {"kind": kind, "samples": 60, "noise": dice.below(30)},
        "features": features,
        "hidden": hidden,
        "output_init": dice.init(),
        "loss": loss,
        "training": training::training(dice, 10, "points")
    })
}
