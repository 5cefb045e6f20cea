//! `minibatch predict`: a trained model's answers.

use minibatch_session::Supplies;

use super::misfit::Origin;
use crate::Ending;
use crate::args::Predict;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::output::{line, shape};
use crate::save::Target;
use crate::{experiment, tensors};

/// Reads the weights and the inputs, and writes the answers.
///
/// # Errors
/// When a file is missing or wrong, or the engine fails; the output's file then is as it was.
pub fn run(args: &Predict) -> Result<Ending> {
    let output = Target::at(&args.output)?;
    for read in [&args.weights, &args.input] {
        if read.exists() && Target::at(read).is_ok_and(|read| read.same_file(&output)) {
            let file = args.output.display();
            return Err(Error::Usage(format!(
                "--output {file} would overwrite what is read; give another name"
            )));
        }
    }
    let experiment = experiment::find(&args.experiment)?;
    let weights = tensors::weights(&args.weights)?;
    let inputs = tensors::inputs(&args.input)?;
    let mut engine = Engine::start(args.backend)?;
    let (weights_file, inputs_file) = (Some(args.weights.as_path()), Some(args.input.as_path()));
    let origin =
        Origin { experiment: &args.experiment, weights: weights_file, inputs: inputs_file, data: None };
    let explain = |error| origin.explain(error);
    engine.load(&experiment, Supplies { weights, data: None }).map_err(explain)?;
    let answers = engine.answers(&inputs).map_err(explain)?;
    output.write(&tensors::to_bytes(&args.output, std::slice::from_ref(&answers))?)?;
    line(&format!("{}: {} {}", args.output.display(), answers.name, shape(&answers.shape)))?;
    Ok(Ending::Done)
}
