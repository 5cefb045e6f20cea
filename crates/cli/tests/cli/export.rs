//! PyTorch scripts.

use crate::support::Place;

#[test]
fn a_script_its_data_and_weights_are_written() {
    let place = Place::new("export");
    let out = place.done("export c2 --pytorch c2.py");
    assert_eq!(out, "wrote c2.py\nwrote c2.data.safetensors\nwrote c2.weights.safetensors\n");
    // What is written beside the script is what `train` begins with.
    let begun = place.lines("train c2 --steps 2 --backend cpu --json");
    let given = place.lines("train c2 --steps 2 --backend cpu --json --init c2.weights.safetensors");
    assert_eq!(begun[1]["loss"], given[1]["loss"]);
    assert_eq!(place.load("c2.weights.safetensors")[0].0, "layers.0.bias");
}

/// Breaks where the row numbers and the seed that the script needs are taken for samples, whatever their size.
#[test]
fn the_data_of_a_script_can_be_trained_on() {
    let place = Place::new("export-data");
    place.write("e.json", r#"{"seed": 4000000000, "hidden": [{"units": 4, "dropout": 0.5}]}"#);
    place.done("export e.json --pytorch e.py");
    let names: Vec<String> = place.load("e.data.safetensors").into_iter().map(|t| t.0).collect();
    assert!(names.contains(&"order".into()) && names.contains(&"dropout".into()), "{names:?}");
    let begun = place.lines("train e.json --steps 2 --backend cpu --json");
    let given = place.lines("train e.json --steps 2 --backend cpu --json --data e.data.safetensors");
    assert_eq!(begun[1]["loss"], given[1]["loss"]);
}

#[test]
fn weights_of_another_model_are_refused_and_nothing_is_written() {
    let place = Place::new("export-misfit");
    place.tensors("w.safetensors", &[("layers.0.weight", &[1, 2], &[2.0, -1.0])]);
    let wanted = ["w.safetensors", "layers.0.weight", "[1, 2]", "[15, 3, 3, 3]"];
    place.fails("export c2 --pytorch c2.py --weights w.safetensors", &wanted);
    place.fails("export sprial --pytorch s.py", &["did you mean spiral?"]);
    place.fails("export c2 --pytorch nowhere/c2.py", &["nowhere"]);
}

/// Breaks where the script is the first to complain of a batch that a norm cannot be taken over.
#[test]
fn what_cannot_be_trained_is_refused_by_every_command() {
    let place = Place::new("one-value");
    let model = |batch: u32| {
        format!(
            r#"{{"model": {{"input": {{"shape": [2]}}, "layers": [{{"layer": "linear", "units": 3}}, {{"layer": "batch-norm"}}, {{"layer": "linear", "units": 2}}],
                "samples": {{"kind": "random", "train": 8, "test": 2}}}}, "training": {{"batch_size": {batch}}}}}"#
        )
    };
    place.write("one.json", model(1));
    for command in [
        "train one.json --steps 1 --backend cpu",
        "summary one.json",
        "export one.json --pytorch one_script.py",
    ] {
        place.fails(command, &["layers.1 (batch-norm)", "one value a channel", "larger batch"]);
    }
    place.write("two.json", model(2));
    place.done("summary two.json");
    place.done("train two.json --steps 1 --backend cpu");
}

/// Breaks where a group norm over single values is taken, which PyTorch refuses, or a larger one is not.
#[test]
fn a_group_norm_over_single_values_is_refused_by_every_command() {
    let place = Place::new("one-value-a-group");
    let model = |norm: &str, size: u32, train: u32, batch: u32| {
        format!(
            r#"{{"model": {{"input": {{"shape": [4, {size}, {size}]}}, "layers": [{norm}, {{"layer": "flatten"}},
                {{"layer": "linear", "units": 2}}], "samples": {{"kind": "random", "train": {train}, "test": 1}}}},
                "training": {{"batch_size": {batch}}}}}"#
        )
    };
    let (group, batch) = (r#"{"layer": "group-norm", "groups": 4}"#, r#"{"layer": "batch-norm"}"#);
    let commands =
        ["train e.json --steps 1 --backend cpu", "summary e.json", "export e.json --pytorch e_script.py"];
    // Batches of one, and batches of more where there is one sample.
    for (norm, told) in [
        (group, ["layers.0 (group-norm)", "one value a group"]),
        (batch, ["layers.0 (batch-norm)", "one value a channel"]),
    ] {
        for (train, size) in [(8, 1), (1, 16)] {
            place.write("e.json", model(norm, 1, train, size));
            commands.iter().for_each(|command| place.fails(command, &told));
        }
        for (size, train, batch) in [(2, 8, 1), (1, 2, 16), (1, 8, 2)] {
            place.write("e.json", model(norm, size, train, batch));
            place.done("train e.json --steps 1 --backend cpu");
        }
    }
    assert!(!place.has("e_script.py"));
    place.write("e.json", model(&group.replace('4', "2"), 1, 8, 1));
    place.done("train e.json --steps 1 --backend cpu --save w.safetensors");
    // One answer needs no spread.
    place.write("e.json", model(group, 1, 8, 2));
    place.tensors("x.safetensors", &[("inputs", &[1, 4, 1, 1], &[0.5; 4])]);
    place.done("predict e.json --weights w.safetensors --input x.safetensors --output y.safetensors");
}

/// Breaks where a path, or a name with quotes, gets into the script as it stands.
#[test]
fn a_script_has_the_experiments_name_and_not_its_path() {
    let place = Place::new("export-names");
    std::fs::create_dir_all(place.path("Users/anna")).expect("a folder");
    for name in ["Users/anna/e.json", r"C:\Users\anna\e.json"] {
        if name.contains('\\') && cfg!(windows) {
            continue;
        }
        place.write(name, r#"{"hidden": []}"#);
        place.done(&format!("export {name} --pytorch e.py"));
        let text = place.text("e.py");
        let (mark, text) = text.split_once('\n').expect("lines");
        assert!(mark.starts_with("# Written by minibatch export (") && !mark.contains("anna"), "{mark}");
        assert!(text.starts_with("\"\"\"e.json, as Minibatch trains it"), "{name}: {text}");
    }
    place.fails("export xor --pytorch torch.py", &["torch.py", "another name"]);
    assert!(!place.names().iter().any(|name| name.starts_with("torch")), "{:?}", place.names());
}

/// Breaks where a softmax that comes twice trains without a word.
#[test]
fn a_softmax_before_cross_entropy_gets_a_note() {
    let place = Place::new("softmax-twice");
    let model = |layers: &str| {
        format!(
            r#"{{"model": {{"input": {{"shape": [4]}}, "layers": [{{"layer": "linear", "units": 3}}{layers}],
                "samples": {{"kind": "random", "train": 8, "test": 2}}}}, "loss": "cross-entropy"}}"#
        )
    };
    place.write("twice.json", model(r#", {"layer": "softmax"}"#));
    place.write("once.json", model(""));
    for command in ["summary", "train --steps 1 --backend cpu"] {
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        let said = place.run(&format!("{verb} twice.json {rest}"));
        assert_eq!(said.code, 0, "{}", said.err);
        for part in ["note: twice.json: layers.1 (softmax)", "of its own", "remove it"] {
            assert!(said.err.contains(part), "{part} in {}", said.err);
        }
        assert!(!place.run(&format!("{verb} once.json {rest}")).err.contains("softmax"));
    }
}
