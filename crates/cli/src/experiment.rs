//! The experiment that is meant: a preset by its name, or a JSON file.

use std::io::ErrorKind;
use std::path::Path;

use minibatch_session::{
    Advice, Experiment, ExperimentError, OptimizerKind, PRESETS, SampleSource, VERSION, did_you_mean, preset,
};

use crate::error::{Error, Result};
use crate::output::note;
use crate::{input, kinds};

/// The file that is read for this name; none for a preset.
pub fn file(name: &str) -> Option<&Path> {
    PRESETS.iter().all(|p| p.name != name).then(|| Path::new(name))
}

/// The preset of this name, or the experiment in the file of this name.
///
/// # Errors
/// When there is neither, or the file holds no experiment, or one that breaks a rule.
pub fn find(name: &str) -> Result<Experiment> {
    if PRESETS.iter().any(|p| p.name == name) {
        return preset(name).map_err(|source| wrong(name, source));
    }
    let path = Path::new(name);
    let bytes = match input::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let asked = path.file_stem().unwrap_or_default().to_string_lossy();
            let nearby = did_you_mean(&asked, PRESETS.iter().map(|p| p.name));
            return Err(Error::NoExperiment { name: name.into(), nearby });
        }
        Err(source) => return Err(Error::Read { path: path.into(), source }),
    };
    let text = kinds::text(&bytes).map_err(|why| Error::NotExperiment { path: path.into(), why })?;
    let (experiment, unused) = Experiment::read_json(text).map_err(|source| wrong(name, source))?;
    for field in unused {
        note(&format!("note: {name}: {field}"));
    }
    Ok(experiment)
}

/// Tells on the standard error what trains, but hardly as it was meant.
///
/// # Errors
/// When the experiment is wrong.
pub fn advise(name: &str, experiment: &Experiment) -> Result<()> {
    let advice = experiment.advice().map_err(|source| wrong(name, source))?;
    if let Some(Advice { path, kind, message, .. }) = advice {
        note(&format!("note: {name}: {path} ({kind}): {message}"));
    }
    Ok(())
}

/// Whether there are samples to train on: those that were read from files are not part of an experiment.
///
/// # Errors
/// When they are not `given` and it has none.
pub fn has_samples(name: &str, experiment: &Experiment, given: bool) -> Result<()> {
    match experiment.model.as_ref().map(|model| &model.samples) {
        Some(SampleSource::Own { name: files, .. }) if !given => {
            Err(Error::NoSamples { name: name.into(), files: files.clone() })
        }
        _ => Ok(()),
    }
}

/// The experiment for who asks its model and trains nothing: no optimizer keeps anything, and samples that are not part of it
/// are stood in for.
pub fn to_ask(experiment: &Experiment) -> Experiment {
    let mut new = experiment.clone();
    new.training.optimizer.kind = OptimizerKind::Sgd;
    let Some(spec) = &mut new.model else { return new };
    if let SampleSource::Own { train, .. } = spec.samples {
        // A batch of them, so that it runs where it would train.
        let train = train.min(experiment.training.batch_size).max(1);
        spec.samples = SampleSource::Random { train, test: 0 };
        new.loss_options.ignore_index = None;
    }
    new
}

/// An experiment's own fault, told with its name.
pub fn wrong(name: &str, source: ExperimentError) -> Error {
    match source {
        ExperimentError::Version(found) => Error::Newer { name: name.into(), found, known: VERSION },
        source => Error::Experiment { name: name.into(), source: Box::new(source) },
    }
}
