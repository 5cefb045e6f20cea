//! The experiment in the address: `#v=1&data=spiral&layers=8:relu,8:relu&lr=0.01`. Only what differs from the defaults and
//! plays a part is written; what is unknown, wrong or not used is named and costs nothing but itself.
//!
//! A layer is `units[:activation][:dropout][:init]`, an own point `x,y,label`, parted by semicolons, as their classes'
//! names are.

use std::str::FromStr;

use minibatch_session::data::{DatasetKind, Feature, Point};
use minibatch_session::{
    Activation, Experiment, Init, Layer, LossKind, OptimizerKind, ScheduleKind, VERSION, did_you_mean, preset,
};

use super::address;

mod write;

pub use write::{encode, write};

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

/// A key and its value.
pub type Pair = (String, String);

/// Every key, with the field that it sets.
pub const KEYS: [(&str, &str); 38] = [
    ("v", "version"),
    ("preset", "preset"),
    ("model", "model"),
    ("data", "data.kind"),
    ("noise", "data.noise"),
    ("n", "data.samples"),
    ("share", "data.train_share"),
    ("target", "data.own_regression"),
    ("own", "data.points"),
    ("trained", "data.own_train"),
    ("names", "data.class_names"),
    ("in", "features"),
    ("layers", "hidden"),
    ("out", "output_init"),
    ("loss", "loss"),
    ("smoothing", "loss_options.label_smoothing"),
    ("delta", "loss_options.delta"),
    ("batch", "training.batch_size"),
    ("lr", "training.learning_rate"),
    ("clip", "training.clip_norm"),
    ("clip-value", "training.clip_value"),
    ("l1", "training.l1"),
    ("l2", "training.l2"),
    ("opt", "training.optimizer.kind"),
    ("momentum", "training.optimizer.momentum"),
    ("muon-momentum", "training.optimizer.muon_momentum"),
    ("beta1", "training.optimizer.beta1"),
    ("beta2", "training.optimizer.beta2"),
    ("alpha", "training.optimizer.alpha"),
    ("rho", "training.optimizer.rho"),
    ("eps", "training.optimizer.eps"),
    ("schedule", "training.schedule.kind"),
    ("period", "training.schedule.period"),
    ("gamma", "training.schedule.gamma"),
    ("total", "training.schedule.total"),
    ("min", "training.schedule.min"),
    ("warmup", "training.schedule.warmup"),
    ("seed", "seed"),
];

/// Marks that come along at the ends of a value when an address is copied out of a text.
pub const STRAY: &[char] = &[
    ' ', '\n', '\r', '\t', '.', ',', ';', ':', '!', '?', '(', ')', '[', ']', '{', '}', '<', '>', '"', '\'',
    '`', '*', '_', '+', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '\u{ab}', '\u{bb}', '\u{2026}',
];

/// Undoes percent-encoding, as some chat programs put it on.
pub fn decode(text: &str) -> String {
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

/// What a hash says, starting from the defaults or from a preset that it names.
pub fn read(text: &str) -> Opened {
    address::open("", text)
}

/// What pairs of keys and values say.
pub fn read_pairs(pairs: &[Pair]) -> Opened {
    let mut pairs = pairs.to_vec();
    let mut opened = Opened::default();
    // The points before the kind that needs them, the loss after the data that it must fit.
    let order = |key: &str| match key {
        "v" | "preset" | "model" => 0,
        "own" | "target" => 1,
        "data" => 2,
        "loss" => 4,
        _ => 3,
    };
    pairs.sort_by_key(|(key, _)| order(key));
    let mut taken = vec![];
    for (key, value) in &pairs {
        match set(&opened.experiment, key, value) {
            Ok((changed, unused)) => {
                opened.experiment = changed;
                opened.problems.extend(unused);
                taken.push((key, value));
            }
            Err(why) => opened.problems.push(named(key, value, &why)),
        }
    }
    // What is taken and plays no part in the end.
    for (key, value) in taken {
        let field = KEYS.iter().find(|(k, _)| k == key).map_or("", |(_, field)| field);
        if let Some(why) = opened.experiment.unread(field) {
            opened.problems.push(named(key, value, &why));
        }
    }
    opened
}

fn named(key: &str, value: &str, why: &str) -> String {
    let mark = if value.is_empty() { "" } else { "=" };
    format!("{}{mark}{}: {why}", shorten(key), shorten(value))
}

/// The experiment with one value set; and what of the value plays no part.
fn set(e: &Experiment, key: &str, value: &str) -> Result<(Experiment, Vec<String>), String> {
    let mut first = None;
    for value in tries(key, value) {
        let mut changed = e.clone();
        let set = apply(&mut changed, key, &value);
        match set.and_then(|unused| changed.validate().map(|()| unused).map_err(|e| e.to_string())) {
            Ok(unused) => return Ok((changed, unused)),
            Err(why) => drop(first.get_or_insert(why)),
        }
    }
    Err(first.unwrap_or_default())
}

/// A value as it stands, then as it may have been meant: without what came along when it was copied, in small letters.
fn tries(key: &str, value: &str) -> Vec<String> {
    let visible: String = value.chars().filter(|c| !address::WIDTHLESS.contains(c)).collect();
    let mut all = vec![value.to_owned(), visible.clone()];
    if key == "model" {
        // Marks around it were not meant; what says more is not left out in silence.
        let inner = visible.find('{').zip(visible.rfind('}')).and_then(|(a, b)| {
            let (before, after) = (visible.get(..a)?, visible.get(b + 1..)?);
            let marks = [before, after].into_iter().all(|text| text.trim_matches(STRAY).is_empty());
            visible.get(a..=b).filter(|_| marks)
        });
        all.extend(inner.map(str::to_owned));
    } else {
        let trimmed = visible.trim_matches(STRAY);
        let dense: String = trimmed.chars().filter(|c| !c.is_whitespace() && *c != '+').collect();
        all.extend([trimmed.to_owned(), dense.clone(), dense.to_lowercase().replace('_', "-")]);
    }
    all.dedup();
    all
}

/// Sets one value. Gives what of it plays no part.
fn apply(e: &mut Experiment, key: &str, value: &str) -> Result<Vec<String>, String> {
    let (t, d) = (&mut e.training, &mut e.data);
    match key {
        "v" if number::<u32>(value)? > VERSION => {
            return Err("it is of a newer release; reload the page".into());
        }
        "preset" => *e = preset(value).map_err(|error| error.to_string())?,
        "model" => {
            let (new, unused) = Experiment::read_json(value).map_err(|error| error.to_string())?;
            if new.model.is_none() {
                return Err("there is no `model` in it".into());
            }
            // A preset before it lends what is not written here.
            let given: serde_json::Value = serde_json::from_str(value).unwrap_or_default();
            let old = std::mem::replace(e, new);
            if given.get("training").is_none() {
                e.training = old.training;
            }
            if given.get("seed").is_none() {
                e.seed = old.seed;
            }
            return Ok(unused.iter().map(|field| format!("model: {field}")).collect());
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
        "v" => {}
        _ => {
            let nearby = did_you_mean(key, address::keys());
            return Err(format!("there is no such key{nearby}"));
        }
    }
    Ok(vec![])
}

/// A number, or an error that says what it is instead.
pub fn number<T: FromStr>(value: &str) -> Result<T, String> {
    let kind = if std::any::type_name::<T>() == "f32" { "a number" } else { "a whole number" };
    value.trim().parse().map_err(|_| format!("\"{}\" is not {kind}", shorten(value)))
}

fn choose<T>(value: &str, found: Option<T>, known: &[&str]) -> Result<T, String> {
    found.ok_or_else(|| {
        let nearby = did_you_mean(value, known.iter().copied());
        format!("there is no \"{}\"{nearby}; there are {}", shorten(value), known.join(", "))
    })
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
            let unknown = || {
                let known = Activation::ALL.map(|a| a.id()).into_iter().chain(Init::ALL.map(|i| i.id()));
                let nearby = did_you_mean(part, known);
                format!("\"{}\" is no activation, dropout or initialisation{nearby}", shorten(part))
            };
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

/// A text cut where it is long.
pub fn shorten(value: &str) -> String {
    if value.chars().count() <= 40 { value.into() } else { value.chars().take(39).chain(['…']).collect() }
}
