//! A page: where it goes, what it answers, how it looks.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{any, fs, thread};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::cdp::{Connection, PATIENCE};
use super::console::{Message, thrown};
use super::{Error, Result};

/// How long a script's promise may take: a compile of every kernel on a software adapter.
const SCRIPT: Duration = Duration::from_secs(120);

/// How often [`Page::wait_for`] asks.
const POLL: Duration = Duration::from_millis(50);

/// One tab. It closes when dropped.
pub struct Page {
    connection: RefCell<Connection>,
    console: RefCell<Vec<Message>>,
}

impl Page {
    pub(super) fn attach(mut connection: Connection) -> Result<Self> {
        for domain in ["Page", "Runtime", "Log", "Performance"] {
            connection.call(&format!("{domain}.enable"), json!({}), PATIENCE)?;
        }
        // Workers report to the same connection. They do not wait for us: a test that sleeps would hold them up.
        let attach = json!({ "autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true });
        connection.call("Target.setAutoAttach", attach, PATIENCE)?;
        Ok(Page { connection: RefCell::new(connection), console: RefCell::new(Vec::new()) })
    }

    /// Goes to an address and waits until the page has loaded. A change of the hash alone loads nothing and returns at once.
    pub fn navigate(&self, url: &str) -> Result<()> {
        self.connection.borrow_mut().forget_events("Page.loadEventFired");
        let answer = self.call("Page.navigate", json!({ "url": url }))?;
        if let Some(error) = answer["errorText"].as_str() {
            return Err(Error::Protocol { method: format!("going to {url}"), answer: error.into() });
        }
        if answer.get("loaderId").is_none() {
            return Ok(());
        }
        self.wait_for_load()
    }

    /// Loads the page again and waits until it has.
    pub fn reload(&self) -> Result<()> {
        self.connection.borrow_mut().forget_events("Page.loadEventFired");
        self.call("Page.reload", json!({}))?;
        self.wait_for_load()
    }

    /// Runs a script before any other, in every document this page loads from now on.
    pub fn set_init_script(&self, script: &str) -> Result<()> {
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).map(drop)
    }

    /// Evaluates an expression, waiting for it when it is a promise (two minutes at most). `undefined` reads as `null`,
    /// and so do NaN and the infinities, which JSON has not: ask for an `Option`.
    pub fn eval<T: DeserializeOwned>(&self, script: &str) -> Result<T> {
        self.eval_within(script, SCRIPT)
    }

    /// [`Page::eval`] with its own patience.
    pub fn eval_within<T: DeserializeOwned>(&self, script: &str, within: Duration) -> Result<T> {
        let value = self.evaluate(script, true, within)?;
        let text = value.to_string();
        serde_json::from_value(value).map_err(|error| Error::Value {
            script: script.into(),
            value: text,
            wanted: any::type_name::<T>(),
            why: error.to_string(),
        })
    }

    /// Runs a script for what it does, waiting for it when it ends in a promise; its value is left in the page.
    pub fn run(&self, script: &str) -> Result<()> {
        self.evaluate(script, false, SCRIPT).map(drop)
    }

    fn evaluate(&self, script: &str, by_value: bool, within: Duration) -> Result<Value> {
        let params = json!({
            "expression": script, "awaitPromise": true, "returnByValue": by_value, "userGesture": true,
        });
        let mut answer =
            self.call_within("Runtime.evaluate", params, within).map_err(|error| match error {
                Error::Timeout { within, .. } => {
                    Error::Timeout { what: format!("an answer to the script: {script}"), within }
                }
                other => other,
            })?;
        match answer.get("exceptionDetails") {
            Some(details) => Err(Error::Script { script: script.into(), thrown: thrown(details) }),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    /// Waits until an expression is true. A page that is on its way to another is asked again; an exception counts as
    /// "not yet", and is named if it never ends.
    pub fn wait_for(&self, condition: &str, within: Duration) -> Result<()> {
        let begun = Instant::now();
        loop {
            let last = match self
                .eval_within::<bool>(&format!("(async () => Boolean(await ({condition})))()"), PATIENCE)
            {
                Ok(true) => return Ok(()),
                Ok(false) => "it stayed false".to_string(),
                Err(error @ (Error::Script { .. } | Error::Protocol { .. })) => error.to_string(),
                Err(error) => return Err(error),
            };
            if begun.elapsed() >= within {
                let errors: Vec<String> = self.console_errors().iter().map(Message::to_string).collect();
                let console = if errors.is_empty() {
                    String::new()
                } else {
                    format!("\n  console: {}", errors.join("\n  "))
                };
                return Err(Error::Timeout { what: format!("{condition}\n  {last}{console}"), within });
            }
            thread::sleep(POLL);
        }
    }

    /// Waits until an element is there and has a size. `target` is a test id or a selector, as in [`Page::click`].
    pub fn wait_for_element(&self, target: &str, within: Duration) -> Result<()> {
        let selector = json!(super::input::selector(target));
        self.wait_for(&format!("document.querySelector({selector})?.getClientRects().length > 0"), within)
    }

    /// The text of an element, as it is seen.
    pub fn text(&self, target: &str) -> Result<String> {
        let selector = json!(super::input::selector(target));
        let text: Option<String> =
            self.eval(&format!("document.querySelector({selector})?.innerText?.trim()"))?;
        text.ok_or_else(|| Error::Element(format!("no element {selector} with a text")))
    }

    /// Everything that the page and its workers have written to the console or thrown, since the page was opened.
    pub fn console(&self) -> Vec<Message> {
        // An answer of the page comes after all that it said before. When it cannot answer, what came must do.
        let _ = self.call("Runtime.evaluate", json!({ "expression": "0" }));
        self.console.borrow().clone()
    }

    /// The console's errors: `console.error`, exceptions, rejected promises, resources that did not load.
    pub fn console_errors(&self) -> Vec<Message> {
        self.console().into_iter().filter(|message| message.level == "error").collect()
    }

    /// Sets the window in CSS pixels and the device pixels in each; `mobile` adds a touch screen and a phone's viewport rules.
    pub fn set_viewport(&self, width: u32, height: u32, dpr: f64, mobile: bool) -> Result<()> {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": dpr, "mobile": mobile });
        self.call("Emulation.setDeviceMetricsOverride", size)?;
        self.call("Emulation.setTouchEmulationEnabled", json!({ "enabled": mobile })).map(drop)
    }

    /// What the page's `prefers-color-scheme` says: `light` or `dark`.
    pub fn set_color_scheme(&self, scheme: &str) -> Result<()> {
        self.set_media("prefers-color-scheme", scheme)
    }

    /// What a media feature says, such as `prefers-reduced-motion` = `reduce`. It takes the place of one set before.
    pub fn set_media(&self, feature: &str, value: &str) -> Result<()> {
        self.call("Emulation.setEmulatedMedia", json!({ "features": [{ "name": feature, "value": value }] }))
            .map(drop)
    }

    /// Lays the page out as for a `medium`: `print`, or `screen` as ever.
    pub fn set_medium(&self, medium: &str) -> Result<()> {
        self.call("Emulation.setEmulatedMedia", json!({ "media": medium })).map(drop)
    }

    /// A PNG of what the window shows, in device pixels.
    pub fn screenshot(&self, path: &Path) -> Result<()> {
        let answer = self.call("Page.captureScreenshot", json!({ "format": "png" }))?;
        let png = base64(answer["data"].as_str().unwrap_or_default());
        let png = png.ok_or_else(|| Error::File("the browser's picture is no base64".into()))?;
        let failed = |error: std::io::Error| Error::File(format!("writing {}: {error}", path.display()));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::write(path, png).map_err(failed)
    }

    /// The browser's counters for this page: `ScriptDuration` and `TaskDuration` in seconds since it was opened,
    /// `JSHeapUsedSize` in bytes, `Nodes`, `JSEventListeners` and others. Workers are not in them, and the time of our
    /// own scripts is counted apart, as `DevToolsCommandDuration`.
    pub fn metrics(&self) -> Result<BTreeMap<String, f64>> {
        let answer = self.call("Performance.getMetrics", json!({}))?;
        let metrics = answer["metrics"].as_array().into_iter().flatten();
        Ok(metrics.filter_map(|m| Some((m["name"].as_str()?.to_string(), m["value"].as_f64()?))).collect())
    }

    /// Has the page's garbage collected, so that a figure of memory is one of what is held.
    pub fn collect_garbage(&self) -> Result<()> {
        self.call("HeapProfiler.collectGarbage", json!({})).map(drop)
    }

    /// Any method of the DevTools protocol, for what has no name here.
    pub fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.call_within(method, params, PATIENCE)
    }

    fn call_within(&self, method: &str, params: Value, within: Duration) -> Result<Value> {
        let mut connection = self.connection.borrow_mut();
        let answer = connection.call(method, params, within);
        self.console.borrow_mut().extend(connection.events().filter_map(|event| Message::of(&event)));
        answer
    }

    fn wait_for_load(&self) -> Result<()> {
        self.connection.borrow_mut().wait_for_event("Page.loadEventFired", PATIENCE)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // The browser may be gone already.
        let _ = self.call_within("Page.close", json!({}), Duration::from_secs(2));
    }
}

/// The bytes of standard base64; `None` for a character that is none of it.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for c in text.bytes().filter(|c| *c != b'=') {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_of_the_standard() {
        // RFC 4648, section 10.
        for (text, bytes) in
            [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar")]
        {
            assert_eq!(base64(text).unwrap(), bytes.as_bytes(), "{text}");
        }
        assert_eq!(base64("+/8=").unwrap(), [0xfb, 0xff]);
        assert!(base64("a-b_").is_none());
    }
}
