//! The worker, from the page's side: a module worker that is sent commands as JSON and posts
//! `{event: JSON, arrays: [Float32Array]}`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Float32Array, Reflect};
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::{document, set_timeout, window};
use minibatch_session::{Command, Event};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::words;

/// How long the worker may take until it listens. It is fetched and compiled in this time.
const PATIENCE: Duration = Duration::from_secs(15);

/// The tag of start.js, which names the worker's script as the site calls it.
const NAMED: &str = "script[data-worker]";
/// What start.js leaves behind: `{worker, heard}`, the engine that it has started and what that has said since.
const STARTED: &str = "minibatchEngine";

/// A handle on the worker. What is sent before it listens is kept until it does.
#[derive(Default)]
pub struct Engine {
    line: RefCell<Option<Line>>,
    waiting: RefCell<Vec<String>>,
    files_waiting: RefCell<Vec<(JsValue, Array)>>,
    listening: Rc<Cell<bool>>,
}

/// A worker and the closures that it calls; dropped together.
struct Line {
    worker: Worker,
    patience: Option<TimeoutHandle>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(patience) = self.patience.take() {
            patience.clear();
        }
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Engine {
    /// Starts a worker in the place of the one before. `failed` hears why, should it not start, `fell` should it fall later.
    pub fn connect(
        &self,
        heard: impl Fn(Event, Vec<Vec<f32>>) + 'static,
        failed: impl Fn(String) + Clone + 'static,
        fell: impl Fn(&str) + 'static,
    ) {
        self.line.replace(None);
        self.waiting.borrow_mut().clear();
        self.files_waiting.borrow_mut().clear();
        self.listening.set(false);
        let (worker, heard_before) = match started().map_or_else(|| start().map(|w| (w, Array::new())), Ok) {
            Ok(both) => both,
            Err(error) => return failed(words::fill("engine.refused", &[("error", &say(&error))])),
        };
        let unreadable = failed.clone();
        let message = Closure::new(move |event: MessageEvent| match unpack(&event.data()) {
            Ok((event, arrays)) => heard(event, arrays),
            Err(error) => unreadable(words::fill("engine.unreadable", &[("error", &error)])),
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        let (dead, listening) = (failed.clone(), Rc::clone(&self.listening));
        let error = Closure::new(move |event: ErrorEvent| {
            // A script that cannot be fetched gives a plain event, without a message.
            let message = Reflect::get(&event, &"message".into()).ok();
            let error = message.and_then(|text| text.as_string()).unwrap_or_default();
            match (listening.get(), error.as_str()) {
                (false, "") => dead(words::t("engine.missing").into()),
                (false, _) => dead(words::fill("engine.not-started", &[("error", &error)])),
                (true, _) => fell(&error),
            }
        });
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        let listening = Rc::clone(&self.listening);
        let impatient = move || {
            if !listening.get() {
                failed(words::t("engine.silent").into());
            }
        };
        let patience = set_timeout_with_handle(impatient, PATIENCE).ok();
        if heard_before.length() > 0 {
            // Later, as all that it says comes later; an event may be sent on its way once more.
            let worker = worker.clone();
            let again = move || {
                for event in heard_before.iter().filter_map(|event| event.dyn_into::<web_sys::Event>().ok()) {
                    if let Err(error) = worker.dispatch_event(&event) {
                        leptos::logging::error!("an event is lost: {}", say(&error));
                    }
                }
            };
            set_timeout(again, Duration::ZERO);
        }
        self.line.replace(Some(Line { worker, patience, _message: message, _error: error }));
    }

    /// The worker listens: sends what has been waiting for that.
    pub fn listens(&self) {
        self.listening.set(true);
        for text in self.waiting.take() {
            self.post(&text);
        }
        for (files, buffers) in self.files_waiting.take() {
            if let Err(error) = self.send_files(&files, &buffers) {
                leptos::logging::error!("files cannot be posted: {error}");
            }
        }
    }

    /// Whether the worker listens, so that it could answer.
    pub fn is_listening(&self) -> bool {
        self.listening.get()
    }

    /// Sends a command.
    pub fn send(&self, command: &Command) {
        match serde_json::to_string(command) {
            Ok(text) if self.listening.get() => self.post(&text),
            Ok(text) => self.waiting.borrow_mut().push(text),
            Err(error) => leptos::logging::error!("a command cannot be written: {error}"),
        }
    }

    /// Sends files, `{files: [{name, buffer}], area, mix}`, whose buffers go over.
    ///
    /// # Errors
    /// Why they could not be sent.
    pub fn send_files(&self, files: &JsValue, buffers: &Array) -> Result<(), String> {
        match &*self.line.borrow() {
            Some(_) if !self.listening.get() => {
                self.files_waiting.borrow_mut().push((files.clone(), buffers.clone()));
                Ok(())
            }
            Some(line) => line.worker.post_message_with_transfer(files, buffers).map_err(|error| say(&error)),
            None => Err(words::t("bring.nobody").into()),
        }
    }

    fn post(&self, text: &str) {
        if let Some(line) = &*self.line.borrow()
            && let Err(error) = line.worker.post_message(&JsValue::from_str(text))
        {
            leptos::logging::error!("a command cannot be posted: {}", say(&error));
        }
    }
}

/// A new worker, by the script that start.js was told of.
fn start() -> Result<Worker, JsValue> {
    let tag = document().query_selector(NAMED)?;
    let script = tag.and_then(|tag| tag.get_attribute("data-worker"));
    let script = script.ok_or("this page names no worker")?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    Worker::new_with_options(&script, &options)
}

/// The worker that start.js started before the page was there, with the events since; taken, so that the next one is a new one.
fn started() -> Option<(Worker, Array)> {
    let window = window();
    let left = Reflect::get(&window, &STARTED.into()).ok().filter(JsValue::is_object)?;
    Reflect::set(&window, &STARTED.into(), &JsValue::UNDEFINED).ok()?;
    let field = |name: &str| Reflect::get(&left, &name.into()).ok();
    Some((field("worker")?.dyn_into().ok()?, field("heard")?.dyn_into().ok()?))
}

fn unpack(data: &JsValue) -> Result<(Event, Vec<Vec<f32>>), String> {
    let field = |name: &str| Reflect::get(data, &name.into()).map_err(|error| say(&error));
    let text = field("event")?.as_string().ok_or("a message without an event")?;
    let event = serde_json::from_str(&text).map_err(|error| format!("{error} in {text}"))?;
    let arrays = field("arrays")?;
    let arrays = if arrays.is_undefined() { Array::new() } else { Array::from(&arrays) };
    Ok((event, arrays.iter().map(|array| Float32Array::new(&array).to_vec()).collect()))
}

/// What an exception says.
pub fn say(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error.as_string().unwrap_or_else(|| format!("{error:?}")),
    }
}
