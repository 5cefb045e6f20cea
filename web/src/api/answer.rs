//! What the outside is told. Written from 32-bit values directly, so that 0.03 is not told as 0.029999999329.

use minibatch_session::{Experiment, Metrics};
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::shell::reason;
use crate::state::Status;

/// The experiment and what the engine does with it.
#[derive(Serialize)]
pub struct State<'a> {
    experiment: &'a Experiment,
    playing: bool,
    loaded: bool,
    backend: Option<&'a str>,
    adapter: &'a str,
    software: bool,
    reason: Option<String>,
}

/// What `state` answers.
pub fn state<'a>(experiment: &'a Experiment, status: &'a Status) -> State<'a> {
    State {
        experiment,
        playing: status.playing,
        loaded: status.loaded,
        backend: named(&status.backend),
        adapter: &status.adapter,
        software: status.software,
        reason: status.why.filter(|_| status.backend == "cpu").and_then(reason),
    }
}

/// Where the run stands; null what does not apply.
#[derive(Serialize)]
pub struct Standing<'a> {
    step: u32,
    epoch: f64,
    evaluated: Option<u32>,
    train_loss: Option<f32>,
    test_loss: Option<f32>,
    train_accuracy: Option<f32>,
    test_accuracy: Option<f32>,
    test_r2: Option<f32>,
    learning_rate: f32,
    steps_per_second: f32,
    best: Option<Best>,
    backend: Option<&'a str>,
}

/// The best evaluation so far.
#[derive(Serialize)]
struct Best {
    step: u32,
    loss: f32,
}

/// What `metrics` answers.
pub fn metrics<'a>(now: &Metrics, backend: &'a str) -> Standing<'a> {
    Standing {
        step: now.step,
        epoch: now.epoch,
        evaluated: now.evaluated.map(|at| at.step),
        train_loss: now.train_loss,
        test_loss: now.test_loss,
        train_accuracy: now.train_accuracy,
        test_accuracy: now.test_accuracy,
        test_r2: now.test_r2,
        learning_rate: now.learning_rate,
        steps_per_second: now.steps_per_second,
        best: now.best.map(|best| Best { step: best.step, loss: best.loss }),
        backend: named(backend),
    }
}

fn named(backend: &str) -> Option<&str> {
    Some(backend).filter(|name| !name.is_empty())
}

/// A value as a JavaScript one.
///
/// # Errors
/// When it cannot be written as JSON, which none of ours can fail at.
pub fn to_js(value: &impl Serialize) -> Result<JsValue, String> {
    let text = serde_json::to_string(value).map_err(|error| error.to_string())?;
    js_sys::JSON::parse(&text).map_err(|error| crate::engine::say(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn json(value: &impl Serialize) -> Value {
        serde_json::from_str(&serde_json::to_string(value).expect("written")).expect("read")
    }

    #[test]
    fn what_does_not_apply_is_null() {
        let now = Metrics { step: 3, train_loss: Some(0.5), ..Metrics::default() };
        let value = json(&metrics(&now, "webgpu"));
        assert_eq!((value["step"].as_u64(), value["backend"].as_str()), (Some(3), Some("webgpu")));
        for name in ["test_loss", "train_accuracy", "test_accuracy", "best"] {
            assert!(value.get(name).is_some_and(Value::is_null), "{name} is there, and null");
        }
        assert!(json(&metrics(&now, ""))["backend"].is_null());
    }

    #[test]
    fn numbers_are_told_as_they_were_set() {
        let value = json(&state(&Experiment::default(), &Status::default()));
        assert_eq!(value["experiment"]["training"]["learning_rate"].as_f64(), Some(0.03));
    }
}
