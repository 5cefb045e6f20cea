//! Compiling: a graph and its memory plan become a list of steps whose operands are all resolved.

use minibatch_graph::{DType, Graph, Home as PlannedHome, MemoryPlan, NodeId, Op, Shape};

use crate::memory::{Buffer, Home, Operand};
use crate::ops::scratch_len;
use crate::{Cpu, CpuError, Real};

/// A compiled graph, to be run by the [`Cpu`] that compiled it. Running it allocates nothing.
#[derive(Clone, Debug)]
pub struct Plan<T = f32> {
    pub(crate) steps: Vec<Step>,
    /// Shared slots, then constants.
    pub(crate) locals: Vec<Buffer<T>>,
    /// How much the widest op needs besides its operands: elements of what all plans of a store share.
    pub(crate) scratch: usize,
    /// The variables it uses: name, index in the store, type and length. Checked before each run, since they may have
    /// been replaced.
    pub(crate) variables: Vec<(String, usize, DType, usize)>,
}

/// One op with its operands.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub op: Op,
    pub inputs: Vec<Operand>,
    pub output: Operand,
    /// The shapes of the inputs, then of the output.
    pub shapes: Vec<Shape>,
    /// For a pack, what is copied: (input, first element).
    pub copies: Vec<(usize, usize)>,
}

impl<T: Real> Cpu<T> {
    /// Compiles a graph. Variables that it names and the store has not yet are created, filled with zero.
    ///
    /// # Errors
    /// When a variable has another type or size than the graph needs, or an op would read what it writes.
    pub fn compile(&mut self, graph: &Graph) -> Result<Plan<T>, CpuError> {
        let memory = MemoryPlan::new(graph)?;
        for (name, shape, dtype) in &memory.variables {
            if let Some(i) = self.find(name) {
                self.variables[i].fits(name, *dtype, shape.numel())?;
            }
        }
        let mut variables = vec![];
        for (name, shape, dtype) in &memory.variables {
            let index = self.find(name).unwrap_or_else(|| {
                self.create(name, Buffer::zeros(*dtype, shape.numel()));
                self.names.len() - 1
            });
            variables.push((name.clone(), index, *dtype, shape.numel()));
        }
        let resolver = Resolver::new(graph, &memory, variables);
        let (steps, scratch) = resolver.steps()?;
        let Resolver { variables, constants, .. } = resolver;
        let slots = memory.slots.iter().map(|slot| Buffer::zeros(slot.dtype, slot.len));
        let filled = |&(id, value): &(NodeId, f32)| {
            Buffer::Float(vec![T::of(f64::from(value)); graph.shape(id).numel()])
        };
        let locals = slots.chain(constants.iter().map(filled)).collect();
        Ok(Plan { steps, locals, scratch, variables })
    }
}

/// The memory that a graph takes, found without taking it.
#[derive(Clone, Debug, Default)]
pub struct Need {
    /// The variables it names, which other graphs may share, with their elements.
    pub variables: Vec<(String, usize)>,
    /// Elements of the buffers of its plan.
    pub own: usize,
    /// Elements of scratch, which all plans share.
    pub scratch: usize,
}

impl Need {
    /// Of this graph.
    ///
    /// # Errors
    /// As [`Cpu::compile`].
    pub fn of(graph: &Graph) -> Result<Self, CpuError> {
        let memory = MemoryPlan::new(graph)?;
        let variables = memory
            .variables
            .iter()
            .enumerate()
            .map(|(i, (name, shape, dtype))| (name.clone(), i, *dtype, shape.numel()));
        let resolver = Resolver::new(graph, &memory, variables.collect());
        let (_, scratch) = resolver.steps()?;
        let slots = memory.slots.iter().map(|slot| slot.len);
        let constants = resolver.constants.iter().map(|(id, _)| graph.shape(*id).numel());
        let own = slots.chain(constants).sum();
        Ok(Self { variables: resolver.variables.into_iter().map(|v| (v.0, v.3)).collect(), own, scratch })
    }
}

struct Resolver<'a> {
    graph: &'a Graph,
    memory: &'a MemoryPlan,
    variables: Vec<(String, usize, DType, usize)>,
    /// The constant nodes, whose buffers follow the slots, and what fills them.
    constants: Vec<(NodeId, f32)>,
}

impl<'a> Resolver<'a> {
    fn new(graph: &'a Graph, memory: &'a MemoryPlan, variables: Vec<(String, usize, DType, usize)>) -> Self {
        let needed = graph.ids().filter(|id| memory.places[id.index()].is_some());
        let constant = |id| match graph.node(id).op {
            Op::Full { value } => Some((id, value)),
            _ => None,
        };
        Self { graph, memory, variables, constants: needed.filter_map(constant).collect() }
    }

    /// The steps, and how much scratch the widest needs.
    fn steps(&self) -> Result<(Vec<Step>, usize), CpuError> {
        let steps =
            self.memory.order.iter().map(|&id| self.step(id)).collect::<Result<Vec<Step>, CpuError>>()?;
        let scratch = steps.iter().map(scratch_len).max().unwrap_or(0);
        Ok((steps, scratch))
    }

    fn operand(&self, id: NodeId) -> Operand {
        let node = self.graph.node(id);
        let place = self.memory.place(id);
        let home = match &place.home {
            PlannedHome::Variable(name) => {
                let known = self.variables.iter().find(|(n, ..)| n == name);
                Home::Variable(known.expect("the memory plan lists every variable").1)
            }
            PlannedHome::Constant(_) => {
                let constant = self.viewed(id);
                let known = self.constants.iter().position(|(c, _)| *c == constant);
                Home::Local(self.memory.slots.len() + known.expect("every needed constant has a buffer"))
            }
            PlannedHome::Slot(slot) => Home::Local(*slot),
        };
        let rows = node.shape.dims().first().copied().unwrap_or(1);
        let columns = node.shape.dims().iter().skip(1).product();
        Operand { home, offset: place.offset, rows, columns, dtype: node.dtype }
    }

    /// The node a chain of views looks at.
    fn viewed(&self, mut id: NodeId) -> NodeId {
        while let (Op::View { .. }, [input]) = (&self.graph.node(id).op, &self.graph.node(id).inputs[..]) {
            id = *input;
        }
        id
    }

    fn step(&self, id: NodeId) -> Result<Step, CpuError> {
        let node = self.graph.node(id);
        let copies: Vec<(usize, usize)> =
            self.memory.copies.iter().filter(|(pack, ..)| *pack == id).map(|&(_, i, at)| (i, at)).collect();
        let inputs = node.inputs.iter().map(|&input| self.operand(input)).collect();
        let shapes = node.inputs.iter().chain([&id]).map(|&i| self.graph.shape(i).clone()).collect();
        let step = Step { op: node.op.clone(), inputs, output: self.operand(id), shapes, copies };
        match step.aliased() {
            None => Ok(step),
            Some(home) => {
                let name = match home {
                    Home::Variable(index) => {
                        self.variables.iter().find(|v| v.1 == index).map(|v| v.0.clone())
                    }
                    Home::Local(_) => None,
                };
                let name = name.unwrap_or_else(|| "a shared buffer".into());
                Err(CpuError::Aliased { label: node.label.clone(), op: node.op.name(), name })
            }
        }
    }
}

impl Step {
    /// The extents of an input.
    pub fn dims(&self, input: usize) -> &[usize] {
        self.shapes[input].dims()
    }

    /// The extents of the output.
    pub fn out_dims(&self) -> &[usize] {
        self.shapes[self.shapes.len() - 1].dims()
    }

    /// A buffer that the op would both read and write, but for what it changes in place.
    fn aliased(&self) -> Option<Home> {
        let changes = self.op.changes();
        let inputs = 0..self.inputs.len();
        let read = |i: &usize| match self.op {
            Op::Pack => self.copies.iter().any(|(copied, _)| copied == i),
            _ => !changes.contains(i),
        };
        let mut written: Vec<Home> = changes.iter().map(|&i| self.inputs[i].home).collect();
        if self.yields_anew() {
            written.push(self.output.home);
        }
        let twice = (1..written.len()).find(|&i| written[..i].contains(&written[i])).map(|i| written[i]);
        let of_inputs = inputs.filter(read).map(|i| self.inputs[i].home).find(|home| written.contains(home));
        twice.or(of_inputs)
    }

    /// Whether the result is a value of its own rather than an input changed in place.
    fn yields_anew(&self) -> bool {
        !self.op.yields_change()
    }
}
