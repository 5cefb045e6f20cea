//! A headless Chromium under our hands, over its DevTools protocol: launch it, open pages, drive them as a user would.
//!
//! WebGPU runs on Chromium's own software adapter, so that a machine without a GPU checks the page too.

mod cdp;
mod console;
mod firefox;
mod input;
mod page;
mod seat;
mod webkit;

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};
use std::{env, fmt, fs, process, thread};

use serde_json::json;

use cdp::Connection;
pub use console::Message;
pub use firefox::Firefox;
pub use page::Page;
pub use seat::alone;
pub use webkit::WebKit;

/// What every call to the browser returns.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong between a test and the browser. `Debug` reads as `Display` does, for `unwrap` in a test.
#[derive(thiserror::Error)]
pub enum Error {
    /// Chromium did not come up.
    #[error("Chromium did not start: {0}")]
    Launch(String),
    /// The connection to Chromium broke, or it refused a command.
    #[error("{method}: {answer}")]
    Protocol {
        /// The DevTools method, such as `Page.navigate`.
        method: String,
        /// What came instead of a result.
        answer: String,
    },
    /// The page's JavaScript threw, or its promise was rejected.
    #[error("the page threw: {thrown}\n  in: {script}")]
    Script {
        /// The script that was evaluated.
        script: String,
        /// The exception, with its stack when it has one.
        thrown: String,
    },
    /// The script's value is not of the type that was asked for.
    #[error("the page answered {value}, which does not read as {wanted}: {why}\n  in: {script}")]
    Value {
        /// The script that was evaluated.
        script: String,
        /// Its value as JSON.
        value: String,
        /// The Rust type asked for.
        wanted: &'static str,
        /// What serde says.
        why: String,
    },
    /// No element, or none that can be clicked.
    #[error("{0}")]
    Element(String),
    /// Something did not happen in time.
    #[error("not within {} s: {what}", .within.as_secs_f64())]
    Timeout {
        /// What was waited for, and what stood there instead.
        what: String,
        /// How long the wait was.
        within: Duration,
    },
    /// A file could not be written.
    #[error("{0}")]
    File(String),
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How the browser is launched.
#[derive(Clone, Copy, Debug)]
pub struct BrowserOptions {
    /// Whether pages find `navigator.gpu`. Without it the site must fall back to the CPU.
    pub webgpu: bool,
}

impl Default for BrowserOptions {
    fn default() -> Self {
        BrowserOptions { webgpu: true }
    }
}

/// Always: headless, fresh, quiet on the network, with exact memory figures, and never slowed for being in the
/// background. No virtual time: WebGPU does not move under it.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--enable-precise-memory-info",
    "--js-flags=--expose-gc",
    "--mute-audio",
];
const WITH_WEBGPU: &[&str] =
    &["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"];
const WITHOUT_WEBGPU: &[&str] = &["--disable-features=WebGPU", "--disable-blink-features=WebGPU"];

/// How long Chromium may take to come up: a cold start on a busy machine.
const START: Duration = Duration::from_secs(60);

/// A running Chromium with a profile of its own; both are gone when it is dropped.
pub struct Browser {
    process: Child,
    profile: PathBuf,
    /// `127.0.0.1:port` of the DevTools server.
    host: String,
    connection: Mutex<Connection>,
}

impl Browser {
    /// Starts the Chromium that [`xtask::system::find_chromium`] finds: `CHROMIUM`, or the one on the `PATH`.
    pub fn launch(options: BrowserOptions) -> Result<Self> {
        seat::take();
        let program =
            xtask::system::find_chromium().map_err(|error| Error::Launch(error.to_string()))?.ok_or_else(
                || Error::Launch("none was found; `cargo xtask test` installs it, or set CHROMIUM".into()),
            )?;
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let profile = env::temp_dir().join(format!("minibatch-chromium-{}-{number}", process::id()));
        let mut process = Command::new(&program)
            .args(FLAGS)
            .args(if options.webgpu { WITH_WEBGPU } else { WITHOUT_WEBGPU })
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| Error::Launch(format!("{}: {error}", program.display())))?;
        let url = process
            .stderr
            .take()
            .map_or_else(|| Err("no stderr".into()), |stderr| told_address(stderr, "DevTools listening on "));
        let opened = url.map_err(Error::Launch).and_then(|url| Ok((host(&url), Connection::open(&url)?)));
        match opened {
            Ok((host, connection)) => {
                Ok(Browser { process, profile, host, connection: Mutex::new(connection) })
            }
            Err(error) => {
                end(&mut process, &profile, Duration::ZERO);
                Err(error)
            }
        }
    }

    /// Opens a page and waits until it has loaded.
    pub fn page(&self, url: &str) -> Result<Page> {
        let page = self.blank()?;
        page.navigate(url)?;
        Ok(page)
    }

    /// An empty page of 1280 x 720, for what must be set before the site loads: a viewport, an init script.
    pub fn blank(&self) -> Result<Page> {
        let made = self.call("Target.createTarget", json!({ "url": "about:blank" }))?;
        let id = made["targetId"].as_str().unwrap_or_default();
        let page = Page::attach(Connection::open(&format!("ws://{}/devtools/page/{id}", self.host))?)?;
        page.set_viewport(1280, 720, 1.0, false)?;
        Ok(page)
    }

    /// Ends the GPU process, as a driver's crash would: every page's device is lost. Chromium starts another.
    pub fn crash_gpu_process(&self) -> Result<()> {
        self.call("Browser.crashGpuProcess", json!({})).map(drop)
    }

    fn call(&self, method: &str, params: serde_json::Value) -> Result<serde_json::Value> {
        let mut connection = self.connection.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        connection.call(method, params, cdp::PATIENCE)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked first, so that its helper processes are gone before the profile is.
        let asked = self.call("Browser.close", json!({})).is_ok();
        end(&mut self.process, &self.profile, if asked { Duration::from_secs(5) } else { Duration::ZERO });
    }
}

/// Waits for the process to end by itself, ends it when it does not, and removes its profile.
fn end(process: &mut Child, profile: &PathBuf, patience: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < patience && matches!(process.try_wait(), Ok(None)) {
        thread::sleep(Duration::from_millis(20));
    }
    // Both fail when it is gone already, which is what we want.
    let _ = process.kill();
    let _ = process.wait();
    // A helper process may still write its last file.
    for _ in 0..20 {
        if fs::remove_dir_all(profile).is_ok() || !profile.exists() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// The address that a browser prints after these words when it is up; its last words when it never is. (Chromium's file
/// `DevToolsActivePort` says the same, but a snap's writes it where we cannot read it.)
fn told_address(stderr: ChildStderr, before: &'static str) -> std::result::Result<String, String> {
    let (sender, receiver) = mpsc::channel();
    let last = Arc::new(Mutex::new(VecDeque::new()));
    let words = Arc::clone(&last);
    // Reads on until Chromium ends: a full pipe would stop it.
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(std::result::Result::ok) {
            if let Some(url) = line.strip_prefix(before) {
                let _ = sender.send(url.trim().to_string());
            }
            if let Ok(mut words) = words.lock() {
                words.push_back(line);
                if words.len() > 20 {
                    words.pop_front();
                }
            }
        }
    });
    receiver.recv_timeout(START).map_err(|_| {
        let words = last.lock().map(|words| Vec::from(words.clone()).join("\n  ")).unwrap_or_default();
        format!("it named no address; its last words:\n  {words}")
    })
}

/// `127.0.0.1:1234` of `ws://127.0.0.1:1234/devtools/browser/x`.
fn host(url: &str) -> String {
    url.trim_start_matches("ws://").split('/').next().unwrap_or_default().to_string()
}
