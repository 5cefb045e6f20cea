//! What is offered mends the mistake.

use minibatch_session::{Block, Experiment, preset};
use serde_json::{Value, from_value, json};

use super::mends::{mends, undone};
use super::mistake::{Seat, doubtful, locate};
use super::place::Wanted;
use super::tree::Place;

/// What is offered for these layers in a preset, after checking that each offer puts right what it is offered for.
fn offered(name: &str, layers: Value) -> Vec<String> {
    let mut experiment: Experiment = preset(name).unwrap();
    let seed = experiment.seed;
    let spec = experiment.model.as_mut().unwrap();
    spec.layers = from_value(layers).unwrap();
    let wanted = Wanted::of(spec, seed);
    let layers: Vec<Block> = spec.layers.clone();
    let mistake = locate(&experiment.validate().expect_err("these layers do not fit"), &layers);
    let found = mends(&experiment, &mistake, wanted.as_ref());
    for mend in &found {
        experiment.model.as_mut().unwrap().layers = mend.layers.clone();
        if let Err(next) = experiment.validate() {
            let next = locate(&next, &mend.layers);
            assert!(
                !mistake.task,
                "{}: what gives the task its answer leaves nothing wrong: {}",
                mend.text, next.text
            );
            let at = |seat: &Seat| if let Seat::Layer(Place { at, .. }) = seat { *at } else { usize::MAX };
            assert!(next.task || at(&next.seat) > at(&mistake.seat), "{}: {}", mend.text, next.text);
        }
    }
    found.into_iter().map(|m| m.text).collect()
}

#[test]
fn too_few_axes_are_mended_by_a_reshape_or_by_moving_flatten_down() {
    let texts = offered(
        "digits",
        json!([
            { "layer": "flatten" },
            { "layer": "conv2d", "channels": 8, "kernel": 3, "activation": "relu" },
            { "layer": "linear", "units": 10 },
        ]),
    );
    assert_eq!(texts[0], "Move Flatten down", "it mends everything");
    assert_eq!(texts[1], "Insert Reshape 1 × 28 × 28");
    assert_eq!(texts.iter().filter(|t| t.starts_with("Move")).count(), 1, "one way down is offered");
}

#[test]
fn an_output_that_is_not_asked_is_mended_by_the_number_of_classes() {
    let few = json!([{ "layer": "flatten" }, { "layer": "linear", "units": 3 }]);
    assert_eq!(offered("c2", few)[0], "Give it 4 units");
    let none = json!([{ "layer": "conv2d", "channels": 8, "kernel": 3 }]);
    assert_eq!(offered("c2", none)[0], "Add Flatten, Dense 4");
    assert_eq!(offered("c2", json!([]))[0], "Add Flatten, Dense 4");
    let sequence = json!([
        { "layer": "recurrent", "cell": "lstm", "units": 50 },
        { "layer": "linear", "units": 7 },
    ]);
    let texts = offered("r2", sequence);
    assert_eq!(
        texts,
        ["Recurrent output: Last step", "Insert Last step", "Insert Mean of steps"],
        "the shortest way first"
    );
}

#[test]
fn a_setting_out_of_range_is_set_to_one_that_fits() {
    let heads = json!([{ "layer": "transformer-encoder", "heads": 3, "feedforward": 50 }]);
    assert_eq!(offered("a3", heads)[0], "Set Heads to 4");
    let window = json!([
        { "layer": "adaptive-avg-pool2d", "size": 2 },
        { "layer": "conv2d", "channels": 8, "kernel": 3 },
        { "layer": "flatten" },
        { "layer": "linear", "units": 4 },
    ]);
    assert_eq!(offered("c2", window)[0], "Set Window to 2");
    let vocabulary = json!([
        { "layer": "embedding", "vocabulary": 2, "units": 8 },
        { "layer": "mean-over-steps" },
        { "layer": "linear", "units": 2 },
    ]);
    assert_eq!(offered("brackets", vocabulary)[0], "Set Vocabulary to 3");
}

#[test]
fn tokens_are_embedded_and_a_shortcut_is_made_as_wide_as_the_body() {
    let raw = json!([{ "layer": "linear", "units": 2 }]);
    assert_eq!(offered("brackets", raw)[0], "Insert Embedding 3 → 32");
    let residual = json!([
        { "layer": "residual", "body": [{ "layer": "conv2d", "channels": 8, "kernel": 3, "padding": 1 }] },
        { "layer": "adaptive-avg-pool2d", "size": 1 },
        { "layer": "flatten" },
        { "layer": "linear", "units": 4 },
    ]);
    assert_eq!(offered("c2", residual)[0], "Shortcut Conv 8 · 1×1");
}

#[test]
fn a_softmax_before_cross_entropy_is_doubted_at_its_layer_and_left_to_the_loss() {
    let mut experiment = preset("c2").unwrap();
    let spec = experiment.model.as_mut().unwrap();
    spec.layers.push(Block::Softmax { log: false });
    let layers = spec.layers.clone();
    experiment.validate().expect("it trains all the same");
    let advice = experiment.advice().unwrap().expect("a word of warning");
    let doubt = doubtful(&advice, &layers);
    assert_eq!(doubt.seat, Seat::Layer(Place::outer(layers.len() - 1)));
    assert!(doubt.doubt && doubt.text.starts_with("Cross-entropy has a softmax"), "{}", doubt.text);
    let mend = undone(&advice);
    assert_eq!(mend.layers, preset("c2").unwrap().model.unwrap().layers);
}

#[test]
fn a_norm_over_a_batch_of_one_is_mended_by_one_over_features() {
    let mut experiment = preset("c2").unwrap();
    experiment.training.batch_size = 1;
    let spec = experiment.model.as_mut().unwrap();
    spec.layers = from_value(
        json!([{ "layer": "flatten" }, { "layer": "batch-norm" }, { "layer": "linear", "units": 4 }]),
    )
    .unwrap();
    let layers = spec.layers.clone();
    let mistake = locate(&experiment.validate().expect_err("one value a channel"), &layers);
    assert_eq!(mistake.seat, Seat::Layer(Place::outer(1)));
    let found = mends(&experiment, &mistake, None);
    assert!(found.iter().any(|mend| mend.text == "Use Layer norm"), "{found:?}");
    for mend in found {
        experiment.model.as_mut().unwrap().layers = mend.layers;
        experiment.validate().expect(&mend.text);
    }
}
