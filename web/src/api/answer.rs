//! What the outside is told, as JSON.

use minibatch_session::{Experiment, Metrics};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;

use crate::state::Status;

/// `{experiment, playing, loaded, backend, adapter, software, reason}`.
pub fn state(experiment: &Experiment, status: &Status) -> Value {
    json!({
        "experiment": experiment,
        "playing": status.playing,
        "loaded": status.loaded,
        "backend": named(&status.backend),
        "adapter": status.adapter,
        "software": status.software,
        "reason": status.reason,
    })
}

/// The metrics, null where one does not apply.
pub fn metrics(now: &Metrics, backend: &str) -> Value {
    json!({
        "step": now.step,
        "epoch": now.epoch,
        "train_loss": now.train_loss,
        "test_loss": now.test_loss,
        "train_accuracy": now.train_accuracy,
        "test_accuracy": now.test_accuracy,
        "test_r2": now.test_r2,
        "learning_rate": now.learning_rate,
        "steps_per_second": now.steps_per_second,
        "backend": named(backend),
    })
}

fn named(backend: &str) -> Option<&str> {
    Some(backend).filter(|name| !name.is_empty())
}

/// A JSON value as a JavaScript one.
///
/// # Errors
/// Never, as JSON that serde writes is read by every browser.
pub fn to_js(value: &Value) -> Result<JsValue, String> {
    js_sys::JSON::parse(&value.to_string()).map_err(|error| crate::engine::say(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_apply_is_null() {
        let now = Metrics { step: 3, train_loss: Some(0.5), ..Metrics::default() };
        let value = metrics(&now, "webgpu");
        assert_eq!((value["step"].as_u64(), value["backend"].as_str()), (Some(3), Some("webgpu")));
        for name in ["test_loss", "train_accuracy", "test_accuracy"] {
            assert!(value.get(name).is_some_and(Value::is_null), "{name} is there, and null");
        }
        assert!(metrics(&now, "")["backend"].is_null());
        assert!(state(&Experiment::default(), &Status::default())["experiment"]["training"].is_object());
    }
}
