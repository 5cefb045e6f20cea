//! The page in a real Chromium; run by `cargo xtask test`.
