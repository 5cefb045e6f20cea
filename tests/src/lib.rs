//! What the tests share: the operations' cases, PyTorch's training steps, the browser they drive and the server it
//! reads from.
//!
//! The browser part stands behind the feature `browser`, so that plain `cargo test` needs neither Chromium nor a
//! built site.

pub mod bits;
pub mod cases;
pub mod compositions;
pub mod drive;
pub mod every_op;
pub mod golden;
pub mod golden_layers;
pub mod losses_table;
pub mod ops_table;

#[cfg(feature = "browser")]
pub mod browser;
#[cfg(feature = "browser")]
pub mod server;
