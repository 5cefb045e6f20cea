//! What differs between two experiments, as it is said.

use std::collections::BTreeMap;

use minibatch_session::{Block, Experiment};
use serde_json::Value;

use crate::builder::face;
use crate::words::{fill, named};

/// Stands where one of the two has nothing.
const NONE: &str = "–";

/// Something in which two experiments differ.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// What, as it is said: "learning rate".
    pub what: String,
    /// Its value in the first; a dash where that has none.
    pub from: String,
    /// Its value in the second, likewise.
    pub to: String,
    /// It is a whole layer, and told by its name.
    pub layer: bool,
}

/// What differs from one experiment to another. What was only added or taken away is told by the one side there is. What
/// a model of layers does not use of an experiment is not told.
pub fn compare(from: &Experiment, to: &Experiment) -> Vec<Difference> {
    let mut told = layers(&list(from), &list(to));
    told.extend(leaves("", &settings(from), &settings(to)));
    told
}

/// As [`compare`], as it is said of the first beside the second: "learning rate 0.01 → 0.1", "with Dense 2 · tanh".
pub fn differences(from: &Experiment, to: &Experiment) -> Vec<String> {
    let said = |d: Difference| match (d.layer, &*d.from, &*d.to) {
        (true, _, NONE) => fill("runs.with", &[("layer", &d.from)]),
        (true, NONE, _) => fill("runs.without", &[("layer", &d.to)]),
        _ => format!("{} {} → {}", d.what, d.from, d.to),
    };
    compare(from, to).into_iter().map(said).collect()
}

/// A layer: what it is called, its kind, and its settings.
type Told = (String, String, Value);

/// The layers in order, the plane's hidden ones too.
fn list(e: &Experiment) -> Vec<Told> {
    let said = |(name, more): (String, String)| {
        if more.is_empty() { name } else { format!("{name} · {more}") }
    };
    let block = |b: &Block| {
        let value = serde_json::to_value(b).unwrap_or_default();
        (said(face(b)), value["layer"].as_str().unwrap_or_default().to_owned(), value)
    };
    match &e.model {
        Some(model) => model.layers.iter().map(block).collect(),
        None => {
            let dense = named("layers.kind", "linear");
            let hidden = |l: &minibatch_session::Layer| {
                let name = format!("{dense} {} · {}", l.units, named("activation", l.activation.id()));
                (name, String::new(), serde_json::to_value(l).unwrap_or_default())
            };
            e.hidden.iter().map(hidden).collect()
        }
    }
}

/// What is not said of the layers.
fn settings(e: &Experiment) -> Value {
    let mut value = serde_json::to_value(e).unwrap_or_default();
    if let Some(all) = value.as_object_mut() {
        all.remove("hidden");
        if e.model.is_some() {
            ["data", "features", "output_init"].into_iter().for_each(|unused| drop(all.remove(unused)));
        }
        if let Some(model) = all.get_mut("model").and_then(Value::as_object_mut) {
            model.remove("layers");
        }
    }
    value
}

/// What differs in the layers: those at the beginning and at the end that are the same stand for themselves.
fn layers(old: &[Told], new: &[Told]) -> Vec<Difference> {
    let same = old.iter().zip(new).take_while(|(a, b)| a.2 == b.2).count();
    let (a, b) = (&old[same..], &new[same..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a.2 == b.2).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    let mut told = vec![];
    for i in 0..a.len().max(b.len()) {
        let what = format!("layer {}", same + i + 1);
        match (a.get(i), b.get(i)) {
            (Some(a), Some(b)) if a.1 == b.1 => told.extend(leaves(&what, &a.2, &b.2)),
            (a, b) => {
                let name = |l: Option<&Told>| l.map_or(NONE.to_owned(), |l| l.0.clone());
                told.push(Difference { what, from: name(a), to: name(b), layer: true });
            }
        }
    }
    told
}

/// What differs in the leaves of two trees.
fn leaves(path: &str, from: &Value, to: &Value) -> Vec<Difference> {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    flatten(path, from, &mut old);
    flatten(path, to, &mut new);
    let none = || NONE.to_owned();
    let one = |path: &str, from: String, to: String| Difference { what: words(path), from, to, layer: false };
    let mut told = vec![];
    for (path, value) in &old {
        let to = new.get(path).cloned().unwrap_or_else(none);
        if to != *value {
            told.push(one(path, value.clone(), to));
        }
    }
    let added = new.iter().filter(|(path, _)| !old.contains_key(*path));
    told.extend(added.map(|(path, to)| one(path, none(), to.clone())));
    told
}

/// Every leaf with its path. Points of one's own, texts and tables are told by their length.
fn flatten(path: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| flatten(&below(name), value, found)),
        Value::Array(list) if list.iter().any(Value::is_object) && !path.ends_with("points") => {
            list.iter()
                .enumerate()
                .for_each(|(i, value)| flatten(&below(&(i + 1).to_string()), value, found));
        }
        Value::Array(list) if list.len() > 8 || list.iter().any(|v| v.is_array() || v.is_object()) => {
            found.insert(path.into(), format!("({})", list.len()));
        }
        Value::Array(list) => {
            found.insert(path.into(), list.iter().map(leaf).collect::<Vec<_>>().join(", "));
        }
        _ => {
            found.insert(path.into(), leaf(value));
        }
    }
}

fn leaf(value: &Value) -> String {
    match value {
        Value::String(text) if text.chars().count() > 24 => format!("({} letters)", text.chars().count()),
        Value::String(text) => text.clone(),
        // Singles as they were set: 0.03 is not 0.029999999329447746.
        Value::Number(n) => n.as_f64().map_or_else(|| n.to_string(), |v| (v as f32).to_string()),
        Value::Null => "none".into(),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// A path as it is said: "training.optimizer.kind" is "optimizer kind", "layer 2.units" is "layer 2 units".
fn words(path: &str) -> String {
    let path = path.trim_start_matches("training.").trim_start_matches("model.").trim_start_matches("data.");
    path.replace(['.', '_'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::{Layer, preset};

    #[test]
    fn what_differs_is_named() {
        let a = preset("spiral").expect("a preset");
        let mut b = a.clone();
        assert_eq!(differences(&a, &b), Vec::<String>::new());
        b.training.learning_rate = 0.1;
        b.hidden[1].units = 3;
        assert_eq!(differences(&a, &b), ["layer 2 units 8 → 3", "learning rate 0.02 → 0.1"]);
    }

    #[test]
    fn a_layer_more_or_less_is_told_as_that() {
        let a = Experiment::default();
        let mut b = a.clone();
        b.hidden.pop();
        assert_eq!(differences(&a, &b), ["with Dense 2 · tanh"]);
        assert_eq!(differences(&b, &a), ["without Dense 2 · tanh"]);
        // One put in before the others moves them, and they are the same.
        b = a.clone();
        b.hidden.insert(0, Layer { units: 9, ..Layer::default() });
        assert_eq!(differences(&b, &a), ["with Dense 9 · tanh"]);
        assert_eq!(compare(&b, &a)[0].what, "layer 1");
        let c = preset("c2").expect("a preset");
        let mut d = c.clone();
        d.model.as_mut().expect("layers").layers.pop();
        let told = differences(&c, &d);
        assert!(told.len() == 1 && told[0].starts_with("with Dense 4"), "{told:?}");
    }

    #[test]
    fn what_a_model_does_not_use_is_not_told() {
        let a = preset("digits").expect("a preset");
        let mut b = a.clone();
        b.hidden.clear();
        b.data.noise = 50.0;
        assert_eq!(differences(&a, &b), Vec::<String>::new());
    }

    #[test]
    fn every_preset_can_be_told_from_every_other() {
        let all: Vec<_> = minibatch_session::PRESETS.iter().map(|p| preset(p.name).expect(p.name)).collect();
        for (i, a) in all.iter().enumerate() {
            for (j, b) in all.iter().enumerate() {
                assert_eq!(differences(a, b).is_empty(), i == j, "{i} {j}");
            }
        }
    }
}
