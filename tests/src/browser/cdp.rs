//! One WebSocket to one DevTools target: numbered calls with their answers, and the events that come in between.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Message, WebSocket};

use super::{Error, Result};

/// How long a command may take that waits for nothing in the page.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long one read of the socket blocks before the clock is looked at.
const TICK: Duration = Duration::from_millis(50);

/// Something that the browser told without being asked.
pub struct Event {
    /// Such as `Runtime.consoleAPICalled`.
    pub method: String,
    /// What belongs to it.
    pub params: Value,
    /// Whether it comes from a worker of the page rather than from the page.
    pub from_worker: bool,
}

/// A connection to a page or to the browser as a whole.
pub struct Connection {
    socket: WebSocket<TcpStream>,
    last_id: u64,
    events: VecDeque<Event>,
}

impl Connection {
    /// Connects to a `ws://` address on this machine.
    pub fn open(url: &str) -> Result<Self> {
        let failed = |why: String| Error::Protocol { method: format!("connecting to {url}"), answer: why };
        let stream = TcpStream::connect(super::host(url)).map_err(|error| failed(error.to_string()))?;
        stream.set_nodelay(true).map_err(|error| failed(error.to_string()))?;
        // A picture of a large page comes as one frame of many megabytes.
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let (socket, _) = tungstenite::client::client_with_config(url, stream, Some(config))
            .map_err(|error| failed(error.to_string()))?;
        // After the handshake, which does not bear being interrupted.
        socket.get_ref().set_read_timeout(Some(TICK)).map_err(|error| failed(error.to_string()))?;
        Ok(Connection { socket, last_id: 0, events: VecDeque::new() })
    }

    /// Calls a method and waits for its answer.
    pub fn call(&mut self, method: &str, params: Value, within: Duration) -> Result<Value> {
        let id = self.send(None, method, params)?;
        let deadline = Instant::now() + within;
        while Instant::now() < deadline {
            let Some(mut message) = self.read(method)? else { continue };
            if message["id"] != json!(id) {
                self.keep(message)?;
                continue;
            }
            if let Some(error) = message.get("error") {
                let answer = error["message"].as_str().map_or_else(|| error.to_string(), str::to_string);
                return Err(Error::Protocol { method: method.into(), answer });
            }
            return Ok(message["result"].take());
        }
        Err(Error::Timeout { what: format!("an answer to {method}"), within })
    }

    /// The events that have come since the last call of this.
    pub fn events(&mut self) -> impl Iterator<Item = Event> + '_ {
        self.events.drain(..)
    }

    /// Waits until an event of this name has come (or had come), leaving it among the others.
    pub fn wait_for_event(&mut self, name: &str, within: Duration) -> Result<()> {
        let deadline = Instant::now() + within;
        while !self.events.iter().any(|event| event.method == name) {
            if Instant::now() >= deadline {
                return Err(Error::Timeout { what: format!("the event {name}"), within });
            }
            if let Some(message) = self.read(name)? {
                self.keep(message)?;
            }
        }
        Ok(())
    }

    /// Forgets the events of one name, so that the next one is a new one.
    pub fn forget_events(&mut self, name: &str) {
        self.events.retain(|event| event.method != name);
    }

    fn send(&mut self, session: Option<&str>, method: &str, params: Value) -> Result<u64> {
        self.last_id += 1;
        let mut message = json!({ "id": self.last_id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let sent = self.socket.send(Message::text(message.to_string()));
        sent.map_err(|error| Error::Protocol { method: method.into(), answer: error.to_string() })?;
        Ok(self.last_id)
    }

    /// One message, or `None` when none came within a tick.
    fn read(&mut self, method: &str) -> Result<Option<Value>> {
        let broken = |why: String| Error::Protocol { method: method.into(), answer: why };
        match self.socket.read() {
            Ok(Message::Text(text)) => {
                serde_json::from_str(&text).map(Some).map_err(|error| broken(error.to_string()))
            }
            Ok(Message::Close(_)) => Err(broken("the browser closed the connection".into())),
            Ok(_) => Ok(None),
            Err(tungstenite::Error::Io(error))
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
            {
                Ok(None)
            }
            Err(error) => Err(broken(error.to_string())),
        }
    }

    /// Keeps an event for later, and does at once what cannot wait: a worker's console is listened to, and a dialog,
    /// which would hold up the page's answers, is accepted.
    fn keep(&mut self, mut message: Value) -> Result<()> {
        let Some(method) = message["method"].as_str().map(str::to_string) else {
            return Ok(()); // the answer to a call whose time had run out
        };
        let params = message["params"].take();
        if method == "Target.attachedToTarget" {
            let session = params["sessionId"].as_str().unwrap_or_default();
            self.send(Some(session), "Runtime.enable", json!({}))?;
        } else if method == "Page.javascriptDialogOpening" {
            self.send(None, "Page.handleJavaScriptDialog", json!({ "accept": true }))?;
        }
        let from_worker = message.get("sessionId").is_some();
        self.events.push_back(Event { method, params, from_worker });
        Ok(())
    }
}
