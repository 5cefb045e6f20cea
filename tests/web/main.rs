//! The page in a real Chromium. Run by `cargo xtask test`, which builds the site and brings the browser.

mod around;
mod backend;
mod bench;
mod best;
mod builder;
mod census;
mod embed;
mod files;
mod geometry;
mod given;
mod hands;
mod harness;
mod images;
mod learning;
mod lesson;
mod life;
mod marks;
mod pair;
mod probes;
mod screenshots;
mod sequences;
mod site;
mod steady;
mod trouble;
mod views;
