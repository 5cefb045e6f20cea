//! The experiment that is meant: a preset by its name, or a JSON file.

use std::io::ErrorKind;
use std::path::Path;

use minibatch_session::{Advice, Experiment, ExperimentError, Layer, PRESETS, VERSION, preset};
use serde_json::{Map, Value};

use crate::error::{Error, Result, nearby};
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
            let nearby = nearby(&asked, PRESETS.iter().map(|p| p.name));
            return Err(Error::NoExperiment { name: name.into(), nearby });
        }
        Err(source) => return Err(Error::Read { path: path.into(), source }),
    };
    let text = kinds::text(&bytes).map_err(|why| Error::NotExperiment { path: path.into(), why })?;
    // A list would be taken for an experiment's fields in order.
    if matches!(serde_json::from_str::<Value>(text), Ok(value) if !value.is_object()) {
        return Err(Error::NotExperiment {
            path: path.into(),
            why: "which is an object of JSON, {...}".into(),
        });
    }
    let experiment = Experiment::from_json(text).map_err(|source| wrong(name, source))?;
    known_fields(path, text)?;
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

/// An experiment's own fault, told with its name.
pub fn wrong(name: &str, source: ExperimentError) -> Error {
    match source {
        ExperimentError::Version(found) => Error::Newer { name: name.into(), found, known: VERSION },
        source => Error::Experiment { name: name.into(), source: Box::new(source) },
    }
}

/// Refuses fields that an experiment does not have: a misspelt one would silently leave its default in force.
fn known_fields(path: &Path, text: &str) -> Result<()> {
    let value = |result: serde_json::Result<Value>| {
        result.map_err(|error| Error::NotExperiment { path: path.into(), why: error.to_string() })
    };
    let given = value(serde_json::from_str(text))?;
    let known = value(serde_json::to_value(Experiment::default()))?;
    let layer = value(serde_json::to_value(Layer::default()))?;
    fields(path, "", &given, &known)?;
    let hidden = given.get("hidden").and_then(Value::as_array).into_iter().flatten().enumerate();
    for (i, given) in hidden {
        fields(path, &format!("hidden[{i}]."), given, &layer)?;
    }
    Ok(())
}

/// Fields that are left out of an experiment's file where they are empty.
const OPTIONAL: [(&str, &str); 2] = [("", "model"), ("data.", "points")];

/// Every field of `given` is one of `known`, and so on within those that hold fields themselves. `at` says where.
fn fields(path: &Path, at: &str, given: &Value, known: &Value) -> Result<()> {
    let (Some(given), Some(known)) = (given.as_object(), known.as_object()) else { return Ok(()) };
    let names = || names(at, known);
    for (name, value) in given {
        if !names().any(|known| known == name) {
            return Err(Error::UnknownField {
                path: path.into(),
                field: format!("{at}{name}"),
                nearby: nearby(name, names()),
                known: names().collect::<Vec<_>>().join(", "),
            });
        }
        if let Some(within) = known.get(name) {
            fields(path, &format!("{at}{name}."), value, within)?;
        }
    }
    Ok(())
}

fn names<'a>(at: &str, known: &'a Map<String, Value>) -> impl Iterator<Item = &'a str> {
    let optional = OPTIONAL.into_iter().filter(move |(place, _)| *place == at).map(|(_, name)| name);
    known.keys().map(String::as_str).chain(optional.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> std::result::Result<(), String> {
        known_fields(Path::new("e.json"), text).map_err(|e| e.to_string())
    }

    #[test]
    fn a_misspelt_field_is_named_with_the_right_one() {
        let error = check(r#"{"training": {"learning_rat": 1}}"#).expect_err("misspelt");
        assert!(
            error.contains("training.learning_rat;") && error.contains("did you mean learning_rate?"),
            "{error}"
        );
        let error = check(r#"{"hidden": [{}, {"unit": 1}]}"#).expect_err("misspelt");
        assert!(error.contains("hidden[1].unit;") && error.contains("did you mean units?"), "{error}");
        let error = check(r#"{"dependencies": {}}"#).expect_err("another kind of file");
        assert!(error.contains("training") && error.contains("seed"), "{error}");
    }

    #[test]
    fn every_field_that_can_be_written_can_be_read() {
        check(r#"{"model": {"any": 1}, "data": {"points": [], "noise": 3}, "training": {"optimizer": {"eps": 1}}}"#)
            .expect("known");
        for p in PRESETS {
            let text = serde_json::to_string(&preset(p.name).expect(p.name)).expect("JSON");
            check(&text).unwrap_or_else(|e| panic!("{}: {e}", p.name));
        }
    }
}
