//! What would put a mistake right: candidates are built and tried, and those that fit are offered.

use minibatch_session::{Advice, Block, Experiment, Input, Outline};

use super::entries::{entry_of, fresh, reshaped};
use super::known::{lead, shape_after};
use super::mistake::{Mistake, Seat};
use super::names::face;
use super::place::{Around, Wanted};
use super::settings::{settings, show, transplant};
use super::tree::{self, Place};
use crate::words::{fill, named, t};

/// The most that are offered.
const MOST: usize = 3;

/// A way out: what the button says, and the layers then.
#[derive(Clone, PartialEq, Debug)]
pub struct Mend {
    /// In a few words.
    pub text: String,
    /// All layers.
    pub layers: Vec<Block>,
}

/// What would mend this mistake of an experiment as it is written, the best first.
pub fn mends(written: &Experiment, mistake: &Mistake, wanted: Option<&Wanted>) -> Vec<Mend> {
    let Some(spec) = &written.model else { return vec![] };
    let (input, layers) = (&spec.input, &spec.layers);
    let valid = |layers: &[Block]| {
        let mut tried = written.clone();
        if let Some(model) = &mut tried.model {
            model.layers = layers.to_vec();
        }
        tried.validate().is_ok()
    };
    let mut found = match &mistake.seat {
        Seat::Layer(place) if !mistake.task => {
            let tried = at_layer(input, layers, place, wanted);
            // Where the layers fit together and the batch does not fit them, only what mends everything mends this.
            let whole = builds(input, layers, place);
            tried
                .into_iter()
                .filter(
                    |(mend, place)| {
                        if whole { valid(&mend.layers) } else { builds(input, &mend.layers, place) }
                    },
                )
                .map(|(m, _)| m)
                .collect()
        }
        Seat::Layer(_) | Seat::Foot => {
            let tried = wanted.map_or(vec![], |wanted| at_output(layers, wanted));
            tried.into_iter().filter(|mend| valid(&mend.layers)).collect::<Vec<_>>()
        }
        Seat::Input => vec![],
    };
    // What mends everything comes before what mends this alone.
    found.sort_by_key(|mend| !valid(&mend.layers));
    let mut said = vec![];
    found.retain(|mend| {
        let new = !said.contains(&mend.text);
        said.push(mend.text.clone());
        new
    });
    found.truncate(MOST);
    found
}

/// The way out of what is doubtful: without the layer, or with it otherwise.
pub fn undone(advice: &Advice) -> Mend {
    Mend { text: t("layers.mend.twice").into(), layers: advice.mended.clone() }
}

/// Whether the layers up to and with the one at a place fit together.
fn builds(input: &Input, layers: &[Block], place: &Place) -> bool {
    let (Some(before), Some(block)) = (lead(layers, input, place), tree::get(layers, place)) else {
        return false;
    };
    Outline::of(input, &[&before[..], std::slice::from_ref(block)].concat()).is_ok()
}

/// Candidates for a layer that cannot take what comes in, each with where the layer is then.
fn at_layer(input: &Input, layers: &[Block], place: &Place, wanted: Option<&Wanted>) -> Vec<(Mend, Place)> {
    let Some(block) = tree::get(layers, place) else { return vec![] };
    let around = Around::at(input, layers, place, wanted);
    let mut all = vec![];
    let mut offer = |text: String, at: &Place, change: &dyn Fn(&mut Vec<Block>)| {
        let mut layers = layers.to_vec();
        change(&mut layers);
        all.push((Mend { text, layers }, at.clone()));
    };
    let behind = place.beside(place.at + 1);
    // Its own settings, one at a time, as a new layer here would have them.
    let model = fresh(entry_of(block), &around);
    for &(id, _) in settings(block) {
        let changed = model.as_ref().and_then(|model| transplant(block, id, model));
        if let Some(changed) = changed.filter(|changed| changed != block) {
            let value = show(&changed, id);
            let text = fill("layers.mend.set", &[("name", named("layers.setting", id)), ("value", &value)]);
            offer(text, place, &|layers| {
                tree::replace(layers, place, changed.clone());
            });
        }
    }
    // A flatten that comes too early.
    let before = place.at.checked_sub(1).map(|at| place.beside(at));
    if let Some(before) = before.filter(|p| tree::get(layers, p) == Some(&Block::Flatten)) {
        // As far as is needed for all to fit, else behind this one alone: what mends everything is taken first.
        let rest = tree::list(layers, &place.list).map_or(0, <[Block]>::len);
        for gap in place.at + 1..=rest {
            offer(t("layers.mend.flatten-down").into(), &before, &|layers| {
                tree::relocate(layers, &before, &place.beside(gap));
            });
        }
    }
    for inserted in bridges(&around) {
        let text = fill("layers.mend.insert", &[("layer", &face(&inserted).0)]);
        offer(text, &behind, &|layers| {
            tree::insert(layers, place, inserted.clone());
        });
    }
    if let Block::BatchNorm { .. } = block {
        let other = Block::LayerNorm { eps: 1e-5 };
        let text = fill("layers.mend.replace", &[("layer", &face(&other).0)]);
        offer(text, place, &|layers| {
            tree::replace(layers, place, other.clone());
        });
    }
    if let Some(shortcut) = shortcut(input, layers, place) {
        let text = fill("layers.mend.shortcut", &[("layer", &face(&shortcut).0)]);
        offer(text, place, &|layers| {
            if let Some(Block::Residual { body, .. }) = tree::get(layers, place).cloned() {
                tree::replace(layers, place, Block::Residual { body, shortcut: vec![shortcut.clone()] });
            }
        });
    }
    all
}

/// Layers that make of what comes in something that others take.
fn bridges(around: &Around) -> Vec<Block> {
    let mut all: Vec<Block> = around.tokens.and_then(|_| fresh("embedding", around)).into_iter().collect();
    if let Some(shape) = &around.shape {
        all.push(Block::Reshape { shape: reshaped(shape) });
        if let [c, h, w] = shape[..] {
            all.push(Block::Reshape { shape: vec![c, h * w] });
            all.push(Block::Permute { axes: vec![1, 2, 0] });
        }
        if let [n] = shape[..] {
            all.extend([Block::Reshape { shape: vec![n, 1] }, Block::Reshape { shape: vec![1, 1, n] }]);
        }
        all.push(Block::Flatten);
    }
    all
}

/// A layer that makes the shortcut as wide as the body is.
fn shortcut(input: &Input, layers: &[Block], place: &Place) -> Option<Block> {
    let Block::Residual { body, .. } = tree::get(layers, place)? else { return None };
    let before = lead(layers, input, place)?;
    let given = shape_after(input, &[&before[..], body].concat())?;
    let written = match given[..] {
        [channels, _, _] => serde_json::json!({ "layer": "conv2d", "channels": channels, "kernel": 1 }),
        [.., units] => serde_json::json!({ "layer": "linear", "units": units }),
        [] => return None,
    };
    serde_json::from_value(written).ok()
}

/// Candidates where the layers fit together but do not give what the task asks.
fn at_output(layers: &[Block], wanted: &Wanted) -> Vec<Mend> {
    let Some(units) = wanted.output().last().copied() else { return vec![] };
    let around = Around { ends: true, wanted: Some(wanted.clone()), ..Around::default() };
    let Some(output) = fresh("linear", &around) else { return vec![] };
    let mut all = vec![];
    let recurrent = layers.iter().rposition(|b| matches!(b, Block::Recurrent { .. }));
    for choice in ["last", "sequence"] {
        let changed =
            recurrent.and_then(|at| Some((at, super::settings::set(&layers[at], "output", choice)?)));
        if let Some((at, changed)) = changed.filter(|(at, b)| layers[*at] != *b) {
            let text = fill("layers.mend.output", &[("value", named("layers.output", choice))]);
            let mut layers = layers.to_vec();
            layers[at] = changed;
            all.push(Mend { text, layers });
        }
    }
    let last = layers.last();
    let wider =
        last.filter(|b| matches!(b, Block::Linear { .. })).and_then(|b| transplant(b, "units", &output));
    let number = units.to_string();
    let said = || fill("layers.mend.units", &[("n", &number)]);
    if let Some(wider) = wider {
        let before = &layers[..layers.len() - 1];
        all.push(Mend { text: said(), layers: [before, std::slice::from_ref(&wider)].concat() });
        for inserted in [Block::LastStep, Block::MeanOverSteps, Block::Flatten] {
            let text = fill("layers.mend.insert", &[("layer", &face(&inserted).0)]);
            all.push(Mend { text, layers: [before, &[inserted, wider.clone()]].concat() });
        }
    }
    let add = |between: &[Block]| {
        let added = [between, std::slice::from_ref(&output)].concat();
        let names: Vec<String> = added.iter().map(|b| face(b).0).collect();
        let text = fill("layers.mend.add", &[("layer", &names.join(", "))]);
        Mend { text, layers: [layers, &added].concat() }
    };
    all.push(add(&[]));
    for between in [Block::LastStep, Block::MeanOverSteps, Block::Flatten] {
        all.push(add(&[between]));
    }
    all
}
