//! The settings of each kind of layer: what can be typed or chosen, read and written through the layer's own format, so
//! that a setting has one name and one meaning.

use minibatch_session::{Activation, Block, Init};
use serde_json::{Value, json};

/// What a setting takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A whole number.
    Whole,
    /// A whole number or none.
    WholeOrNone,
    /// Whole numbers.
    Wholes,
    /// Any number.
    Number,
    /// Height and width, or one number for both.
    Pair,
    /// The same, or none.
    PairOrNone,
    /// On or off.
    Switch,
    /// A name among some; the group under which the words have them.
    Choice(&'static str),
}

/// A setting: its name in files and what it takes.
pub type Setting = (&'static str, Kind);

use Kind::{Choice, Number, Pair, PairOrNone, Switch, Whole, WholeOrNone, Wholes};

const ACTIVATION: Setting = ("activation", Choice("activation"));
const INIT: Setting = ("init", Choice("init"));
const BIAS: Setting = ("bias", Switch);
const UNITS: Setting = ("units", Whole);
const HEADS: Setting = ("heads", Whole);
const CAUSAL: Setting = ("causal", Switch);
const ROTARY: Setting = ("rotary", Switch);
const EPS: Setting = ("eps", Number);
const GROUPS: Setting = ("groups", Whole);
const AXIS: Setting = ("axis", Whole);
const POOL: &[Setting] = &[("kernel", Pair), ("stride", PairOrNone), ("padding", Pair)];
const TRANSFORMER: &[Setting] = &[
    HEADS,
    ("feedforward", Whole),
    ("layers", Whole),
    CAUSAL,
    ("dropout", Number),
    ACTIVATION,
    ("norm_first", Switch),
    ("final_norm", Switch),
    ROTARY,
];

/// The settings of a kind of layer, those that matter most first.
pub fn settings(block: &Block) -> &'static [Setting] {
    match block {
        Block::Linear { .. } => &[UNITS, ACTIVATION, BIAS, INIT],
        Block::Activation { .. } => &[ACTIVATION],
        Block::Softmax { .. } => &[("log", Switch)],
        Block::Conv2d { .. } => &[
            ("channels", Whole),
            ("kernel", Pair),
            ACTIVATION,
            ("padding", Pair),
            ("stride", Pair),
            ("dilation", Pair),
            GROUPS,
            BIAS,
            INIT,
        ],
        Block::ConvTranspose2d { .. } => &[
            ("channels", Whole),
            ("kernel", Pair),
            ("stride", Pair),
            ("padding", Pair),
            ("output_padding", Pair),
            ("dilation", Pair),
            GROUPS,
            BIAS,
            INIT,
        ],
        Block::MaxPool2d { .. } | Block::AvgPool2d { .. } => POOL,
        Block::AdaptiveAvgPool2d { .. } | Block::AdaptiveMaxPool2d { .. } => &[("size", Pair)],
        Block::BatchNorm { .. } => &[EPS, ("momentum", Number)],
        Block::LayerNorm { .. } | Block::RmsNorm { .. } => &[EPS],
        Block::GroupNorm { .. } => &[GROUPS, EPS],
        Block::Dropout { .. } => &[("rate", Number)],
        Block::Flatten | Block::LastStep | Block::MeanOverSteps | Block::Residual { .. } => &[],
        Block::Reshape { .. } => &[("shape", Wholes)],
        Block::Permute { .. } => &[("axes", Wholes)],
        Block::Select { .. } => &[("start", Whole), ("len", Whole), AXIS],
        Block::Embedding { .. } => &[UNITS, ("vocabulary", Whole), ("padding", WholeOrNone)],
        Block::Positions { .. } => &[("kind", Choice("layers.position"))],
        Block::Recurrent { .. } => &[
            UNITS,
            ("cell", Choice("layers.cell")),
            ("output", Choice("layers.output")),
            ("layers", Whole),
            ("bidirectional", Switch),
            ("learn_initial", Switch),
        ],
        Block::SelfAttention { .. } => &[HEADS, CAUSAL, ROTARY],
        Block::AdditiveAttention { .. } => &[("hidden", Wholes), CAUSAL, ("softmax", Switch)],
        Block::AxialAttention { .. } => &[HEADS],
        Block::TransformerEncoder(_) | Block::TransformerDecoder(_) => TRANSFORMER,
        Block::EncoderDecoder { .. } => &[("source", Whole)],
        Block::Branches { .. } => &[AXIS],
    }
}

/// The names a choice has.
pub fn choices(group: &str) -> Vec<&'static str> {
    match group {
        "activation" => Activation::ALL.map(Activation::id).to_vec(),
        "init" => Init::ALL.map(Init::id).to_vec(),
        "layers.cell" => vec!["lstm", "gru", "rnn-tanh", "rnn-relu"],
        "layers.output" => vec!["sequence", "last"],
        "layers.position" => vec!["learned", "sinusoidal"],
        _ => vec![],
    }
}

fn written(block: &Block) -> Value {
    serde_json::to_value(block).unwrap_or_default()
}

/// A setting as text: what a field shows, a choice's name, "true" or "false".
pub fn show(block: &Block, id: &str) -> String {
    text(&written(block)[id])
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        // Settings have 32 bits; as 64 they would show dust.
        Value::Number(n) if n.is_f64() => n.as_f64().map_or_else(String::new, |n| (n as f32).to_string()),
        Value::Array(all) => all.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The layer with a setting as it was typed or chosen; none where the text says nothing that the setting can be.
pub fn set(block: &Block, id: &str, typed: &str) -> Option<Block> {
    let &(_, kind) = settings(block).iter().find(|(name, _)| *name == id)?;
    let value = read(kind, typed.trim())?;
    with(block, id, value)
}

/// The layer with another's setting.
pub fn transplant(block: &Block, id: &str, from: &Block) -> Option<Block> {
    with(block, id, written(from).get(id)?.clone())
}

fn with(block: &Block, id: &str, value: Value) -> Option<Block> {
    let mut all = written(block);
    *all.get_mut(id)? = value;
    serde_json::from_value(all).ok()
}

/// Reads what was typed; none where it cannot be read.
fn read(kind: Kind, typed: &str) -> Option<Value> {
    let parts = || typed.split([',', ' ', '×', 'x', '*', '(', ')', '[', ']']).filter(|part| !part.is_empty());
    let wholes = || parts().map(|part| part.parse::<u32>().ok()).collect::<Option<Vec<_>>>();
    let none = typed.is_empty() || typed == "–" || typed == "-";
    match kind {
        Whole => typed.parse::<u32>().ok().map(|n| json!(n)),
        WholeOrNone if none => Some(Value::Null),
        WholeOrNone => read(Whole, typed),
        Wholes => wholes().map(|all| json!(all)),
        Number => typed.replace(',', ".").parse::<f32>().ok().filter(|n| n.is_finite()).map(|n| json!(n)),
        PairOrNone if none => Some(Value::Null),
        Pair | PairOrNone => match wholes()?[..] {
            [n] => Some(json!(n)),
            [a, b] => Some(json!([a, b])),
            _ => None,
        },
        Switch => typed.parse::<bool>().ok().map(|on| json!(on)),
        Choice(group) => choices(group).contains(&typed).then(|| json!(typed)),
    }
}

/// Numbers as one would type them after a layer's name, given to its settings in their order: "15 3" makes a
/// convolution of 15 filters of 3 × 3. What is left over is left out.
pub fn with_numbers(block: &Block, numbers: &[&str]) -> Block {
    let mut numbers = numbers.iter();
    let mut made = block.clone();
    for &(id, kind) in settings(block) {
        if matches!(kind, Switch | Choice(_)) {
            continue;
        }
        let Some(number) = numbers.next() else { break };
        made = set(&made, id, number).unwrap_or(made);
    }
    made
}

/// A number one step up or down, as an arrow key changes it.
pub fn step(kind: Kind, typed: &str, up: bool) -> Option<String> {
    let number: i64 = match kind {
        Whole | WholeOrNone | Pair | PairOrNone => typed.trim().parse().ok()?,
        Wholes | Number | Switch | Choice(_) => return None,
    };
    Some((number + if up { 1 } else { -1 }).max(0).to_string())
}
