//! Random compositions on both backends against each other, and the rule of padding masks.

use std::collections::BTreeSet;

use minibatch_nn::{Activation, Block, Init, LossKind, OptimizerKind, ScheduleKind};
use minibatch_session::{Experiment, Supplies};
use minibatch_tests::compositions::{masked, random};
use minibatch_tests::drive::Driver;
use serde_json::Value;

/// How far the backends' losses may be apart over ten steps, as a share of the loss.
const TOLERANCE: f32 = 1e-4;
const STEPS: u32 = 10;

fn read(name: &str, value: &Value) -> Experiment {
    Experiment::from_json(&value.to_string()).unwrap_or_else(|error| panic!("{name}: {error}\n{value:#}"))
}

/// Breaks where a kernel and its twin differ in a composition that has no test of its own.
#[test]
fn twenty_random_compositions_train_alike_on_both_backends() {
    let [mut cpu, mut gpu] = [true, false].map(Driver::start);
    for seed in 0..20 {
        let value = random(seed);
        let experiment = read(&format!("random {seed}"), &value);
        let [a, b] = [&mut cpu, &mut gpu].map(|driver| {
            driver
                .load_with(&experiment, Supplies::default())
                .unwrap_or_else(|why| panic!("{why}\n{value:#}"));
            driver.step(STEPS);
            driver.take_losses()
        });
        assert_eq!([a.len(), b.len()], [STEPS as usize; 2], "random {seed}: {a:?} and {b:?}");
        for (a, b) in a.iter().zip(&b) {
            let near = a.1.is_finite() && (a.1 - b.1).abs() <= TOLERANCE * a.1.abs().max(1e-3);
            assert!(near, "random {seed}, step {}: cpu {}, gpu {}\n{value:#}", a.0, a.1, b.1);
        }
    }
}

/// What 200 seeds must have between them: `cargo xtask pytorch --random 200` is as good as this.
#[test]
fn two_hundred_seeds_have_every_layer_loss_optimizer_schedule_and_initialiser() {
    let mut seen: [BTreeSet<String>; 6] = Default::default();
    let mut add = |at: usize, value: &Value| seen[at].extend(value.as_str().map(String::from));
    for seed in 0..200 {
        let value = random(seed);
        walk(&value, &mut |key, found| match key {
            "layer" => add(0, found),
            "loss" => add(1, found),
            "activation" => add(4, found),
            "init" | "output_init" => add(5, found),
            _ => {}
        });
        add(2, &value["training"]["optimizer"]["kind"]);
        add(3, &value["training"]["schedule"]["kind"]);
    }
    let named =
        |values: Vec<Value>| values.into_iter().filter_map(|v| v.as_str().map(String::from)).collect();
    let wanted: [BTreeSet<String>; 6] = [
        kinds(),
        LossKind::ALL.map(|kind| kind.id().into()).into(),
        OptimizerKind::ALL.map(|kind| kind.id().into()).into(),
        ScheduleKind::ALL.map(|kind| kind.id().into()).into(),
        named(Activation::ALL.iter().map(|f| serde_json::to_value(f).expect("a name")).collect()),
        Init::ALL.map(|init| init.id().into()).into(),
    ];
    for (seen, wanted) in seen.iter().zip(&wanted) {
        let missing: Vec<_> = wanted.difference(seen).collect();
        assert!(missing.is_empty(), "200 seeds have no {missing:?}");
    }
}

/// Every kind of layer there is, asked of the reader of files: its complaint of one that there is not lists them.
fn kinds() -> BTreeSet<String> {
    let error =
        serde_json::from_str::<Block>(r#"{"layer": "none of them"}"#).expect_err("no such layer").to_string();
    let all: BTreeSet<String> = error.split('`').skip(3).step_by(2).map(String::from).collect();
    assert!(all.len() > 30 && all.contains("linear") && all.contains("mean-over-steps"), "{error}");
    all
}

/// Every field of every object in a value.
fn walk(value: &Value, look: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                look(key, inner);
                walk(inner, look);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The compositions in which steps are steps no longer before anything looks at padding, and one in which no step is padding
/// on every path.
const ENDED: [&str; 12] = [
    "reshape to the same",
    "reshape",
    "flatten and back",
    "permute",
    "permute and back",
    "conv",
    "pool",
    "axial",
    "residual both mixed",
    "branches along steps, all mixed",
    "tokens in a plane",
    "two embeddings met",
];

/// Without a padding token.
fn plain(value: &Value) -> Value {
    let mut value = value.clone();
    // A convolution's padding is another thing.
    if let Some(layers) = value["model"]["layers"].as_array_mut() {
        layers.iter_mut().filter(|layer| layer["layer"] != "conv2d").for_each(clear);
    }
    value
}

/// Takes every padding out.
fn clear(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                if key == "padding" { *inner = Value::Null } else { clear(inner) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(clear),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Breaks where a mask lives on behind steps that are none any longer, or dies while they are.
#[test]
fn padding_is_unseen_as_long_as_steps_stay_steps() {
    let mut driver = Driver::start(true);
    let mut loss = |name: &str, value: &Value| {
        driver.load(&read(name, value));
        driver.metrics.train_loss.unwrap_or_else(|| panic!("{name}: a loss at step 0"))
    };
    let all = masked();
    assert!(ENDED.iter().all(|ended| all.iter().any(|(name, _)| name == ended)));
    for (name, value) in all {
        let (with, without) = (loss(&name, &value), loss(&name, &plain(&value)));
        assert!(with.is_finite(), "{name}: {with}");
        let ended = ENDED.contains(&&*name);
        assert_eq!(with == without, ended, "{name}: {with} with padding, {without} without\n{value:#}");
    }
}
