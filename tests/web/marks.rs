//! Every preset learns what the gallery promises, by the step it names, on WebGPU and on the CPU. An hour and more:
//! run by `cargo xtask test --long`; the quick ones are tried each time.

use minibatch_session::{Area, Mark, Metrics, PRESETS, Preset};
use serde_json::{Value, json};
use std::time::Duration;

use crate::site::{Site, index};

const BACKENDS: [&str; 2] = ["webgpu", "cpu"];

/// How long a bite may take on a software device beside other work.
const PATIENCE: Duration = Duration::from_secs(1200);

/// Trains in twenty bites at most; the step and the value at which the mark was reached.
fn train(site: &Site, preset: Preset) -> Result<(f64, f64), String> {
    // The first evaluation alone takes minutes there.
    let load = format!("minibatch.call('load', {})", json!(preset.name));
    site.page.eval_within::<Value>(&load, PATIENCE).unwrap();
    let bite = preset.by.div_ceil(20);
    let mut best = None;
    for _ in 0..20 {
        let step = format!("minibatch.call('step', {{ n: {bite} }})");
        site.page.eval_within::<Value>(&step, PATIENCE).unwrap();
        let told = site.call("metrics", json!({}));
        let of = |name: &str| told[name].as_f64().map(|v| v as f32);
        let now = Metrics {
            train_loss: of("train_loss"),
            test_loss: of("test_loss"),
            test_accuracy: of("test_accuracy"),
            ..Metrics::default()
        };
        let value = match preset.mark {
            Mark::TestAccuracy(_) => now.test_accuracy,
            Mark::TestLoss(_) => now.test_loss,
            Mark::TrainLoss(_) => now.train_loss,
        };
        best = value.or(best);
        if preset.mark.reached(&now) {
            return Ok((told["step"].as_f64().unwrap_or_default(), f64::from(value.unwrap_or_default())));
        }
    }
    Err(format!(
        "{} stands at {best:?} after {} steps, {:?} was promised",
        preset.name, preset.by, preset.mark
    ))
}

fn reach(backends: &[&str], presets: impl Iterator<Item = Preset> + Clone) {
    let mut missed = vec![];
    for backend in backends {
        let site = Site::open(&index(backend), true);
        for preset in presets.clone() {
            let began = std::time::Instant::now();
            match train(&site, preset) {
                Ok((step, value)) => {
                    let seconds = began.elapsed().as_secs();
                    eprintln!("{backend}: {} {value:.4} at step {step}, {seconds} s", preset.name);
                }
                Err(why) => missed.push(format!("{backend}: {why}")),
            }
        }
        site.quiet();
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn the_quick_presets_reach_their_marks() {
    // One of each family that takes seconds. Images take minutes on a software GPU: they are in `--long`, and
    // the first losses of one there are held against others' in `bench.rs`.
    reach(&["cpu"], PRESETS.into_iter().filter(|p| ["xor", "m2", "parity", "digits"].contains(&p.name)));
    reach(&["webgpu"], PRESETS.into_iter().filter(|p| ["xor", "m2", "parity"].contains(&p.name)));
}

#[test]
#[cfg_attr(not(feature = "long"), ignore = "takes its time: cargo xtask test --long")]
fn every_preset_of_the_plane_and_of_images_reaches_its_mark() {
    reach(&BACKENDS, PRESETS.into_iter().filter(|p| matches!(p.area, Area::Points | Area::Images)));
}

#[test]
#[cfg_attr(not(feature = "long"), ignore = "takes its time: cargo xtask test --long")]
fn every_preset_of_series_and_language_reaches_its_mark() {
    reach(&BACKENDS, PRESETS.into_iter().filter(|p| matches!(p.area, Area::Series | Area::Language)));
}
