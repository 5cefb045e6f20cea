//! Experiments whose samples were read from files: these are not part of them, and come by `--data`.

use crate::support::Place;

fn own(place: &Place) {
    place.write(
        "own.json",
        r#"{"model": {"input": {"shape": [3]}, "layers": [{"layer": "linear", "units": 2}],
            "samples": {"kind": "own", "name": "photos.zip", "input": [3], "classes": 2, "train": 100, "test": 20}},
            "training": {"batch_size": 4}}"#,
    );
    let inputs: Vec<f32> = (0..18).map(|i| (i * 5 % 7) as f32 / 7.0).collect();
    place.tensors(
        "d.safetensors",
        &[
            ("train_inputs", &[6, 3], &inputs),
            ("train_targets", &[6], &[0.0, 1.0, 0.0, 1.0, 1.0, 0.0]),
            ("test_inputs", &[1, 3], &inputs[..3]),
            ("test_targets", &[1], &[1.0]),
        ],
    );
}

/// Breaks where the experiment's own samples are looked for though others were given.
#[test]
fn they_train_answer_and_become_scripts_with_samples_from_a_file() {
    let place = Place::new("own-samples");
    own(&place);
    place.done("train own.json --data d.safetensors --steps 3 --backend cpu --save w.safetensors");
    place.tensors("x.safetensors", &[("inputs", &[2, 3], &[0.5; 6])]);
    // Answers need no samples, and neither does a summary.
    let files = "--weights w.safetensors --input x.safetensors --output y.safetensors";
    place.done(&format!("predict own.json {files} --backend cpu"));
    let (w, y) = (place.load("w.safetensors"), place.load("y.safetensors"));
    let score = |unit: usize| w[0].2[unit] + 0.5 * w[1].2[3 * unit..][..3].iter().sum::<f32>();
    for (unit, answer) in y[0].2[..2].iter().enumerate() {
        assert!((answer - score(unit)).abs() < 1e-5, "{y:?} {w:?}");
    }
    place.done("summary own.json");
    place.done("export own.json --pytorch own.py --data d.safetensors");
    let given = place.load("d.safetensors");
    let written: Vec<_> = place.load_some("own.data.safetensors", |name| given.iter().any(|t| t.0 == name));
    assert_eq!(written, given);
    assert!(place.text("own.py").contains("BATCH = 4"));
    // Any experiment's samples can be others: what is exported is what would be trained on.
    let more = "--data own.data.safetensors";
    let begun = place.lines(&format!("train own.json --steps 3 --backend cpu --json {more}"));
    let trained = place.lines("train own.json --steps 3 --backend cpu --json --data d.safetensors");
    assert_eq!(begun[3]["loss"], trained[3]["loss"]);
}

/// Breaks where the page's words are used, or another file is blamed.
#[test]
fn without_them_the_mend_is_the_command_lines() {
    let place = Place::new("own-missing");
    own(&place);
    for command in ["train own.json --steps 1 --backend cpu", "export own.json --pytorch own.py"] {
        place.fails(command, &["own.json: ", "photos.zip", "give them with `--data`"]);
    }
    assert!(!place.has("own.py"));
    place
        .tensors("bad.safetensors", &[("train_inputs", &[1, 2], &[0.5; 2]), ("train_targets", &[1], &[0.0])]);
    for command in ["train own.json --backend cpu", "export own.json --pytorch own.py"] {
        place.fails(
            &format!("{command} --data bad.safetensors"),
            &["bad.safetensors: train_inputs", "[1, 3]"],
        );
    }
    place
        .tensors("one.safetensors", &[("train_inputs", &[1, 3], &[0.5; 3]), ("train_targets", &[1], &[7.0])]);
    let told = ["one.safetensors: train_targets[0] is 7", "from 0 to 1"];
    place.fails("export own.json --pytorch own.py --data one.safetensors", &told);
    let over = place.run("export own.json --pytorch d.py --data d.data.safetensors");
    assert_eq!(over.code, 1, "{}", over.err);
    std::fs::rename(place.path("d.safetensors"), place.path("d.data.safetensors")).expect("renamed");
    let over = place.run("export own.json --pytorch d.py --data d.data.safetensors --force");
    assert!(over.code == 2 && over.err.contains("would overwrite"), "{}", over.err);
}
