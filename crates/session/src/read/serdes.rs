//! Serde's own lists of fields, held against the table: what is left out where it is empty is written by no example, so that a
//! field of that kind which the table lacks would not be missed there.

use core::fmt;

use minibatch_data::{DataConfig, Point, TaskConfig};
use minibatch_nn::{Block, Input, LossOptions, OptimizerConfig, Schedule, Transformer};
use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde_json::json;

use super::schema::{EXPERIMENT, Field, Kind, LAYER, TASK_FIELDS};
use crate::{Experiment, Layer, ModelSpec, SampleSource, Training};

/// Gives nothing, and tells what was asked for.
struct Asked;

/// The fields that were asked for.
#[derive(Debug)]
struct Fields(&'static [&'static str]);

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Fields {}

impl Error for Fields {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for Asked {
    type Error = Fields;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Fields> {
        Err(Fields(fields))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Fields> {
        Err(Fields(&[]))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The fields of a type, by serde.
fn known<T: DeserializeOwned>() -> Vec<String> {
    sorted(T::deserialize(Asked).err().map_or(&[][..], |fields| fields.0).iter().map(|f| (*f).to_owned()))
}

/// The fields of a value with a tag, by what serde says of one that there is not.
fn tagged<T: DeserializeOwned>(tag: &str, name: &str) -> Vec<String> {
    let told = serde_json::from_value::<T>(json!({ tag: name, "qqq": 1 })).err();
    let told = told.map_or(String::new(), |error| error.to_string());
    let listed = told.split_once("unknown field `qqq`, expected ").map_or("", |(_, listed)| listed);
    sorted(listed.split('`').skip(1).step_by(2).map(str::to_owned))
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn table(fields: &[Field]) -> Vec<String> {
    sorted(fields.iter().map(|field| field.name.to_owned()))
}

/// The table's fields of the object at a place.
fn at(place: &str) -> Vec<String> {
    let mut kind = &EXPERIMENT;
    let plain = |mut kind: &'static Kind| {
        while let Kind::Maybe(inner) | Kind::List(inner) = kind {
            kind = inner;
        }
        kind
    };
    for name in place.split('.').filter(|name| !name.is_empty()) {
        let Kind::Object(fields) = plain(kind) else { panic!("{place}: no object") };
        kind = &fields.iter().find(|field| field.name == name).expect(name).kind;
    }
    let Kind::Object(fields) = plain(kind) else { panic!("{place}: no object") };
    table(fields)
}

#[test]
fn every_field_that_serde_has_is_in_the_table() {
    for (place, fields) in [
        ("", known::<Experiment>()),
        ("data", known::<DataConfig>()),
        ("data.points", known::<Point>()),
        ("hidden", known::<Layer>()),
        ("loss_options", known::<LossOptions>()),
        ("training", known::<Training>()),
        ("training.optimizer", known::<OptimizerConfig>()),
        ("training.schedule", known::<Schedule>()),
        ("model", known::<ModelSpec>()),
        ("model.input", known::<Input>()),
    ] {
        assert!(fields.len() > 1, "{place}: serde has none");
        assert_eq!(at(place), fields, "{place}");
    }
    assert_eq!(table(&TASK_FIELDS), known::<TaskConfig>());
    let Kind::Tagged(tag, layers) = &LAYER else { panic!("no variants") };
    for layer in *layers {
        let by_serde = match layer.name {
            "transformer-encoder" | "transformer-decoder" => known::<Transformer>(),
            name => tagged::<Block>(tag, name),
        };
        assert_eq!(table(layer.fields), by_serde, "{}", layer.name);
    }
    let Kind::Tagged(tag, sources) = super::tests::samples() else { panic!("no variants") };
    for source in sources.iter().filter(|source| source.name != "task") {
        assert_eq!(table(source.fields), tagged::<SampleSource>(tag, source.name), "{}", source.name);
    }
}
