//! `set {path: value}`: values put into the experiment by dotted path, `training.learning_rate` or `hidden.0.units`.

use minibatch_session::Experiment;
use serde_json::Value;

/// The experiment with these values set, all or none.
///
/// # Errors
/// Names a path that leads nowhere with what there is instead, or the limit that is broken.
pub fn set(experiment: &Experiment, values: &Value) -> Result<Experiment, String> {
    let values =
        values.as_object().ok_or("set wants {path: value}, {\"training.learning_rate\": 0.1} say")?;
    let mut tree = serde_json::to_value(experiment).map_err(|error| error.to_string())?;
    // Own points and their classes' names are not written while there are none; they can be set all the same.
    if let Some(data) = tree["data"].as_object_mut() {
        for key in ["points", "class_names"] {
            data.entry(key).or_insert_with(|| Value::Array(vec![]));
        }
    }
    for (path, value) in values {
        *find(&mut tree, path)? = value.clone();
    }
    Experiment::from_json(&tree.to_string()).map_err(|error| {
        let paths: Vec<_> = values.keys().map(String::as_str).collect();
        format!("set {}: {error}", paths.join(", "))
    })
}

fn find<'a>(tree: &'a mut Value, path: &str) -> Result<&'a mut Value, String> {
    let mut here = tree;
    for part in path.split('.') {
        let known = match &*here {
            Value::Object(map) => map.keys().cloned().collect::<Vec<_>>().join(", "),
            Value::Array(list) => format!("numbers below {}", list.len()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => "nothing below it".into(),
        };
        let next = match here {
            Value::Object(map) => map.get_mut(part),
            Value::Array(list) => part.parse().ok().and_then(|i: usize| list.get_mut(i)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        };
        here =
            next.ok_or_else(|| format!("there is no \"{path}\": \"{part}\" is unknown; there are {known}"))?;
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
        let new = set(&e, &values).unwrap();
        assert_eq!((new.training.learning_rate, new.data.noise, new.seed), (0.1, 10.0, 7));
        assert_eq!((new.data.kind, new.hidden[1].units, new.features.len()), (DatasetKind::Spiral, 8, 2));
        let points = json!({ "data.points": [{ "x": 1, "y": 2, "label": 0 }, { "x": 2, "y": 1, "label": 1 }],
            "data.class_names": ["cat", "dog"] });
        let data = set(&e, &points).unwrap().data;
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
}
