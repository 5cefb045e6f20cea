//! Fields that are known and given, and play no part in what is trained.

use minibatch_data::{DatasetKind, Task, TaskConfig, TaskKind};
use minibatch_nn::{Loss, LossKind, OptimizerConfig, OptimizerKind, Schedule, ScheduleKind};
use serde_json::Value;

use super::schema::{DATA, EXPERIMENT, Field, Kind, LOSS_OPTIONS, Need, OPTIMIZER, SCHEDULE, TASK_FIELDS};
use super::{Unused, idle};
use crate::{Experiment, SampleSource};

/// The objects whose fields are not all read, with their fields.
const HOLDERS: [(&str, &[Field]); 5] = [
    ("data", &DATA),
    ("model.samples", &TASK_FIELDS),
    ("loss_options", &LOSS_OPTIONS),
    ("training.optimizer", &OPTIMIZER),
    ("training.schedule", &SCHEDULE),
];

/// The fields of `value`, which was read as `experiment`, that nothing reads. A program that saves an experiment writes every
/// field; those that stand at their defaults in an object that is written whole are nobody's wish.
pub fn unused(experiment: &Experiment, value: &Value) -> Vec<Unused> {
    let Kind::Object(fields) = &EXPERIMENT else { return vec![] };
    let mut found = vec![];
    let mut look = |holder: &str, value: &Value, fields: &[Field]| {
        let Some(map) = value.as_object() else { return };
        let whole = fields.iter().all(|field| field.need == Need::Rare || map.contains_key(field.name));
        for name in map.keys() {
            let why = told(experiment, holder, name).filter(|(_, default)| !(whole && *default));
            if let Some((why, _)) = why.filter(|_| !map[name].is_null()) {
                let field = if holder.is_empty() { name.clone() } else { format!("{holder}.{name}") };
                found.push(Unused { field, why });
            }
        }
    };
    look("", value, fields);
    for (holder, fields) in HOLDERS {
        // Where all of it is not used, that was said.
        if experiment.model.is_some() && holder == "data" {
            continue;
        }
        let within = holder.split('.').try_fold(value, |value, name| value.get(name));
        look(holder, within.unwrap_or(&Value::Null), fields);
    }
    if let Some(spec) = &experiment.model {
        found.extend(idle::unused(spec, &value["model"]["layers"]));
    }
    found
}

impl Experiment {
    /// Why a field, `training.optimizer.beta1` say, plays no part in this experiment; none where it does.
    pub fn unread(&self, field: &str) -> Option<String> {
        let (holder, name) = field.rsplit_once('.').unwrap_or(("", field));
        let whole = holder.split('.').next().and_then(|first| told(self, "", first));
        whole.or_else(|| told(self, holder, name)).map(|(why, _)| why)
    }
}

/// Why a field is not read, and whether it stands at its default; none where it is read.
type Told = Option<(String, bool)>;

fn told(e: &Experiment, holder: &str, name: &str) -> Told {
    match holder {
        "" => beside_model(e, name),
        "data" => data(e, name),
        "model.samples" => match e.model.as_ref().map(|m| &m.samples) {
            Some(SampleSource::Task(config)) => task(config, name),
            _ => None,
        },
        "loss_options" => loss(e, loss_of(e)?, name),
        "training.optimizer" => {
            let optimizer = &e.training.optimizer;
            if name == "muon_momentum" && optimizer.kind == OptimizerKind::Muon && !has_matrices(e) {
                let why = "no layer but the last has a matrix, which is what Muon itself moves".into();
                return Some((why, same_optimizer(optimizer, name)));
            }
            (name != "kind" && !optimizer_reads(optimizer.kind).contains(&name)).then(|| {
                (format!("{} does not read it", optimizer.kind.id()), same_optimizer(optimizer, name))
            })
        }
        "training.schedule" => {
            let schedule = &e.training.schedule;
            (name != "kind" && !schedule_reads(schedule.kind).contains(&name)).then(|| {
                let why = format!("the schedule is {}, which does not read it", schedule.kind.id());
                (why, same_schedule(schedule, name))
            })
        }
        _ => None,
    }
}

/// Whether there are matrices that Muon moves by its own rule.
fn has_matrices(e: &Experiment) -> bool {
    e.model().map_or(true, |model| model.layout.parameters.iter().any(|p| p.inner))
}

fn beside_model(e: &Experiment, name: &str) -> Told {
    let d = Experiment::default();
    let default = match name {
        "data" => e.data == d.data,
        "features" => e.features == d.features,
        "hidden" => e.hidden == d.hidden,
        "output_init" => e.output_init == d.output_init,
        _ => return None,
    };
    e.model.is_some().then(|| ("the model is written layer by layer, in `model`".into(), default))
}

fn data(e: &Experiment, name: &str) -> Told {
    let own = e.data.kind == DatasetKind::Own;
    let d = Experiment::default().data;
    let kind = e.data.kind.id();
    let not_own = || format!("data.kind is {kind}; own points need \"kind\": \"own\"");
    match name {
        "points" if !own => Some((not_own(), e.data.points.is_empty())),
        "class_names" if !own => Some((not_own(), e.data.class_names.is_empty())),
        "own_train" if !own => Some((not_own(), e.data.own_train.is_none())),
        "train_share" if own && e.data.own_train.is_some() => {
            Some(("data.own_train says how many are trained on".into(), e.data.train_share == d.train_share))
        }
        "own_regression" if !own => Some((not_own(), !e.data.own_regression)),
        "class_names" if e.data.own_regression => Some((
            "the labels are values, not classes (data.own_regression)".into(),
            e.data.class_names.is_empty(),
        )),
        "class_names" => {
            let Task::Classification { classes } = e.data.task() else { return None };
            let (classes, names) = (classes as usize, e.data.class_names.len());
            (names > classes).then(|| {
                let more =
                    format!("the labels go up to {}, and there are {names} names", classes.saturating_sub(1));
                (more, false)
            })
        }
        "noise" if own => Some(("own points are left as they are".into(), e.data.noise == d.noise)),
        "samples" if own => {
            Some(("own data have as many points as they have".into(), e.data.samples == d.samples))
        }
        _ => None,
    }
}

fn task(config: &TaskConfig, name: &str) -> Told {
    let about = config.task.about();
    let language = config.task == TaskKind::Language;
    let read = match name {
        "length" => about.length.is_some(),
        "symbols" => about.symbols.is_some(),
        "delay" => about.delay.is_some(),
        "noise" => about.noise,
        "text" | "words" => language,
        _ => true,
    };
    let default = match name {
        "noise" => config.noise == 0.0,
        "words" => !config.words,
        _ => false,
    };
    (!read).then(|| (format!("the task {} has no such setting", config.task.id()), default))
}

/// The loss in force. Only where it follows from the output need that be known.
fn loss_of(e: &Experiment) -> Option<Loss> {
    match e.loss {
        LossKind::Auto => Some(e.model().ok()?.loss),
        kind => Some(kind.of_output(1, &e.loss_options)),
    }
}

fn loss(e: &Experiment, loss: Loss, name: &str) -> Told {
    let d = minibatch_nn::LossOptions::default();
    let classes = matches!(loss, Loss::CrossEntropy { .. });
    match name {
        "label_smoothing" if !classes => {
            Some(("only cross-entropy reads it".into(), e.loss_options.label_smoothing == d.label_smoothing))
        }
        "ignore_index" if !classes => {
            Some(("only cross-entropy reads it".into(), e.loss_options.ignore_index == d.ignore_index))
        }
        "delta" if !matches!(loss, Loss::Huber { .. }) => {
            Some(("only huber reads it".into(), e.loss_options.delta == d.delta))
        }
        _ => None,
    }
}

/// The settings that an optimizer reads.
pub fn optimizer_reads(kind: OptimizerKind) -> &'static [&'static str] {
    match kind {
        OptimizerKind::Sgd => &[],
        OptimizerKind::Momentum | OptimizerKind::Nesterov => &["momentum"],
        OptimizerKind::RmsProp => &["alpha", "eps"],
        OptimizerKind::Adagrad => &["eps"],
        OptimizerKind::Adadelta => &["rho", "eps"],
        OptimizerKind::Adam | OptimizerKind::AdamW => &["beta1", "beta2", "eps"],
        OptimizerKind::Muon => &["muon_momentum", "beta1", "beta2", "eps"],
    }
}

fn same_optimizer(o: &OptimizerConfig, name: &str) -> bool {
    let d = OptimizerConfig::default();
    match name {
        "momentum" => o.momentum == d.momentum,
        "muon_momentum" => o.muon_momentum == d.muon_momentum,
        "beta1" => o.beta1 == d.beta1,
        "beta2" => o.beta2 == d.beta2,
        "alpha" => o.alpha == d.alpha,
        "rho" => o.rho == d.rho,
        _ => o.eps == d.eps,
    }
}

/// The settings that a schedule reads.
pub fn schedule_reads(kind: ScheduleKind) -> &'static [&'static str] {
    match kind {
        ScheduleKind::Constant => &["warmup"],
        ScheduleKind::Step | ScheduleKind::Exponential => &["period", "gamma", "warmup"],
        ScheduleKind::Cosine => &["total", "min", "warmup"],
    }
}

fn same_schedule(s: &Schedule, name: &str) -> bool {
    let d = Schedule::default();
    match name {
        "period" => s.period == d.period,
        "gamma" => s.gamma == d.gamma,
        "total" => s.total == d.total,
        "min" => s.min == d.min,
        _ => s.warmup == d.warmup,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;
    use serde_json::json;

    #[test]
    fn what_is_given_and_plays_no_part_is_named() {
        let points = json!([{ "x": 0, "y": 1, "label": 0 }, { "x": 1, "y": 0, "label": 1 }]);
        let optimizer = |value: Value| json!({ "training": { "optimizer": value } });
        let task = |more: Value| {
            let mut e: Value = serde_json::to_value(preset("digits").expect("digits")).expect("JSON");
            let model = e["model"].take();
            let mut e = json!({ "loss": "cross-entropy", "model": model });
            e["model"]["samples"]
                .as_object_mut()
                .expect("samples")
                .extend(more.as_object().expect("more").clone());
            e
        };
        let table: Vec<(Value, &[&str])> = vec![
            (json!({ "data": { "points": points } }), &["data.points"]),
            (
                json!({ "data": { "kind": "xor", "points": points, "class_names": ["a"], "own_regression": true } }),
                &["data.class_names", "data.own_regression", "data.points"],
            ),
            (json!({ "data": { "kind": "own", "points": points, "class_names": ["a", "b"] } }), &[]),
            (
                json!({ "data": { "kind": "own", "points": points, "noise": 10, "samples": 20 } }),
                ["data.noise", "data.samples"].as_slice(),
            ),
            (
                json!({ "data": { "kind": "own", "points": points, "class_names": ["a", "b", "c"] } }),
                &["data.class_names"],
            ),
            (
                json!({ "hidden": [], "training": { "optimizer": { "kind": "muon", "muon_momentum": 0.9 } } }),
                &["training.optimizer.muon_momentum"],
            ),
            (optimizer(json!({ "kind": "muon", "muon_momentum": 0.9 })), &[]),
            (optimizer(json!({ "momentum": 0.9 })), &["training.optimizer.momentum"]),
            (optimizer(json!({ "kind": "momentum", "momentum": 0.9 })), &[]),
            (optimizer(json!({ "kind": "adam", "beta1": 0.8, "rho": 0.9 })), &["training.optimizer.rho"]),
            (
                json!({ "training": { "schedule": { "kind": "step", "period": 5, "total": 100 } } }),
                &["training.schedule.total"],
            ),
            (json!({ "training": { "schedule": { "warmup": 5 } } }), &[]),
            (
                json!({ "loss_options": { "label_smoothing": 0.1, "delta": 2 } }),
                &["loss_options.delta", "loss_options.label_smoothing"],
            ),
            (json!({ "loss": "cross-entropy", "loss_options": { "label_smoothing": 0.1 } }), &[]),
            (
                task(
                    json!({ "length": 9, "symbols": 3, "delay": 2, "text": "ab", "words": true, "noise": 10 }),
                ),
                &[
                    "model.samples.delay",
                    "model.samples.length",
                    "model.samples.symbols",
                    "model.samples.text",
                    "model.samples.words",
                ],
            ),
        ];
        for (value, fields) in table {
            let text = value.to_string();
            let (_, unused) = Experiment::read(value).unwrap_or_else(|e| panic!("{e}: {text}"));
            let found: Vec<_> = unused.iter().map(|u| u.field.as_str()).collect();
            assert_eq!(found, fields, "{text}");
        }
        let mut beside = task(json!({}));
        beside["hidden"] = json!([]);
        beside["features"] = json!(["x"]);
        let (_, unused) = Experiment::read(beside).expect("read");
        assert_eq!(unused.iter().map(|u| u.field.as_str()).collect::<Vec<_>>(), ["features", "hidden"]);
        // A program writes every field; what it left at its default is nobody's wish, what differs is.
        let mut whole = serde_json::to_value(Experiment::default()).expect("JSON");
        assert_eq!(Experiment::read(whole.clone()).expect("read").1, []);
        whole["training"]["optimizer"]["beta1"] = json!(0.5);
        let (_, unused) = Experiment::read(whole).expect("read");
        assert_eq!(unused[0].to_string(), "training.optimizer.beta1 is not used: sgd does not read it");
    }

    #[test]
    fn settings_that_are_said_to_be_read_are_read_and_no_others() {
        let names = ["momentum", "muon_momentum", "beta1", "beta2", "alpha", "rho", "eps"];
        for kind in OptimizerKind::ALL {
            let plain = OptimizerConfig { kind, ..OptimizerConfig::default() };
            for name in names {
                let mut value = serde_json::to_value(&plain).expect("JSON");
                value[name] = json!(0.125);
                let changed: OptimizerConfig = serde_json::from_value(value).expect("an optimizer");
                let reads = optimizer_reads(kind).contains(&name);
                assert_eq!(changed.rule() != plain.rule(), reads, "{kind:?} {name}");
            }
        }
        for kind in ScheduleKind::ALL {
            let plain = Schedule { kind, ..Schedule::default() };
            for name in ["period", "gamma", "total", "min", "warmup"] {
                let mut value = serde_json::to_value(&plain).expect("JSON");
                value[name] = if matches!(name, "gamma" | "min") { json!(0.01) } else { json!(70) };
                let changed: Schedule = serde_json::from_value(value).expect("a schedule");
                let rates = |s: &Schedule| [0, 10, 60, 3000].map(|step| s.rate(0.1, step));
                assert_eq!(
                    rates(&changed) != rates(&plain),
                    schedule_reads(kind).contains(&name),
                    "{kind:?} {name}"
                );
            }
        }
    }
}
