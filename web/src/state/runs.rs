//! The last runs, kept to be compared with the present one, and what differs between them.

use std::collections::BTreeMap;

use leptos::prelude::*;
use minibatch_session::{CurvePoint, Experiment};
use serde_json::Value;

use super::Page;

/// The most runs kept: more lines could not be told apart.
const MOST: usize = 3;
/// A run of fewer points on its curve has not got anywhere.
const LEAST: usize = 3;

/// A run that has been left.
#[derive(Clone, PartialEq, Debug)]
pub struct PastRun {
    /// A letter, A for the first.
    pub name: char,
    /// What it was.
    pub experiment: Experiment,
    /// How it went.
    pub curve: Vec<CurvePoint>,
}

/// Keeps a run that is left; the oldest one goes. Letters go round.
pub fn keep(runs: &mut Vec<PastRun>, experiment: &Experiment, curve: Vec<CurvePoint>) {
    if curve.len() < LEAST {
        return;
    }
    // A run begun again replaces itself.
    runs.retain(|r| r.experiment != *experiment);
    if runs.len() == MOST {
        runs.remove(0);
    }
    let name = ('A'..='Z').find(|c| runs.iter().all(|r| r.name != *c)).unwrap_or('A');
    runs.push(PastRun { name, experiment: experiment.clone(), curve });
}

/// Something in which two experiments differ.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// What, as it is said: "learning rate".
    pub what: String,
    /// Its value in the first; a dash where that has none.
    pub from: String,
    /// Its value in the second, likewise.
    pub to: String,
}

/// What differs from one experiment to another. What was only added or taken away is told by the one side there is.
pub fn compare(from: &Experiment, to: &Experiment) -> Vec<Difference> {
    let leaves = |e: &Experiment| {
        let mut found = BTreeMap::new();
        if let Ok(value) = serde_json::to_value(e) {
            flatten("", &value, &mut found);
        }
        found
    };
    let (old, new) = (leaves(from), leaves(to));
    let none = || "–".to_owned();
    let mut told = vec![];
    for (path, value) in &old {
        let to = new.get(path).cloned().unwrap_or_else(none);
        if to != *value {
            told.push(Difference { what: words(path), from: value.clone(), to });
        }
    }
    let added = new.iter().filter(|(path, _)| !old.contains_key(*path));
    told.extend(added.map(|(path, to)| Difference { what: words(path), from: none(), to: to.clone() }));
    told
}

/// As [`compare`], as it is said: "learning rate 0.01 → 0.1".
pub fn differences(from: &Experiment, to: &Experiment) -> Vec<String> {
    compare(from, to).into_iter().map(|d| format!("{} {} → {}", d.what, d.from, d.to)).collect()
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

/// A path as it is said: "training.optimizer.kind" is "optimizer kind", "model.layers.2.units" is "layer 2 units".
fn words(path: &str) -> String {
    let path = path.trim_start_matches("training.").trim_start_matches("model.").trim_start_matches("data.");
    path.replace("layers.", "layer ").replace("hidden.", "layer ").replace(['.', '_'], " ")
}

impl Page {
    /// Keeps the run that is about to be left.
    pub(super) fn keep_run(&self, left: &Experiment) {
        let curve = self.curve.get_value();
        self.runs.update_value(|runs| keep(runs, left, curve));
        self.runs_version.update(|v| *v += 1);
    }

    /// Forgets a run, or all.
    pub fn forget_run(&self, name: Option<char>) {
        self.runs.update_value(|runs| runs.retain(|r| name.is_some_and(|name| r.name != name)));
        self.runs_version.update(|v| *v += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::preset;

    fn curve(n: u32) -> Vec<CurvePoint> {
        let point =
            |step| CurvePoint { step, epoch: 0.0, train_loss: 1.0, test_loss: None, test_accuracy: None };
        (0..n).map(point).collect()
    }

    fn seeded(seed: u32) -> Experiment {
        Experiment { seed, ..Experiment::default() }
    }

    #[test]
    fn the_last_three_that_got_somewhere_are_kept_by_letter() {
        let mut runs = vec![];
        for seed in 0..5 {
            keep(&mut runs, &seeded(seed), curve(10));
        }
        keep(&mut runs, &seeded(9), curve(1));
        let kept: Vec<_> = runs.iter().map(|r| (r.name, r.experiment.seed)).collect();
        assert_eq!(kept, [('C', 2), ('A', 3), ('B', 4)]);
        keep(&mut runs, &seeded(3), curve(20));
        assert_eq!(runs.iter().map(|r| r.experiment.seed).collect::<Vec<_>>(), [2, 4, 3]);
    }

    #[test]
    fn what_differs_is_named() {
        let a = preset("spiral").expect("a preset");
        let mut b = a.clone();
        assert_eq!(differences(&a, &b), Vec::<String>::new());
        b.training.learning_rate = 0.1;
        b.hidden[1].units = 3;
        assert_eq!(differences(&a, &b), ["layer 2 units 8 → 3", "learning rate 0.02 → 0.1"]);
        let c = preset("c2").expect("a preset");
        let mut d = c.clone();
        d.model.as_mut().expect("layers").layers.pop();
        let told = differences(&c, &d);
        assert!(told.iter().any(|t| t.starts_with("layer 5 units 4")), "{told:?}");
        assert!(told.iter().all(|t| t.contains('→')), "{told:?}");
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
