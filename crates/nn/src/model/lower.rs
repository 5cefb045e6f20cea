//! Turning layers into nodes: what all of them need. Each kind of layer adds its own in a file of its own.

use minibatch_graph::{Activation, Binary, DType, Graph, NodeId, Op, Shape};

use super::MAX_ELEMENTS;
use super::inside::{ProbeKind, Seen};
use super::layout::Layout;
use super::outline::Note;
use crate::{Block, Input, NnError, names};

/// What a value's elements are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Content {
    /// Token numbers below this.
    Tokens(usize),
    /// Numbers of the input, as they came, of which some were chosen: they may be token numbers among numbers.
    Chosen,
    /// Any numbers.
    Numbers,
}

/// A value between layers: batch in front.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub node: NodeId,
    pub content: Content,
    /// Whether it is still the input, at most rearranged.
    pub raw: bool,
    /// (b, steps): 0 where attention shall not look. See [`super::masks`].
    pub mask: Option<NodeId>,
}

/// What is to be done where a value of these extents, batch first, has too few axes or too many.
pub(super) fn unflatten(dims: &[usize]) -> &'static str {
    if dims.len() == 2 { "add a Reshape in front, or move Flatten down" } else { "add a Reshape in front" }
}

/// A graph under construction, and the layout found so far.
pub(super) struct Lower<'a> {
    pub g: &'a mut Graph,
    /// The control block, in training: dropout is on and norms look at the batch.
    pub control: Option<NodeId>,
    pub layout: Layout,
    /// Parts of the parameters in order, together all of them: what the gradient is asked for.
    pub leaves: Vec<NodeId>,
    /// The result of every block of the outermost row.
    pub outputs: Vec<NodeId>,
    /// What was built, block by block.
    pub notes: Vec<Note>,
    /// What shall be shown, where somebody looks inside.
    pub seen: Option<Vec<Seen>>,
    /// What the first layer that goes from step to step sees, (b, steps, features).
    pub steps_begin: Option<NodeId>,
    /// What a transformer decoder looks at.
    pub memory: Option<Value>,
    /// All parameters in one.
    pub params: NodeId,
    /// Where the layer under construction stands.
    pub path: String,
    /// How many layers had random numbers so far.
    pub streams: u32,
    /// How many variables of buffers there are so far.
    pub buffers: u32,
    kind: &'static str,
    depth: usize,
    next_dropout: u32,
}

impl<'a> Lower<'a> {
    /// For a model of `parameters` numbers; with `control`, for training.
    pub fn new(g: &'a mut Graph, parameters: usize, control: Option<NodeId>) -> Result<Self, NnError> {
        let params = g.variable(names::PARAMETERS, [parameters], DType::F32)?;
        let kind = "input";
        Ok(Self {
            g,
            control,
            layout: Layout::default(),
            leaves: vec![],
            outputs: vec![],
            notes: vec![],
            seen: None,
            steps_begin: None,
            memory: None,
            params,
            path: String::new(),
            kind,
            depth: 0,
            streams: 0,
            buffers: 0,
            next_dropout: 0,
        })
    }

    /// The variable `name` of `rows` samples.
    pub fn input(&mut self, name: &str, rows: usize, input: &Input) -> Result<Value, NnError> {
        let dims = [&[rows], &input.shape[..]].concat();
        if input.shape.is_empty() || input.shape.contains(&0) || input.shape.len() > 5 {
            let message = format!("the shape {:?} needs 1 to 5 extents of at least 1", input.shape);
            return Err(NnError::layer("input", message));
        }
        self.size(&dims)?;
        let node = self.g.variable(name, Shape::new(dims), DType::F32)?;
        Ok(self.data(node, input))
    }

    /// A node that holds samples, as a value.
    pub fn data(&self, node: NodeId, input: &Input) -> Value {
        let content = input.tokens.map_or(Content::Numbers, Content::Tokens);
        Value { node, content, raw: true, mask: None }
    }

    /// The extents of a value, batch first.
    pub fn dims(&self, value: Value) -> Vec<usize> {
        self.g.shape(value.node).dims().to_vec()
    }

    /// What is wrong with the layer under construction.
    pub fn refuse(&self, message: impl Into<String>) -> NnError {
        NnError::layer(self.label(), message)
    }

    /// What the layer under construction is.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    fn label(&self) -> String {
        if self.path.is_empty() { self.kind.into() } else { format!("{} ({})", self.path, self.kind) }
    }

    /// Refuses a setting outside its range.
    pub fn within(&self, what: &str, value: usize, low: usize, high: usize) -> Result<(), NnError> {
        if (low..=high).contains(&value) {
            return Ok(());
        }
        Err(self.refuse(format!("{what} is {value}; give a number from {low} to {high}")))
    }

    pub fn size(&self, dims: &[usize]) -> Result<usize, NnError> {
        let product = dims.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
        product.filter(|&n| n <= MAX_ELEMENTS).ok_or_else(|| {
            self.refuse(format!(
                "{dims:?} is more than the {MAX_ELEMENTS} numbers a value may have; make it smaller"
            ))
        })
    }

    /// Adds a node.
    pub fn node(&mut self, op: Op, inputs: &[NodeId]) -> Result<NodeId, NnError> {
        let id = self.g.add_node(op, inputs)?;
        let dims = self.g.shape(id).dims().to_vec();
        self.size(&dims)?;
        Ok(id)
    }

    /// All elements in another shape.
    pub fn view(&mut self, node: NodeId, dims: &[usize]) -> Result<NodeId, NnError> {
        if self.g.shape(node).dims() == dims {
            return Ok(node);
        }
        self.size(dims)?;
        Ok(self.g.view(node, 0, Shape::new(dims))?)
    }

    /// (rows, columns), the columns being the last axis.
    pub fn rows(&mut self, node: NodeId) -> Result<NodeId, NnError> {
        let dims = self.g.shape(node).dims();
        let columns = dims.last().copied().unwrap_or(1);
        let rows = dims.iter().product::<usize>() / columns.max(1);
        self.view(node, &[rows, columns])
    }

    /// Axis i of the result is axis `axes[i]`. Where only axes of extent 1 change places nothing is copied.
    pub fn permute(&mut self, node: NodeId, axes: &[usize]) -> Result<NodeId, NnError> {
        let dims = self.g.shape(node).dims();
        let long: Vec<usize> =
            axes.iter().copied().filter(|&a| dims.get(a).is_some_and(|&d| d > 1)).collect();
        if long.is_sorted() && axes.iter().all(|&a| a < dims.len()) {
            let dims: Vec<usize> = axes.iter().map(|&a| dims[a]).collect();
            return self.view(node, &dims);
        }
        self.node(Op::Permute { axes: axes.to_vec() }, &[node])
    }

    /// a op b with broadcasting.
    pub fn binary(&mut self, binary: Binary, a: NodeId, b: NodeId) -> Result<NodeId, NnError> {
        self.node(Op::Binary(binary), &[a, b])
    }

    /// f(x), where f is more than the identity.
    pub fn activate(&mut self, x: NodeId, f: Activation) -> Result<NodeId, NnError> {
        if f == Activation::Linear { Ok(x) } else { self.node(Op::Activation(f), &[x]) }
    }

    /// op(a) op(b) + bias, then the activation.
    pub fn matmul(
        &mut self,
        (a, trans_a): (NodeId, bool),
        (b, trans_b): (NodeId, bool),
        bias: Option<NodeId>,
        activation: Activation,
    ) -> Result<NodeId, NnError> {
        let id = self.g.matmul((a, trans_a), (b, trans_b), bias, activation)?;
        let dims = self.g.shape(id).dims().to_vec();
        self.size(&dims)?;
        Ok(id)
    }

    /// Silences a share of a value, in training.
    pub fn dropout(&mut self, x: NodeId, rate: f32) -> Result<NodeId, NnError> {
        if !(0.0..1.0).contains(&rate) {
            return Err(self.refuse(format!(
                "dropout {rate} is no share; give a number from 0 up to, not including, 1"
            )));
        }
        let Some(control) = self.control.filter(|_| rate > 0.0) else { return Ok(x) };
        // A dropout after layer number n has the number n where it is the only one.
        let stream = self.next_dropout.max(self.streams.saturating_sub(1));
        self.next_dropout = stream + 1;
        self.node(Op::Dropout { rate, stream }, &[x, control])
    }

    /// Builds within `name` below the layer under construction.
    pub fn within_path<T>(
        &mut self,
        name: &str,
        build: impl FnOnce(&mut Self) -> Result<T, NnError>,
    ) -> Result<T, NnError> {
        let inner = self.named(name);
        let outer = std::mem::replace(&mut self.path, inner);
        self.g.set_label(self.label());
        let result = build(self);
        self.path = outer;
        self.g.set_label(self.label());
        result
    }

    /// The outermost layers, `layers.0` and on.
    pub fn sequence(&mut self, blocks: &[Block], x: Value) -> Result<Value, NnError> {
        self.row("layers", blocks, x)
    }

    /// Layers in a row, numbered below `name`.
    pub fn row(&mut self, name: &str, blocks: &[Block], x: Value) -> Result<Value, NnError> {
        let (outermost, kind) = (self.path.is_empty(), self.kind);
        let (mut value, mut number) = (x, 0);
        for block in blocks {
            self.kind = block.kind();
            value = self.within_path(&format!("{name}.{number}"), |l| l.noted(block, value))?;
            self.kind = kind;
            number += block.modules();
            if outermost {
                self.outputs.push(value.node);
            }
        }
        self.g.set_label(self.label());
        Ok(value)
    }

    /// One block, and a note of what it came to.
    fn noted(&mut self, block: &Block, x: Value) -> Result<Value, NnError> {
        if self.notes.len() >= 1024 {
            return Err(self.refuse("there are more than the 1024 layers there can be; remove some"));
        }
        let (at, nodes, parameters) = (self.notes.len(), self.g.nodes().len(), self.layout.total());
        self.notes.push(Note {
            path: self.path.clone(),
            kind: block.kind(),
            depth: self.depth,
            ..Note::default()
        });
        self.depth += 1;
        let value = self.block(block, x)?;
        self.depth -= 1;
        let shape = self.dims(value)[1..].to_vec();
        self.show("", ProbeKind::Output, value.node, &shape, false);
        let note = &mut self.notes[at];
        note.shape = shape;
        note.parameters = self.layout.total() - parameters;
        note.nodes = nodes..self.g.nodes().len();
        note.masked = [x.mask.is_some(), value.mask.is_some()];
        Ok(value)
    }

    /// A function of numbers that keeps the shape, and with it the mask.
    pub fn map(
        &mut self,
        x: Value,
        f: impl FnOnce(&mut Self, NodeId) -> Result<NodeId, NnError>,
    ) -> Result<Value, NnError> {
        let x = self.numbers(x)?;
        let node = f(self, x.node)?;
        Ok(Value { node, ..x })
    }

    /// The value as numbers that were computed with. Token numbers are refused.
    pub fn numbers(&self, x: Value) -> Result<Value, NnError> {
        if let Content::Tokens(_) = x.content {
            return Err(self.refuse("token numbers come in; put an embedding in front"));
        }
        Ok(Value { content: Content::Numbers, raw: false, ..x })
    }
}
