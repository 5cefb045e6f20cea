//! `cargo xtask`: what one does with this repository, in one word each.

use std::path::PathBuf;
use std::process::ExitCode;

use xtask::args::Args;
use xtask::error::{Error, Result};
use xtask::pytorch::Which;
use xtask::{bench, build, pytorch, serve, test};

const HELP: &str = "\
cargo xtask <command>

  serve [--port 8080] [--open] [--debug]   build the page and serve it on 127.0.0.1
  build [--debug] [--into dist]            leave the static site in a folder, for any folder of any web server
  test [--long [PART...]]                  every check: format, clippy, tests on the GPU, the page in Chromium; with --long those
                                           that take minutes too, or those parts of them alone: cli, arm, page, browsers
  screenshots                              pictures of the page, made in Chromium, in target/screenshots/
  pytorch [PRESET...]                      every preset's PyTorch script against our own losses, ten steps
  pytorch --random 200 [--from SEED]       the same of so many random compositions
  bench [--quick] [--only NAME,...]        training steps of ours and of others, and docs/benchmarks.md out of them; only these
                                           parts (native, browser, pytorch, scale) and workloads; --quick to see that all runs
  help                                     this

What a command needs and does not find, it installs, or names with the command that installs it.
  MINIBATCH_PYTHON  a Python with torch, numpy and safetensors (a virtual environment in target/ otherwise)
  CHROMIUM          the Chromium that the tests drive (the one on the PATH otherwise)";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_else(|| "help".to_string());
    match dispatch(&command, Args::new(&command, words.collect())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &str, mut args: Args) -> Result<()> {
    match command {
        "serve" => {
            let port = serve::port(args.value("--port")?)?;
            let (open, debug) = (args.switch("--open"), args.switch("--debug"));
            args.finish()?;
            serve::serve(port, open, debug)
        }
        "build" => {
            let debug = args.switch("--debug");
            let into = args.value("--into")?.map_or_else(build::dist, PathBuf::from);
            args.finish()?;
            build::site(debug, &into)
        }
        "test" => {
            if args.switch("--long") {
                return test::long(&args.words());
            }
            args.finish()?;
            test::all(false)
        }
        "screenshots" => {
            args.finish()?;
            test::screenshots()
        }
        "pytorch" => {
            let count = args.value("--random")?.map(|n| pytorch::count("--random", &n)).transpose()?;
            let first = args.value("--from")?.map(|n| pytorch::count("--from", &n)).transpose()?;
            let Some(count) = count else { return pytorch::pytorch(&Which::Presets(args.words())) };
            args.finish()?;
            pytorch::pytorch(&Which::Random { first: first.unwrap_or(0), count })
        }
        "bench" => {
            let options = bench::Options::new(args.switch("--quick"), args.value("--only")?.as_deref())?;
            args.finish()?;
            bench::bench(&options)
        }
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(Error::Usage(format!("there is no command `{other}`"))),
    }
}
