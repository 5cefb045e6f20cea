//! `minibatch export`: an experiment as a PyTorch script.

use minibatch_export::{ExportError, files};

use crate::Ending;
use crate::args::Export;
use crate::error::{Error, Result};
use crate::output::line;
use crate::save::Target;
use crate::{experiment, tensors};

/// Writes the script, its data and the weights it begins with.
///
/// # Errors
/// When there is no such experiment, the weights do not fit it, or a file cannot be written; files then are as they were.
pub fn run(args: &Export) -> Result<Ending> {
    let script = Target::at(&args.pytorch)?;
    let experiment = experiment::find(&args.experiment)?;
    let weights = args.weights.as_deref().map(tensors::weights).transpose()?;
    // The file's name alone: a path tells where somebody's files lie. A path of Windows is one anywhere.
    let title = args.experiment.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = args.pytorch.file_name().unwrap_or_default().to_string_lossy();
    let files = files(&experiment, title, &name, weights.as_deref()).map_err(|error| explain(args, error))?;
    let beside = |name: &str| Target::at(&args.pytorch.with_file_name(name));
    let (data, first) = (beside(&files.names.data)?, beside(&files.names.weights)?);
    data.write(&files.data)?;
    first.write(&files.weights)?;
    script.write(files.script.as_bytes())?;
    for target in [&script, &data, &first] {
        line(&format!("wrote {}", target.name().display()))?;
    }
    Ok(Ending::Done)
}

fn explain(args: &Export, error: ExportError) -> Error {
    match (error, &args.weights) {
        (ExportError::Experiment(source), _) => experiment::wrong(&args.experiment, source),
        (error @ ExportError::Weights { .. }, Some(path)) => {
            let name = format!("{} and {}", path.display(), args.experiment);
            Error::Export { name, source: Box::new(error) }
        }
        (error, _) => Error::Export { name: args.experiment.clone(), source: Box::new(error) },
    }
}
