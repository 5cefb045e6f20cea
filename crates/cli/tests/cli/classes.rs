//! Two classes under a squared error, as samples from files have them.

use crate::support::{Place, losses};

/// Points with a class each, by sign of the product.
fn points(place: &Place, name: &str, [low, high]: [f32; 2]) {
    let coordinate = |i: usize, by: usize| ((i * by % 23) as f32 - 11.0) / 2.0;
    let x: Vec<f32> = (0..80).map(|i| coordinate(i / 2, if i % 2 == 0 { 5 } else { 7 })).collect();
    let targets: Vec<f32> = x.chunks_exact(2).map(|p| if p[0] * p[1] >= 0.0 { high } else { low }).collect();
    place.tensors(
        name,
        &[
            ("train_inputs", &[30, 2], &x[..60]),
            ("train_targets", &[30], &targets[..30]),
            ("test_inputs", &[10, 2], &x[60..]),
            ("test_targets", &[10], &targets[30..]),
        ],
    );
}

/// Breaks where 0 and 1 are targets of a tanh, counted at a threshold that is not theirs.
#[test]
fn zeros_and_ones_are_the_classes_that_signs_are() {
    let place = Place::new("two-classes");
    for loss in ["mse", "half-mse"] {
        place.write("e.json", format!(r#"{{"data": {{"kind": "xor"}}, "loss": "{loss}"}}"#));
        let trained = |name: &str, pair: [f32; 2]| {
            points(&place, name, pair);
            let mut lines =
                place.lines(&format!("train e.json --data {name} --steps 60 --backend cpu --json"));
            let last = lines.pop().expect("an end");
            (losses(&lines), last["final"]["train_accuracy"].clone(), last["final"]["confusion"].clone())
        };
        let signs = trained("signs.safetensors", [-1.0, 1.0]);
        assert_eq!(trained("classes.safetensors", [0.0, 1.0]), signs);
        assert!(signs.2.as_array().is_some_and(|counts| counts.len() == 4), "{signs:?}");
        // A script trains on what is trained on here.
        place.done("export e.json --data classes.safetensors --pytorch e.py --force");
        let targets = place.load_some("e.data.safetensors", |name| name == "train_targets");
        assert_eq!(targets[0].1, [30, 1]);
        assert!(targets[0].2.iter().all(|t| t.abs() == 1.0), "{targets:?}");
        assert_eq!(trained_on(&place, "e.data.safetensors"), signs.0);
        for (pair, told) in
            [([1.0, 2.0], "subtract 1"), ([0.0, 255.0], "divide by 255"), ([0.25, 1.0], "write 0 for 0.25")]
        {
            points(&place, "wrong.safetensors", pair);
            for command in ["train e.json --backend cpu", "export e.json --pytorch wrong.py"] {
                let words = format!("{command} --data wrong.safetensors");
                place.fails(&words, &["wrong.safetensors: train_targets[", "0 and 1, or -1 and 1", told]);
            }
        }
    }
    // What the generator draws, exported and read again, gives the same losses.
    place.write("e.json", r#"{"data": {"kind": "xor"}, "loss": "mse"}"#);
    place.done("export e.json --pytorch e.py --force");
    let lines = place.lines("train e.json --steps 60 --backend cpu --json");
    assert_eq!(trained_on(&place, "e.data.safetensors"), losses(&lines[..lines.len() - 1]));
    place.tensors(
        "hot.safetensors",
        &[("train_inputs", &[2, 2], &[0.5; 4]), ("train_targets", &[2, 2], &[0.0, 1.0, 1.0, 0.0])],
    );
    for experiment in ["e.json", "xor"] {
        place.fails(
            &format!("train {experiment} --data hot.safetensors"),
            &["hot.safetensors", "one-hot", "argmax"],
        );
    }
}

fn trained_on(place: &Place, data: &str) -> Vec<f64> {
    let mut lines = place.lines(&format!("train e.json --data {data} --steps 60 --backend cpu --json"));
    lines.pop();
    losses(&lines)
}
