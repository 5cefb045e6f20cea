//! One of the two: a frame of the ordinary page, driven through its `window.minibatch`.

use std::time::Duration;

use futures_channel::oneshot::{Receiver, channel};
use js_sys::{Function, Promise, Reflect};
use leptos::html;
use leptos::prelude::*;
use minibatch_session::{CurvePoint, Experiment};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::clock::sleep;
use crate::state::extend_curve;
use crate::state::pair::Half;
use crate::words::t;

/// An answer that takes longer is said to be waited for.
const LATE: Duration = Duration::from_millis(800);

/// How a side is.
#[derive(Clone, PartialEq, Debug)]
pub enum Standing {
    /// The frame loads, or builds its first network.
    Opening,
    /// It trains when asked.
    Ready,
    /// It refused, and why; and whether nothing was heard of it since.
    Stopped(String, bool),
}

/// What a frame tells of its run; see `metrics` in docs/api.md.
#[derive(Clone, Copy, PartialEq, Debug, Default, Deserialize)]
pub struct Now {
    /// Batches trained.
    pub step: u32,
    /// Epochs, in parts.
    pub epoch: f64,
    /// Mean loss over the training data.
    pub train_loss: Option<f32>,
    /// Mean loss over the test data.
    pub test_loss: Option<f32>,
    /// Share of it right.
    pub test_accuracy: Option<f32>,
}

/// What a frame tells of itself; see `state` in docs/api.md.
#[derive(Deserialize)]
struct State {
    experiment: Value,
    loaded: bool,
}

/// One side.
#[derive(Clone, Copy)]
pub struct Side {
    /// 0 is left, 1 is right.
    pub place: usize,
    /// Where it is shown.
    pub frame: NodeRef<html::Iframe>,
    /// How it is.
    pub standing: RwSignal<Standing>,
    /// What it trains.
    pub experiment: RwSignal<Experiment>,
    /// Whether that is built.
    pub loaded: StoredValue<bool>,
    /// Where its run stands.
    pub now: RwSignal<Now>,
    /// Its loss, a point a turn.
    pub curve: StoredValue<Vec<CurvePoint>>,
    /// An answer of it is long in coming.
    pub late: RwSignal<bool>,
}

impl Side {
    /// A side that is about to open.
    pub fn new(place: usize, half: &Half, seed: u32) -> Self {
        Self {
            place,
            frame: NodeRef::new(),
            standing: RwSignal::new(Standing::Opening),
            experiment: RwSignal::new(Experiment { seed, ..half.experiment.clone() }),
            loaded: StoredValue::new(false),
            now: RwSignal::new(Now::default()),
            curve: StoredValue::default(),
            late: RwSignal::new(false),
        }
    }

    /// "Left" or "Right".
    pub fn name(self) -> &'static str {
        if self.place == 0 { t("pair.left") } else { t("pair.right") }
    }

    /// The frame's window.
    pub fn window(self) -> Option<web_sys::Window> {
        self.frame.get_untracked()?.content_window()
    }

    /// Whether there is something to ask.
    pub fn opened(self) -> bool {
        self.standing.with_untracked(|s| *s != Standing::Opening)
    }

    /// Kept once the page in the frame can be asked, whether or not it could build what its address holds.
    pub async fn open(self) {
        let api = loop {
            let api = self.window().and_then(|w| Reflect::get(&w, &"minibatch".into()).ok());
            match api.filter(JsValue::is_object) {
                Some(api) => break api,
                None => sleep(100.0).await,
            }
        };
        let ready = Reflect::get(&api, &"ready".into()).unwrap_or_default();
        let built = JsFuture::from(Promise::resolve(&ready)).await;
        self.standing.set(match built {
            Ok(_) => Standing::Ready,
            Err(error) => Standing::Stopped(why(&error), false),
        });
    }

    /// Asks without waiting; the receiver hears.
    pub fn ask(self, method: &'static str, params: Value) -> Receiver<Result<JsValue, String>> {
        let (sender, receiver) = channel();
        let timer = set_timeout_with_handle(move || self.late.set(true), LATE).ok();
        spawn_local(async move {
            let answer = self.call(method, &params).await;
            if let Some(timer) = timer {
                timer.clear();
            }
            if self.late.get_untracked() {
                self.late.set(false);
            }
            // Who asked may be gone.
            let _ = sender.send(answer);
        });
        receiver
    }

    async fn call(self, method: &str, params: &Value) -> Result<JsValue, String> {
        let gone = || t("pair.gone").to_owned();
        let window = self.window().ok_or_else(gone)?;
        let api = Reflect::get(&window, &"minibatch".into()).map_err(|e| why(&e))?;
        let call = Reflect::get(&api, &"call".into()).map_err(|_| gone())?;
        // What comes from another window is of that window's classes: no `dyn_into` would know it.
        let call: &Function = call.unchecked_ref();
        let params = js_sys::JSON::parse(&params.to_string()).map_err(|e| why(&e))?;
        let promise = call.call2(&api, &method.into(), &params).map_err(|e| why(&e))?;
        JsFuture::from(Promise::resolve(&promise)).await.map_err(|e| why(&e))
    }

    /// Takes in what the frame tells of itself and its run.
    pub fn learn(self, state: &JsValue, now: &JsValue) {
        let before = (self.loaded.get_value(), self.now.get_untracked().step);
        if let Some(state) = read::<State>(state) {
            self.loaded.set_value(state.loaded);
            if let Ok(new) = Experiment::from_json(&state.experiment.to_string())
                && self.experiment.with_untracked(|old| *old != new)
            {
                self.experiment.set(new);
            }
        }
        let Some(now) = read::<Now>(now) else { return };
        if self.now.get_untracked() != now {
            self.now.set(now);
        }
        self.curve.update_value(|curve| add(curve, &now));
        // What was mended in the frame goes on: it was built, or its run stands elsewhere.
        let moved = self.loaded.get_value() && before != (true, now.step);
        self.standing.maybe_update(|standing| match standing {
            Standing::Stopped(_, fresh) if *fresh => {
                *fresh = false;
                false
            }
            Standing::Stopped(..) if moved => {
                *standing = Standing::Ready;
                true
            }
            Standing::Stopped(..) | Standing::Opening | Standing::Ready => false,
        });
    }
}

/// Adds where a run stands; one that was begun anew drops what came later, and its old beginning with it.
fn add(curve: &mut Vec<CurvePoint>, now: &Now) {
    let Now { step, epoch, test_loss, test_accuracy, .. } = *now;
    let point = now.train_loss.map(|train_loss| CurvePoint {
        step,
        epoch,
        train_loss,
        test_loss,
        test_accuracy,
        ..CurvePoint::default()
    });
    if step == 0 {
        curve.clear();
    }
    extend_curve(curve, point.into_iter().collect(), step.checked_sub(1));
}

fn read<T: DeserializeOwned>(value: &JsValue) -> Option<T> {
    let text = js_sys::JSON::stringify(value).ok()?;
    serde_json::from_str(&String::from(text)).ok()
}

/// What an exception of another window says.
fn why(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into()).ok().and_then(|m| m.as_string());
    message.unwrap_or_else(|| crate::engine::say(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(step: u32) -> Now {
        Now { step, epoch: f64::from(step), train_loss: Some(1.0), ..Now::default() }
    }

    #[test]
    fn a_curve_grows_and_begins_anew() {
        let mut curve = vec![];
        for step in [0, 0, 5, 9] {
            add(&mut curve, &now(step));
        }
        let steps = |curve: &[CurvePoint]| curve.iter().map(|p| p.step).collect::<Vec<_>>();
        assert_eq!(steps(&curve), [0, 5, 9]);
        add(&mut curve, &now(0));
        assert_eq!(steps(&curve), [0]);
        add(&mut curve, &Now { train_loss: None, ..now(6) });
        assert!(steps(&curve) == [0], "what was not measured is no point");
    }
}
