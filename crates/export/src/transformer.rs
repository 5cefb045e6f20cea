//! Stacks of transformer layers.

use minibatch_nn::{Activation, Transformer};

use crate::ExportError;
use crate::code::{Call, Code, float};
use crate::helpers::Helper;
use crate::layers::Writer;

impl Writer {
    /// `nn.TransformerEncoder`, or ours where there are masks or dropout; or the decoder.
    pub(crate) fn transformer(
        &mut self,
        place: &str,
        stack: &Transformer,
        encoder: bool,
    ) -> Result<Code, ExportError> {
        let features = self.extent(place, "layers.0.linear1.weight", 1)?;
        let name = if encoder { "nn.TransformerEncoderLayer" } else { "nn.TransformerDecoderLayer" };
        let mut layer = Call::new(name).arg(features).arg(stack.heads).arg(stack.feedforward);
        layer = layer.unless(0.1, "dropout", stack.dropout, float);
        if stack.activation != Activation::Relu {
            layer = layer.named("activation", function(stack.activation));
        }
        layer = layer.flag("norm_first", stack.norm_first).named("batch_first", "True");
        if stack.rotary {
            self.used.extend([Helper::Rotary, Helper::RotaryLayer]);
            layer = Call::new("with_rotary").arg(layer);
        }
        let plain = encoder && !stack.causal && stack.dropout == 0.0 && !self.hands_on();
        if !plain {
            self.used.extend([if encoder { Helper::Encoder } else { Helper::Decoder }, Helper::CausalMask]);
        }
        let name = match (plain, encoder) {
            (true, _) => "nn.TransformerEncoder",
            (false, true) => "Encoder",
            (false, false) => "Decoder",
        };
        let mut module = Call::new(name).arg(layer).arg(stack.layers);
        if stack.final_norm {
            module = module.named("norm", Call::new("nn.LayerNorm").arg(features));
        }
        module = if plain {
            module.named("enable_nested_tensor", "False")
        } else {
            module.flag("causal", stack.causal)
        };
        Ok(module.into())
    }
}

/// A non-linearity as a function. `nn.TransformerDecoderLayer` forgets a module when its stack copies it, and takes ReLU.
fn function(activation: Activation) -> &'static str {
    match activation {
        Activation::Linear => "lambda x: x",
        Activation::Relu => "nn.functional.relu",
        Activation::LeakyRelu => "nn.functional.leaky_relu",
        Activation::Elu => "nn.functional.elu",
        Activation::Gelu => "lambda x: nn.functional.gelu(x, approximate=\"tanh\")",
        Activation::Silu => "nn.functional.silu",
        Activation::Tanh => "torch.tanh",
        Activation::Sigmoid => "torch.sigmoid",
        Activation::Softplus => "nn.functional.softplus",
        Activation::Sine => "torch.sin",
    }
}
