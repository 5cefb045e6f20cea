//! `window.minibatch`: the page driven from outside, by tests, slides and consoles.
//! `minibatch.call(method, params)` returns a promise; `minibatch.ready` one that is kept once there is something to call.

mod answer;
mod probes;
mod set;

use futures_channel::oneshot::Receiver;
use js_sys::{Array, Object, Promise, Reflect};
use leptos::prelude::*;
use minibatch_session::{Command, Experiment, PRESETS, preset};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::state::waits::{Answer, Wait};
use crate::state::{Effect as Asked, Page, effect};

/// All methods, for the message that names them.
const METHODS: [&str; 14] = [
    "load", "play", "pause", "step", "best", "reset", "set", "state", "metrics", "predict", "probes",
    "speed", "presets", "memory",
];

/// Puts `window.minibatch` in place. `first` is the load that the page began with.
pub fn install(page: Page, first: Receiver<Answer>) {
    let call =
        Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(move |method: JsValue, params: JsValue| {
            future_to_promise(async move {
                let answer = call(page, &method, &params).await;
                answer.map_err(|why| js_sys::Error::new(&why).into())
            })
        });
    let ready = future_to_promise(async move {
        finish(first).await.map(|_| JsValue::UNDEFINED).map_err(|why| js_sys::Error::new(&why).into())
    });
    // Nobody need wait for it, and what fails is shown on the page: no "unhandled rejection" on top.
    let quiet = Closure::<dyn FnMut(JsValue)>::new(|_| ());
    drop(ready.catch(&quiet));
    quiet.forget();
    let api = Object::new();
    let put = |name: &str, value: &JsValue| Reflect::set(&api, &name.into(), value).is_ok();
    let methods: Array = METHODS.iter().map(|name| JsValue::from_str(name)).collect();
    let done = put("call", call.as_ref()) && put("ready", &ready) && put("methods", &methods);
    if !done || Reflect::set(&window(), &"minibatch".into(), &api).is_err() {
        leptos::logging::error!("window.minibatch cannot be set");
    }
    // As long as the page lives.
    call.forget();
}

async fn call(page: Page, method: &JsValue, params: &JsValue) -> Result<JsValue, String> {
    let method = method.as_string().unwrap_or_default();
    let params = read_params(params)?;
    match method.as_str() {
        "load" => nothing(page.open(experiment(&params)?)).await,
        "play" => {
            page.play();
            Ok(JsValue::UNDEFINED)
        }
        "pause" => {
            page.pause();
            Ok(JsValue::UNDEFINED)
        }
        "step" => nothing(page.step(count(&params)?)).await,
        "best" => nothing(page.go_to_best()).await,
        "reset" => nothing(page.reset()).await,
        "set" => set_paths(page, &params).await,
        "state" => {
            answer::to_js(&answer::state(&page.experiment.get_untracked(), &page.status.get_untracked()))
        }
        "metrics" => {
            let backend = page.status.with_untracked(|s| s.backend.clone());
            answer::to_js(&page.metrics.with_untracked(|m| answer::metrics(m, &backend)))
        }
        "predict" => {
            let rows = finish(page.predict(points(&params)?)).await?;
            answer::to_js(&rows)
        }
        "probes" => probes::probes(page).await,
        "speed" => {
            page.set_speed(speed(&params)?);
            Ok(JsValue::UNDEFINED)
        }
        "presets" => answer::to_js(&PRESETS.map(|p| p.name)),
        "memory" => {
            let receiver = page.errands.try_update_value(|e| e.waits.add(Wait::Memory));
            page.send(Command::Weigh);
            let rows = finish(receiver.ok_or("the page is gone")?).await?;
            let weigh = |i: usize| rows.first().and_then(|row| row.get(i)).copied();
            answer::to_js(&serde_json::json!({ "buffers": weigh(0), "bytes": weigh(1), "heap": weigh(2) }))
        }
        // Not among the methods: a test asks for it, to see what happens then.
        "fail" => panic!("asked for, to see what happens then"),
        _ => Err(format!("there is no method \"{method}\"; there are {}", METHODS.join(", "))),
    }
}

async fn finish(receiver: Receiver<Answer>) -> Answer {
    receiver.await.unwrap_or_else(|_| Err("the page has let go of this call".into()))
}

async fn nothing(receiver: Receiver<Answer>) -> Result<JsValue, String> {
    finish(receiver).await.map(|_| JsValue::UNDEFINED)
}

/// Parameters as JSON; missing ones as null.
fn read_params(params: &JsValue) -> Result<Value, String> {
    if params.is_undefined() {
        return Ok(Value::Null);
    }
    let text = js_sys::JSON::stringify(params).map_err(|e| crate::engine::say(&e))?;
    serde_json::from_str(&String::from(text)).map_err(|error| format!("the parameters are not JSON: {error}"))
}

/// `"spiral"`, `{preset: "spiral"}` or `{experiment: {...}}`.
fn experiment(params: &Value) -> Result<Experiment, String> {
    let named = params.as_str().or_else(|| params["preset"].as_str());
    let read = match (named, params.get("experiment")) {
        (Some(name), _) => preset(name),
        (None, Some(value)) => Experiment::from_json(&value.to_string()),
        (None, None) => {
            return Err("load wants a preset's name, {preset: name} or {experiment: {...}}".into());
        }
    };
    read.map_err(|error| error.to_string())
}

/// `{n: 3}` or `3`; 1 without.
fn count(params: &Value) -> Result<u32, String> {
    let n = if params.is_object() { &params["n"] } else { params };
    match (n.is_null(), n.as_u64().and_then(|n| u32::try_from(n).ok())) {
        (true, _) => Ok(1),
        (false, Some(n @ 1..=1_000_000)) => Ok(n),
        (false, _) => Err(format!("step: n is {n}; give a whole number from 1 to 1000000")),
    }
}

/// `{steps_per_second: 50}` or `50`; none without, for as fast as the device goes.
fn speed(params: &Value) -> Result<Option<f32>, String> {
    let wanted = if params.is_object() { &params["steps_per_second"] } else { params };
    match (wanted.is_null(), wanted.as_f64()) {
        (true, _) => Ok(None),
        (false, Some(n)) if (0.1..=1e6).contains(&n) => Ok(Some(n as f32)),
        (false, _) => Err(format!(
            "speed: steps_per_second is {wanted}; give 0.1 to 1000000, or nothing for full speed"
        )),
    }
}

fn points(params: &Value) -> Result<Vec<[f32; 2]>, String> {
    let points = params.get("points").unwrap_or(params);
    serde_json::from_value(points.clone())
        .map_err(|error| format!("predict wants {{points: [[x, y], ...]}}: {error}"))
}

/// Sets values by path; resolves once what needs a rebuild is rebuilt.
async fn set_paths(page: Page, params: &Value) -> Result<JsValue, String> {
    let old = page.experiment.get_untracked();
    let new = set::set(&old, params)?;
    let asked = effect(&old, &new);
    page.edit(|e| *e = new);
    if matches!(asked, Asked::Rebuild(_)) {
        finish(page.load()).await?;
    }
    Ok(JsValue::UNDEFINED)
}
