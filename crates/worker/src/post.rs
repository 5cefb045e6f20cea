//! Messages to the page: `{event: JSON, arrays: [Float32Array]}`, the arrays' buffers transferred.

use js_sys::{Array, Float32Array, Object, Reflect};
use minibatch_session::{Event, Message};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

/// Sends a message; what cannot be sent is told on the console, since the page cannot be.
pub fn post(scope: &DedicatedWorkerGlobalScope, message: &Message) {
    if let Err(error) = try_post(scope, message) {
        web_sys::console::error_2(&"a message to the page was lost:".into(), &error);
    }
}

fn try_post(scope: &DedicatedWorkerGlobalScope, message: &Message) -> Result<(), JsValue> {
    let json = serde_json::to_string(&message.event).map_err(|e| JsValue::from(e.to_string()))?;
    let (arrays, buffers) = (Array::new(), Array::new());
    for values in &message.arrays {
        let array = Float32Array::from(&values[..]);
        buffers.push(&array.buffer());
        arrays.push(&array);
    }
    let object = Object::new();
    Reflect::set(&object, &"event".into(), &json.into())?;
    Reflect::set(&object, &"arrays".into(), &arrays)?;
    scope.post_message_with_transfer(&object, &buffers)
}

/// A panic ends the worker without a word to the page; this says it.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        let message = info.to_string();
        if let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
            post(&scope, &Event::Fell { message }.into());
        }
    }));
}
