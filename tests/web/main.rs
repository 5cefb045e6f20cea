//! The page in a real Chromium. Run by `cargo xtask test`, which builds the site and brings the browser.

mod around;
mod backend;
mod bench;
mod best;
mod brought;
mod builder;
mod busy;
mod census;
mod embed;
mod files;
mod first;
mod fuzz;
mod geometry;
mod given;
mod hands;
mod harness;
mod images;
mod learning;
mod lesson;
mod life;
mod marks;
mod media;
mod monkey;
#[cfg(feature = "others")]
mod others;
mod pace;
mod pair;
mod pictures;
mod probes;
mod screenshots;
mod sequences;
mod site;
mod sound;
mod steady;
mod trouble;
mod views;
