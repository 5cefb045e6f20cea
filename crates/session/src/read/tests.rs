//! The table of fields and serde's types have the same fields, variants and values; what is wrong in a file is told.

use minibatch_nn::Block;
use serde_json::{Value, json};

use super::path::Path;
use super::schema::{EXPERIMENT, Field, Kind, LAYER, Variant};
use super::walk::walk;
use crate::{Experiment, PRESETS, SampleSource, preset};

/// A value of this kind that is nowhere the default; the choice number `pick` where there is one. Within layers the only
/// layer is one without fields.
fn example(kind: &Kind, pick: usize) -> Value {
    match kind {
        Kind::Whole => json!(3),
        Kind::Number => json!(0.25),
        Kind::Flag => json!(pick.is_multiple_of(2)),
        Kind::Text => json!("text"),
        Kind::Choice(known) => {
            let known = known();
            json!(known[pick % known.len()])
        }
        Kind::Pair => json!([2, 3]),
        Kind::List(kind) => json!([example(kind, pick)]),
        Kind::Maybe(kind) => example(kind, pick),
        Kind::Object(fields) => object(fields, None, pick),
        Kind::Tagged("layer", _) => json!({ "layer": "flatten" }),
        Kind::Tagged(tag, variants) => object(variants[0].fields, Some((tag, variants[0].name)), pick),
    }
}

fn object(fields: &[Field], tag: Option<(&str, &str)>, pick: usize) -> Value {
    let mut map = serde_json::Map::new();
    map.extend(tag.map(|(tag, name)| (tag.to_owned(), json!(name))));
    map.extend(fields.iter().map(|field| (field.name.to_owned(), example(&field.kind, pick))));
    Value::Object(map)
}

fn variants(kind: &Kind) -> (&'static str, &'static [Variant]) {
    let Kind::Tagged(tag, variants) = kind else { panic!("no variants") };
    (tag, variants)
}

pub(super) fn samples() -> &'static Kind {
    let Kind::Object(fields) = &EXPERIMENT else { panic!("an object") };
    let model = fields.iter().find(|f| f.name == "model").expect("model");
    let Kind::Maybe(Kind::Object(fields)) = &model.kind else { panic!("an object") };
    &fields.iter().find(|f| f.name == "samples").expect("samples").kind
}

/// Every full example there is, with the kind that it is of.
fn examples() -> Vec<(&'static Kind, Value)> {
    let mut all: Vec<(&'static Kind, Value)> =
        (0..20).map(|pick| (&EXPERIMENT, example(&EXPERIMENT, pick))).collect();
    for kind in [&LAYER, samples()] {
        let (tag, variants) = variants(kind);
        for variant in variants {
            all.extend((0..20).map(|pick| (kind, object(variant.fields, Some((tag, variant.name)), pick))));
        }
    }
    all
}

fn read_back<T: serde::Serialize + serde::de::DeserializeOwned>(value: &Value) -> Value {
    let read: T = serde_json::from_value(value.clone()).unwrap_or_else(|e| panic!("{e}: {value}"));
    serde_json::to_value(read).expect("JSON")
}

#[test]
fn the_table_has_what_serde_has() {
    for (kind, value) in examples() {
        let back = match kind {
            Kind::Object(_) => read_back::<Experiment>(&value),
            Kind::Tagged("layer", _) => read_back::<Block>(&value),
            _ => read_back::<SampleSource>(&value),
        };
        assert_eq!(back, value);
        walk(&Path::Root, &mut value.clone(), kind).unwrap_or_else(|e| panic!("{e}: {value}"));
    }
}

#[test]
fn every_layer_and_every_source_is_in_the_table() {
    // The compiler asks for a new variant here; without its name in the table the test above lacks it.
    let layer = |block: &Block| match block {
        Block::Linear { .. } | Block::Activation { .. } | Block::Softmax { .. } => (),
        Block::Conv2d { .. } | Block::ConvTranspose2d { .. } | Block::MaxPool2d { .. } => (),
        Block::AvgPool2d { .. } | Block::AdaptiveAvgPool2d { .. } | Block::AdaptiveMaxPool2d { .. } => (),
        Block::BatchNorm { .. } | Block::LayerNorm { .. } | Block::RmsNorm { .. } => (),
        Block::GroupNorm { .. } | Block::Dropout { .. } | Block::Flatten | Block::Reshape { .. } => (),
        Block::Permute { .. } | Block::Select { .. } | Block::Embedding { .. } => (),
        Block::Positions { .. } | Block::Recurrent { .. } | Block::SelfAttention { .. } => (),
        Block::AdditiveAttention { .. } | Block::AxialAttention { .. } => (),
        Block::TransformerEncoder(_) | Block::TransformerDecoder(_) => (),
        Block::EncoderDecoder { .. } | Block::Residual { .. } | Block::Branches { .. } => (),
        Block::LastStep | Block::MeanOverSteps => (),
    };
    layer(&Block::Flatten);
    let source = |source: &SampleSource| match source {
        SampleSource::Random { .. } | SampleSource::Task(_) => (),
        SampleSource::Own { .. } | SampleSource::Table { .. } => (),
    };
    source(&SampleSource::Random { train: 1, test: 0 });
    assert_eq!((variants(&LAYER).1.len(), variants(samples()).1.len()), (31, 4), "as many as above");
}

#[test]
fn presets_are_read_as_they_are_and_as_they_are_saved() {
    for p in PRESETS {
        let e = preset(p.name).expect(p.name);
        let saved = serde_json::to_string(&e).expect("JSON");
        let (back, unused) =
            Experiment::read_json(&saved).unwrap_or_else(|error| panic!("{}: {error}", p.name));
        assert_eq!((back, unused), (e, vec![]), "{}", p.name);
    }
}

/// The places of all fields of a value.
fn places(at: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                found.push((at.to_owned(), name.clone()));
                places(&format!("{at}/{name}"), value, found);
            }
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, value)| places(&format!("{at}/{i}"), value, found));
        }
        _ => {}
    }
}

#[test]
fn one_wrong_letter_anywhere_is_refused_with_the_right_name() {
    let mut count = 0;
    for (kind, value) in examples() {
        let mut found = vec![];
        places("", &value, &mut found);
        for (at, name) in found {
            let mut wrong = value.clone();
            let map = wrong.pointer_mut(&at).and_then(Value::as_object_mut).expect("an object");
            let old = map.remove(&name).expect("a field");
            let middle = name.len() / 2;
            let misspelt = format!("{}q{}", &name[..middle], &name[middle + 1..]);
            map.insert(misspelt.clone(), old);
            let told = walk(&Path::Root, &mut wrong, kind).expect_err(&misspelt).to_string();
            assert!(
                told.contains(&misspelt) && told.contains(&format!("did you mean {name}?")),
                "{at}: {told}"
            );
            count += 1;
        }
    }
    assert!(count > 2000, "{count}");
}

/// What is said of an experiment.
fn told(value: Value) -> String {
    Experiment::read(value).map_or_else(|error| error.to_string(), |_| "read".into())
}

fn with_layer(layer: Value) -> Value {
    json!({ "model": { "input": { "shape": [4] }, "samples": { "kind": "random", "train": 4, "test": 0 },
        "layers": [{ "layer": "linear", "units": 2 }, layer] } })
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_may_stand_there() {
    let table: Vec<(Value, &[&str])> = vec![
        (
            json!({ "training": { "batch_size": "x" } }),
            &["training.batch_size is \"x\"; give a whole number"],
        ),
        (
            json!({ "training": { "batch_size": 32.5 } }),
            &["training.batch_size is 32.5; give a whole number"],
        ),
        (json!({ "seed": -1 }), &["seed is -1; give a whole number from 0"]),
        (json!({ "seed": 4294967296u64 }), &["seed is 4294967296; give a whole number from 0 to 4294967295"]),
        (json!({ "training": "sgd" }), &["training is \"sgd\"; give an object"]),
        (json!({ "training": [1] }), &["training is a list; give an object"]),
        (json!({ "training": { "optimizer": "adam" } }), &["training.optimizer is \"adam\"; give an object"]),
        (
            json!({ "training": { "learning_rate": null } }),
            &["training.learning_rate is null; give a number"],
        ),
        (
            json!({ "training": { "learning_rate": 1e39 } }),
            &["training.learning_rate is 1e39; give a number within"],
        ),
        (
            json!({ "training": { "optimizer": { "eps": 1e-60 } } }),
            &["optimizer.eps is 1e-60; 32 bits hold it as 0"],
        ),
        (json!({ "training": { "clip_norm": true } }), &["clip_norm is true; give a number or null"]),
        (json!({ "features": "x" }), &["features is \"x\"; give a list"]),
        (json!({ "features": ["x", "z"] }), &["features[1] is \"z\"; did you mean x or y?"]),
        (json!({ "hidden": [{ "units": [1] }] }), &["hidden[0].units is a list; give a whole number"]),
        (json!({ "hidden": 3 }), &["hidden is 3; give a list of objects"]),
        (json!({ "data": { "kind": "circles" } }), &["data.kind is \"circles\"; did you mean circle?"]),
        (json!({ "data": { "kind": 7 } }), &["data.kind is 7; give one of circle, xor"]),
        (json!({ "training": { "optimizer": { "kind": "adamw" } } }), &["\"adamw\"; did you mean adam-w?"]),
        (json!({ "loss": "crossentropy" }), &["loss is \"crossentropy\"; did you mean cross-entropy?"]),
        (
            json!({ "hidden": [{ "activation": "ReLU" }] }),
            &["hidden[0].activation is \"ReLU\"; did you mean relu?"],
        ),
        (json!({ "learning_rate": 0.1 }), &["no field learning_rate; learning_rate belongs in training"]),
        (
            json!({ "training": { "momentum": 0.1 } }),
            &["training.momentum; momentum belongs in training.optimizer"],
        ),
        (json!({ "lr": 0.1 }), &["did you mean training.learning_rate?"]),
        (json!({ "learnin_rate": 0.1 }), &["did you mean training.learning_rate?"]),
        (json!({ "dependencies": {} }), &["no field dependencies; it may have version, seed, data"]),
        (
            json!({ "data": { "kind": "own", "points": [{ "x": 1, "y": 2, "lable": 0 }] } }),
            &["no field data.points[0].lable; did you mean label?"],
        ),
        (
            json!({ "data": { "kind": "own", "points": [{ "x": 1, "y": 2, "label": 0, "weight": 5 }] } }),
            &["no field data.points[0].weight;", "x, y, label"],
        ),
        (
            json!({ "data": { "kind": "own", "points": [{ "x": 1, "y": 2 }] } }),
            &["data.points[0].label is missing"],
        ),
        (
            with_layer(json!({ "layer": "conv2" })),
            &["model.layers[1].layer is \"conv2\"; did you mean conv2d?"],
        ),
        (with_layer(json!({ "units": 3 })), &["model.layers[1].layer is missing; give one of linear"]),
        (
            with_layer(json!({ "layer": "linear" })),
            &["model.layers[1].units is missing; give a whole number"],
        ),
        (
            with_layer(json!({ "layer": "conv2d", "channels": 2, "kernel": "3" })),
            &["model.layers[1].kernel is \"3\"; give a whole number, or height and width"],
        ),
        (
            with_layer(json!({ "layer": "max-pool2d", "kernel": [1, 2, 3] })),
            &["kernel is a list; give a whole"],
        ),
        (
            with_layer(json!({ "layer": "residual", "body": [{ "layer": "linear", "unit": 3 }] })),
            &["model.layers[1].body[0].unit; did you mean units?"],
        ),
        (with_layer(json!({ "layer": "flatten", "axis": 3 })), &["model.layers[1].axis"]),
        (json!([1, 2]), &["this is not an experiment"]),
        (json!({ "version": 2, "colour": 1 }), &["version 2"]),
    ];
    for (value, parts) in table {
        let text = value.to_string();
        let told = told(value);
        assert!(parts.iter().all(|part| told.contains(part)), "{text}:\n{told}");
        for rust in ["expected", "usize", "u32", "f32", "struct", "variant", "untagged"] {
            assert!(!told.contains(rust), "{text}: Rust's words: {told}");
        }
    }
    let mut task = json!({ "model": { "input": { "shape": [3, 32, 32] }, "layers": [], "samples": { "kind": "task" } } });
    assert!(told(task.clone()).contains("model.samples.task is missing; give one of shapes"));
    task["model"]["samples"] = json!({ "kind": "tasks", "task": "shapes" });
    assert!(told(task).contains("model.samples.kind is \"tasks\"; did you mean task?"));
}

#[test]
fn bounds_hold_to_the_digit_and_are_told_as_they_were_typed() {
    let smooth = |v: f64| told(json!({ "loss_options": { "label_smoothing": v } }));
    assert_eq!(smooth(0.999), "read");
    assert_eq!(smooth(0.9991), "label smoothing is 0.9991; give a number from 0 to 0.999");
    let clip = |v: f64| told(json!({ "training": { "clip_norm": v } }));
    assert_eq!(clip(1e-12), "read");
    assert_eq!(clip(9e-13), "clip_norm is 9e-13; give a number from 1e-12 to 1e12");
    let momentum =
        |v: f64| told(json!({ "training": { "optimizer": { "kind": "momentum", "momentum": v } } }));
    assert_eq!(momentum(0.9999), "read");
    assert_eq!(momentum(0.99991), "momentum is 0.99991; give a number from 0 to 0.9999");
}

#[test]
fn whole_numbers_may_be_written_with_a_point() {
    let e = Experiment::from_json(
        r#"{"training": {"batch_size": 32.0}, "seed": 3e2, "hidden": [{"units": 4.0}]}"#,
    );
    let e = e.expect("read");
    assert_eq!((e.training.batch_size, e.seed, e.hidden[0].units), (32, 300, 4));
}

#[test]
fn text_that_is_no_json_is_told_by_line() {
    let deep = "[".repeat(200);
    let table: [(&str, &str); 15] = [
        ("{\n\"seed\": 1,\n}", "line 3, column 1: here is a comma too many"),
        ("{\"seed\": 1", "line 1, column 10: the text ends here"),
        ("{\"seed\": NaN}", "no NaN"),
        ("{\"training\": {\"l2\": -Infinity}}", "no Infinity"),
        ("{seed: 1}", "in double quotes"),
        ("{\"seed\": 1} x", "behind its end"),
        ("{\"seed\": 1, \"seed\": 2}", "seed is given twice"),
        ("", "it is empty"),
        (
            "{\"seed\": tru}",
            "line 1, column 13: here a word stands without quotes that is none of true, false and null",
        ),
        ("{\"loss\": nothing}", "line 1, column 11: here a word"),
        ("{\"seed\": 1.}", "here a number is not written to its end"),
        ("{\"seed\": 1e999}", "64 bits"),
        ("{\"loss\": \"a\nb\"}", "goes over the end of its line"),
        ("{\"loss\": \"\\q\"}", "a backslash"),
        (&deep, "within each other"),
    ];
    for (text, part) in table {
        let told = Experiment::from_json(text).expect_err(text).to_string();
        assert!(told.contains(part) && told.contains("not an experiment"), "{text}: {told}");
        for parser in ["ident", "expected", "invalid", "EOF"] {
            assert!(!told.contains(parser), "{text}: the parser's words: {told}");
        }
    }
    Experiment::from_json("\u{feff}{\"seed\": 1}").expect("a mark in front");
}
