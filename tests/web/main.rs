//! The page in a real Chromium. Run by `cargo xtask test`, which builds the site and brings the browser.

mod bench;
mod embed;
mod hands;
mod harness;
mod learning;
mod screenshots;
mod sequences;
mod site;
mod steady;
mod trouble;
