//! The clock, and waiting without holding up the worker's messages.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, Performance};

/// Milliseconds since the worker or page began.
pub fn now() -> f64 {
    let performance = Reflect::get(&js_sys::global(), &"performance".into());
    performance.map_or(0.0, |p| p.unchecked_into::<Performance>().now())
}

/// Waits at least `ms` milliseconds.
pub async fn sleep(ms: f64) {
    let promise = Promise::new(&mut |resolve: Function, _| {
        if let Ok(set_timeout) = Reflect::get(&js_sys::global(), &"setTimeout".into()) {
            let set_timeout: Function = set_timeout.unchecked_into();
            drop(set_timeout.call2(&JsValue::NULL, &resolve, &ms.into()));
        }
    });
    drop(JsFuture::from(promise).await);
}

/// Lets waiting messages in, and comes back at once: timers would wait 4 ms each time.
pub struct Breath {
    channel: MessageChannel,
    resolve: std::rc::Rc<std::cell::RefCell<Option<Function>>>,
    _on_message: Closure<dyn FnMut()>,
}

impl Breath {
    /// # Errors
    /// When the browser has no `MessageChannel`.
    pub fn new() -> Result<Self, JsValue> {
        let channel = MessageChannel::new()?;
        let resolve = std::rc::Rc::new(std::cell::RefCell::new(None::<Function>));
        let waiting = resolve.clone();
        let on_message = Closure::<dyn FnMut()>::new(move || {
            if let Some(resolve) = waiting.borrow_mut().take() {
                drop(resolve.call0(&JsValue::NULL));
            }
        });
        channel.port1().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Ok(Self { channel, resolve, _on_message: on_message })
    }

    /// Comes back after the messages that wait now.
    pub async fn take(&self) {
        let promise = Promise::new(&mut |resolve: Function, _| {
            *self.resolve.borrow_mut() = Some(resolve);
            drop(self.channel.port2().post_message(&JsValue::NULL));
        });
        drop(JsFuture::from(promise).await);
    }
}
