//! JSON as it is written, but for one thing: an object that has a field twice is refused, since one of the two would be
//! passed over.

use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::ExperimentError;

/// Parses a text.
///
/// # Errors
/// [`ExperimentError::Json`] with the line and what is wrong there.
pub fn parse(text: &str) -> Result<Value, ExperimentError> {
    // Some editors put a mark in front.
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str::<Once>(text)
        .map(|once| once.0)
        .map_err(|error| ExperimentError::Json(say(text, &error)))
}

/// What is wrong, and where.
fn say(text: &str, error: &serde_json::Error) -> String {
    if text.trim().is_empty() {
        return "it is empty".into();
    }
    let (line, column) = (error.line(), error.column());
    let whole = error.to_string();
    let what = whole.split(" at line ").next().unwrap_or(&whole);
    let rest = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let from = rest.get(column.saturating_sub(2)..).unwrap_or_default();
    let no_number = ["NaN", "Infinity", "inf", "nan"]
        .iter()
        .any(|n| from.trim_start_matches([' ', '-', ':']).starts_with(n));
    let what = match what {
        _ if error.is_eof() => "the text ends here, and something is not closed",
        _ if no_number => "JSON has no NaN and no Infinity; give a number",
        "expected value" => {
            "here a value should stand: a number, a \"text\", true, false, null, a list or an object"
        }
        "expected ident" => {
            "here a word stands without quotes that is none of true, false and null; write it out, or put a text in double \
             quotes"
        }
        "invalid number" => "here a number is not written to its end: 5, -0.5 and 1e-3 are numbers",
        "number out of range" => "here is a number that no computer's 64 bits hold; give one within ±3.4e38",
        "invalid escape" | "unexpected end of hex escape" | "lone leading surrogate in hex escape" => {
            "here a backslash stands before something that it does not go with; write a backslash itself as \\\\"
        }
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            "here a text goes over the end of its line; close it with a double quote"
        }
        "invalid unicode code point" => "here is a letter that Unicode does not have",
        "recursion limit exceeded" => "here more than 100 lists and objects stand within each other",
        "key must be a string" => "here a field's name should stand, in double quotes",
        "trailing comma" => "here is a comma too many",
        "expected `,` or `}`" => "here a comma or } is missing",
        "expected `,` or `]`" => "here a comma or ] is missing",
        "expected `:`" => "here a colon is missing",
        "trailing characters" => "something stands behind its end",
        other => other,
    };
    format!("line {line}, column {column}: {what}")
}

/// A value whose objects have every field once.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any).map(Self)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut list = vec![];
        while let Some(Once(value)) = from.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Once(value))) = from.next_entry::<String, Once>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!(
                    "{} is given twice; leave one out",
                    key.escape_debug()
                )));
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}
