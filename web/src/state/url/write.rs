//! An experiment, written into an address.

use std::fmt::Display;

use minibatch_session::data::{DatasetKind, Feature};
use minibatch_session::{Experiment, Layer, LossKind, LossOptions, ModelSpec, PRESETS, VERSION, preset};
use serde::Serialize;

use super::{KEYS, MOST_POINTS};

/// The address's text for an experiment, without the `#`; empty for the default one.
pub fn write(e: &Experiment) -> String {
    let mut pairs: Vec<(&str, String)> = vec![];
    let d = base(e, &mut pairs);
    fn add<T: PartialEq + Display>(pairs: &mut Vec<(&str, String)>, key: &'static str, new: T, old: T) {
        if new != old {
            pairs.push((key, new.to_string()));
        }
    }
    add(&mut pairs, "data", e.data.kind.id(), d.data.kind.id());
    add(&mut pairs, "noise", e.data.noise, d.data.noise);
    add(&mut pairs, "n", e.data.samples, d.data.samples);
    add(&mut pairs, "share", e.data.train_share, d.data.train_share);
    add(&mut pairs, "target", if e.data.own_regression { "value" } else { "class" }, "class");
    if e.data.kind == DatasetKind::Own && e.data.points.len() <= MOST_POINTS {
        let points: Vec<_> = e.data.points.iter().map(|p| format!("{},{},{}", p.x, p.y, p.label)).collect();
        add(&mut pairs, "own", points.join(";"), String::new());
        add(&mut pairs, "trained", e.data.own_train.map_or(String::new(), |n| n.to_string()), String::new());
        let names: Vec<_> = e.data.class_names.iter().map(|name| encode(&name.replace(';', ","))).collect();
        add(&mut pairs, "names", names.join(";"), String::new());
    }
    let ids = |features: &[Feature]| features.iter().map(|f| f.id()).collect::<Vec<_>>().join(",");
    add(&mut pairs, "in", ids(&e.features), ids(&d.features));
    let layers = |hidden: &[Layer]| hidden.iter().map(write_layer).collect::<Vec<_>>().join(",");
    add(&mut pairs, "layers", layers(&e.hidden), layers(&d.hidden));
    add(&mut pairs, "out", e.output_init.id(), d.output_init.id());
    add(&mut pairs, "loss", e.loss.id(), d.loss.id());
    let (l, k) = (&e.loss_options, &d.loss_options);
    add(&mut pairs, "smoothing", l.label_smoothing, k.label_smoothing);
    add(&mut pairs, "delta", l.delta, k.delta);
    let (t, u) = (&e.training, &d.training);
    add(&mut pairs, "batch", t.batch_size, u.batch_size);
    add(&mut pairs, "lr", t.learning_rate, u.learning_rate);
    let limit = |value: Option<f32>| value.map_or("none".to_owned(), |v| v.to_string());
    add(&mut pairs, "clip", limit(t.clip_norm), limit(u.clip_norm));
    add(&mut pairs, "clip-value", limit(t.clip_value), limit(u.clip_value));
    add(&mut pairs, "l1", t.l1, u.l1);
    add(&mut pairs, "l2", t.l2, u.l2);
    let (o, p) = (&t.optimizer, &u.optimizer);
    add(&mut pairs, "opt", o.kind.id(), p.kind.id());
    add(&mut pairs, "momentum", o.momentum, p.momentum);
    add(&mut pairs, "muon-momentum", o.muon_momentum, p.muon_momentum);
    add(&mut pairs, "beta1", o.beta1, p.beta1);
    add(&mut pairs, "beta2", o.beta2, p.beta2);
    add(&mut pairs, "alpha", o.alpha, p.alpha);
    add(&mut pairs, "rho", o.rho, p.rho);
    add(&mut pairs, "eps", o.eps, p.eps);
    let (s, r) = (&t.schedule, &u.schedule);
    add(&mut pairs, "schedule", s.kind.id(), r.kind.id());
    add(&mut pairs, "period", s.period, r.period);
    add(&mut pairs, "gamma", s.gamma, r.gamma);
    add(&mut pairs, "total", s.total, r.total);
    add(&mut pairs, "min", s.min, r.min);
    add(&mut pairs, "warmup", s.warmup, r.warmup);
    add(&mut pairs, "seed", e.seed, d.seed);
    // What plays no part need not be passed on.
    let field = |key: &str| KEYS.iter().find(|(k, _)| *k == key).map_or("", |(_, field)| field);
    pairs.retain(|(key, _)| e.unread(field(key)).is_none());
    if pairs.is_empty() {
        return String::new();
    }
    let rest: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("v={VERSION}&{}", rest.join("&"))
}

/// What the other keys are differences from: the preset that has the same layers, samples and loss, or the layers
/// themselves; the default for the plane.
fn base(e: &Experiment, pairs: &mut Vec<(&str, String)>) -> Experiment {
    let Some(spec) = &e.model else { return Experiment::default() };
    let same = |p: &Experiment| p.model == e.model && p.loss == e.loss && p.loss_options == e.loss_options;
    let known = PRESETS.iter().find_map(|p| Some((p.name, preset(p.name).ok()?)).filter(|p| same(&p.1)));
    if let Some((name, preset)) = known {
        pairs.push(("preset", name.into()));
        return preset;
    }
    let parts = Parts { model: spec.clone(), loss: e.loss, loss_options: read_options(e) };
    let text = serde_json::to_string(&parts).unwrap_or_default();
    pairs.push(("model", encode(&text)));
    parts.put(Experiment::default())
}

/// The loss's options, those it does not read at their defaults.
fn read_options(e: &Experiment) -> LossOptions {
    let (mut options, d) = (e.loss_options, LossOptions::default());
    if options == d {
        return options;
    }
    let unread = |name: &str| e.unread(&format!("loss_options.{name}")).is_some();
    if unread("label_smoothing") {
        options.label_smoothing = d.label_smoothing;
    }
    if unread("ignore_index") {
        options.ignore_index = d.ignore_index;
    }
    if unread("delta") {
        options.delta = d.delta;
    }
    options
}

/// What stands under the key `model`.
#[derive(Serialize)]
struct Parts {
    model: ModelSpec,
    loss: LossKind,
    loss_options: LossOptions,
}

impl Parts {
    fn put(self, e: Experiment) -> Experiment {
        Experiment { model: Some(self.model), loss: self.loss, loss_options: self.loss_options, ..e }
    }
}

/// Text as an address takes it: what is neither letter, digit nor one of a few marks is written in hexadecimal.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' | b',' => {
                out.push(byte.into())
            }
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}

fn write_layer(layer: &Layer) -> String {
    let d = Layer::default();
    let mut text = layer.units.to_string();
    if layer.activation != d.activation {
        text += &format!(":{}", layer.activation.id());
    }
    if layer.dropout != d.dropout {
        text += &format!(":{}", layer.dropout);
    }
    if layer.init != d.init {
        text += &format!(":{}", layer.init.id());
    }
    text
}
