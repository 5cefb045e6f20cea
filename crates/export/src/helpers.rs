//! The few modules that torch does not have, as Python text: only those that a model uses are written.

use std::collections::BTreeSet;

use minibatch_graph::Cell;

/// A piece of Python that a script may need, in the order in which they are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Helper {
    /// sin(x).
    Sine,
    /// Another shape.
    Reshape,
    /// Another order of axes.
    Permute,
    /// A part of an axis.
    Select,
    /// Some steps and their padding.
    SelectSteps,
    /// The last step.
    LastStep,
    /// The mean of all steps.
    MeanOverSteps,
    /// Token numbers among numbers.
    Embedding,
    /// A padding token.
    PaddedEmbedding,
    /// A vector for each step.
    LearnedPositions,
    /// Sines and cosines.
    SinusoidalPositions,
    /// A recurrent layer with one result.
    Recurrent(Recurrent),
    /// Who must not look where.
    CausalMask,
    /// Attention with rotary positions.
    Rotary,
    /// A transformer layer with them.
    RotaryLayer,
    /// A sequence looks at itself.
    SelfAttention,
    /// Scores by an MLP.
    AdditiveAttention,
    /// Rows, then columns.
    AxialAttention,
    /// A transformer's encoder with masks.
    Encoder,
    /// A transformer's decoder with masks.
    Decoder,
    /// Both.
    EncoderDecoder,
    /// What is padding where paths meet.
    MetPadding,
    /// A path and a short cut.
    Residual,
    /// Paths side by side.
    Branches,
    /// Paths side by side, joined along the steps with their padding.
    StepBranches,
    /// nn.Sequential that hands masks on.
    Layers,
}

/// One of torch's recurrent layers, with one result instead of two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Recurrent {
    /// torch's class.
    pub class: &'static str,
    /// The last state rather than every step's.
    pub last: bool,
    /// The initial state is learned.
    pub learned: bool,
}

impl Recurrent {
    /// For a cell.
    pub fn new(cell: Cell, last: bool, learned: bool) -> Self {
        let class = match cell {
            Cell::RnnTanh | Cell::RnnRelu => "RNN",
            Cell::Lstm => "LSTM",
            Cell::Gru => "GRU",
        };
        Self { class, last, learned }
    }

    /// The name of our class.
    pub fn name(&self) -> String {
        let learned = if self.learned { "Learned" } else { "" };
        let last = if self.last { "Last" } else { "" };
        format!("{learned}{last}{}", self.class)
    }

    fn text(&self) -> String {
        let Self { class, last, learned } = *self;
        let lstm = class == "LSTM";
        let begins = if learned { ", from a learned initial state" } else { "" };
        let gives =
            if last { "the state after the last step, of each direction" } else { "every step's state" };
        let mut text = format!(
            "class {}(nn.{class}):\n    \"\"\"nn.{class} that gives {gives}{begins}.\"\"\"\n\n",
            self.name()
        );
        if learned {
            text +=
                "    def __init__(self, *sizes, **settings):\n        super().__init__(*sizes, **settings)\n";
            text += "        states = (self.num_layers * (2 if self.bidirectional else 1), 1, self.hidden_size)\n";
            text += "        self.h0 = nn.Parameter(torch.zeros(states))\n";
            text += if lstm { "        self.c0 = nn.Parameter(torch.zeros(states))\n\n" } else { "\n" };
        }
        text += "    def forward(self, x):\n";
        let state = |name: &str| format!("self.{name}.expand(-1, len(x), -1).contiguous()");
        let first = match (learned, lstm) {
            (false, _) => "",
            (true, false) => {
                text += &format!("        first = {}\n", state("h0"));
                ", first"
            }
            (true, true) => {
                text += &format!("        h0 = {}\n        c0 = {}\n", state("h0"), state("c0"));
                ", (h0, c0)"
            }
        };
        if last {
            let h = if lstm { "(h, _)" } else { "h" };
            text += &format!("        _, {h} = super().forward(x{first})\n");
            text += "        return torch.cat([h[-2], h[-1]], dim=-1) if self.bidirectional else h[-1]\n";
        } else {
            text += &format!("        output, _ = super().forward(x{first})\n        return output\n");
        }
        text
    }
}

impl Helper {
    /// The text, in a script whose layers hand padding and memory on, or in another.
    fn text(self, handed_on: bool) -> String {
        let text = match self {
            Self::Sine => include_str!("python/sine.py"),
            Self::Reshape => include_str!("python/reshape.py"),
            Self::Permute => include_str!("python/permute.py"),
            Self::Select => include_str!("python/select.py"),
            Self::SelectSteps => include_str!("python/select_steps.py"),
            Self::LastStep => include_str!("python/last_step.py"),
            Self::MeanOverSteps => include_str!("python/mean_over_steps.py"),
            Self::Embedding => include_str!("python/embedding.py"),
            Self::PaddedEmbedding => include_str!("python/padded_embedding.py"),
            Self::LearnedPositions => include_str!("python/learned_positions.py"),
            Self::SinusoidalPositions => include_str!("python/sinusoidal_positions.py"),
            Self::Recurrent(recurrent) => return recurrent.text(),
            Self::CausalMask => include_str!("python/causal_mask.py"),
            Self::Rotary => include_str!("python/rotary.py"),
            Self::RotaryLayer => include_str!("python/rotary_layer.py"),
            Self::SelfAttention => include_str!("python/self_attention.py"),
            Self::AdditiveAttention => include_str!("python/additive_attention.py"),
            Self::AxialAttention => include_str!("python/axial_attention.py"),
            Self::Encoder => include_str!("python/encoder.py"),
            Self::Decoder => include_str!("python/decoder.py"),
            Self::EncoderDecoder => include_str!("python/encoder_decoder.py"),
            Self::MetPadding => include_str!("python/met_padding.py"),
            Self::Residual if handed_on => include_str!("python/residual_through.py"),
            Self::Residual => include_str!("python/residual.py"),
            Self::Branches if handed_on => include_str!("python/branches_through.py"),
            Self::Branches => include_str!("python/branches.py"),
            Self::StepBranches => include_str!("python/step_branches.py"),
            Self::Layers => include_str!("python/layers.py"),
        };
        text.to_string()
    }

    /// The class, where it wants to know of masks.
    fn attentive(self) -> Option<&'static str> {
        match self {
            Self::SelfAttention => Some("SelfAttention"),
            Self::AdditiveAttention => Some("AdditiveAttention"),
            Self::Encoder => Some("Encoder"),
            Self::Decoder => Some("Decoder"),
            // These pass on themselves what they are told.
            Self::EncoderDecoder | Self::Residual | Self::Branches | Self::StepBranches => None,
            Self::SelectSteps | Self::MetPadding => None,
            Self::Sine | Self::Reshape | Self::Permute | Self::Select | Self::LastStep => None,
            Self::MeanOverSteps | Self::Embedding | Self::PaddedEmbedding => None,
            Self::LearnedPositions | Self::SinusoidalPositions | Self::Recurrent(_) => None,
            Self::CausalMask | Self::Rotary | Self::RotaryLayer => None,
            Self::AxialAttention | Self::Layers => None,
        }
    }
}

/// The Python text of all of them.
pub fn text(used: &BTreeSet<Helper>) -> String {
    let handed_on = used.contains(&Helper::Layers);
    let mut parts: Vec<String> = used.iter().map(|helper| helper.text(handed_on)).collect();
    if handed_on {
        let classes: Vec<_> = used.iter().filter_map(|helper| helper.attentive()).collect();
        let comma = if classes.len() == 1 { "," } else { "" };
        let mut text = format!("ATTENTIVE = ({}{comma})\n", classes.join(", "));
        if used.contains(&Helper::PaddedEmbedding) && !classes.is_empty() {
            text +=
                "# torch's fast path for evaluation gives NaN where a step may see nothing but padding.\n";
            text += "torch.backends.mha.set_fastpath_enabled(False)\n";
        }
        parts.push(text);
    }
    if !handed_on {
        // Nothing is handed on, so nothing need be taken.
        parts.iter_mut().for_each(|part| *part = part.replace("padding=None, **_)", "padding=None)"));
    }
    parts.join("\n\n")
}
