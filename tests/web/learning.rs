//! It learns, the same each time, and the same on both backends.

use serde_json::json;

use minibatch_tests::server;

use crate::site::{Site, index};

const BACKENDS: [&str; 2] = ["webgpu", "cpu"];

#[test]
fn the_preset_spiral_reaches_97_percent_on_webgpu_and_on_the_cpu() {
    for backend in BACKENDS {
        let site = Site::open(&index(backend), true);
        site.call("load", json!("spiral"));
        assert_eq!(site.call("metrics", json!({}))["backend"], backend);
        let mut accuracy = 0.0;
        for _ in 0..30 {
            site.call("step", json!({ "n": 200 }));
            accuracy = site.metric("test_accuracy");
            if accuracy >= 0.97 {
                break;
            }
        }
        let step = site.metric("step");
        assert!(accuracy >= 0.97, "{backend}: {accuracy} after {step} steps");
        eprintln!("{backend}: test accuracy {accuracy} at step {step}");
        site.quiet();
    }
}

#[test]
fn reset_and_replay_give_the_same_losses_bit_for_bit() {
    for backend in BACKENDS {
        let site = Site::open(&index(backend), true);
        site.call("load", json!("spiral"));
        let first = site.losses(30);
        site.call("play", json!({}));
        site.page.wait_for("minibatch.call('metrics').then(m => m.step > 60)", crate::site::READY).unwrap();
        site.call("reset", json!({}));
        assert_eq!(site.metric("step"), 0.0, "{backend}: a reset stands at step 0");
        assert_eq!(site.losses(30), first, "{backend}");
    }
}

#[test]
fn the_backends_agree_to_1e_4_over_fifty_steps() {
    let runs = BACKENDS.map(|backend| {
        let site = Site::open(&index(backend), true);
        site.call("load", json!("spiral"));
        site.losses(50)
    });
    for (step, (gpu, cpu)) in runs[0].iter().zip(&runs[1]).enumerate() {
        let far = (gpu.0 - cpu.0).abs().max((gpu.1 - cpu.1).abs());
        assert!(far <= 1e-4, "step {}: webgpu {gpu:?}, cpu {cpu:?}", step + 1);
    }
}

#[test]
fn every_kernel_makes_a_pipeline_in_the_browser() {
    let site = Site::open(&index("cpu"), true);
    let (script, wasm) = (server::named("minibatch-worker.js"), server::named("minibatch-worker_bg.wasm"));
    let check = format!(
        "import('{script}').then(async m => {{ await m.default({{ module_or_path: '{wasm}' }}); return m.check_kernels(); }})"
    );
    let refused: Option<String> = site.page.eval(&check).unwrap();
    assert_eq!(refused, None);
}

#[test]
fn every_optimizer_loss_and_activation_trains_in_the_browser() {
    let site = Site::open(&index("webgpu"), true);
    let optimizers = ["sgd", "momentum", "nesterov", "rms-prop", "adagrad", "adam", "adam-w"];
    let activations =
        ["linear", "relu", "leaky-relu", "elu", "gelu", "silu", "tanh", "sigmoid", "softplus", "sine"];
    for (i, activation) in activations.iter().enumerate() {
        let (kind, loss) = match i % 4 {
            0 => ("circle", "auto"),
            1 => ("blobs4", "cross-entropy"),
            2 => ("plane", "half-mse"),
            _ => ("xor", "mse"),
        };
        let experiment = json!({
            "data": { "kind": kind, "samples": 60 }, "loss": loss,
            "hidden": [{ "units": 3, "activation": activation, "dropout": 0.1 },
                       { "units": if i == 0 { 64 } else { 5 }, "activation": activation }],
            "training": { "optimizer": { "kind": optimizers[i % optimizers.len()] }, "learning_rate": 0.01,
                          "l1": 0.001, "l2": 0.001, "batch_size": if i == 0 { 30 } else { 7 } }
        });
        let before = {
            site.call("load", json!({ "experiment": experiment }));
            site.metric("train_loss")
        };
        site.call("step", json!({ "n": 30 }));
        let after = site.metric("train_loss");
        assert!(after.is_finite() && after != before, "{activation}: {before} then {after}");
    }
    site.quiet();
}
