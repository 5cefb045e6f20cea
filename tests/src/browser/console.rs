//! What a page and its workers write to the console, and what they throw.

use std::fmt;

use serde_json::Value;

use super::cdp::Event;

/// One line of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// `error`, `warning`, `log`, `info`, `debug`, as the protocol names them; an exception is an `error`.
    pub level: String,
    /// The words, arguments joined by spaces; an exception with its stack.
    pub text: String,
    /// Whether a worker wrote it.
    pub from_worker: bool,
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}{}] {}", if self.from_worker { "worker " } else { "" }, self.level, self.text)
    }
}

impl Message {
    /// The line that an event stands for; `None` for events of other kinds.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let params = &event.params;
        let (level, text) = match event.method.as_str() {
            "Runtime.consoleAPICalled" => {
                let words: Vec<String> = params["args"].as_array()?.iter().map(word).collect();
                let kind = params["type"].as_str()?;
                (if kind == "assert" { "error" } else { kind }, words.join(" "))
            }
            "Runtime.exceptionThrown" => ("error", thrown(&params["exceptionDetails"])),
            "Log.entryAdded" => {
                let entry = &params["entry"];
                let url = entry["url"].as_str().map_or(String::new(), |url| format!(" ({url})"));
                (entry["level"].as_str()?, format!("{}{url}", entry["text"].as_str()?))
            }
            _ => return None,
        };
        Some(Message { level: level.to_string(), text, from_worker: event.from_worker })
    }
}

/// What an `exceptionDetails` says: the error with its stack, or whatever was thrown instead of one.
pub(super) fn thrown(details: &Value) -> String {
    let exception = &details["exception"];
    let text = || details["text"].as_str().unwrap_or("an exception without words").to_string();
    if exception.is_null() { text() } else { word(exception) }
}

/// A remote object as the console would print it.
fn word(object: &Value) -> String {
    match (&object["value"], object["description"].as_str()) {
        (Value::String(text), _) => text.clone(),
        (_, Some(description)) => description.to_string(),
        (Value::Null, None) => object["type"].as_str().unwrap_or("null").to_string(),
        (value, None) => value.to_string(),
    }
}
