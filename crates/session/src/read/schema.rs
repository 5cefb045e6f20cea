//! The fields that an experiment has, at every depth. A test holds the table and serde's types against each other, so that
//! neither has a field, a variant or a value that the other lacks.

use minibatch_data::{DatasetKind, Feature, TaskKind};
use minibatch_graph::Cell;
use minibatch_nn::{Activation, Init, LossKind, OptimizerKind, ScheduleKind};

/// What a value may be.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A whole number of 32 bits.
    Whole,
    /// A number that 32 bits hold.
    Number,
    /// True or false.
    Flag,
    /// Any text.
    Text,
    /// One of some names.
    Choice(fn() -> Vec<&'static str>),
    /// Height and width: one whole number for both, or a list of two.
    Pair,
    /// Any number of the same.
    List(&'static Kind),
    /// The same, or null.
    Maybe(&'static Kind),
    /// Fields by their names.
    Object(&'static [Field]),
    /// Fields that depend on one of them, the tag.
    Tagged(&'static str, &'static [Variant]),
}

/// Whether a field must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It has no default.
    Must,
    /// It has a default, and is written all the same.
    Always,
    /// It is written only where it is not empty.
    Rare,
}

/// A field of an object.
#[derive(Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Whether it must be there.
    pub need: Need,
}

/// The fields that go with one value of the tag.
pub struct Variant {
    /// The tag's value.
    pub name: &'static str,
    /// The other fields.
    pub fields: &'static [Field],
}

const fn must(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, need: Need::Must }
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, need: Need::Always }
}

const fn rare(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, need: Need::Rare }
}

const fn layer(name: &'static str, fields: &'static [Field]) -> Variant {
    Variant { name, fields }
}

use Kind::{Choice, Flag, List, Maybe, Number, Object, Pair, Tagged, Text, Whole};

const ACTIVATION: Kind = Choice(|| Activation::ALL.map(|a| a.id()).into());
const INIT: Kind = Choice(|| Init::ALL.map(|i| i.id()).into());
const LOSS: Kind = Choice(|| LossKind::ALL.map(|l| l.id()).into());
const FEATURE: Kind = Choice(|| Feature::ALL.map(|f| f.id()).into());
const TASK: Kind = Choice(|| TaskKind::ALL.map(|t| t.id()).into());
const CELL: Kind = Choice(|| {
    let name = |cell| match cell {
        Cell::RnnTanh => "rnn-tanh",
        Cell::RnnRelu => "rnn-relu",
        Cell::Lstm => "lstm",
        Cell::Gru => "gru",
    };
    Cell::ALL.map(name).into()
});

/// The whole.
pub static EXPERIMENT: Kind = Object(&[
    field("version", Whole),
    field("seed", Whole),
    field("data", Object(&DATA)),
    field("features", List(&FEATURE)),
    field("hidden", List(&Object(&HIDDEN))),
    field("output_init", INIT),
    rare("model", Maybe(&Object(&MODEL))),
    field("loss", LOSS),
    field("loss_options", Object(&LOSS_OPTIONS)),
    field("training", Object(&TRAINING)),
]);

pub static DATA: [Field; 8] = [
    field("kind", Choice(|| DatasetKind::ALL.map(|k| k.id()).into())),
    field("noise", Number),
    field("samples", Whole),
    field("train_share", Number),
    rare("points", List(&Object(&[must("x", Number), must("y", Number), must("label", Number)]))),
    rare("own_train", Maybe(&Whole)),
    field("own_regression", Flag),
    rare("class_names", List(&Text)),
];

static HIDDEN: [Field; 4] =
    [field("units", Whole), field("activation", ACTIVATION), field("dropout", Number), field("init", INIT)];

pub static LOSS_OPTIONS: [Field; 3] =
    [field("label_smoothing", Number), field("ignore_index", Maybe(&Whole)), field("delta", Number)];

static TRAINING: [Field; 8] = [
    field("batch_size", Whole),
    field("optimizer", Object(&OPTIMIZER)),
    field("learning_rate", Number),
    field("schedule", Object(&SCHEDULE)),
    field("l1", Number),
    field("l2", Number),
    field("clip_norm", Maybe(&Number)),
    field("clip_value", Maybe(&Number)),
];

pub static OPTIMIZER: [Field; 8] = [
    field("kind", Choice(|| OptimizerKind::ALL.map(|o| o.id()).into())),
    field("momentum", Number),
    field("muon_momentum", Number),
    field("beta1", Number),
    field("beta2", Number),
    field("alpha", Number),
    field("rho", Number),
    field("eps", Number),
];

pub static SCHEDULE: [Field; 6] = [
    field("kind", Choice(|| ScheduleKind::ALL.map(|s| s.id()).into())),
    field("period", Whole),
    field("gamma", Number),
    field("total", Whole),
    field("min", Number),
    field("warmup", Whole),
];

static MODEL: [Field; 3] = [
    must("input", Object(&[must("shape", List(&Whole)), field("tokens", Maybe(&Whole))])),
    must("layers", List(&LAYER)),
    must("samples", Tagged("kind", &SAMPLES)),
];

static SAMPLES: [Variant; 4] = [
    Variant { name: "random", fields: &[must("train", Whole), must("test", Whole)] },
    Variant { name: "task", fields: &TASK_FIELDS },
    Variant {
        name: "own",
        fields: &[
            must("name", Text),
            must("input", List(&Whole)),
            must("classes", Whole),
            must("train", Whole),
            must("test", Whole),
        ],
    },
    Variant {
        name: "table",
        fields: &[must("inputs", List(&List(&Number))), must("targets", List(&Number))],
    },
];

/// The task itself has a default in serde, and yet must be named: samples of some other task are not what was meant.
pub static TASK_FIELDS: [Field; 9] = [
    must("task", TASK),
    field("train", Whole),
    field("test", Whole),
    field("noise", Number),
    rare("length", Maybe(&Whole)),
    rare("symbols", Maybe(&Whole)),
    rare("delay", Maybe(&Whole)),
    rare("text", Maybe(&Text)),
    field("words", Flag),
];

/// One layer. Layers hold layers, so this refers to itself.
pub static LAYER: Kind = Tagged("layer", &LAYERS);
static BRANCH: Kind = List(&LAYER);

static CONV: [Field; 9] = [
    must("channels", Whole),
    must("kernel", Pair),
    field("stride", Pair),
    field("padding", Pair),
    field("dilation", Pair),
    field("groups", Whole),
    field("bias", Flag),
    field("activation", ACTIVATION),
    field("init", INIT),
];

static CONV_TRANSPOSE: [Field; 9] = [
    must("channels", Whole),
    must("kernel", Pair),
    field("stride", Pair),
    field("padding", Pair),
    field("output_padding", Pair),
    field("dilation", Pair),
    field("groups", Whole),
    field("bias", Flag),
    field("init", INIT),
];

static POOL: [Field; 3] = [must("kernel", Pair), field("stride", Maybe(&Pair)), field("padding", Pair)];

static TRANSFORMER: [Field; 9] = [
    must("heads", Whole),
    must("feedforward", Whole),
    field("layers", Whole),
    field("causal", Flag),
    field("norm_first", Flag),
    field("final_norm", Flag),
    field("activation", ACTIVATION),
    field("dropout", Number),
    field("rotary", Flag),
];

static LAYERS: [Variant; 31] = [
    layer(
        "linear",
        &[must("units", Whole), field("bias", Flag), field("activation", ACTIVATION), field("init", INIT)],
    ),
    layer("activation", &[must("activation", ACTIVATION)]),
    layer("softmax", &[field("log", Flag)]),
    layer("conv2d", &CONV),
    layer("conv-transpose2d", &CONV_TRANSPOSE),
    layer("max-pool2d", &POOL),
    layer("avg-pool2d", &POOL),
    layer("adaptive-avg-pool2d", &[must("size", Pair)]),
    layer("adaptive-max-pool2d", &[must("size", Pair)]),
    layer("batch-norm", &[field("eps", Number), field("momentum", Number)]),
    layer("layer-norm", &[field("eps", Number)]),
    layer("rms-norm", &[field("eps", Number)]),
    layer("group-norm", &[must("groups", Whole), field("eps", Number)]),
    layer("dropout", &[must("rate", Number)]),
    layer("flatten", &[]),
    layer("reshape", &[must("shape", List(&Whole))]),
    layer("permute", &[must("axes", List(&Whole))]),
    layer("select", &[field("axis", Whole), must("start", Whole), must("len", Whole)]),
    layer("embedding", &[must("vocabulary", Whole), must("units", Whole), field("padding", Maybe(&Whole))]),
    layer("positions", &[must("kind", Choice(|| vec!["learned", "sinusoidal"]))]),
    layer(
        "recurrent",
        &[
            must("cell", CELL),
            must("units", Whole),
            field("layers", Whole),
            field("bidirectional", Flag),
            field("output", Choice(|| vec!["sequence", "last"])),
            field("learn_initial", Flag),
        ],
    ),
    layer("self-attention", &[must("heads", Whole), field("causal", Flag), field("rotary", Flag)]),
    layer(
        "additive-attention",
        &[must("hidden", List(&Whole)), field("causal", Flag), field("softmax", Flag)],
    ),
    layer("axial-attention", &[must("heads", Whole)]),
    layer("transformer-encoder", &TRANSFORMER),
    layer("transformer-decoder", &TRANSFORMER),
    layer(
        "encoder-decoder",
        &[must("source", Whole), must("encoder", List(&LAYER)), must("decoder", List(&LAYER))],
    ),
    layer("residual", &[must("body", List(&LAYER)), field("shortcut", List(&LAYER))]),
    layer("branches", &[must("branches", List(&BRANCH)), field("axis", Whole)]),
    layer("last-step", &[]),
    layer("mean-over-steps", &[]),
];
