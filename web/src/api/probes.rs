//! `probes`: everything inside the model as typed arrays with shapes.

use js_sys::{Array, Float32Array, Object, Reflect};
use leptos::prelude::*;
use minibatch_session::Model;
use wasm_bindgen::prelude::*;

use super::finish;
use crate::state::Page;

/// `{inside: [{path, layer, kind, shape, values}], parameters: [{name, shape, values, gradient}], steps}` of the sample
/// shown; `steps` is the gradient's norm at each step.
///
/// # Errors
/// When nothing is built.
pub async fn probes(page: Page) -> Result<JsValue, String> {
    let model: Model = page.experiment.with_untracked(|e| e.model()).map_err(|error| error.to_string())?;
    page.flush();
    let frame = page.look_inside();
    let seen = finish(frame).await;
    page.looked_inside();
    seen?;
    let facts = page.facts.get_untracked().ok_or("probes: nothing is built yet")?;
    let (inside, parameters) = (Array::new(), Array::new());
    let steps = page.frame.with_value(|frame| {
        for p in &facts.probes {
            let values = frame.inside.get(p.offset..p.offset + p.len()).unwrap_or_default();
            let kind = serde_json::to_value(p.kind).ok().and_then(|k| k.as_str().map(str::to_owned));
            let words = [("path", p.path.as_str()), ("layer", &p.layer), ("kind", &kind.unwrap_or_default())];
            inside.push(&record(&words, &p.shape, &[("values", values)]));
        }
        for p in &model.layout.parameters {
            let range = p.offset..p.offset + p.len();
            let values = frame.parameters.get(range.clone()).unwrap_or_default();
            let gradient = frame.gradients.get(range).unwrap_or_default();
            let arrays = [("values", values), ("gradient", gradient)];
            parameters.push(&record(&[("name", &p.name)], &p.shape, &arrays));
        }
        Float32Array::from(frame.gradients.get(model.parameters()..).unwrap_or_default())
    });
    let all = Object::new();
    put(&all, "inside", &inside);
    put(&all, "parameters", &parameters);
    put(&all, "steps", &steps);
    Ok(all.into())
}

fn record(words: &[(&str, &str)], shape: &[usize], arrays: &[(&str, &[f32])]) -> Object {
    let object = Object::new();
    words.iter().for_each(|(name, text)| put(&object, name, &JsValue::from_str(text)));
    let shape: Array = shape.iter().map(|&n| JsValue::from_f64(n as f64)).collect();
    put(&object, "shape", &shape);
    arrays.iter().for_each(|(name, values)| put(&object, name, &Float32Array::from(*values)));
    object
}

fn put(object: &Object, name: &str, value: &JsValue) {
    // A plain object takes any property.
    let _set = Reflect::set(object, &name.into(), value);
}
