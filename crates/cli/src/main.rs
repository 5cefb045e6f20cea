//! `minibatch`: the playground's engine on the command line. The same [`Session`](minibatch_session::Session) as in the
//! page, driven as the page's worker drives it.

mod args;
mod commands;
mod engine;
mod environment;
mod error;
mod experiment;
mod output;
mod place;
mod save;
mod tensors;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// The exit code after a stop by Ctrl-C, as shells have it.
const STOPPED: u8 = 130;

fn main() -> ExitCode {
    environment::prepare();
    // Wrong usage ends here, with exit code 2.
    let cli = Cli::parse();
    let done = match &cli.command {
        Command::Train(args) => commands::train::run(args),
        Command::Predict(args) => commands::predict::run(args),
        Command::Summary(args) => commands::summary::run(args),
        Command::Export(args) => commands::export::run(args),
        Command::Presets(args) => commands::presets::run(args),
        Command::Adapters(args) => commands::adapters::run(args),
        Command::Bench(args) => commands::bench::run(args),
    };
    match done {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Stopped) => ExitCode::from(STOPPED),
        Err(error) => {
            eprintln!("error: {error}");
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
