//! Models train, on both backends alike, from drawn weights and from given ones.

use minibatch_session::{Command, DataSet, Experiment, NamedTensor, Supplies, preset};
use minibatch_tests::drive::Driver;

use super::experiment;

const BACKENDS: [bool; 2] = [true, false];

fn tensor(name: &str, shape: &[usize], values: Vec<f32>) -> NamedTensor {
    NamedTensor { name: name.into(), shape: shape.to_vec(), values }
}

/// The batch losses of some steps, none missing.
fn losses(driver: &mut Driver, steps: u32) -> Vec<f32> {
    driver.step(steps);
    let all = driver.take_losses();
    let numbers: Vec<u32> = all.iter().map(|l| l.0).collect();
    assert_eq!(numbers, (1..=steps).collect::<Vec<_>>());
    all.into_iter().map(|l| l.1).collect()
}

fn agree(name: &str, e: &Experiment, steps: u32) -> Vec<f32> {
    let [on_cpu, on_gpu] = BACKENDS.map(|cpu| {
        let mut driver = Driver::start(cpu);
        driver.load_with(e, Supplies::default()).expect(name);
        losses(&mut driver, steps)
    });
    for (step, (a, b)) in on_cpu.iter().zip(&on_gpu).enumerate() {
        assert!(a.is_finite(), "{name}, step {}: {a}", step + 1);
        assert!((a - b).abs() <= 1e-4 * a.abs().max(1.0), "{name}, step {}: cpu {a}, gpu {b}", step + 1);
    }
    on_cpu
}

#[test]
fn every_preset_trains_and_both_backends_agree() {
    for name in ["m2", "e3", "c2", "r1", "r2", "r3", "a1", "a3", "a4"] {
        agree(name, &preset(name).expect(name), 4);
    }
}

/// Small models that hold every kind of layer.
#[test]
fn every_layer_trains_and_both_backends_agree() {
    let image = r#"{"shape": [2, 9, 9]}"#;
    let series = r#"{"shape": [5, 8]}"#;
    let tokens = r#"{"shape": [7], "tokens": 11}"#;
    let models = [
        (
            image,
            r#"{"layer": "conv2d", "channels": 4, "kernel": 3, "padding": 1, "activation": "gelu"},
               {"layer": "batch-norm"}, {"layer": "max-pool2d", "kernel": 2},
               {"layer": "residual", "body": [{"layer": "conv2d", "channels": 6, "kernel": 3, "padding": 1, "groups": 2},
                {"layer": "group-norm", "groups": 3}], "shortcut": [{"layer": "conv2d", "channels": 6, "kernel": 1}]},
               {"layer": "conv-transpose2d", "channels": 3, "kernel": 3, "stride": 2, "output_padding": 1},
               {"layer": "branches", "branches": [[{"layer": "avg-pool2d", "kernel": 3, "stride": 1, "padding": 1}],
                [{"layer": "conv2d", "channels": 2, "kernel": 1}]]},
               {"layer": "adaptive-max-pool2d", "size": [3, 2]}, {"layer": "flatten"}, {"layer": "rms-norm"},
               {"layer": "dropout", "rate": 0.2}, {"layer": "linear", "units": 3}"#,
        ),
        (
            series,
            r#"{"layer": "recurrent", "cell": "lstm", "units": 6, "layers": 2, "bidirectional": true, "learn_initial": true},
               {"layer": "layer-norm"}, {"layer": "recurrent", "cell": "rnn-relu", "units": 5},
               {"layer": "additive-attention", "hidden": [7, 4], "causal": true}, {"layer": "softmax", "log": true},
               {"layer": "recurrent", "cell": "gru", "units": 5, "output": "last"}, {"layer": "linear", "units": 3}"#,
        ),
        (
            tokens,
            r#"{"layer": "encoder-decoder", "source": 4,
                "encoder": [{"layer": "embedding", "vocabulary": 11, "units": 8, "padding": 0},
                  {"layer": "positions", "kind": "sinusoidal"},
                  {"layer": "transformer-encoder", "heads": 2, "feedforward": 12, "norm_first": true, "final_norm": true,
                   "activation": "gelu"}],
                "decoder": [{"layer": "embedding", "vocabulary": 11, "units": 8},
                  {"layer": "positions", "kind": "learned"},
                  {"layer": "transformer-decoder", "heads": 2, "feedforward": 12, "causal": true, "layers": 2}]},
               {"layer": "self-attention", "heads": 2, "rotary": true, "causal": true}, {"layer": "last-step"},
               {"layer": "linear", "units": 3}"#,
        ),
        (
            r#"{"shape": [3, 4, 6]}"#,
            r#"{"layer": "permute", "axes": [1, 2, 0]}, {"layer": "linear", "units": 4},
               {"layer": "axial-attention", "heads": 2}, {"layer": "reshape", "shape": [24, 4]},
               {"layer": "select", "axis": 0, "start": 2, "len": 20}, {"layer": "mean-over-steps"},
               {"layer": "linear", "units": 3}"#,
        ),
    ];
    for (input, layers) in models {
        let rest = r#", "loss": "cross-entropy", "loss_options": {"label_smoothing": 0.1}"#;
        let e = Experiment::from_json(&experiment(input, layers, rest)).expect(layers);
        let losses = agree(layers, &e, 5);
        assert!(losses[4] < losses[0], "{layers}: {losses:?}");
    }
}

/// A. Trask's eleven lines, with their update done by hand.
#[test]
fn the_eleven_line_network_is_what_it_says() {
    let e = preset("m2").expect("is there");
    let mut driver = Driver::start(true);
    driver.load_with(&e, Supplies::default()).expect("is sound");
    let start = driver.weights();
    let mut syn: Vec<Vec<f64>> =
        start.iter().map(|w| w.values.iter().map(|&v| f64::from(v)).collect()).collect();
    let ours = losses(&mut driver, 20);
    let x = [[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]];
    let y = [0.0, 1.0, 1.0, 0.0];
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    for (step, &our) in ours.iter().enumerate() {
        let (mut loss, mut up) = (0.0, [vec![0.0; 12], vec![0.0; 4]]);
        for (x, y) in x.iter().zip(y) {
            let l1: Vec<f64> =
                (0..4).map(|u| sigmoid((0..3).map(|i| syn[0][u * 3 + i] * x[i]).sum())).collect();
            let l2 = sigmoid((0..4).map(|u| syn[1][u] * l1[u]).sum());
            loss += (l2 - y) * (l2 - y);
            let delta = (y - l2) * l2 * (1.0 - l2);
            for u in 0..4 {
                let back = delta * syn[1][u] * l1[u] * (1.0 - l1[u]);
                up[1][u] += l1[u] * delta;
                (0..3).for_each(|i| up[0][u * 3 + i] += x[i] * back);
            }
        }
        assert!((f64::from(our) - loss).abs() < 1e-5, "step {}: {our} and {loss}", step + 1);
        for (w, up) in syn.iter_mut().zip(&up) {
            w.iter_mut().zip(up).for_each(|(w, up)| *w += up);
        }
    }
}

#[test]
fn weights_come_back_and_go_in_again() {
    let layers = r#"{"layer": "linear", "units": 5, "activation": "tanh"}, {"layer": "linear", "units": 3}"#;
    let e = Experiment::from_json(&experiment(r#"{"shape": [4]}"#, layers, "")).expect("is sound");
    for cpu in BACKENDS {
        let mut driver = Driver::start(cpu);
        driver.load_with(&e, Supplies::default()).expect("is sound");
        driver.step(7);
        let inputs = tensor("x", &[700, 4], (0..2800).map(|i| (i % 17) as f32 / 17.0).collect());
        let (weights, answers) = (driver.weights(), driver.answers(&inputs).expect("fit"));
        assert_eq!(answers.shape, [700, 3]);
        let other = Experiment { seed: 99, ..e.clone() };
        driver.load_with(&other, Supplies { weights: weights.clone(), data: None }).expect("fit");
        assert_eq!(driver.weights(), weights, "cpu {cpu}");
        assert_eq!(driver.answers(&inputs).expect("fit"), answers, "cpu {cpu}");
        driver.step(2);
        driver.send(Command::Reset);
        driver.settle();
        assert_eq!(driver.weights(), weights, "cpu {cpu}: a reset goes back to what was given");
    }
}

#[test]
fn running_statistics_move_in_training_and_serve_in_evaluation() {
    let layers = r#"{"layer": "batch-norm", "momentum": 0.5}, {"layer": "linear", "units": 2}"#;
    let mut e = Experiment::from_json(&experiment(r#"{"shape": [2]}"#, layers, "")).expect("is sound");
    e.training.learning_rate = 0.0;
    for cpu in BACKENDS {
        let mut driver = Driver::start(cpu);
        let train = vec![1.0, 10.0, 3.0, 10.0, 5.0, 16.0];
        let data = DataSet {
            train_inputs: tensor("train_inputs", &[3, 2], train),
            train_targets: tensor("train_targets", &[3], vec![0.0, 1.0, 1.0]),
            test_inputs: None,
            test_targets: None,
        };
        let supplies = Supplies { weights: vec![], data: Some(data) };
        driver.load_with(&e, supplies).expect("fit");
        driver.step(1);
        let weights = driver.weights();
        let values = |name: &str| weights.iter().find(|w| w.name == name).expect(name).values.clone();
        let near = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
        // Half way from 0 to the means 3 and 12, and from 1 to the unbiased variances 4 and 12.
        assert!(near(&values("layers.0.running_mean"), &[1.5, 6.0]), "{weights:?}");
        assert!(near(&values("layers.0.running_var"), &[2.5, 6.5]), "{weights:?}");
        let x = tensor("x", &[1, 2], vec![1.5, 6.0]);
        let answer = driver.answers(&x).expect("fit").values;
        assert!(
            near(&answer, &values("layers.1.bias")),
            "at the running mean only the bias is left: {answer:?}"
        );
        driver.send(Command::Reset);
        driver.settle();
        let weights = driver.weights();
        let variance = weights.iter().find(|w| w.name == "layers.0.running_var").expect("is there");
        assert_eq!(variance.values, [1.0, 1.0], "a reset forgets them");
    }
}

#[test]
fn what_is_supplied_must_fit() {
    let layers = r#"{"layer": "linear", "units": 3}"#;
    let e = Experiment::from_json(&experiment(r#"{"shape": [4]}"#, layers, "")).expect("is sound");
    let mut driver = Driver::start(true);
    driver.load_with(&e, Supplies::default()).expect("is sound");
    driver.step(3);
    let weight = tensor("layers.0.weight", &[3, 4], vec![0.1; 12]);
    let bias = tensor("layers.0.bias", &[3], vec![0.1; 3]);
    let data = |x: NamedTensor, y: NamedTensor| DataSet {
        train_inputs: x,
        train_targets: y,
        test_inputs: None,
        test_targets: None,
    };
    let x = tensor("train_inputs", &[2, 4], vec![0.5; 8]);
    let y = tensor("train_targets", &[2], vec![0.0, 2.0]);
    let weights =
        |w: &[&NamedTensor]| Supplies { weights: w.iter().map(|w| (*w).clone()).collect(), data: None };
    let set = |x: &NamedTensor, y: &NamedTensor| Supplies {
        weights: vec![],
        data: Some(data(x.clone(), y.clone())),
    };
    let turned = tensor("layers.0.weight", &[4, 3], vec![0.1; 12]);
    let spare = tensor("layers.7.weight", &[1], vec![0.1]);
    let wild = tensor("layers.0.bias", &[3], vec![0.1, f32::NAN, 0.1]);
    let cases: Vec<(Supplies, &[&str])> = vec![
        (weights(&[&weight]), &["layers.0.bias", "missing", "[3]"]),
        (weights(&[&turned, &bias]), &["layers.0.weight", "[4, 3]", "[3, 4]"]),
        (weights(&[&weight, &bias, &spare]), &["layers.7.weight", "no layer"]),
        (weights(&[&weight, &wild]), &["layers.0.bias", "NaN"]),
        (set(&tensor("train_inputs", &[2, 3], vec![0.5; 6]), &y), &["train_inputs", "[2, 3]", "[2, 4]"]),
        (set(&x, &tensor("train_targets", &[3], vec![0.0; 3])), &["train_targets", "[3]", "[2]"]),
        (set(&x, &tensor("train_targets", &[2], vec![0.0, 3.0])), &["targets", "3", "0 to 2"]),
        (set(&tensor("train_inputs", &[2, 4], vec![f32::NAN; 8]), &y), &["inputs", "NaN"]),
        (
            set(&tensor("train_inputs", &[0, 4], vec![]), &tensor("train_targets", &[0], vec![])),
            &["no samples"],
        ),
    ];
    for (supplies, words) in cases {
        let said = driver.load_with(&e, supplies).expect_err(words[0]);
        words.iter().for_each(|word| assert!(said.contains(word), "\"{word}\" is not in \"{said}\""));
    }
    driver.step(2);
    assert_eq!(driver.metrics.step, 5, "what was refused leaves the run as it is");
    driver.load_with(&e, Supplies { weights: vec![weight, bias], data: Some(data(x, y)) }).expect("fits");
    driver.step(1);
}
