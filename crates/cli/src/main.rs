//! `minibatch`: the playground's engine on the command line. The same [`Session`](minibatch_session::Session) as in the
//! page, driven as the page's worker drives it.

// Whatever is printed goes through `output`: escaped, and without a panic where nobody reads.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod cause;
mod commands;
mod engine;
mod environment;
mod error;
mod experiment;
mod input;
mod kinds;
mod memory;
mod net;
mod output;
mod place;
mod save;
mod tensors;
mod waiting;

use std::process::ExitCode;

use args::Command;

/// The exit code after a stop by Ctrl-C, as shells have it.
const STOPPED: u8 = 130;

fn main() -> ExitCode {
    environment::prepare();
    // Wrong usage ends here, with exit code 2.
    let cli = args::parsed();
    let done = match &cli.command {
        Command::Train(args) => commands::train::run(args),
        Command::Predict(args) => commands::predict::run(args),
        Command::Summary(args) => commands::summary::run(args),
        Command::Export(args) => commands::export::run(args),
        Command::Presets(args) => commands::presets::run(args),
        Command::Adapters(args) => commands::adapters::run(args),
        Command::Bench(args) => commands::bench::run(args),
    };
    match done.and_then(|ending| output::finish().map(|()| ending)) {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Stopped) => ExitCode::from(STOPPED),
        Err(error) => {
            output::note(&format!("error: {}", output::shortened(&error.to_string())));
            ExitCode::from(error.code())
        }
    }
}

/// How a command ended that did not fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    /// It did what was asked.
    Done,
    /// Ctrl-C stopped it; what was to be saved is saved.
    Stopped,
}
