//! Losses, optimizers and schedules, with rates so tame that no loss explodes: where one does, f32 and f64 part too.

use minibatch_nn::{OptimizerKind, ScheduleKind};
use serde_json::{Value, json};

use super::dice::Dice;

/// A loss's name, its options, and the last layers that it wants.
pub fn loss(dice: &mut Dice) -> (&'static str, Value, Vec<Value>) {
    let name = dice.pick(&[
        "auto",
        "mse",
        "half-mse",
        "sum-squares",
        "l1",
        "huber",
        "binary-cross-entropy",
        "cross-entropy",
        "cross-entropy",
        "cross-entropy",
    ]);
    let classes = 2 + dice.below(3);
    let mut options = json!({});
    if name == "cross-entropy" {
        if dice.one_in(3) {
            options["label_smoothing"] = json!(0.1);
        }
        if dice.one_in(3) {
            options["ignore_index"] = json!(dice.below(classes));
        }
    }
    if name == "huber" {
        options["delta"] = json!(0.3);
    }
    let units = if name == "cross-entropy" { classes } else { 1 + dice.below(3) };
    let last = json!({"layer": "linear", "units": units, "init": dice.init(), "bias": !dice.one_in(5)});
    (name, options, vec![last])
}

/// How it is trained.
pub fn training(dice: &mut Dice, batch: u32, loss: &str) -> Value {
    let kind = dice.pick(&OptimizerKind::ALL);
    let mut rate: f64 = match kind {
        OptimizerKind::Sgd => 0.02,
        OptimizerKind::Momentum | OptimizerKind::Nesterov => 0.005,
        OptimizerKind::RmsProp | OptimizerKind::Adam | OptimizerKind::AdamW | OptimizerKind::Muon => 0.002,
        OptimizerKind::Adagrad => 0.01,
        OptimizerKind::Adadelta => 0.5,
    };
    // A sum over a batch's answers has a slope as many times as steep, and coordinates go up to 6.
    if ["sum-squares", "points"].contains(&loss)
        && matches!(kind, OptimizerKind::Sgd | OptimizerKind::Momentum | OptimizerKind::Nesterov)
    {
        rate /= 50.0;
    }
    // Where a slope is 0 but for rounding, an eps as small as usual makes a whole step of that.
    let mut optimizer = json!({"kind": kind.id(), "eps": dice.pick(&[1e-4, 1e-3])});
    if dice.one_in(3) {
        optimizer["momentum"] = json!(dice.pick(&[0.0, 0.5, 0.95]));
        optimizer["beta1"] = json!(dice.pick(&[0.0, 0.8]));
        optimizer["beta2"] = json!(0.99);
    }
    let schedule = schedule(dice, rate);
    // A cosine may rise from a rate of 0.
    let begins = if schedule["min"] != json!(0.0) && dice.one_in(3) { 0.0 } else { rate };
    let mut training =
        json!({"batch_size": batch, "optimizer": optimizer, "learning_rate": begins, "schedule": schedule});
    if dice.one_in(4) {
        training["l1"] = json!(0.001);
    }
    if dice.one_in(3) {
        training["l2"] = json!(0.01);
    }
    if dice.one_in(4) {
        training["clip_norm"] = json!(0.5);
    }
    if dice.one_in(5) {
        training["clip_value"] = json!(0.05);
    }
    training
}

fn schedule(dice: &mut Dice, rate: f64) -> Value {
    let kind = dice.pick(&ScheduleKind::ALL);
    let cosine = kind == ScheduleKind::Cosine;
    let min = if cosine && dice.one_in(2) { rate * dice.pick(&[0.1, 0.5, 1.5]) } else { 0.0 };
    json!({
        "kind": kind.id(), "period": 1 + dice.below(5), "gamma": dice.pick(&[0.5, 0.9, 1.0, 0.0]),
        "total": 1 + dice.below(12), "min": min, "warmup": dice.pick(&[0, 0, 3, 20])
    })
}
