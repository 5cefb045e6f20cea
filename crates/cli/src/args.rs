//! The words of the command line. A new command gets its arguments here, its file in `commands/`, its arm in `main.rs` and
//! its section in docs/cli.md.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum, value_parser};
use minibatch_session::WORKLOADS;

use crate::output::{note, shown};

const CODES: &str = "\
Exit codes:
  0    done
  1    failed; one line on the standard error says why, and which files are new, if any are
  2    wrong usage
  130  stopped by Ctrl-C, after saving";

const EXAMPLES: &str = "\
Examples:
  minibatch train xor --steps 500 --save xor.safetensors
  minibatch train my.json --epochs 20 --data mine.safetensors --save-best best.safetensors
  minibatch predict xor --weights xor.safetensors --input points.safetensors --output answers.safetensors
  minibatch summary c2
  minibatch export c2 --pytorch c2.py
  minibatch bench --workload mlp-mnist --backend cpu --json";

const TRAIN: &str = "\
Examples:
  minibatch train spiral                        1000 steps, with a progress bar on a terminal
  minibatch train xor --steps 10 --json         a line of JSON for every step
  minibatch train my.json --epochs 5 --init start.safetensors --save end.safetensors
  minibatch train c2 --data images.safetensors --save-best best.safetensors --metrics run.jsonl

The data file holds train_inputs (samples, input shape) and train_targets; and, if samples are held
back, test_inputs and test_targets. Weights have PyTorch's own names and layouts:
`safetensors.torch.load_file` reads them as they are. Ctrl-C stops training, and saves.";

const PREDICT: &str = "\
Example:
  minibatch predict xor --weights xor.safetensors --input points.safetensors --output answers.safetensors

The input file holds one tensor, `inputs`, (samples, input shape); the output file gets `outputs`,
(samples, output shape): what the last layer gives, before a sigmoid or softmax that belongs to the
loss.";

const EXPORT: &str = "\
Example:
  minibatch export c2 --pytorch c2.py && python c2.py 10

Writes c2.py, one PyTorch script; c2.data.safetensors, the samples it trains on: the experiment's, or
those of --data; and c2.weights.safetensors, the weights it begins with: by the seed, or those of --weights. It prints the
losses that `minibatch train` prints. Files of these names that stand there already are written over if
`export` wrote them and nobody changed them since.";

/// A deep-learning playground's engine: train, ask and measure models from the command line.
#[derive(Parser, Debug)]
#[command(name = "minibatch", version, after_help = format!("{EXAMPLES}\n\n{CODES}"), max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Train a model and save its weights
    Train(Train),
    /// Give a trained model's answers for inputs from a file
    Predict(Predict),
    /// Every layer's shape, parameters, work and memory
    Summary(Summary),
    /// Write an experiment as a PyTorch script
    Export(Export),
    /// The experiments that come along
    Presets(Listing),
    /// The GPUs of this machine
    Adapters(Listing),
    /// Measure training steps of fixed workloads
    Bench(Bench),
}

/// Where a model runs.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BackendChoice {
    /// WGSL kernels on a graphics processor.
    Gpu,
    /// Plain loops on the processor.
    Cpu,
}

/// What `bench --scale` doubles.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScaleChoice {
    /// Samples of a batch.
    Batch,
    /// Hidden units, channels, a transformer's width.
    Width,
    /// Steps of a sequence.
    Length,
}

/// Arguments of `train`.
#[derive(Args, Debug)]
#[command(after_help = format!("{TRAIN}\n\n{CODES}"), group = ArgGroup::new("length"))]
pub struct Train {
    /// An experiment's JSON file, or a preset's name
    pub experiment: String,
    /// Train this many batches [default: 1000]
    #[arg(long, value_name = "N", group = "length", value_parser = value_parser!(u32).range(1..))]
    pub steps: Option<u32>,
    /// Train this many times through the training samples
    #[arg(long, value_name = "N", group = "length", value_parser = value_parser!(u32).range(1..))]
    pub epochs: Option<u32>,
    /// Where to train; without it large networks on a GPU that is no software, the rest on the CPU
    #[arg(long, value_enum)]
    pub backend: Option<BackendChoice>,
    /// On the CPU, multiply and add in one step: faster, but the digits are no longer those of every other machine
    #[arg(long)]
    pub fast: bool,
    /// Begin with these weights instead of drawing them by the seed
    #[arg(long, value_name = "W.safetensors")]
    pub init: Option<PathBuf>,
    /// Train on these samples instead of the experiment's
    #[arg(long, value_name = "D.safetensors")]
    pub data: Option<PathBuf>,
    /// Save the weights at the end
    #[arg(long, value_name = "W.safetensors")]
    pub save: Option<PathBuf>,
    /// Save the weights whenever an evaluation gives the lowest test loss (train loss where nothing is held back)
    #[arg(long, value_name = "W.safetensors")]
    pub save_best: Option<PathBuf>,
    /// Write a line of JSON for every step
    #[arg(long, value_name = "M.jsonl")]
    pub metrics: Option<PathBuf>,
    /// Print lines of JSON instead of a progress bar
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `predict`.
#[derive(Args, Debug)]
#[command(after_help = format!("{PREDICT}\n\n{CODES}"))]
pub struct Predict {
    /// An experiment's JSON file, or a preset's name
    pub experiment: String,
    /// The trained weights
    #[arg(long, value_name = "W.safetensors")]
    pub weights: PathBuf,
    /// The samples to answer
    #[arg(long, value_name = "X.safetensors")]
    pub input: PathBuf,
    /// Where the answers go
    #[arg(long, value_name = "Y.safetensors")]
    pub output: PathBuf,
    /// Where to run; without it where `train` would
    #[arg(long, value_enum)]
    pub backend: Option<BackendChoice>,
}

/// Arguments of `summary`.
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  minibatch summary c2\n  minibatch summary my.json --json\n\n{CODES}"))]
pub struct Summary {
    /// An experiment's JSON file, or a preset's name
    pub experiment: String,
    /// Print one line of JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `export`.
#[derive(Args, Debug)]
#[command(after_help = format!("{EXPORT}\n\n{CODES}"))]
pub struct Export {
    /// An experiment's JSON file, or a preset's name
    pub experiment: String,
    /// Where the script goes; its data and weights go beside it
    #[arg(long, value_name = "MODEL.py")]
    pub pytorch: PathBuf,
    /// The weights it begins with; without it, those drawn by the seed
    #[arg(long, value_name = "W.safetensors")]
    pub weights: Option<PathBuf>,
    /// The samples it trains on; without it, the experiment's
    #[arg(long, value_name = "D.safetensors")]
    pub data: Option<PathBuf>,
    /// Write over files that `export` did not write
    #[arg(long)]
    pub force: bool,
}

/// Arguments of the commands that list something.
#[derive(Args, Debug)]
pub struct Listing {
    /// Print lines of JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `bench`.
#[derive(Args, Debug)]
#[command(after_help = format!(
    "Examples:\n  minibatch bench\n  minibatch bench --workload mlp-mnist --backend gpu --seconds 10 --json\n  \
     minibatch bench --scale batch --backend cpu --seconds 1\n\n{CODES}"
))]
pub struct Bench {
    /// Measure this one alone
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(WORKLOADS))]
    pub workload: Option<String>,
    /// Measure a step of four networks instead, this doubled five times
    #[arg(long, value_enum, conflicts_with = "workload")]
    pub scale: Option<ScaleChoice>,
    /// Measure there alone; without it on both
    #[arg(long, value_enum)]
    pub backend: Option<BackendChoice>,
    /// How long to measure each
    #[arg(long, value_name = "S", default_value = "4", value_parser = seconds)]
    pub seconds: f64,
    /// Print lines of JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

/// The words of this run. Help and wrong usage end the program here.
pub fn parsed() -> Cli {
    Cli::try_parse().unwrap_or_else(|mut error| {
        if error.kind() == ErrorKind::UnknownArgument && error.get(ContextKind::SuggestedArg).is_none() {
            // No command takes words that begin with a dash: how to pass them is no help.
            let tip = "what an experiment says (seed, learning rate, batch size ...) stands in its JSON file"
                .into();
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
        }
        // Colours are escapes too, so that only plain words keep them.
        let plain = |word: std::ffi::OsString| {
            let word = word.to_string_lossy().into_owned();
            shown(&word) == word
        };
        if error.use_stderr() && !std::env::args_os().all(plain) {
            error.render().to_string().lines().for_each(note);
            std::process::exit(error.exit_code());
        }
        error.exit()
    })
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("give seconds from 0 to 3600".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_words_fit_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn steps_and_epochs_exclude_each_other_and_are_at_least_one() {
        let parse = |words: &str| Cli::try_parse_from(words.split(' '));
        parse("minibatch train xor --epochs 3").expect("is right");
        for wrong in ["--steps 1 --epochs 1", "--steps 0", "--epochs -1", "--steps many", "--backend tpu"] {
            let error = parse(&format!("minibatch train xor {wrong}")).expect_err(wrong);
            assert_eq!(error.exit_code(), 2, "{wrong}");
        }
    }
}
