//! The built site on a port of its own, for a browser test: at `/` and under `/some/folder/`, as a stranger's web server
//! might have it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

pub use xtask::server::{Server, Site};

/// The folder that every site is served under too: no address in it may start at the root.
pub const FOLDER: &str = "/some/folder/";

/// The site that `cargo xtask build` left in `dist/`. Panics with the mend when there is none.
pub fn dist() -> Site {
    let dist = xtask::build::dist();
    assert!(dist.join("index.html").is_file(), "{} holds no site: run `cargo xtask build`", dist.display());
    folder(&dist)
}

/// Where the built site has the file that pages and scripts call `called`: "/worker-0123456789abcdef.js". Panics with the mend
/// where it has none.
pub fn named(called: &str) -> String {
    let file = xtask::build::file(called).unwrap_or_else(|error| panic!("{error}"));
    format!("/{}", file.file_name().unwrap_or_default().to_string_lossy())
}

/// Any folder, at `/` and under [`FOLDER`]. `Site::with` puts pages in front of it, `Site::without` takes files away.
pub fn folder(root: &Path) -> Site {
    Site::new(root).under(FOLDER)
}

/// Serves on a free port of 127.0.0.1, until the server is dropped.
pub fn serve(site: Site) -> Server {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on 127.0.0.1");
    Server::start(listener, site).expect("a server on a bound port")
}
