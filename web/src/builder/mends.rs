//! What would put a mistake right: candidates are built and tried, and those that fit are offered.

use minibatch_session::{Advice, Block, Experiment, Input, Outline, RecurrentOutput};

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
                .filter(|(mend, place)| match place {
                    _ if whole => valid(&mend.layers),
                    Some(place) => builds(input, &mend.layers, place),
                    None => true,
                })
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

/// Candidates for a layer that cannot take what comes in, the one a teacher would give first; each with the place whose
/// layer must fit then, if there is one.
fn at_layer(
    input: &Input,
    layers: &[Block],
    place: &Place,
    wanted: Option<&Wanted>,
) -> Vec<(Mend, Option<Place>)> {
    let Some(block) = tree::get(layers, place) else { return vec![] };
    let around = Around::at(input, layers, place, wanted);
    let mut all = vec![];
    let mut offer = |text: String, at: &Place, change: &dyn Fn(&mut Vec<Block>)| {
        let mut layers = layers.to_vec();
        change(&mut layers);
        let there = tree::get(&layers, at).is_some().then(|| at.clone());
        all.push((Mend { text, layers }, there));
    };
    let remove = |block: &Block| fill("layers.mend.remove", &[("layer", &face(block).0)]);
    // Numbers were embedded already, or a step was picked already: once is enough.
    let flat = around.tokens.is_none() && around.shape.as_ref().is_some_and(|shape| shape.len() == 1);
    let again = match block {
        Block::Embedding { .. } => around.tokens.is_none(),
        Block::LastStep | Block::MeanOverSteps => flat,
        _ => false,
    };
    if again {
        offer(remove(block), place, &|layers| drop(tree::remove(layers, place)));
    }
    // The steps that it goes through were given up before.
    let lost = given_up(layers, place).filter(|_| flat && goes_through_steps(block));
    if let Some((at, giver)) = &lost {
        match super::settings::set(giver, "output", "sequence") {
            Some(kept) => offer(said_output("sequence"), place, &|layers| {
                tree::replace(layers, at, kept.clone());
            }),
            None => offer(remove(giver), &place.beside(place.at - 1), &|layers| {
                tree::remove(layers, at);
            }),
        }
        return all;
    }
    if let Some((id, changed)) = divided(block, &around) {
        let value = show(&changed, id);
        offer(
            fill("layers.mend.set", &[("name", named("layers.setting", id)), ("value", &value)]),
            place,
            &|layers| {
                tree::replace(layers, place, changed.clone());
            },
        );
    }
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
    for (text, residual) in residuals(input, layers, place) {
        offer(text, place, &|layers| {
            tree::replace(layers, place, residual.clone());
        });
    }
    all
}

/// Whether a layer goes from step to step, and so needs a step axis.
fn goes_through_steps(block: &Block) -> bool {
    matches!(
        block,
        Block::Recurrent { .. }
            | Block::LastStep
            | Block::MeanOverSteps
            | Block::Positions { .. }
            | Block::SelfAttention { .. }
            | Block::AdditiveAttention { .. }
            | Block::TransformerEncoder(_)
            | Block::TransformerDecoder(_)
    )
}

/// The layer above in the same list that left one step of many, with nothing between that would change the axes.
fn given_up(layers: &[Block], place: &Place) -> Option<(Place, Block)> {
    for at in (0..place.at).rev() {
        let here = place.beside(at);
        match tree::get(layers, &here)? {
            block @ (Block::LastStep
            | Block::MeanOverSteps
            | Block::Recurrent { output: RecurrentOutput::Last, .. }) => return Some((here, block.clone())),
            Block::Linear { .. }
            | Block::Activation { .. }
            | Block::Softmax { .. }
            | Block::Dropout { .. }
            | Block::LayerNorm { .. }
            | Block::RmsNorm { .. }
            | Block::BatchNorm { .. } => {}
            _ => return None,
        }
    }
    None
}

/// The layer with heads or groups that divide what they are parts of, as near as may be to what was written.
fn divided(block: &Block, around: &Around) -> Option<(&'static str, Block)> {
    let channels = around.image().map(|[channels, _, _]| channels);
    let (id, written, of) = match block {
        Block::SelfAttention { heads, .. } => ("heads", *heads, vec![around.features()?]),
        Block::AxialAttention { heads } => ("heads", *heads, vec![around.features()?]),
        Block::TransformerEncoder(t) | Block::TransformerDecoder(t) => {
            ("heads", t.heads, vec![around.features()?])
        }
        Block::GroupNorm { groups, .. } => ("groups", *groups, vec![channels.or(around.features())?]),
        Block::Conv2d { groups, channels: out, .. }
        | Block::ConvTranspose2d { groups, channels: out, .. } => ("groups", *groups, vec![channels?, *out]),
        _ => return None,
    };
    let least = of.iter().copied().min()?;
    let nearest = (1..=least)
        .filter(|n| of.iter().all(|of| of.is_multiple_of(*n)))
        .min_by_key(|&n| (n.abs_diff(written), std::cmp::Reverse(n)))?;
    (nearest != written).then_some(())?;
    Some((id, super::settings::set(block, id, &nearest.to_string())?))
}

/// What a recurrent layer gives, as a mend says it.
fn said_output(choice: &'static str) -> String {
    fill("layers.mend.output", &[("value", named("layers.output", choice))])
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

/// A residual block whose ends meet: with windows padded so that the body keeps the size, with a shortcut that makes
/// what the body makes, or with both.
fn residuals(input: &Input, layers: &[Block], place: &Place) -> Vec<(String, Block)> {
    let Some(Block::Residual { body, shortcut: old }) = tree::get(layers, place) else { return vec![] };
    let Some(before) = lead(layers, input, place) else { return vec![] };
    let mut all = vec![];
    let mut try_body = |body: &[Block], said: Option<String>| {
        let text = |more: Option<String>| said.iter().cloned().chain(more).collect::<Vec<_>>().join(", ");
        if said.is_some() {
            all.push((text(None), Block::Residual { body: body.to_vec(), shortcut: old.clone() }));
        }
        if let Some(shortcut) = shortcut(input, &before, body) {
            let more = fill("layers.mend.shortcut", &[("layer", &face(&shortcut).0)]);
            all.push((text(Some(more)), Block::Residual { body: body.to_vec(), shortcut: vec![shortcut] }));
        }
    };
    let padded: Vec<Block> = body.iter().map(same_size).collect();
    if padded != *body {
        let value =
            padded.iter().zip(body).find(|(new, old)| new != old).map(|(new, _)| show(new, "padding"));
        let words = [("name", named("layers.setting", "padding")), ("value", &value.unwrap_or_default())];
        try_body(&padded, Some(fill("layers.mend.set", &words)));
    }
    try_body(body, None);
    all
}

/// A convolution padded so that it keeps the size, where its window is odd and it goes place by place.
fn same_size(block: &Block) -> Block {
    let half = |[size, dilation]: [usize; 2]| (size % 2 == 1).then_some(size / 2 * dilation);
    match block {
        Block::Conv2d { kernel, stride, dilation, .. } if stride.0 == [1, 1] => {
            let ([h, w], [dh, dw]) = (kernel.0, dilation.0);
            let padding = half([h, dh]).zip(half([w, dw]));
            let text = padding.map(|(h, w)| if h == w { h.to_string() } else { format!("{h} {w}") });
            text.and_then(|text| super::settings::set(block, "padding", &text))
                .unwrap_or_else(|| block.clone())
        }
        other => other.clone(),
    }
}

/// A layer that makes of what comes to a block the shape that its body makes.
fn shortcut(input: &Input, before: &[Block], body: &[Block]) -> Option<Block> {
    let came = shape_after(input, before)?;
    let given = shape_after(input, &[before, body].concat())?;
    let written = match (&came[..], &given[..]) {
        (&[_, h, w], &[channels, height, width]) => {
            // A window of one place at every n-th place.
            let stride = (1..=4).find(|n| (h.div_ceil(*n), w.div_ceil(*n)) == (height, width))?;
            serde_json::json!({ "layer": "conv2d", "channels": channels, "kernel": 1, "stride": stride })
        }
        (_, &[.., units]) => serde_json::json!({ "layer": "linear", "units": units }),
        (_, []) => return None,
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
            let mut layers = layers.to_vec();
            layers[at] = changed;
            all.push(Mend { text: said_output(choice), layers: layers.clone() });
            if at + 1 == layers.len() {
                let add = fill("layers.mend.add", &[("layer", &face(&output).0)]);
                layers.push(output.clone());
                all.push(Mend { text: format!("{}, {add}", said_output(choice)), layers });
            }
        }
    }
    // Where the task asks at every step, what gave the steps up goes.
    for at in (0..layers.len()).rev() {
        if let Block::LastStep | Block::MeanOverSteps | Block::Flatten = layers[at] {
            let text = fill("layers.mend.remove", &[("layer", &face(&layers[at]).0)]);
            all.push(Mend { text, layers: [&layers[..at], &layers[at + 1..]].concat() });
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
    all.extend(fresh("adaptive-avg-pool2d", &around).map(|pool| add(&[pool, Block::Flatten])));
    all
}
