//! The experiment in the address: `#v=1&data=spiral&layers=8:relu,8:relu&lr=0.01`. Only what differs from the defaults
//! is written; unknown keys are ignored; a wrong value is named and costs nothing but itself.
//!
//! A layer is `units[:activation][:dropout][:init]`, an own point `x,y,label`, parted by semicolons, as their classes'
//! names are.

use std::fmt::Display;
use std::str::FromStr;

use minibatch_session::data::{DatasetKind, Feature, Point};
use minibatch_session::{
    Activation, Experiment, Init, Layer, LossKind, LossOptions, ModelSpec, OptimizerKind, PRESETS,
    ScheduleKind, VERSION, preset,
};
use serde::{Deserialize, Serialize};

/// More own points than these make an address that mail and chat programs cut.
pub const MOST_POINTS: usize = 400;

/// What an address says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opened {
    /// The experiment, as far as it could be read.
    pub experiment: Experiment,
    /// Wrong values, by key and value.
    pub problems: Vec<String>,
    /// Draw classes, not shades, where it says so.
    pub discretise: Option<bool>,
    /// Draw the test points, where it says so.
    pub show_test: Option<bool>,
}

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
    let parts = Parts { model: spec.clone(), loss: e.loss, loss_options: e.loss_options };
    let text = serde_json::to_string(&parts).unwrap_or_default();
    pairs.push(("model", encode(&text)));
    parts.put(Experiment::default())
}

/// What stands under the key `model`.
#[derive(Serialize, Deserialize)]
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

/// The pairs of a text of the form `a=1&b=2`, percent signs decoded.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    let text = text.trim_start_matches(['#', '?']);
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(key), decode(value))
        })
        .collect()
}

/// Undoes percent-encoding, as some chat programs put it on.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut i) = (Vec::with_capacity(bytes.len()), 0);
    while i < bytes.len() {
        let hex = text.get(i + 1..i + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[i], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                i += 2;
            }
            (byte, _) => out.push(byte),
        }
        i += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What an address says, starting from the defaults or from a preset that it names.
pub fn read(text: &str) -> Opened {
    let mut pairs = pairs(text);
    let mut opened = Opened::default();
    // The points before the kind that needs them, the loss after the data that it must fit.
    let order = |key: &str| match key {
        "v" | "preset" | "model" => 0,
        "own" | "target" => 1,
        "trained" => 3,
        "data" => 2,
        "loss" => 4,
        _ => 3,
    };
    pairs.sort_by_key(|(key, _)| order(key));
    for (key, value) in pairs {
        let mut changed = opened.experiment.clone();
        let set = apply(&mut changed, &key, &value);
        match set.and_then(|()| changed.validate().map_err(|e| e.to_string())) {
            Ok(()) => opened.experiment = changed,
            Err(why) => opened.problems.push(format!("{key}={}: {why}", shorten(&value))),
        }
    }
    opened
}

fn apply(e: &mut Experiment, key: &str, value: &str) -> Result<(), String> {
    let (t, d) = (&mut e.training, &mut e.data);
    match key {
        "v" if number::<u32>(value)? > VERSION => {
            return Err("it is of a newer release; reload the page".into());
        }
        "preset" => *e = preset(value).map_err(|error| error.to_string())?,
        "model" => {
            let parts: Parts = serde_json::from_str(value).map_err(|error| error.to_string())?;
            *e = parts.put(e.clone());
        }
        "seed" => e.seed = number(value)?,
        "data" => d.kind = choose(value, DatasetKind::from_id(value), &DatasetKind::ALL.map(|k| k.id()))?,
        "noise" => d.noise = number(value)?,
        "n" => d.samples = number(value)?,
        "share" => d.train_share = number(value)?,
        "target" => d.own_regression = find(value, [("class", false), ("value", true)])?,
        "own" => d.points = value.split(';').map(read_point).collect::<Result<_, _>>()?,
        "trained" => d.own_train = Some(number(value)?),
        "names" if value.is_empty() => d.class_names = vec![],
        "names" => d.class_names = value.split(';').map(str::to_owned).collect(),
        "in" => {
            let all = Feature::ALL.map(|f| f.id());
            let feature = |id: &str| choose(id, Feature::from_id(id), &all);
            e.features = value.split(',').map(feature).collect::<Result<_, _>>()?;
        }
        "layers" if value.is_empty() => e.hidden = vec![],
        "layers" => e.hidden = value.split(',').map(read_layer).collect::<Result<_, _>>()?,
        "out" => e.output_init = find(value, Init::ALL.map(|i| (i.id(), i)))?,
        "loss" => e.loss = find(value, LossKind::ALL.map(|l| (l.id(), l)))?,
        "smoothing" => e.loss_options.label_smoothing = number(value)?,
        "delta" => e.loss_options.delta = number(value)?,
        "clip" => t.clip_norm = limit(value)?,
        "clip-value" => t.clip_value = limit(value)?,
        "batch" => t.batch_size = number(value)?,
        "lr" => t.learning_rate = number(value)?,
        "l1" => t.l1 = number(value)?,
        "l2" => t.l2 = number(value)?,
        "opt" => t.optimizer.kind = find(value, OptimizerKind::ALL.map(|o| (o.id(), o)))?,
        "momentum" => t.optimizer.momentum = number(value)?,
        "muon-momentum" => t.optimizer.muon_momentum = number(value)?,
        "beta1" => t.optimizer.beta1 = number(value)?,
        "beta2" => t.optimizer.beta2 = number(value)?,
        "alpha" => t.optimizer.alpha = number(value)?,
        "rho" => t.optimizer.rho = number(value)?,
        "eps" => t.optimizer.eps = number(value)?,
        "schedule" => t.schedule.kind = find(value, ScheduleKind::ALL.map(|s| (s.id(), s)))?,
        "period" => t.schedule.period = number(value)?,
        "gamma" => t.schedule.gamma = number(value)?,
        "total" => t.schedule.total = number(value)?,
        "min" => t.schedule.min = number(value)?,
        "warmup" => t.schedule.warmup = number(value)?,
        _ => {}
    }
    Ok(())
}

/// A number, or an error that says what it is instead.
pub fn number<T: FromStr>(value: &str) -> Result<T, String> {
    let kind = if std::any::type_name::<T>() == "f32" { "a number" } else { "a whole number" };
    value.trim().parse().map_err(|_| format!("\"{}\" is not {kind}", shorten(value)))
}

fn choose<T>(value: &str, found: Option<T>, known: &[&str]) -> Result<T, String> {
    found.ok_or_else(|| format!("there is no \"{}\"; there are {}", shorten(value), known.join(", ")))
}

/// A number, or none.
fn limit(value: &str) -> Result<Option<f32>, String> {
    if value == "none" { Ok(None) } else { number(value).map(Some) }
}

fn find<T: Copy, const N: usize>(value: &str, known: [(&'static str, T); N]) -> Result<T, String> {
    let found = known.iter().find(|(id, _)| *id == value).map(|(_, v)| *v);
    choose(value, found, &known.map(|(id, _)| id))
}

fn read_layer(text: &str) -> Result<Layer, String> {
    let mut layer = Layer::default();
    let mut parts = text.split(':');
    layer.units = number(parts.next().unwrap_or_default())?;
    for part in parts {
        if let Some(activation) = Activation::ALL.into_iter().find(|a| a.id() == part) {
            layer.activation = activation;
        } else if let Some(init) = Init::ALL.into_iter().find(|i| i.id() == part) {
            layer.init = init;
        } else {
            let unknown = || format!("\"{}\" is no activation, dropout or initialisation", shorten(part));
            layer.dropout = part.parse().map_err(|_| unknown())?;
        }
    }
    Ok(layer)
}

fn read_point(text: &str) -> Result<Point, String> {
    let values = text.split(',').map(number).collect::<Result<Vec<f32>, _>>()?;
    match values[..] {
        [x, y, label] if values.iter().all(|v| v.is_finite()) => Ok(Point { x, y, label }),
        _ => Err(format!("\"{}\" is not a point of x,y,label", shorten(text))),
    }
}

fn shorten(value: &str) -> String {
    if value.chars().count() <= 40 { value.into() } else { value.chars().take(39).chain(['…']).collect() }
}
