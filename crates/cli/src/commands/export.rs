//! `minibatch export`: an experiment as a PyTorch script.

use std::fs;
use std::path::PathBuf;

use minibatch_export::{ExportError, Names, files, is_ours};
use minibatch_session::DataSet;

use super::misfit::Origin;
use crate::Ending;
use crate::args::Export;
use crate::error::{Error, Result};
use crate::output::line;
use crate::save::{Target, place, targets};
use crate::{experiment, memory, tensors};

/// Writes the script, its data and the weights it begins with: all three, or none.
///
/// # Errors
/// When there is no such experiment, the weights do not fit it, a file stands in the way that no export wrote, or one cannot be
/// written; files then are as they were.
pub fn run(args: &Export) -> Result<Ending> {
    // The file's name alone: a path tells where somebody's files lie. A path of Windows is one anywhere.
    let title = args.experiment.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = args.pytorch.file_name().unwrap_or_default().to_string_lossy();
    let names = Names::beside(title, &name);
    let beside = [&names.data, &names.weights].map(|name| args.pytorch.with_file_name(name));
    let reads = [
        ("EXPERIMENT", experiment::file(&args.experiment)),
        ("--weights", args.weights.as_deref()),
        ("--data", args.data.as_deref()),
    ];
    let writes = [
        ("--pytorch", Some(args.pytorch.as_path())),
        ("the script's data file", Some(beside[0].as_path())),
        ("the script's file of weights", Some(beside[1].as_path())),
    ];
    let all = targets(&reads, writes, None)?;
    let all: Vec<&Target> = all.iter().flatten().collect();
    if !args.force {
        all.iter().try_for_each(|target| free(target))?;
    }
    let experiment = experiment::find(&args.experiment)?;
    let fit = |path: &PathBuf| tensors::fit(path, &args.experiment, &experiment, tensors::weights(path)?);
    let weights = args.weights.as_ref().map(fit).transpose()?;
    let data = args.data.as_deref().map(tensors::data_set).transpose()?;
    experiment::has_samples(&args.experiment, &experiment, data.is_some())?;
    let samples = data.as_ref().map(DataSet::counts);
    if let Ok([samples, weights, drawing]) = experiment.file_sizes(samples) {
        // Each file's arrays and bytes; the weights' while the samples' bytes wait.
        let need = (2 * samples).max(samples + weights + weights.max(drawing));
        memory::check(|| "exporting this".into(), need)?;
    }
    let files = files(&experiment, title, &name, weights.as_deref(), data.as_ref());
    let files = files.map_err(|error| explain(args, error))?;
    let bytes = [files.script.as_bytes(), &files.data, &files.weights];
    place(all.iter().zip(bytes).map(|(target, bytes)| target.whole(bytes)).collect::<Result<_>>()?)?;
    for target in all {
        line(&format!("wrote {}", target.name().display()));
    }
    Ok(Ending::Done)
}

/// Nothing stands there, or what an export wrote and nobody changed since.
fn free(target: &Target) -> Result<()> {
    if !target.path().exists() {
        return Ok(());
    }
    let bytes = fs::read(target.path())
        .map_err(|source| Error::Read { path: target.name().to_path_buf(), source })?;
    if is_ours(&bytes) { Ok(()) } else { Err(Error::NotOurs(target.name().to_path_buf())) }
}

fn explain(args: &Export, error: ExportError) -> Error {
    match (error, &args.weights) {
        (ExportError::Experiment(source), _) => {
            let (experiment, data) = (args.experiment.as_str(), args.data.as_deref());
            Origin { experiment, data, ..Origin::default() }.explain(source.into())
        }
        (error @ ExportError::Weights { .. }, Some(path)) => {
            let name = format!("{} and {}", path.display(), args.experiment);
            Error::Export { name, source: Box::new(error) }
        }
        (error, _) => Error::Export { name: args.experiment.clone(), source: Box::new(error) },
    }
}
