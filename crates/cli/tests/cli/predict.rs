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
