//! What is given is used or named; targets that no loss means are refused; a divergence has the cause that it had.

use crate::support::Place;

/// What the command says beside its output.
fn notes(place: &Place, words: &str) -> String {
    let ended = place.run(words);
    assert_eq!(ended.code, 0, "minibatch {words}: {}", ended.err);
    ended.err
}

const POINTS: &str = r#"[{"x":0,"y":1,"label":0},{"x":1,"y":0,"label":1},{"x":1,"y":1,"label":1}]"#;

#[test]
fn fields_that_are_not_used_are_named_and_those_that_there_are_not_refused() {
    let place = Place::new("given");
    place.write("points.json", format!(r#"{{"data": {{"points": {POINTS}}}}}"#));
    place.write("sgd.json", r#"{"training": {"optimizer": {"momentum": 0.9}}}"#);
    let points = notes(&place, "summary points.json");
    assert!(points.contains("note: points.json: data.points is not used: data.kind is circle"), "{points}");
    assert!(notes(&place, "summary sgd.json").contains("training.optimizer.momentum is not used: sgd"));
    place.write(
        "names.json",
        format!(r#"{{"data": {{"kind": "own", "points": {POINTS}, "class_names": ["cat", "dog"]}}}}"#),
    );
    assert_eq!(notes(&place, "summary names.json"), "");
    let cases: [(&str, &[&str]); 7] = [
        (r#"{"training": {"batch_size": "x"}}"#, &["training.batch_size is \"x\"; give a whole number"]),
        (r#"{"learning_rate": 0.1}"#, &["learning_rate belongs in training"]),
        (r#"{"training": {"optimizer": {"kind": "adamw"}}}"#, &["did you mean adam-w?"]),
        (
            r#"{"data": {"kind": "own", "points": [{"x": 0, "y": 1, "lable": 7}]}}"#,
            &["data.points[0].lable", "label"],
        ),
        (
            r#"{"loss_options": {"label_smoothing": 0.9995}}"#,
            &["label smoothing is 0.9995; give a number from 0 to 0.999"],
        ),
        (r#"{"seed": 1, "seed": 2}"#, &["not an experiment", "seed is given twice"]),
        (
            r#"{"model": {"input": {"shape": [4]}, "layers": [{"layer": "conv2"}], "samples": {"kind": "task"}}}"#,
            &["model.layers[0].layer is \"conv2\"; did you mean conv2d?"],
        ),
    ];
    for (json, wanted) in cases {
        place.write("wrong.json", json);
        for command in ["train wrong.json", "summary wrong.json", "export wrong.json --pytorch w.py"] {
            place.fails(command, &[&["wrong.json: "], wanted].concat());
        }
    }
}

/// A linear layer of this many units over two inputs.
fn linear(units: usize, loss: &str) -> String {
    format!(
        r#"{{"model": {{"input": {{"shape": [2]}}, "layers": [{{"layer": "linear", "units": {units}}}],
            "samples": {{"kind": "random", "train": 4, "test": 0}}}}, "loss": "{loss}"}}"#
    )
}

#[test]
fn targets_that_no_loss_means_are_refused_before_the_first_step() {
    let place = Place::new("targets");
    for (name, units, loss) in
        [("ce", 4, "cross-entropy"), ("bce", 1, "binary-cross-entropy"), ("mse", 1, "mse")]
    {
        place.write(&format!("{name}.json"), linear(units, loss));
    }
    let x: (&str, &[usize], &[f32]) = ("train_inputs", &[4, 2], &[0.5; 8]);
    let test: (&str, &[usize], &[f32]) = ("test_inputs", &[2, 2], &[0.5; 4]);
    let cases: [(&str, &[f32], &[&str]); 7] = [
        (
            "ce",
            &[1.0, 2.0, 3.0, 4.0],
            &["train_targets[3] is 4; classes are whole numbers from 0 to 3", "subtract 1"],
        ),
        ("ce", &[0.0, 1.0, -100.0, 3.0], &["train_targets[2] is -100", "ignore_index to 4"]),
        ("ce", &[0.0, 1.5, 2.0, 3.0], &["train_targets[1] is 1.5"]),
        ("bce", &[-1.0, 1.0, 1.0, -1.0], &["train_targets[0] is -1", "0 to 1", "add 1 and halve"]),
        ("bce", &[1.0, 2.0, 1.0, 2.0], &["train_targets[1] is 2", "subtract 1"]),
        ("bce", &[0.0, 255.0, 0.0, 0.0], &["train_targets[1] is 255", "divide by 255"]),
        ("mse", &[1e30, 0.0, 0.0, 0.0], &["train_targets[0] is 1e30", "divide"]),
    ];
    for (name, targets, wanted) in cases {
        place.tensors("t.safetensors", &[x, ("train_targets", &[4], targets)]);
        let command = format!("train {name}.json --data t.safetensors --backend cpu --save w.safetensors");
        place.fails(&command, &[&["t.safetensors: "], wanted].concat());
    }
    let right: (&str, &[usize], &[f32]) = ("train_targets", &[4], &[0.0, 1.0, 2.0, 3.0]);
    place.tensors("t.safetensors", &[x, right, test, ("test_targets", &[2], &[0.0, 4.0])]);
    place.fails("train ce.json --data t.safetensors --backend cpu", &["t.safetensors: test_targets[1] is 4"]);
    let column: (&str, &[usize], &[f32]) = ("train_targets", &[4, 1], &[0.0; 4]);
    let one_hot: (&str, &[usize], &[f32]) = ("train_targets", &[4, 4], &[0.0; 16]);
    for (targets, hint) in [(column, "squeeze"), (one_hot, "argmax")] {
        place.tensors("t.safetensors", &[x, targets]);
        place.fails(
            "train ce.json --data t.safetensors --backend cpu",
            &["t.safetensors: train_targets", "[4]", hint],
        );
    }
    assert!(!place.has("w.safetensors"));
    let own = r#"{"data": {"kind": "own", "own_regression": true, "points": [{"x":0,"y":1,"label":1e30},{"x":1,"y":0,"label":1}]}}"#;
    place.write("own.json", own);
    place.fails("train own.json --backend cpu", &["own.json: data.points.label[0] is 1e30", "divide"]);
}

#[test]
fn the_cause_of_a_divergence_is_the_one_that_it_was() {
    let place = Place::new("causes");
    let cases: [(&str, &str, &[&str]); 4] = [
        (
            "l2",
            r#"{"data": {"kind": "plane"}, "training": {"learning_rate": 0.3, "l2": 10}}"#,
            &["L2 10 times", "training.l2"],
        ),
        (
            "decay",
            r#"{"data": {"kind": "plane"}, "training": {"learning_rate": 0.3, "l2": 10, "optimizer": {"kind": "adam-w"}}}"#,
            &["weight decay 10 times", "training.l2"],
        ),
        (
            "eps",
            r#"{"hidden": [{"units": 4, "activation": "relu", "init": "zeros"}], "training": {"optimizer": {"kind": "adam", "eps": 0}}}"#,
            &["training.optimizer.eps` is 0"],
        ),
        (
            "rate",
            r#"{"data": {"kind": "plane"}, "training": {"learning_rate": 90}}"#,
            &["lower the learning rate"],
        ),
    ];
    for (name, json, wanted) in cases {
        place.write(&format!("{name}.json"), json);
        let ended = place.run(&format!("train {name}.json --backend cpu --steps 3000"));
        assert_eq!(ended.code, 1, "{name}: {}", ended.out);
        assert!(wanted.iter().all(|part| ended.err.contains(part)), "{name}: {}", ended.err);
    }
    place.write("large.json", linear(1, "mse"));
    let inputs: Vec<f32> = (0..128).map(|i| (i * 37 % 256) as f32).collect();
    let targets: Vec<f32> = (0..64).map(|i| (i % 7) as f32).collect();
    place.tensors(
        "large.safetensors",
        &[("train_inputs", &[64, 2], &inputs), ("train_targets", &[64], &targets)],
    );
    let ended = place.run("train large.json --data large.safetensors --backend cpu");
    assert!(ended.code == 1 && ended.err.contains("the inputs reach 255"), "{}", ended.err);
}
