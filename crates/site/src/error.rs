//! Why the site could not be made.

use std::path::{Path, PathBuf};

/// What every step returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a step did not go through.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Words on the command line that mean nothing.
    #[error("{0}")]
    Usage(String),
    /// What was compiled cannot be bound to JavaScript.
    #[error("wasm-bindgen: {0}")]
    Bindgen(String),
    /// A page or a script names a file that the site does not have.
    #[error("{page} names ./{file}, which the site does not have; it has {known}")]
    Unknown {
        /// The page or script.
        page: String,
        /// What it names.
        file: String,
        /// All there is.
        known: String,
    },
    /// A file could not be read or written.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// "reading", "writing".
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl Error {
    /// For `map_err`: what was being done with which file.
    pub fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { doing, path, source }
    }
}
