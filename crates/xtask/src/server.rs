//! A small static file server: enough HTTP for a browser on the same machine, and for the tests that drive one.
//!
//! It sends no header that would stop a page from being framed, and none that isolates it: the site must work on any
//! plain server.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::error::{Error, Result};

/// What is served: a folder, from one or more addresses, and what stands in front of it.
pub struct Site {
    root: PathBuf,
    prefixes: Vec<String>,
    overrides: HashMap<String, Option<Vec<u8>>>,
}

impl Site {
    /// The folder `root` at `/`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Site { root: root.into(), prefixes: Vec::new(), overrides: HashMap::new() }
    }

    /// Serves the folder under `prefix` too, such as `/some/folder/`.
    pub fn under(mut self, prefix: &str) -> Self {
        self.prefixes.push(format!("/{}/", prefix.trim_matches('/')));
        self
    }

    /// Puts a body in the place of the file at `path` ("/frame.html"), whether there is one or not.
    pub fn with(mut self, path: &str, body: impl Into<Vec<u8>>) -> Self {
        self.overrides.insert(path.to_string(), Some(body.into()));
        self
    }

    /// Answers 404 at `path`, as if the file had not been uploaded.
    pub fn without(mut self, path: &str) -> Self {
        self.overrides.insert(path.to_string(), None);
        self
    }

    /// What is sent for a request's target, packed as the client takes it; the status line in its place when there is nothing.
    fn answer(&self, target: &str, accepted: &str) -> std::result::Result<Answer, &'static str> {
        let path = decoded(target.split(['?', '#']).next().unwrap_or_default()).ok_or("400 Bad Request")?;
        if let Some(body) = self.overrides.get(&path) {
            let mime = mime(Path::new(&path));
            let answer = |body| Answer { body, mime, packing: None, forever: false };
            return body.clone().map(answer).ok_or("404 Not Found");
        }
        let inner =
            self.prefixes.iter().find_map(|prefix| path.strip_prefix(prefix.as_str())).unwrap_or(&path);
        let mut file = self.root.join(relative(inner).ok_or("403 Forbidden")?);
        if file.is_dir() {
            file.push("index.html");
        }
        let (mime, forever) = (mime(&file), is_named_by_content(&file));
        for (packing, extension) in PACKED {
            let takes =
                accepted.split(',').any(|one| one.split(';').next().unwrap_or_default().trim() == packing);
            let mut packed = file.clone().into_os_string();
            packed.push(extension);
            if let (true, Ok(body)) = (takes, fs::read(packed)) {
                return Ok(Answer { body, mime, packing: Some(packing), forever });
            }
        }
        fs::read(&file).map(|body| Answer { body, mime, packing: None, forever }).map_err(|_| "404 Not Found")
    }
}

/// How a body may be packed: its name in HTTP, and what is added to the name of the file that holds it. The smaller first.
const PACKED: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// What is sent.
struct Answer {
    body: Vec<u8>,
    mime: &'static str,
    /// How the body is packed.
    packing: Option<&'static str>,
    /// Its name changes with its content.
    forever: bool,
}

/// Whether a file's name ends in sixteen digits of its content, as `cargo xtask build` names all but the pages.
pub fn is_named_by_content(file: &Path) -> bool {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let digits = stem.rsplit_once('-').map_or("", |(_, digits)| digits);
    digits.len() == 16 && digits.chars().all(|c| c.is_ascii_hexdigit())
}

/// A running server; it stops when dropped.
pub struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `site` on `listener`, a thread for each connection.
    pub fn start(listener: TcpListener, site: Site) -> Result<Self> {
        let address = listener.local_addr().map_err(Error::io("asking for the server's address"))?;
        let (site, stop) = (Arc::new(site), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        let accepting = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let site = Arc::clone(&site);
                if let Ok(stream) = stream {
                    // A browser that goes away in the middle of an answer is no concern of ours.
                    std::thread::spawn(move || drop(respond(&stream, &site)));
                }
            }
        });
        Ok(Server { address, stop, accepting: Some(accepting) })
    }

    /// The full address of a path: `http://127.0.0.1:8080/index.html` for "/index.html".
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{}", self.address, path.trim_start_matches('/'))
    }

    /// Serves on, for as long as the program runs.
    pub fn wait(mut self) {
        if let Some(accepting) = self.accepting.take() {
            drop(accepting.join());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // The thread sits in accept(): one last connection wakes it.
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.take() {
            drop(accepting.join());
        }
    }
}

/// Reads one request and answers it; the connection closes after it.
fn respond(stream: &TcpStream, site: &Site) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    // A request is a few lines; whoever sends more than this is no browser.
    let mut reader = BufReader::new(stream.take(64 * 1024));
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let (mut line, mut accepted) = (String::new(), String::new());
    while reader.read_line(&mut line)? > 2 {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("accept-encoding")
        {
            accepted = value.trim().to_owned();
        }
        line.clear();
    }
    let mut words = first.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let told = |status: &'static str| {
        let body = if status.starts_with("405") { vec![] } else { status.as_bytes().to_vec() };
        (status, Answer { body, mime: "text/plain; charset=utf-8", packing: None, forever: false })
    };
    let (status, Answer { body, mime, packing, forever }) = match method {
        "GET" | "HEAD" => site.answer(target, &accepted).map_or_else(told, |answer| ("200 OK", answer)),
        _ => told("405 Method Not Allowed"),
    };
    let packing = packing.map_or(String::new(), |packing| format!("Content-Encoding: {packing}\r\n"));
    let cache = if forever { "public, max-age=31536000, immutable" } else { "no-cache" };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {mime}\r\n{packing}Vary: Accept-Encoding\r\nContent-Length: {}\r\n\
         Cache-Control: {cache}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    if method == "GET" {
        stream.write_all(&body)?;
    }
    stream.flush()
}

/// The file's place below the root, or `None` for a path that would leave it.
fn relative(path: &str) -> Option<PathBuf> {
    if path.contains(['\\', '\0']) {
        return None;
    }
    let path = PathBuf::from(path.trim_start_matches('/'));
    path.components().all(|part| matches!(part, Component::Normal(_))).then_some(path)
}

/// Undoes `%20` and its like; `None` for a broken escape or for bytes that are no UTF-8.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if *byte == b'%' {
            let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The content type by the file's extension. Browsers insist on the ones for WebAssembly and modules.
fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|e| e.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(url: &str, request: &str) -> String {
        let host = url.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(format!("{request} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn serve(site: Site) -> Server {
        Server::start(TcpListener::bind("127.0.0.1:0").unwrap(), site).unwrap()
    }

    #[test]
    fn files_come_with_their_types_and_uncached() {
        let server = serve(Site::new(env!("CARGO_MANIFEST_DIR")).under("/some/folder"));
        let answer = ask(&server.url("/"), "GET /some/folder/Cargo.toml?x=1");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("name = \"xtask\""), "{answer}");
        assert!(answer.contains("Cache-Control: no-cache\r\n"), "{answer}");
        let head = ask(&server.url("/"), "HEAD /src/lib.rs");
        assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
        assert!(ask(&server.url("/"), "GET /no-such-file").starts_with("HTTP/1.1 404"));
        assert!(ask(&server.url("/"), "POST /Cargo.toml").starts_with("HTTP/1.1 405"));
    }

    #[test]
    fn what_is_packed_is_sent_to_who_takes_it_and_named_files_are_kept() {
        let folder = std::env::temp_dir().join(format!("minibatch-server-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (name, body) in
            [("a-0123456789abcdef.js", "plain"), ("a-0123456789abcdef.js.br", "br"), ("a.html", "page")]
        {
            fs::write(folder.join(name), body).unwrap();
        }
        let server = serve(Site::new(&folder));
        let asked = |path: &str, takes: &str| {
            ask(&server.url("/"), &format!("GET {path} HTTP/1.1\r\nAccept-Encoding: {takes}\r\nX:"))
        };
        let packed = asked("/a-0123456789abcdef.js", "gzip, deflate, br;q=1.0");
        assert!(packed.contains("Content-Encoding: br\r\n") && packed.ends_with("\r\n\r\nbr"), "{packed}");
        assert!(packed.contains("immutable") && packed.contains("text/javascript"), "{packed}");
        let plain = asked("/a-0123456789abcdef.js", "gzip, brotli");
        assert!(!plain.contains("Content-Encoding") && plain.ends_with("plain"), "{plain}");
        assert!(asked("/a.html", "br").contains("Cache-Control: no-cache\r\n"));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_stands_in_front_wins() {
        let server =
            serve(Site::new(env!("CARGO_MANIFEST_DIR")).with("/a.html", "hello").without("/Cargo.toml"));
        let page = ask(&server.url("/"), "GET /a.html");
        assert!(page.contains("text/html") && page.ends_with("hello"), "{page}");
        assert!(ask(&server.url("/"), "GET /Cargo.toml").starts_with("HTTP/1.1 404"));
    }

    #[test]
    fn no_path_leaves_the_folder() {
        let server = serve(Site::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")));
        for path in [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/..%2fCargo.toml",
            "/a/../../Cargo.toml",
            "/..%5cCargo.toml",
        ] {
            let answer = ask(&server.url("/"), &format!("GET {path}"));
            assert!(answer.starts_with("HTTP/1.1 403"), "{path}: {answer}");
        }
        assert!(ask(&server.url("/"), "GET /%zz").starts_with("HTTP/1.1 400"));
        assert!(ask(&server.url("/"), "GET //etc/passwd").starts_with("HTTP/1.1 404"));
    }

    #[test]
    fn types_by_extension() {
        assert_eq!(mime(Path::new("web_bg.wasm")), "application/wasm");
        assert_eq!(mime(Path::new("web.js")), "text/javascript; charset=utf-8");
        assert_eq!(mime(Path::new("icon.svg")), "image/svg+xml");
        assert_eq!(mime(Path::new("LICENSE")), "application/octet-stream");
    }

    #[test]
    fn a_dropped_server_is_gone() {
        let server = serve(Site::new("."));
        // The accepting thread holds the other half of the flag, and with it the socket. (To ask the port would be
        // unsound: a test beside this one may have got it by then.)
        let held = Arc::downgrade(&server.stop);
        drop(server);
        assert!(held.upgrade().is_none(), "the accepting thread still runs");
    }
}
