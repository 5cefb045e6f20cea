//! WebKit, Safari's engine, in its small browser, over WebDriver. It has no WebGPU: the CPU backend trains there.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Error, Result};

/// How long the driver may take to come up.
const START: Duration = Duration::from_secs(30);

/// A running WebKit with one page; it is gone when it is dropped.
pub struct WebKit {
    process: Child,
    port: u16,
    session: String,
}

impl WebKit {
    /// Starts the driver that [`xtask::system::find_webkit`] finds, on a screen of its own, and the browser that comes with it.
    pub fn launch() -> Result<Self> {
        let found = xtask::system::find_webkit().ok_or_else(|| {
            Error::Launch("no WebKit was found; `cargo xtask test --long browsers` installs it".into())
        })?;
        // Free a moment ago: the driver takes no port 0.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let port = port.map_err(|error| Error::Launch(error.to_string()))?.port();
        let process = Command::new(&found.screen)
            .args(["-a", "--"])
            .arg(&found.driver)
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Error::Launch(format!("{}: {error}", found.screen.display())))?;
        let mut webkit = Self { process, port, session: String::new() };
        let options = json!({ "binary": found.browser, "args": ["--automation"] });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let begun = Instant::now();
        let made = loop {
            match webkit.call("POST", "/session", Some(&wanted), START) {
                Err(Error::Launch(why)) if begun.elapsed() > START => return Err(Error::Launch(why)),
                Err(Error::Launch(_)) => thread::sleep(Duration::from_millis(100)),
                other => break other?,
            }
        };
        webkit.session = made["sessionId"].as_str().unwrap_or_default().to_owned();
        let patience = json!({ "script": 600_000, "pageLoad": 120_000 });
        webkit.ask("timeouts", &patience, START)?;
        Ok(webkit)
    }

    /// Goes to an address and waits until the page has loaded.
    pub fn navigate(&self, url: &str) -> Result<()> {
        self.ask("url", &json!({ "url": url }), Duration::from_secs(120)).map(drop)
    }

    /// The value of a script, awaited where it is a promise, as JSON has it.
    pub fn eval(&self, script: &str, within: Duration) -> Result<Value> {
        let told = "v => done(JSON.stringify({ value: v ?? null })), e => done(JSON.stringify({ thrown: String(e?.message ?? e) }))";
        let whole =
            format!("const done = arguments[arguments.length - 1]; (async () => ({script}))().then({told});");
        let answer = self.ask("execute/async", &json!({ "script": whole, "args": [] }), within)?;
        let text = answer.as_str().unwrap_or("{}");
        let mut answer: Value = serde_json::from_str(text).unwrap_or_default();
        match answer["thrown"].as_str() {
            Some(thrown) => Err(Error::Script { script: script.to_owned(), thrown: thrown.to_owned() }),
            None => Ok(answer["value"].take()),
        }
    }

    fn ask(&self, what: &str, params: &Value, within: Duration) -> Result<Value> {
        self.call("POST", &format!("/session/{}/{what}", self.session), Some(params), within)
    }

    /// One request, one connection. Where nobody listens yet it is a failure to launch.
    fn call(&self, method: &str, path: &str, params: Option<&Value>, within: Duration) -> Result<Value> {
        let failed =
            |error: std::io::Error| Error::Protocol { method: path.to_owned(), answer: error.to_string() };
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))
            .map_err(|error| Error::Launch(format!("the driver on port {}: {error}", self.port)))?;
        stream.set_read_timeout(Some(within)).map_err(failed)?;
        let body = params.map_or_else(String::new, Value::to_string);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).map_err(failed)?;
        let answer = read(&mut stream).map_err(failed)?;
        let mut answer: Value = serde_json::from_str(&answer).unwrap_or_default();
        let value = answer["value"].take();
        match value["error"].as_str() {
            Some(error) => {
                let told = value["message"].as_str().unwrap_or_default();
                Err(Error::Protocol { method: path.to_owned(), answer: format!("{error}: {told}") })
            }
            None => Ok(value),
        }
    }
}

/// The body of an answer: as long as its head says, whether the connection is closed after it or not.
fn read(stream: &mut TcpStream) -> std::io::Result<String> {
    let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut buffer)?;
        all.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&all);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if n == 0 || length.is_some_and(|length| body.len() >= length) {
                return Ok(body.to_owned());
            }
        } else if n == 0 {
            return Ok(String::new());
        }
    }
}

impl Drop for WebKit {
    fn drop(&mut self) {
        // The session first: it takes the browser with it, which the driver's end would leave behind.
        let _ = self.call("DELETE", &format!("/session/{}", self.session), None, START);
        let _ = self.process.kill();
        let _ = self.process.wait();
        // What xvfb-run has started outlives it.
        let _ = Command::new("pkill").args(["-f", &format!("WebKitWebDriver --port={}", self.port)]).status();
    }
}
