//! What is offered mends the mistake.

use minibatch_session::data::TaskKind;
use minibatch_session::{Block, Experiment, preset};
use serde_json::{Value, from_value, json};

use super::entries::fresh;
use super::mends::{mends, undone};
use super::mistake::{Seat, doubtful, locate};
use super::palette::offers;
use super::place::{Around, Wanted};
use super::tree::Place;
use crate::state::task::showcase;

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
fn what_gave_up_the_steps_goes_where_the_task_asks_at_each() {
    for (name, layer) in
        [("copy-memory", "last-step"), ("copy-memory", "mean-over-steps"), ("language", "last-step")]
    {
        let mut layers = serde_json::to_value(preset(name).unwrap().model.unwrap().layers).unwrap();
        let all = layers.as_array_mut().unwrap();
        all.insert(all.len() - 1, json!({ "layer": layer }));
        let texts = offered(name, layers);
        assert!(texts.first().is_some_and(|text| text.starts_with("Remove")), "{name}, {layer}: {texts:?}");
    }
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

/// The layers a learner would write, and the mend a teacher would give first.
#[test]
fn the_first_mend_is_the_one_a_teacher_would_give() {
    let lstm = |output: &str| json!({ "layer": "recurrent", "cell": "lstm", "units": 50, "output": output });
    let dense = |units: usize| json!({ "layer": "linear", "units": units });
    let conv = json!({ "layer": "conv2d", "channels": 8, "kernel": 3, "activation": "relu" });
    let kind = |layer: &str| json!({ "layer": layer });
    let encoder = |heads: usize| json!({ "layer": "transformer-encoder", "heads": heads, "feedforward": 50 });
    let cases = [
        // One step of the last step.
        ("r2", json!([lstm("last"), kind("last-step"), dense(7)]), "Remove Last step"),
        ("r2", json!([lstm("last"), kind("mean-over-steps"), dense(7)]), "Remove Mean of steps"),
        (
            "r2",
            json!([lstm("sequence"), kind("last-step"), kind("mean-over-steps"), dense(7)]),
            "Remove Mean of steps",
        ),
        // What goes through steps after they were given up.
        ("r2", json!([lstm("last"), lstm("last"), dense(7)]), "Recurrent output: Every step"),
        (
            "r2",
            json!([lstm("last"), kind("layer-norm"), lstm("last"), dense(7)]),
            "Recurrent output: Every step",
        ),
        ("r2", json!([lstm("sequence"), kind("last-step"), lstm("last"), dense(7)]), "Remove Last step"),
        (
            "r2",
            json!([lstm("last"), { "layer": "self-attention", "heads": 5 }, kind("last-step"), dense(7)]),
            "Recurrent output: Every step",
        ),
        // What the task asks.
        ("r2", json!([lstm("last")]), "Add Dense 7"),
        ("r2", json!([lstm("last"), dense(50)]), "Give it 7 units"),
        ("r2", json!([lstm("sequence")]), "Recurrent output: Last step, Add Dense 7"),
        (
            "copy-memory",
            json!([{ "layer": "embedding", "vocabulary": 10, "units": 8 }, lstm("last"), dense(8)]),
            "Recurrent output: Every step",
        ),
        ("c2", json!([conv]), "Add Flatten, Dense 4"),
        ("c2", json!([conv, dense(4)]), "Insert Flatten"),
        ("c2", json!([conv, kind("flatten"), dense(64)]), "Give it 4 units"),
        // Images.
        ("c2", json!([kind("flatten"), conv, dense(4)]), "Move Flatten down"),
        (
            "c2",
            json!([{ "layer": "conv2d", "channels": 8, "kernel": 40 }, kind("flatten"), dense(4)]),
            "Set Window to 3",
        ),
        (
            "c2",
            json!([{ "layer": "max-pool2d", "kernel": 40 }, kind("flatten"), dense(4)]),
            "Set Window to 2",
        ),
        (
            "c2",
            json!([conv, { "layer": "group-norm", "groups": 3 }, kind("flatten"), dense(4)]),
            "Set Groups to 4",
        ),
        (
            "c2",
            json!([conv, { "layer": "conv2d", "channels": 12, "kernel": 3, "groups": 3 }, kind("flatten"), dense(4)]),
            "Set Groups to 4",
        ),
        (
            "c2",
            json!([{ "layer": "residual", "body": [{ "layer": "conv2d", "channels": 3, "kernel": 3 }] }, kind("flatten"), dense(4)]),
            "Set Padding to 1",
        ),
        (
            "c2",
            json!([{ "layer": "residual", "body": [conv] }, kind("flatten"), dense(4)]),
            "Set Padding to 1, Shortcut Conv 8 · 1×1",
        ),
        (
            "c2",
            json!([{ "layer": "residual", "body": [{ "layer": "conv2d", "channels": 8, "kernel": 3, "padding": 1, "stride": 2 }] }, kind("flatten"), dense(4)]),
            "Shortcut Conv 8 · 1×1",
        ),
        // Tokens and heads.
        ("brackets", json!([lstm("last"), dense(2)]), "Insert Embedding 3 → 32"),
        (
            "brackets",
            json!([{ "layer": "embedding", "vocabulary": 3, "units": 8 }, dense(8), { "layer": "embedding", "vocabulary": 3, "units": 8 }, kind("last-step"), dense(2)]),
            "Remove Embedding 3 → 8",
        ),
        (
            "r2",
            json!([{ "layer": "embedding", "vocabulary": 3, "units": 8 }, lstm("last"), dense(7)]),
            "Remove Embedding 3 → 8",
        ),
        ("a3", json!([encoder(7)]), "Set Heads to 5"),
        ("a3", json!([{ "layer": "self-attention", "heads": 30 }]), "Set Heads to 25"),
    ];
    for (preset, layers, wanted) in cases {
        let found = offered(preset, layers.clone());
        assert_eq!(found.first().map(String::as_str), Some(wanted), "{preset} {layers}: {found:?}");
    }
}

/// What the palette puts at a place leads to what the task asks, with the output layer behind it or still to come.
#[test]
fn a_recurrent_layer_from_the_palette_answers_as_the_task_asks() {
    for task in TaskKind::ALL {
        let Some(experiment) = showcase(task) else { continue };
        let seed = experiment.seed;
        let spec = experiment.model.clone().unwrap();
        if spec.input.shape.len() > 2 {
            continue;
        }
        let wanted = Wanted::of(&spec, seed).unwrap();
        let around = |shape: Option<Vec<usize>>| Around {
            shape,
            ends: true,
            wanted: Some(wanted.clone()),
            ..Around::default()
        };
        let output = fresh("linear", &around(None)).unwrap();
        let embedding = spec
            .input
            .tokens
            .and_then(|_| fresh("embedding", &Around { tokens: spec.input.tokens, ..around(None) }));
        let before: Vec<Block> = embedding.into_iter().collect();
        for behind in [vec![], vec![output.clone()]] {
            let blocks = [&before[..], &behind].concat();
            let place = Place::outer(before.len());
            let lstm = offers(&spec.input, &blocks, &place, Some(&wanted))
                .into_iter()
                .find(|o| o.id == "lstm")
                .unwrap();
            let mut made = experiment.clone();
            made.model.as_mut().unwrap().layers = [&before[..], &[lstm.block, output.clone()]].concat();
            assert!(made.validate().is_ok(), "{}: {}", task.id(), made.validate().unwrap_err());
        }
    }
}
