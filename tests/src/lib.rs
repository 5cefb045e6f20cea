//! What the tests share: the browser they drive and the server it reads from.
//!
//! The browser part stands behind the feature `browser`, so that plain `cargo test` needs neither Chromium nor a
//! built site.

#[cfg(feature = "browser")]
pub mod browser;
#[cfg(feature = "browser")]
pub mod server;
