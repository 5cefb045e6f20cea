//! From blocks to the modules of an `nn.Sequential`, with the names that a file of weights has.

use std::collections::{BTreeSet, HashMap};

use minibatch_nn::{Activation, Block, Model, PositionKind, RecurrentOutput};

use crate::ExportError;
use crate::code::{Argument, Call, Code, float, pair, tuple};
use crate::facts::{looks_back, pool, rank_after, through, windows, without_bias};
use crate::helpers::{Helper, Recurrent};

/// What turns blocks into code.
pub struct Writer {
    /// The shape of every parameter and buffer, by its name: what tells a module its width.
    shapes: HashMap<String, Vec<usize>>,
    /// By its place, whether a layer has a padding mask before it and behind it, as the engine has.
    masks: HashMap<String, [bool; 2]>,
    /// The elements of the input are token numbers.
    tokens: bool,
    /// Masks or an encoder's result are handed on from layer to layer.
    handed_on: bool,
    /// What is needed besides torch.
    pub used: BTreeSet<Helper>,
}

impl Writer {
    /// For a model.
    ///
    /// # Errors
    /// As the model's own.
    pub fn new(model: &Model) -> Result<Self, ExportError> {
        let parameters = model.layout.parameters.iter().map(|p| (p.name.clone(), p.shape.clone()));
        let buffers = model.layout.buffers.iter().map(|b| (b.name.clone(), b.shape.clone()));
        let flows = model.masks().map_err(minibatch_session::ExperimentError::from)?;
        let handed_on = flows.iter().any(|flow| flow.goes) || model.blocks.iter().any(looks_back);
        Ok(Self {
            shapes: parameters.chain(buffers).collect(),
            masks: flows.into_iter().map(|flow| (flow.path, [flow.comes, flow.goes])).collect(),
            tokens: model.input.tokens.is_some(),
            handed_on,
            used: handed_on.then_some(Helper::Layers).into_iter().collect(),
        })
    }

    /// The blocks as `nn.Sequential(...)`, for values of `rank` axes, the batch's among them; and what rank comes out.
    ///
    /// # Errors
    /// When the model has no parameter of a name that torch's module would have.
    pub fn sequential(
        &mut self,
        path: &str,
        blocks: &[Block],
        mut rank: usize,
    ) -> Result<(Code, usize), ExportError> {
        let mut modules: Vec<Code> = vec![];
        let mut ends = vec![];
        for block in blocks {
            let place = format!("{path}.{}", modules.len());
            modules.extend(self.modules(&place, block, rank)?);
            if self.masked(&place) == [true, false] && !through(block) {
                ends.push(modules.len() - 1);
            }
            rank = rank_after(block, rank);
        }
        let name = if self.handed_on { "Layers" } else { "nn.Sequential" };
        let mut arguments: Vec<_> = modules.into_iter().map(|value| Argument { name: None, value }).collect();
        if !ends.is_empty() {
            arguments.push(Argument { name: Some("ends"), value: tuple(&ends).into() });
        }
        Ok((Code::Call(name.into(), arguments), rank))
    }

    /// Whether the layer at this place has a padding mask before it and behind it.
    fn masked(&self, place: &str) -> [bool; 2] {
        self.masks.get(place).copied().unwrap_or_default()
    }

    fn modules(&mut self, place: &str, block: &Block, rank: usize) -> Result<Vec<Code>, ExportError> {
        let one = |call: Call| Ok(vec![call.into()]);
        match block {
            Block::Linear { units, bias, activation, .. } => {
                let inputs = self.extent(place, "weight", 1)?;
                let module = Call::new("nn.Linear").arg(inputs).arg(*units);
                self.activated(without_bias(module, *bias), *activation)
            }
            Block::Activation { activation } => Ok(vec![self.activation(*activation)]),
            Block::Softmax { log } => {
                one(Call::new(if *log { "nn.LogSoftmax" } else { "nn.Softmax" }).named("dim", "-1"))
            }
            Block::Conv2d {
                channels, kernel, stride, padding, dilation, groups, bias, activation, ..
            } => {
                let inputs = self.extent(place, "weight", 1)? * groups;
                let module = Call::new("nn.Conv2d").arg(inputs).arg(*channels).arg(pair(kernel.0));
                let module = windows(module, *stride, *padding, [0, 0], *dilation, *groups);
                self.activated(without_bias(module, *bias), *activation)
            }
            Block::ConvTranspose2d {
                channels,
                kernel,
                stride,
                padding,
                output_padding,
                dilation,
                groups,
                bias,
                ..
            } => {
                let inputs = self.extent(place, "weight", 0)?;
                let module = Call::new("nn.ConvTranspose2d").arg(inputs).arg(*channels).arg(pair(kernel.0));
                let module = windows(module, *stride, *padding, output_padding.0, *dilation, *groups);
                one(without_bias(module, *bias))
            }
            Block::MaxPool2d { kernel, stride, padding } => {
                one(pool("nn.MaxPool2d", *kernel, *stride, *padding))
            }
            Block::AvgPool2d { kernel, stride, padding } => {
                one(pool("nn.AvgPool2d", *kernel, *stride, *padding))
            }
            Block::AdaptiveAvgPool2d { size } => one(Call::new("nn.AdaptiveAvgPool2d").arg(pair(size.0))),
            Block::AdaptiveMaxPool2d { size } => one(Call::new("nn.AdaptiveMaxPool2d").arg(pair(size.0))),
            Block::BatchNorm { eps, momentum } => {
                let name = if rank == 4 { "nn.BatchNorm2d" } else { "nn.BatchNorm1d" };
                let module = Call::new(name).arg(self.extent(place, "weight", 0)?);
                one(module.unless(1e-5, "eps", *eps, float).unless(0.1, "momentum", *momentum, float))
            }
            Block::LayerNorm { eps } => {
                let module = Call::new("nn.LayerNorm").arg(self.extent(place, "weight", 0)?);
                one(module.unless(1e-5, "eps", *eps, float))
            }
            // PyTorch's default depends on the type of number.
            Block::RmsNorm { eps } => {
                let module = Call::new("nn.RMSNorm").arg(self.extent(place, "weight", 0)?);
                one(module.named("eps", float(*eps)))
            }
            Block::GroupNorm { groups, eps } => {
                let module = Call::new("nn.GroupNorm").arg(*groups).arg(self.extent(place, "weight", 0)?);
                one(module.unless(1e-5, "eps", *eps, float))
            }
            Block::Dropout { rate } => one(Call::new("nn.Dropout").arg(float(*rate))),
            Block::Flatten => one(Call::new("nn.Flatten")),
            Block::Reshape { shape } if rank == 2 => one(Call::new("nn.Unflatten").arg(1).arg(tuple(shape))),
            Block::Reshape { shape } => Ok(vec![self.helper(Helper::Reshape, "Reshape", shape)]),
            Block::Permute { axes } => {
                let axes: Vec<_> = [0].into_iter().chain(axes.iter().map(|a| a + 1)).collect();
                Ok(vec![self.helper(Helper::Permute, "Permute", &axes)])
            }
            Block::Select { axis: 0, start, len } if self.masked(place)[1] => {
                Ok(vec![self.helper(Helper::SelectSteps, "SelectSteps", &[*start, *len])])
            }
            Block::Select { axis, start, len } => {
                Ok(vec![self.helper(Helper::Select, "Select", &[axis + 1, *start, *len])])
            }
            Block::Embedding { vocabulary, units, padding } => {
                let padding = padding.filter(|_| self.masked(place)[1]);
                Ok(vec![self.embedding(*vocabulary, *units, padding)])
            }
            Block::Positions { kind } => self.positions(place, *kind).map(|code| vec![code]),
            Block::Recurrent { .. } => self.recurrent(place, block).map(|code| vec![code]),
            Block::SelfAttention { heads, causal, rotary } => {
                let features = self.extent(place, "attention.in_proj_weight", 1)?;
                let name = if *rotary { "RotaryAttention" } else { "nn.MultiheadAttention" };
                let attention = Call::new(name).arg(features).arg(*heads).named("batch_first", "True");
                self.used.insert(Helper::SelfAttention);
                self.used.extend(rotary.then_some(Helper::Rotary));
                // The class names the function whether it calls it or not.
                self.used.insert(Helper::CausalMask);
                one(Call::new("SelfAttention").arg(attention).flag("causal", *causal))
            }
            Block::AdditiveAttention { hidden, causal, softmax } => {
                let mut inputs = self.extent(place, "score.0.weight", 1)?;
                let mut score = Call::new("nn.Sequential");
                for &units in hidden {
                    score =
                        score.arg(Call::new("nn.Linear").arg(inputs).arg(units)).arg(Call::new("nn.ReLU"));
                    inputs = units;
                }
                score = score.arg(Call::new("nn.Linear").arg(inputs).arg(1));
                self.used.insert(Helper::AdditiveAttention);
                let module = Call::new("AdditiveAttention").arg(score).flag("causal", *causal);
                one(if *softmax { module } else { module.named("softmax", "False") })
            }
            Block::AxialAttention { heads } => {
                let features = self.extent(place, "row_attention.in_proj_weight", 1)?;
                Ok(vec![self.helper(Helper::AxialAttention, "AxialAttention", &[features, *heads])])
            }
            Block::TransformerEncoder(stack) => self.transformer(place, stack, true).map(|code| vec![code]),
            Block::TransformerDecoder(stack) => self.transformer(place, stack, false).map(|code| vec![code]),
            Block::EncoderDecoder { source, encoder, decoder } => {
                self.used.insert(Helper::EncoderDecoder);
                let (encoder, _) = self.sequential(&format!("{place}.encoder"), encoder, rank)?;
                let (decoder, _) = self.sequential(&format!("{place}.decoder"), decoder, rank)?;
                one(Call::new("EncoderDecoder").arg(*source).arg(encoder).arg(decoder))
            }
            Block::Residual { body, shortcut } => {
                self.used.insert(Helper::Residual);
                self.used.extend(self.handed_on.then_some(Helper::MetPadding));
                let module =
                    Call::new("Residual").arg(self.sequential(&format!("{place}.body"), body, rank)?.0);
                if shortcut.is_empty() {
                    return one(module);
                }
                one(module.arg(self.sequential(&format!("{place}.shortcut"), shortcut, rank)?.0))
            }
            Block::Branches { branches, axis } => {
                let in_steps = *axis == 0 && self.masked(place)[1];
                self.used.insert(if in_steps { Helper::StepBranches } else { Helper::Branches });
                self.used.extend((self.handed_on && !in_steps).then_some(Helper::MetPadding));
                let each = branches.iter().enumerate();
                let each =
                    each.map(|(i, b)| Ok(self.sequential(&format!("{place}.branches.{i}"), b, rank)?.0));
                let each = Code::List(each.collect::<Result<_, ExportError>>()?);
                if in_steps {
                    return one(Call::new("StepBranches").arg(each));
                }
                let module = Call::new("Branches").arg(each);
                one(module.unless(0, "axis", *axis, |axis| (axis + 1).to_string()))
            }
            Block::LastStep => Ok(vec![self.helper(Helper::LastStep, "LastStep", &[])]),
            Block::MeanOverSteps => Ok(vec![self.helper(Helper::MeanOverSteps, "MeanOverSteps", &[])]),
        }
    }

    fn activated(&mut self, module: Call, activation: Activation) -> Result<Vec<Code>, ExportError> {
        let mut modules = vec![module.into()];
        if activation != Activation::Linear {
            modules.push(self.activation(activation));
        }
        Ok(modules)
    }

    /// torch's module for a non-linearity.
    fn activation(&mut self, activation: Activation) -> Code {
        match activation {
            Activation::Linear => Call::new("nn.Identity").into(),
            Activation::Relu => Call::new("nn.ReLU").into(),
            Activation::LeakyRelu => Call::new("nn.LeakyReLU").into(),
            Activation::Elu => Call::new("nn.ELU").into(),
            Activation::Gelu => Call::new("nn.GELU").named("approximate", "\"tanh\"").into(),
            Activation::Silu => Call::new("nn.SiLU").into(),
            Activation::Tanh => Call::new("nn.Tanh").into(),
            Activation::Sigmoid => Call::new("nn.Sigmoid").into(),
            Activation::Softplus => Call::new("nn.Softplus").into(),
            Activation::Sine => self.helper(Helper::Sine, "Sine", &[]),
        }
    }

    fn embedding(&mut self, vocabulary: usize, units: usize, padding: Option<u32>) -> Code {
        let (helper, name) = match padding {
            Some(_) => (Some(Helper::PaddedEmbedding), "PaddedEmbedding"),
            None if self.tokens => (None, "nn.Embedding"),
            None => (Some(Helper::Embedding), "Embedding"),
        };
        self.used.extend(helper);
        let module = Call::new(name).arg(vocabulary).arg(units);
        match padding {
            Some(token) => module.named("padding", token.to_string()).into(),
            None => module.into(),
        }
    }

    fn positions(&mut self, place: &str, kind: PositionKind) -> Result<Code, ExportError> {
        let sizes = self.shape(place, "weight")?.clone();
        match kind {
            PositionKind::Learned => Ok(self.helper(Helper::LearnedPositions, "LearnedPositions", &sizes)),
            PositionKind::Sinusoidal => {
                Ok(self.helper(Helper::SinusoidalPositions, "SinusoidalPositions", &sizes))
            }
        }
    }

    fn recurrent(&mut self, place: &str, block: &Block) -> Result<Code, ExportError> {
        let Block::Recurrent { cell, units, layers, bidirectional, output, learn_initial } = block else {
            return Err(ExportError::Parameter(place.into()));
        };
        let kind = Recurrent::new(*cell, *output == RecurrentOutput::Last, *learn_initial);
        self.used.insert(Helper::Recurrent(kind));
        let module = Call::new(&kind.name()).arg(self.extent(place, "weight_ih_l0", 1)?).arg(*units);
        let module = module.unless(1, "num_layers", *layers, |n| n.to_string());
        let module = match cell {
            minibatch_graph::Cell::RnnRelu => module.named("nonlinearity", "\"relu\""),
            _ => module,
        };
        Ok(module.flag("bidirectional", *bidirectional).named("batch_first", "True").into())
    }

    /// A module of ours that takes sizes alone.
    pub(crate) fn helper(&mut self, helper: Helper, name: &str, sizes: &[usize]) -> Code {
        self.used.insert(helper);
        sizes.iter().fold(Call::new(name), |call, &size| call.arg(size)).into()
    }

    /// Whether masks are handed on.
    pub(crate) fn hands_on(&self) -> bool {
        self.handed_on
    }

    fn shape(&self, place: &str, name: &str) -> Result<&Vec<usize>, ExportError> {
        let name = format!("{place}.{name}");
        self.shapes.get(&name).ok_or(ExportError::Parameter(name))
    }

    /// An extent of a parameter.
    pub(crate) fn extent(&self, place: &str, name: &str, axis: usize) -> Result<usize, ExportError> {
        let found = self.shape(place, name)?.get(axis).copied();
        found.ok_or_else(|| ExportError::Parameter(format!("{place}.{name}")))
    }
}
