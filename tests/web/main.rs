//! The page in a real Chromium. Run by `cargo xtask test`, which builds the site and brings the browser.

mod harness;
