//! The walk: every field is known, and every value is of its field's kind.

use serde_json::{Map, Value};

use super::alias;
use super::nearest::{did_you_mean, nearest};
use super::path::Path;
use super::schema::{EXPERIMENT, Field, Kind, Need, Variant};
use crate::ExperimentError;
use crate::figure::short;

type Found = Result<(), ExperimentError>;

/// Checks a value, and writes whole numbers as such: 32.0 becomes 32.
///
/// # Errors
/// [`ExperimentError::Field`] with the place, what stands there and what may stand there.
pub fn walk(at: &Path, value: &mut Value, kind: &Kind) -> Found {
    match (kind, &mut *value) {
        (Kind::Maybe(_), Value::Null) => Ok(()),
        (Kind::Maybe(inner), _) => match (inner, &*value) {
            // What is of no such kind at all may be null too.
            (Kind::Whole | Kind::Number, Value::Number(_)) | (Kind::Text, Value::String(_)) => {
                walk(at, value, inner)
            }
            (Kind::Whole | Kind::Number | Kind::Text, _) => Err(wrong(at, value, kind)),
            _ => walk(at, value, inner),
        },
        (Kind::Whole, Value::Number(number)) => {
            *value = whole(number.as_f64().unwrap_or(f64::NAN)).ok_or_else(|| wrong(at, value, kind))?.into();
            Ok(())
        }
        (Kind::Number, Value::Number(number)) => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            match number as f32 {
                narrow if !narrow.is_finite() => {
                    Err(told(at, value, "give a number within ±3.4e38, as 32 bits hold it"))
                }
                0.0 if number != 0.0 => {
                    Err(told(at, value, "32 bits hold it as 0; give 0 or a number further from it"))
                }
                _ => Ok(()),
            }
        }
        (Kind::Flag, Value::Bool(_)) | (Kind::Text, Value::String(_)) => Ok(()),
        (Kind::Choice(known), Value::String(name)) => choice(at, name, &known()),
        (Kind::Pair, Value::Number(_)) => walk(at, value, &Kind::Whole).map_err(|_| wrong(at, value, kind)),
        (Kind::Pair, Value::Array(list)) if list.len() == 2 => elements(at, list, &Kind::Whole),
        (Kind::List(kind), Value::Array(list)) => elements(at, list, kind),
        (Kind::Object(known), Value::Object(map)) => object(at, map, known, None),
        (Kind::Tagged(tag, variants), Value::Object(map)) => tagged(at, map, tag, variants),
        _ => Err(wrong(at, value, kind)),
    }
}

/// The whole number of 32 bits that this is.
fn whole(number: f64) -> Option<u32> {
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number)).then_some(number as u32)
}

fn elements(at: &Path, list: &mut [Value], kind: &Kind) -> Found {
    list.iter_mut().enumerate().try_for_each(|(i, value)| walk(&Path::Element(at, i), value, kind))
}

fn object(at: &Path, map: &mut Map<String, Value>, known: &[Field], tag: Option<&'static str>) -> Found {
    for (name, value) in map.iter_mut().filter(|(name, _)| Some(name.as_str()) != tag) {
        match known.iter().find(|field| field.name == name) {
            Some(field) => walk(&Path::Field(at, name), value, &field.kind)?,
            None => {
                let name = name.clone();
                return Err(unknown(at, &name, map, known, tag));
            }
        }
    }
    match known.iter().find(|field| field.need == Need::Must && !map.contains_key(field.name)) {
        Some(field) => Err(ExperimentError::Field(format!(
            "{} is missing; give {}",
            Path::Field(at, field.name),
            wanted(&field.kind)
        ))),
        None => Ok(()),
    }
}

fn tagged(at: &Path, map: &mut Map<String, Value>, tag: &'static str, variants: &[Variant]) -> Found {
    let place = Path::Field(at, tag);
    let names: Vec<_> = variants.iter().map(|v| v.name).collect();
    match map.get(tag) {
        None => {
            // The tag may be there under another name.
            let near = map.keys().find(|key| !nearest(key, [tag]).is_empty());
            Err(ExperimentError::Field(match near {
                Some(key) => {
                    format!("{} has no field {}; did you mean {tag}?", at.holder(), key.escape_debug())
                }
                None => format!("{place} is missing; give one of {}", names.join(", ")),
            }))
        }
        Some(Value::String(name)) => {
            choice(&place, name, &names)?;
            let fields = variants.iter().find(|v| v.name == name).map_or(&[][..], |v| v.fields);
            object(at, map, fields, Some(tag))
        }
        Some(other) => Err(told(&place, other, &format!("give one of {}", names.join(", ")))),
    }
}

fn choice(at: &Path, name: &str, known: &[&'static str]) -> Found {
    if known.contains(&name) {
        return Ok(());
    }
    let nearby = did_you_mean(name, known.iter().copied());
    let found = text(name);
    Err(ExperimentError::Field(format!("{at} is {found}{nearby}; there are {}", known.join(", "))))
}

/// A field that is not known here: with the one that was meant, or the place where it belongs.
fn unknown(
    at: &Path,
    name: &str,
    map: &Map<String, Value>,
    known: &[Field],
    tag: Option<&'static str>,
) -> ExperimentError {
    let all: Vec<_> = tag.into_iter().chain(known.iter().map(|field| field.name)).collect();
    // What is given already is hardly what was meant.
    let free: Vec<_> = all.iter().copied().filter(|field| !map.contains_key(*field)).collect();
    // A layer's fields are a world of their own.
    let layer = tag == Some("layer");
    let homes = if layer { vec![] } else { homes(name) };
    let alias = match layer {
        true => alias::in_layer(name, &free).map(|field| format!("; did you mean {field}?")),
        false => alias::meant(name, &at.to_string()),
    };
    let mean = match (did_you_mean(name, free), alias, &homes[..]) {
        (_, _, [_, ..]) => format!("; {} belongs in {}", name.escape_debug(), homes.join(" or ")),
        (_, Some(alias), []) => alias,
        (near, None, []) if !near.is_empty() => near,
        _ if layer => String::new(),
        _ => elsewhere(name),
    };
    let field = Path::Field(at, name).to_string();
    let known = if all.is_empty() { "no fields".into() } else { all.join(", ") };
    let holder = if matches!(at, Path::Root) { "it".into() } else { at.to_string() };
    ExperimentError::Field(format!("an experiment has no field {field}{mean}; {holder} may have {known}"))
}

/// The objects outside `model.layers` that have a field of this name, by their places.
fn homes(name: &str) -> Vec<String> {
    let mut found = vec![];
    fields("", &EXPERIMENT, &mut |holder, field| {
        if field == name && !holder.is_empty() {
            found.push(holder.to_owned());
        }
    });
    found.truncate(3);
    found
}

/// "; did you mean PLACE?" for a field that is misspelt and misplaced.
fn elsewhere(name: &str) -> String {
    let mut all = vec![];
    fields("", &EXPERIMENT, &mut |holder, field| all.push((holder.to_owned(), field)));
    let near = nearest(name, all.iter().map(|(_, field)| *field));
    let place = all.iter().find(|(_, field)| near.first() == Some(field) && field.len() > 3);
    place.map_or(String::new(), |(holder, field)| match holder.as_str() {
        "" => format!("; did you mean {field}?"),
        _ => format!("; did you mean {holder}.{field}?"),
    })
}

/// Tells of every field outside the layers: the place of its object, and its name.
fn fields(holder: &str, kind: &'static Kind, tell: &mut dyn FnMut(&str, &'static str)) {
    match kind {
        Kind::Maybe(kind) => fields(holder, kind, tell),
        Kind::List(kind) if !matches!(kind, Kind::Tagged(..)) => fields(&format!("{holder}[0]"), kind, tell),
        Kind::Object(known) => {
            for field in *known {
                tell(holder, field.name);
                let within =
                    if holder.is_empty() { field.name.into() } else { format!("{holder}.{}", field.name) };
                fields(&within, &field.kind, tell);
            }
        }
        Kind::Tagged(_, variants) => {
            for field in variants.iter().flat_map(|v| v.fields) {
                tell(holder, field.name);
            }
        }
        Kind::List(_)
        | Kind::Whole
        | Kind::Number
        | Kind::Flag
        | Kind::Text
        | Kind::Choice(_)
        | Kind::Pair => {}
    }
}

fn wrong(at: &Path, value: &Value, kind: &Kind) -> ExperimentError {
    told(at, value, &format!("give {}", wanted(kind)))
}

fn told(at: &Path, value: &Value, mend: &str) -> ExperimentError {
    let found = match value {
        Value::Null => "null".into(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => short(float),
            None => number.to_string(),
        },
        Value::String(name) => text(name),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    };
    ExperimentError::Field(format!("{at} is {found}; {mend}"))
}

/// A text in quotes, cut where it is long.
fn text(text: &str) -> String {
    let cut: String = text.chars().take(40).collect();
    format!("\"{}{}\"", cut.escape_debug(), if cut.len() < text.len() { "…" } else { "" })
}

/// What a value of this kind looks like.
fn wanted(kind: &Kind) -> String {
    match kind {
        Kind::Whole => "a whole number from 0 to 4294967295".into(),
        Kind::Number => "a number".into(),
        Kind::Flag => "true or false".into(),
        Kind::Text => "a text in double quotes".into(),
        Kind::Choice(known) => format!("one of {}", known().join(", ")),
        Kind::Pair => "a whole number, or height and width as [2, 3]".into(),
        Kind::List(kind) => match kind {
            Kind::Object(_) | Kind::Tagged(..) => "a list of objects, [{...}, ...]".into(),
            Kind::List(_) => "a list of lists, [[...], ...]".into(),
            Kind::Whole => "a list of whole numbers, [1, 2]".into(),
            Kind::Number => "a list of numbers, [0.5, 1]".into(),
            _ => "a list of texts, [\"a\", \"b\"]".into(),
        },
        Kind::Maybe(kind) => format!("{} or null", wanted(kind)),
        Kind::Object(_) | Kind::Tagged(..) => "an object, {...}".into(),
    }
}
