//! The one way in which a step fails: what happened, and what mends it.

use std::fmt;

/// What every step returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a step did not go through. Its `Display` is what the user reads.
#[derive(Debug)]
pub enum Error {
    /// A word on the command line that means nothing here.
    Usage(String),
    /// Something the machine lacks.
    Missing {
        /// What is missing, as a sentence without its full stop.
        what: String,
        /// The one command (or action) that mends it.
        mend: String,
    },
    /// A command ran and did not succeed.
    Failed {
        /// The command, to be pasted into a shell from the repository's root.
        command: String,
        /// How it ended: "exit code 101", or why it did not start.
        how: String,
    },
    /// A file or socket could not be used.
    Io {
        /// What was being done, with the path.
        doing: String,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl Error {
    /// Something is missing; `mend` is the one command that brings it.
    pub fn missing(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Error::Missing { what: what.into(), mend: mend.into() }
    }

    /// For `map_err`: names what was being done when the system said no.
    pub fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Error::Io { doing, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Usage(what) => write!(f, "{what}\n  `cargo xtask help` lists the commands"),
            Error::Missing { what, mend } => write!(f, "{what}\n  to mend it: {mend}"),
            Error::Failed { command, how } => {
                write!(f, "a command failed ({how})\n  to repeat it: {command}")
            }
            Error::Io { doing, source } => write!(f, "{doing}: {source}"),
        }
    }
}

impl std::error::Error for Error {}
