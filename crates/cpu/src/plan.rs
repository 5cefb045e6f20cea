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
    /// What the widest op needs besides its operands.
    pub(crate) scratch: Vec<T>,
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
        let mut resolver = Resolver { graph, memory: &memory, variables, locals: vec![], constants: vec![] };
        resolver.locals.extend(memory.slots.iter().map(|slot| Buffer::zeros(slot.dtype, slot.len)));
        resolver.add_constants();
        let steps =
            memory.order.iter().map(|&id| resolver.step(id)).collect::<Result<Vec<Step>, CpuError>>()?;
        let scratch = steps.iter().map(scratch_len).max().unwrap_or(0);
        let Resolver { variables, locals, .. } = resolver;
        Ok(Plan { steps, locals, scratch: vec![T::ZERO; scratch], variables })
    }
}

struct Resolver<'a, T> {
    graph: &'a Graph,
    memory: &'a MemoryPlan,
    variables: Vec<(String, usize, DType, usize)>,
    locals: Vec<Buffer<T>>,
    /// For each constant node, its local buffer.
    constants: Vec<(NodeId, usize)>,
}

impl<T: Real> Resolver<'_, T> {
    fn add_constants(&mut self) {
        for id in self.graph.ids().filter(|id| self.memory.places[id.index()].is_some()) {
            if let Op::Full { value } = self.graph.node(id).op {
                self.constants.push((id, self.locals.len()));
                let len = self.graph.shape(id).numel();
                self.locals.push(Buffer::Float(vec![T::of(f64::from(value)); len]));
            }
        }
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
                let known = self.constants.iter().find(|(c, _)| *c == constant);
                Home::Local(known.expect("every needed constant has a buffer").1)
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
