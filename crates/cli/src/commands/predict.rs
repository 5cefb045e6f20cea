//! `minibatch predict`: a trained model's answers.

use minibatch_session::{How, Keep, Supplies};

use super::misfit::Origin;
use crate::Ending;
use crate::args::Predict;
use crate::engine::Engine;
use crate::error::Result;
use crate::output::{line, shape};
use crate::save::{place, targets};
use crate::waiting::Waiting;
use crate::{experiment, tensors};

/// Reads the weights and the inputs, and writes the answers.
///
/// # Errors
/// When a file is missing or wrong, an answer is no finite number, or the engine fails; the output's file then is as it was.
pub fn run(args: &Predict) -> Result<Ending> {
    let reads = [
        ("EXPERIMENT", experiment::file(&args.experiment)),
        ("--weights", Some(args.weights.as_path())),
        ("--input", Some(args.input.as_path())),
    ];
    let [output] = targets(&reads, [("--output", Some(args.output.as_path()))], None)?;
    let waiting = Waiting::begin("reading the files");
    let experiment = experiment::to_ask(&experiment::find(&args.experiment)?);
    let weights = tensors::weights(&args.weights)?;
    let weights = tensors::fit(&args.weights, &args.experiment, &experiment, weights)?;
    let inputs = tensors::inputs(&args.input)?;
    waiting.stage("building the network");
    let mut engine = Engine::start(args.backend, How::default())?;
    engine.keep(Keep::NOTHING);
    let (weights_file, inputs_file) = (Some(args.weights.as_path()), Some(args.input.as_path()));
    let origin = Origin {
        experiment: &args.experiment,
        weights: weights_file,
        inputs: inputs_file,
        data: None,
        doing: "answering",
    };
    let explain = |error| origin.explain(error);
    engine.load(&experiment, Supplies { weights, data: None }).map_err(explain)?;
    waiting.stage("asking for the answers");
    let answers = engine.answers(&inputs).map_err(explain)?;
    let mend = "the weights or inputs are too large for 32-bit numbers";
    if let Some(output) = &output {
        place(vec![tensors::one(output, &answers, mend)?])?;
    }
    line(&format!("{}: {} {}", args.output.display(), answers.name, shape(&answers.shape)));
    Ok(Ending::Done)
}
