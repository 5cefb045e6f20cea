//! `cargo xtask serve`: the built page on this machine, at an address to click.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};

use crate::build;
use crate::error::{Error, Result};
use crate::server::{Server, Site};

/// The port of `--port`, or 8080.
pub fn port(given: Option<String>) -> Result<u16> {
    given.map_or(Ok(8080), |text| {
        text.parse().map_err(|_| Error::Usage(format!("--port takes a number from 0 to 65535, not `{text}`")))
    })
}

/// Builds the site and serves it on 127.0.0.1 until somebody presses Ctrl+C. The port is taken first: minutes of
/// building should not end in "in use".
pub fn serve(port: u16, open: bool, debug: bool) -> Result<()> {
    let listener = listen(port)?;
    build::site(debug, &build::dist())?;
    let server = Server::start(listener, Site::new(build::dist()))?;
    println!("\nMinibatch is at {}  (Ctrl+C stops it)", server.url("/"));
    if open && !show(&server.url("/")) {
        println!("No browser could be opened from here; open the address by hand.");
    }
    server.wait();
    Ok(())
}

fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            let other = if port == u16::MAX { 8080 } else { port + 1 };
            Error::missing(
                format!("port {port} is in use by another program"),
                format!("cargo xtask serve --port {other}"),
            )
        }
        ErrorKind::PermissionDenied => {
            Error::missing(format!("port {port} is not for ordinary users"), "cargo xtask serve --port 8080")
        }
        _ => Error::io(format!("listening on 127.0.0.1:{port}"))(error),
    })
}

/// Opens the address in the user's browser; false when nothing here can.
fn show(url: &str) -> bool {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut cmd = Command::new("cmd");
        cmd.args(["/C", "start", ""]);
        cmd
    } else {
        Command::new("xdg-open")
    };
    command.arg(url).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_a_number_and_8080_unless_told() {
        assert_eq!(port(None).unwrap(), 8080);
        assert_eq!(port(Some("0".into())).unwrap(), 0);
        assert!(port(Some("70000".into())).unwrap_err().to_string().contains("70000"));
    }

    #[test]
    fn a_port_in_use_is_named_with_the_way_out() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let number = taken.local_addr().unwrap().port();
        let said = listen(number).unwrap_err().to_string();
        assert!(said.contains(&format!("port {number} is in use")) && said.contains("--port"), "{said}");
    }
}
