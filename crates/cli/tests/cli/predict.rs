//! Answers of trained models.

use crate::support::Place;

#[test]
fn saved_weights_answer_as_they_were_trained() {
    let place = Place::new("predict");
    place.done("train xor --steps 400 --backend cpu --save w.safetensors");
    // Corners of the plane: opposite ones share a class.
    let corners = [4.0, 4.0, -4.0, -4.0, 4.0, -4.0, -4.0, 4.0];
    place.tensors("x.safetensors", &[("inputs", &[4, 2], &corners)]);
    let words = "predict xor --weights w.safetensors --input x.safetensors --output y.safetensors --backend";
    let mut answers = vec![];
    for backend in ["cpu", "gpu"] {
        let out = place.done(&format!("{words} {backend}"));
        assert_eq!(out, "y.safetensors: outputs (4, 1)\n");
        let file = place.load("y.safetensors");
        assert_eq!((file.len(), file[0].0.as_str(), &file[0].1[..]), (1, "outputs", &[4, 1][..]));
        answers.push(file[0].2.clone());
    }
    let [a, b, c, d] = answers[0][..] else { panic!("{answers:?}") };
    assert!(a.min(b) > c.max(d), "the classes are not parted: {answers:?}");
    for (cpu, gpu) in answers[0].iter().zip(&answers[1]) {
        assert!((cpu - gpu).abs() <= 1e-4 * cpu.abs().max(1.0), "{answers:?}");
    }
}

#[test]
fn answers_are_those_of_the_weights() {
    let place = Place::new("by-hand");
    place.write("e.json", r#"{"hidden": [], "data": {"kind": "plane"}}"#);
    place.tensors(
        "w.safetensors",
        &[("layers.0.weight", &[1, 2], &[2.0, -1.0]), ("layers.0.bias", &[1], &[0.5])],
    );
    place.tensors("x.safetensors", &[("inputs", &[3, 2], &[0.0, 0.0, 1.0, 0.0, 0.0, 1.0])]);
    place.done(
        "predict e.json --weights w.safetensors --input x.safetensors --output y.safetensors --backend cpu",
    );
    assert_eq!(place.load("y.safetensors")[0].2, [0.5, 2.5, -0.5]);
}

/// Breaks where a wrong token is told by how many numbers stand before it, or clamped to another one.
#[test]
fn a_wrong_token_is_told_by_its_place() {
    let place = Place::new("predict-tokens");
    let embedding = r#"{"layer": "embedding", "vocabulary": 4, "units": 2}"#;
    let model = |input: &str, layers: &str| {
        format!(
            r#"{{"model": {{"input": {input}, "layers": [{layers}, {{"layer": "flatten"}}, {{"layer": "linear", "units": 2}}],
                "samples": {{"kind": "random", "train": 4, "test": 0}}}}}}"#
        )
    };
    let column = r#"{"layer": "select", "start": 2, "len": 1}"#;
    place.write("all.json", model(r#"{"shape": [3], "tokens": 4}"#, embedding));
    place.write("some.json", model(r#"{"shape": [3]}"#, &format!("{column}, {embedding}")));
    for name in ["all", "some"] {
        place.done(&format!("train {name}.json --steps 1 --backend cpu --save {name}.safetensors"));
        for (value, shown) in [(4.0, "4"), (-1.0, "-1"), (1.5, "1.5")] {
            let inputs = [0.0, 1.0, 3.0, 0.0, 1.0, value];
            place.tensors("x.safetensors", &[("inputs", &[2, 3], &inputs)]);
            let told = format!("x.safetensors: inputs[1, 2] is {shown};");
            let files = format!("--weights {name}.safetensors --input x.safetensors --output y.safetensors");
            place.fails(&format!("predict {name}.json {files} --backend cpu"), &[&told, "0 to 3"]);
            place.tensors(
                "d.safetensors",
                &[("train_inputs", &[2, 3], &inputs), ("train_targets", &[2], &[0.0; 2])],
            );
            let told = format!("d.safetensors: train_inputs[1, 2] is {shown};");
            for command in ["train", "export --pytorch e.py"] {
                let words = format!("{command} {name}.json --data d.safetensors");
                place.fails(&words, &[&told, "0 to 3"]);
            }
        }
    }
    assert!(!place.has("y.safetensors") && !place.has("e.py"));
}

#[test]
fn what_does_not_fit_is_told_and_nothing_is_written() {
    let place = Place::new("predict-wrong");
    place.done("train xor --steps 1 --backend cpu --save w.safetensors");
    place.tensors("x.safetensors", &[("inputs", &[1, 2], &[0.0, 0.0])]);
    place.tensors("wide.safetensors", &[("inputs", &[2, 3], &[0.0; 6])]);
    place.tensors("other.safetensors", &[("input", &[1, 2], &[0.0; 2])]);
    place.tensors("nan.safetensors", &[("inputs", &[2, 2], &[0.0, 0.0, 0.0, f32::NAN])]);
    place.write("y.safetensors", "old");
    let fails = |weights: &str, input: &str, wanted: &[&str]| {
        let files =
            format!("--weights {weights}.safetensors --input {input}.safetensors --output y.safetensors");
        place.fails(&format!("predict xor --backend cpu {files}"), wanted);
        assert_eq!(place.text("y.safetensors"), "old");
    };
    fails("w", "wide", &["wide.safetensors: inputs", "[2, 3]", "[2, 2]"]);
    fails("w", "other", &["other.safetensors: input is not asked for; did you mean inputs?"]);
    fails("w", "nan", &["nan.safetensors: inputs[1, 1] is NaN"]);
    fails("w", "none", &["there is no file none.safetensors"]);
    fails("none", "x", &["there is no file none.safetensors"]);
    fails("x", "x", &["x.safetensors: inputs"]);
    // What would not be read again is not written: 3e38 + 3e38 is no finite f32.
    place.write("e.json", r#"{"hidden": [], "data": {"kind": "plane"}}"#);
    let weights = |name: &str, w: &[f32]| {
        place.tensors(name, &[("layers.0.weight", &[1, 2], w), ("layers.0.bias", &[1], &[0.0])]);
    };
    weights("inf.safetensors", &[3e38, 3e38]);
    weights("none.safetensors", &[3e38, -3e38]);
    place.tensors("ones.safetensors", &[("inputs", &[2, 2], &[0.5, 0.5, 9.0, 9.0])]);
    for (file, told) in [("inf", "outputs[1, 0] would be inf"), ("none", "outputs[1, 0] would be NaN")] {
        let files = format!("--weights {file}.safetensors --input ones.safetensors --output y.safetensors");
        place.fails(&format!("predict e.json --backend cpu {files}"), &["y.safetensors: ", told]);
        assert_eq!(place.text("y.safetensors"), "old");
    }
    std::fs::remove_file(place.path("none.safetensors")).expect("removed");
    let over = place.run("predict xor --weights w.safetensors --input x.safetensors --output x.safetensors");
    assert!(over.code == 2 && over.err.contains("would overwrite"), "{}", over.err);
}
