//! `set {path: value}`: values put into the experiment by dotted path, `training.learning_rate` or `hidden.0.units`.

use minibatch_session::{Experiment, Unused};
use serde_json::Value;

/// The experiment with these values set, all or none; and those of them that play no part in it.
///
/// # Errors
/// Names a path that leads nowhere with what there is instead, or the limit that is broken.
pub fn set(experiment: &Experiment, values: &Value) -> Result<(Experiment, Vec<Unused>), String> {
    let values = values.as_object().filter(|values| !values.is_empty());
    let values = values.ok_or("set wants {path: value}, {\"training.learning_rate\": 0.1} say")?;
    let mut tree = serde_json::to_value(experiment).map_err(|error| error.to_string())?;
    for (path, value) in values {
        *find(&mut tree, path)? = value.clone();
    }
    let (new, _) = Experiment::read(tree).map_err(|error| {
        let paths: Vec<_> = values.keys().map(String::as_str).collect();
        format!("set {}: {error}", paths.join(", "))
    })?;
    let unused =
        values.keys().filter_map(|path| new.unread(path).map(|why| Unused { field: path.clone(), why }));
    let unused = unused.collect();
    Ok((new, unused))
}

/// The value at a path. A field that is not written while it is empty has a place all the same; whether there is such a field
/// at all is seen when the whole is read.
fn find<'a>(tree: &'a mut Value, path: &str) -> Result<&'a mut Value, String> {
    let mut here = tree;
    for part in path.split('.') {
        let wrong =
            |known: String| format!("there is no \"{path}\": \"{part}\" is unknown; there are {known}");
        if here.is_null() {
            *here = Value::Object(serde_json::Map::new());
        }
        here = match here {
            Value::Object(map) => map.entry(part).or_insert(Value::Null),
            Value::Array(list) => {
                let known = format!("numbers below {}", list.len());
                part.parse().ok().and_then(|i: usize| list.get_mut(i)).ok_or_else(|| wrong(known))?
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(wrong("nothing below it".into()));
            }
        };
    }
    Ok(here)
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::data::DatasetKind;
    use serde_json::json;

    #[test]
    fn values_are_set_by_path() {
        let e = Experiment::default();
        let values = json!({
            "training.learning_rate": 0.1, "data.noise": 10, "data.kind": "spiral", "hidden.1.units": 8,
            "features": ["x", "sin-x"], "training.optimizer.kind": "adam", "seed": 7
        });
        let new = set(&e, &values).unwrap().0;
        assert_eq!((new.training.learning_rate, new.data.noise, new.seed), (0.1, 10.0, 7));
        assert_eq!((new.data.kind, new.hidden[1].units, new.features.len()), (DatasetKind::Spiral, 8, 2));
        let points = json!({ "data.points": [{ "x": 1, "y": 2, "label": 0 }, { "x": 2, "y": 1, "label": 1 }],
            "data.class_names": ["cat", "dog"] });
        let data = set(&e, &points).unwrap().0.data;
        assert_eq!((data.points.len(), data.class_names.len()), (2, 2));
    }

    #[test]
    fn an_unknown_path_is_named_with_what_there_is() {
        let error = set(&Experiment::default(), &json!({ "training.rate": 1 })).unwrap_err();
        assert!(error.contains("training.rate") && error.contains("learning_rate"), "{error}");
        let error = set(&Experiment::default(), &json!({ "hidden.5.units": 1 })).unwrap_err();
        assert!(error.contains("hidden.5.units") && error.contains("below 2"), "{error}");
        assert!(set(&Experiment::default(), &json!(3)).is_err());
    }

    #[test]
    fn a_wrong_value_is_named_by_its_path_and_nothing_is_set() {
        let e = Experiment::default();
        let error = set(&e, &json!({ "data.noise": 99, "seed": 3 })).unwrap_err();
        assert!(error.contains("data.noise") && error.contains("99"), "{error}");
        let error = set(&e, &json!({ "training.optimizer.kind": "adma" })).unwrap_err();
        assert!(error.contains("training.optimizer.kind") && error.contains("adma"), "{error}");
    }

    #[test]
    fn a_field_that_is_null_today_can_be_set() {
        let parity = minibatch_session::preset("parity").unwrap();
        let new =
            set(&parity, &json!({ "training.clip_norm": 1, "loss_options.ignore_index": 1 })).unwrap().0;
        assert_eq!((new.training.clip_norm, new.loss_options.ignore_index), (Some(1.0), Some(1)));
        let language = minibatch_session::preset("language").unwrap();
        let text = "to be or not to be ".repeat(20);
        let change = json!({ "model.samples.text": text, "model.samples.length": 32, "model.input.tokens": 9,
            "model.layers.0.vocabulary": 9, "model.layers.3.units": 9 });
        assert!(set(&language, &change).unwrap().0.model.is_some());
        let error = set(&parity, &json!({ "model.samples.lenght": 12 })).unwrap_err();
        assert!(error.contains("model.samples.lenght; did you mean length?"), "{error}");
        let error = set(&Experiment::default(), &json!({ "model.samples.length": 12 })).unwrap_err();
        assert!(error.contains("model.") && error.contains("missing"), "{error}");
    }

    #[test]
    fn what_plays_no_part_is_named() {
        let unused =
            set(&Experiment::default(), &json!({ "training.optimizer.beta1": 0.5, "seed": 3 })).unwrap().1;
        assert_eq!(unused.iter().map(|u| u.field.as_str()).collect::<Vec<_>>(), ["training.optimizer.beta1"]);
    }
}
