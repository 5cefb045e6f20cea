//! A headless Firefox, over WebDriver BiDi: opened at a page, asked for the values of scripts. Its WebGPU runs on the system's own
//! Vulkan adapter.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::cdp::{Connection, PATIENCE};
use super::{Error, Result, end, told_address};

/// WebGPU, in pages and in workers, on an adapter that Firefox would not trust by itself; and nothing that asks or calls home.
const PREFERENCES: [(&str, &str); 9] = [
    ("dom.webgpu.enabled", "true"),
    ("dom.webgpu.workers.enabled", "true"),
    ("gfx.webgpu.ignore-blocklist", "true"),
    ("remote.active-protocols", "1"),
    ("browser.shell.checkDefaultBrowser", "false"),
    ("browser.startup.homepage_override.mstone", "\"ignore\""),
    ("datareporting.policy.dataSubmissionEnabled", "false"),
    ("app.update.enabled", "false"),
    ("toolkit.telemetry.enabled", "false"),
];

/// A running Firefox with a profile of its own, and one page in it; all are gone when it is dropped.
pub struct Firefox {
    process: Child,
    profile: PathBuf,
    connection: RefCell<Connection>,
    context: String,
}

impl Firefox {
    /// Starts the Firefox that [`xtask::system::find_firefox`] finds.
    pub fn launch() -> Result<Self> {
        let program = xtask::system::find_firefox();
        let program = program.ok_or_else(|| {
            Error::Launch("no Firefox was found; `cargo xtask test --long browsers` installs it".into())
        })?;
        let profile = std::env::temp_dir().join(format!("minibatch-firefox-{}", std::process::id()));
        let file = |error: std::io::Error| Error::File(format!("{}: {error}", profile.display()));
        fs::create_dir_all(&profile).map_err(file)?;
        let lines = PREFERENCES.map(|(name, value)| format!("user_pref(\"{name}\", {value});\n"));
        fs::write(profile.join("user.js"), lines.concat()).map_err(file)?;
        let mut process = Command::new(&program)
            .args(["--headless", "--no-remote", "--remote-debugging-port=0", "--profile"])
            .arg(&profile)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| Error::Launch(format!("{}: {error}", program.display())))?;
        let told = process.stderr.take().map_or_else(
            || Err("no stderr".to_owned()),
            |stderr| told_address(stderr, "WebDriver BiDi listening on "),
        );
        let opened = told.map_err(Error::Launch).and_then(|url| {
            let mut connection = Connection::open(&format!("{url}/session"))?;
            connection.call("session.new", json!({ "capabilities": {} }), PATIENCE)?;
            connection.call("session.subscribe", json!({ "events": ["log.entryAdded"] }), PATIENCE)?;
            let tree = connection.call("browsingContext.getTree", json!({}), PATIENCE)?;
            let context = tree["contexts"][0]["context"].as_str().unwrap_or_default().to_owned();
            Ok((connection, context))
        });
        match opened {
            Ok((connection, context)) => {
                Ok(Self { process, profile, connection: RefCell::new(connection), context })
            }
            Err(error) => {
                end(&mut process, &profile, Duration::ZERO);
                Err(error)
            }
        }
    }

    /// Goes to an address and waits until the page has loaded.
    pub fn navigate(&self, url: &str) -> Result<()> {
        let params = json!({ "context": self.context, "url": url, "wait": "complete" });
        self.connection.borrow_mut().call("browsingContext.navigate", params, PATIENCE).map(drop)
    }

    /// The value of a script, awaited where it is a promise, as JSON has it.
    pub fn eval(&self, script: &str, within: Duration) -> Result<Value> {
        let expression = format!("Promise.resolve({script}).then(v => JSON.stringify(v ?? null))");
        let params = json!({ "expression": expression, "target": { "context": self.context },
            "awaitPromise": true, "resultOwnership": "none" });
        let answer = self.connection.borrow_mut().call("script.evaluate", params, within)?;
        let text = answer["result"]["value"].as_str();
        let thrown = || answer["exceptionDetails"]["text"].as_str().unwrap_or("no value").to_owned();
        let text = text.ok_or_else(|| Error::Script { script: script.to_owned(), thrown: thrown() })?;
        serde_json::from_str(text).map_err(|error| Error::Value {
            script: script.to_owned(),
            value: text.to_owned(),
            wanted: "JSON",
            why: error.to_string(),
        })
    }

    /// What was written to the console as an error since the last call of this.
    pub fn console_errors(&self) -> Vec<String> {
        let mut connection = self.connection.borrow_mut();
        let errors = connection.events().filter(|event| event.params["level"] == "error");
        errors.map(|event| event.params["text"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        let asked = self.connection.borrow_mut().call("browser.close", json!({}), PATIENCE).is_ok();
        end(&mut self.process, &self.profile, if asked { Duration::from_secs(5) } else { Duration::ZERO });
    }
}
