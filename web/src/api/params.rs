//! What a call brings along, as JSON. `JSON.stringify` would turn NaN and Infinity into null and leave functions out; here each
//! is refused by its place.

use js_sys::{Array, ArrayBuffer, Date, Map, Promise, Reflect, RegExp, Set};
use minibatch_session::{Experiment, Unused, did_you_mean, preset};
use serde_json::{Map as Fields, Value};
use wasm_bindgen::prelude::*;

/// Lists longer than this are no parameters.
const LONGEST: u32 = 10_000_000;
/// Objects nested deeper than this refer to themselves.
const DEEPEST: usize = 100;

/// Parameters as JSON; missing ones as null.
///
/// # Errors
/// Names the place of what is no JSON.
pub fn read(method: &str, params: &JsValue) -> Result<Value, String> {
    convert(params, 0).map_err(|wrong| format!("{method}: {}{}; {}", wrong.at(), wrong.what, wrong.mend))
}

/// What is no JSON, and where: the names on the way to it, the innermost first.
struct Wrong {
    path: Vec<String>,
    what: String,
    mend: &'static str,
}

impl Wrong {
    fn new(what: impl Into<String>, mend: &'static str) -> Self {
        Self { path: vec![], what: what.into(), mend }
    }

    fn at(&self) -> String {
        let mut text = String::new();
        for name in self.path.iter().rev() {
            text += if text.is_empty() || name.starts_with('[') { "" } else { "." };
            text += name;
        }
        if text.is_empty() { "the parameter is ".into() } else { format!("{text} is ") }
    }
}

fn within<T>(name: String, result: Result<T, Wrong>) -> Result<T, Wrong> {
    result.map_err(|mut wrong| {
        wrong.path.push(name);
        wrong
    })
}

fn convert(value: &JsValue, depth: usize) -> Result<Value, Wrong> {
    if value.is_undefined() || value.is_null() {
        return Ok(Value::Null);
    }
    if let Some(flag) = value.as_bool() {
        return Ok(Value::Bool(flag));
    }
    if let Some(number) = value.as_f64() {
        return number_of(number);
    }
    if let Some(text) = value.as_string() {
        return Ok(Value::String(text));
    }
    if value.is_bigint() {
        return Err(Wrong::new("a BigInt", "give a number"));
    }
    if value.is_symbol() || value.is_function() {
        let what = if value.is_symbol() { "a symbol" } else { "a function" };
        return Err(Wrong::new(what, "give numbers, texts, lists and plain objects"));
    }
    if depth > DEEPEST {
        return Err(Wrong::new("nested too deep", "give an object that does not hold itself"));
    }
    if Array::is_array(value) || ArrayBuffer::is_view(value) {
        return list(value, depth);
    }
    let other = value.is_instance_of::<Map>()
        || value.is_instance_of::<Set>()
        || value.is_instance_of::<Date>()
        || value.is_instance_of::<RegExp>()
        || value.is_instance_of::<Promise>();
    if other {
        return Err(Wrong::new("no plain object", "give numbers, texts, lists and plain objects"));
    }
    object(value, depth)
}

fn number_of(number: f64) -> Result<Value, Wrong> {
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    match serde_json::Number::from_f64(number) {
        None => Err(Wrong::new(number.to_string().replace("inf", "Infinity"), "give a finite number")),
        Some(_) if number.fract() == 0.0 && number.abs() < WHOLE => Ok((number as i64).into()),
        Some(number) => Ok(Value::Number(number)),
    }
}

/// What a getter or a proxy of the caller's throws.
fn thrown(error: &JsValue) -> Wrong {
    Wrong::new(format!("unreadable ({})", crate::engine::say(error)), "give a plain object")
}

fn list(value: &JsValue, depth: usize) -> Result<Value, Wrong> {
    let length = Reflect::get(value, &"length".into()).map_err(|e| thrown(&e))?.as_f64().unwrap_or(0.0);
    if length > f64::from(LONGEST) {
        return Err(Wrong::new(format!("a list of {length}"), "give a shorter one"));
    }
    let element = |i: u32| {
        let value = Reflect::get_u32(value, i).map_err(|e| thrown(&e))?;
        if value.is_undefined() {
            Err(Wrong::new("missing", "give a value"))
        } else {
            convert(&value, depth + 1)
        }
    };
    (0..length as u32)
        .map(|i| within(format!("[{i}]"), element(i)))
        .collect::<Result<_, _>>()
        .map(Value::Array)
}

fn object(value: &JsValue, depth: usize) -> Result<Value, Wrong> {
    let keys = Reflect::own_keys(value).map_err(|e| thrown(&e))?;
    let mut fields = Fields::new();
    for key in keys.iter() {
        let Some(name) = key.as_string() else {
            return Err(Wrong::new("an object with a symbol for a name", "give a text for it"));
        };
        let inner = Reflect::get(value, &key).map_err(|e| thrown(&e));
        let inner = within(name.clone(), inner)?;
        // In JavaScript what is undefined is not there.
        if !inner.is_undefined() {
            let inner = within(name.clone(), convert(&inner, depth + 1))?;
            fields.insert(name, inner);
        }
    }
    Ok(Value::Object(fields))
}

/// Every option is one that the method has.
///
/// # Errors
/// Names the first that is not.
pub fn known(method: &str, params: &Value, methods: &[(&str, &[&str])]) -> Result<(), String> {
    let Some((_, options)) = methods.iter().find(|(name, _)| *name == method) else {
        return Err(no_method(method, methods));
    };
    let takes = match options {
        [] => format!("{method} takes nothing"),
        _ => format!("{method} takes {}", options.join(" or ")),
    };
    match params {
        _ if method == "set" => Ok(()),
        Value::Null => Ok(()),
        Value::Object(map) => match map.keys().find(|key| !options.contains(&key.as_str())) {
            Some(key) => {
                let nearby = did_you_mean(key, options.iter().copied());
                Err(format!("{method}: there is no option \"{key}\"{nearby}; {takes}"))
            }
            None => Ok(()),
        },
        _ if options.is_empty() => Err(takes),
        _ => Ok(()),
    }
}

/// There is no method of this name.
pub fn no_method(method: &str, methods: &[(&str, &[&str])]) -> String {
    let names: Vec<_> = methods.iter().map(|(name, _)| *name).collect();
    let nearby = did_you_mean(method, names.iter().copied());
    format!("there is no method \"{method}\"{nearby}; there are {}", names.join(", "))
}

/// `"spiral"`, `{preset: "spiral"}` or `{experiment: {...}}`; and the fields that play no part in it.
///
/// # Errors
/// When it is none of them, or no experiment.
pub fn experiment(params: &Value) -> Result<(Experiment, Vec<Unused>), String> {
    let wants = "load wants a preset's name, {preset: name} or {experiment: {...}}";
    let read = match (params, params.get("preset"), params.get("experiment")) {
        (Value::String(name), ..) | (_, Some(Value::String(name)), None) => preset(name).map(|e| (e, vec![])),
        (_, None, Some(value)) => Experiment::read(value.clone()),
        (_, Some(_), Some(_)) => return Err(format!("{wants}, not both")),
        _ => return Err(wants.into()),
    };
    read.map_err(|error| format!("load: {error}"))
}

/// `{n: 3}` or `3`; 1 where nothing is given.
///
/// # Errors
/// When it is no whole number in range.
pub fn count(params: &Value) -> Result<u32, String> {
    if params.is_null() {
        return Ok(1);
    }
    let n = if params.is_object() { params.get("n") } else { Some(params) };
    match n.map(|n| n.as_u64().and_then(|n| u32::try_from(n).ok())) {
        None => {
            Err("step: n is missing; give a whole number from 1 to 1000000, or no parameter for 1".into())
        }
        Some(Some(n @ 1..=1_000_000)) => Ok(n),
        Some(_) => {
            let n = n.unwrap_or(&Value::Null);
            Err(format!("step: n is {n}; give a whole number from 1 to 1000000"))
        }
    }
}

/// `{steps_per_second: 50}` or `50`; none without, for as fast as the device goes.
///
/// # Errors
/// When it is no number in range.
pub fn speed(params: &Value) -> Result<Option<f32>, String> {
    let wanted = if params.is_object() { &params["steps_per_second"] } else { params };
    match (wanted.is_null(), wanted.as_f64()) {
        (true, _) => Ok(None),
        (false, Some(n)) if (0.1..=1e6).contains(&n) => Ok(Some(n as f32)),
        (false, _) => Err(format!(
            "speed: steps_per_second is {wanted}; give 0.1 to 1000000, or nothing for full speed"
        )),
    }
}

/// `{points: [[x, y], ...]}` or the list alone.
///
/// # Errors
/// Names the first that is no point.
pub fn points(params: &Value) -> Result<Vec<[f32; 2]>, String> {
    let list = if params.is_object() { &params["points"] } else { params };
    let list = list.as_array().ok_or("predict wants {points: [[x, y], ...]}")?;
    let narrow = |v: &Value| v.as_f64().map(|v| v as f32).filter(|v| v.is_finite());
    let point = |(i, value): (usize, &Value)| {
        match value.as_array().map(Vec::as_slice) {
            Some([x, y]) => narrow(x).zip(narrow(y)).map(|(x, y)| [x, y]),
            _ => None,
        }
        .ok_or_else(|| format!("predict: points[{i}] is {value}; give [x, y], two numbers"))
    };
    list.iter().enumerate().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn steps_are_counted_in_whole_numbers() {
        assert_eq!([count(&json!(null)), count(&json!(3)), count(&json!({ "n": 3 }))], [Ok(1), Ok(3), Ok(3)]);
        for wrong in
            [json!({}), json!({ "n": 2.5 }), json!({ "n": -4 }), json!({ "n": 0 }), json!("3"), json!([3])]
        {
            assert!(count(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn options_are_those_that_the_method_has() {
        let methods: [(&str, &[&str]); 3] = [("step", &["n"]), ("play", &[]), ("set", &[])];
        let told = |method: &str, params: Value| known(method, &params, &methods).err().unwrap_or_default();
        assert_eq!(
            told("step", json!({ "m": 3 })),
            "step: there is no option \"m\"; did you mean n?; step takes n"
        );
        assert_eq!(told("play", json!({ "n": 3 })), "play: there is no option \"n\"; play takes nothing");
        assert_eq!(told("play", json!(3)), "play takes nothing");
        assert!(told("stepp", json!(3)).contains("did you mean step?"));
        for fine in
            [("step", json!(3)), ("play", json!({})), ("play", json!(null)), ("set", json!({ "seed": 1 }))]
        {
            assert_eq!(told(fine.0, fine.1), "");
        }
    }

    #[test]
    fn experiments_and_points_are_what_they_should_be() {
        for wrong in [
            json!(null),
            json!({}),
            json!({ "preset": 3 }),
            json!({ "experiment": [] }),
            json!({ "experiment": "xor" }),
            json!({ "experiment": { "dta": {} } }),
            json!({ "preset": "xor", "experiment": {} }),
            json!("spirale"),
        ] {
            assert!(experiment(&wrong).is_err(), "{wrong}");
        }
        assert!(
            experiment(&json!({ "experiment": { "dta": {} } })).unwrap_err().contains("did you mean data?")
        );
        assert!(experiment(&json!({ "experiment": {} })).is_ok() && experiment(&json!("xor")).is_ok());
        assert_eq!(points(&json!({ "points": [[1, 2], [0.5, -1]] })), Ok(vec![[1.0, 2.0], [0.5, -1.0]]));
        assert_eq!(points(&json!([])), Ok(vec![]));
        for wrong in
            [json!(null), json!({}), json!([[1]]), json!([[1, "2"]]), json!([[1, 1e39]]), json!([[1, 2, 3]])]
        {
            assert!(points(&wrong).is_err(), "{wrong}");
        }
    }
}
