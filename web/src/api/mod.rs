//! `window.minibatch`: the page driven from outside, by tests, slides and consoles.
//! `minibatch.call(method, params)` returns a promise; `minibatch.ready` one that is kept once there is something to call.

mod answer;
mod params;
mod probes;
mod set;

use futures_channel::oneshot::Receiver;
use js_sys::{Array, Object, Promise, Reflect};
use leptos::prelude::*;
use minibatch_session::{Command, PRESETS};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use self::params::{count, experiment, points, speed};
use crate::state::waits::{Answer, Wait};
use crate::state::{Effect as Asked, Page, effect};

/// All methods, with the options that each has.
const METHODS: [(&str, &[&str]); 14] = [
    ("load", &["preset", "experiment"]),
    ("play", &[]),
    ("pause", &[]),
    ("step", &["n"]),
    ("best", &[]),
    ("reset", &[]),
    ("set", &[]),
    ("state", &[]),
    ("metrics", &[]),
    ("predict", &["points"]),
    ("probes", &[]),
    ("speed", &["steps_per_second"]),
    ("presets", &[]),
    ("memory", &[]),
];

/// Not among the methods: a test asks for it, to see what happens then.
const FAIL: &str = "fail";

/// Those that only a running engine answers.
const ASKS: [&str; 7] = ["step", "best", "reset", "set", "predict", "probes", "memory"];

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
    let methods: Array = METHODS.iter().map(|(name, _)| JsValue::from_str(name)).collect();
    let done = put("call", call.as_ref()) && put("ready", &ready) && put("methods", &methods);
    if !done || Reflect::set(&window(), &"minibatch".into(), &api).is_err() {
        leptos::logging::error!("window.minibatch cannot be set");
    }
    // As long as the page lives.
    call.forget();
}

async fn call(page: Page, method: &JsValue, params: &JsValue) -> Result<JsValue, String> {
    let method = method.as_string().ok_or("the method's name is no text; minibatch.methods lists them")?;
    let params = params::read(&method, params)?;
    if method != FAIL {
        params::known(&method, &params, &METHODS)?;
    }
    // An engine that has stopped answers nobody.
    if let Some(why) = page.stopped().filter(|_| ASKS.contains(&method.as_str())) {
        return Err(why);
    }
    match method.as_str() {
        "load" => {
            let (experiment, unused) = experiment(&params)?;
            nothing(page.open(experiment)).await?;
            page.tell_unused(&unused);
            Ok(JsValue::UNDEFINED)
        }
        "play" => {
            page.play();
            Ok(JsValue::UNDEFINED)
        }
        "pause" => {
            page.pause();
            Ok(JsValue::UNDEFINED)
        }
        "step" => {
            // The answer has a row if it was broken off.
            let rows = finish(page.step(count(&params)?)).await?;
            let step = page.metrics.with_untracked(|m| m.step);
            answer::to_js(&serde_json::json!({ "done": rows.is_empty(), "step": step }))
        }
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
        FAIL => panic!("asked for, to see what happens then"),
        _ => Err(params::no_method(&method, &METHODS)),
    }
}

async fn finish(receiver: Receiver<Answer>) -> Answer {
    receiver.await.unwrap_or_else(|_| Err("the page has let go of this call".into()))
}

async fn nothing(receiver: Receiver<Answer>) -> Result<JsValue, String> {
    finish(receiver).await.map(|_| JsValue::UNDEFINED)
}

/// Sets values by path; resolves once what needs a rebuild is rebuilt.
async fn set_paths(page: Page, params: &Value) -> Result<JsValue, String> {
    let old = page.experiment.get_untracked();
    let (new, unused) = set::set(&old, params)?;
    let asked = effect(&old, &new);
    page.edit(|e| *e = new);
    if matches!(asked, Asked::Rebuild(_)) {
        finish(page.load()).await?;
    }
    page.tell_unused(&unused);
    Ok(JsValue::UNDEFINED)
}
