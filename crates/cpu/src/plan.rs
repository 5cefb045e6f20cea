//! Compiling: a graph and its memory plan become a list of kernels whose operands are all resolved.

use minibatch_graph::{DType, Graph, Home as PlannedHome, MemoryPlan, NodeId, Op};

use crate::call::Call;
use crate::kernel::Kernel;
use crate::memory::{Buffer, Home, Operand};
use crate::{Cpu, CpuError, How, Real};

/// A compiled graph, to be run by the [`Cpu`] that compiled it. Running it allocates nothing once it has run, but for the locks
/// that Apple's systems make when they are first used, where kernels are divided among threads.
#[derive(Clone, Debug)]
pub struct Plan<T = f32> {
    pub(crate) kernels: Vec<Kernel>,
    /// Shared slots, then constants.
    pub(crate) locals: Vec<Buffer<T>>,
    /// How much the widest op needs besides its operands: elements of what all plans of a store share.
    pub(crate) scratch: usize,
    /// What its kernels may use.
    pub(crate) how: How,
    /// The variables it uses: name, index in the store, type and length. Checked before each run, since they may have
    /// been replaced.
    pub(crate) variables: Vec<(String, usize, DType, usize)>,
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
        let how = self.how.of_plan(resolver.largest());
        let (kernels, scratch) = resolver.kernels(how)?;
        let Resolver { variables, constants, .. } = resolver;
        let slots = memory.slots.iter().map(|slot| Buffer::zeros(slot.dtype, slot.len));
        let filled = |&(id, value): &(NodeId, f32)| {
            Buffer::Float(vec![T::of(f64::from(value)); graph.shape(id).numel()])
        };
        let locals = slots.chain(constants.iter().map(filled)).collect();
        Ok(Plan { kernels, locals, scratch, how, variables })
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
        let own = resolver.own();
        let (_, scratch) = resolver.kernels(How::default().of_plan(resolver.largest()))?;
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

    /// Elements of the plan's own buffers: slots and constants.
    fn own(&self) -> usize {
        let slots = self.memory.slots.iter().map(|slot| slot.len);
        slots.chain(self.constants.iter().map(|(id, _)| self.graph.shape(*id).numel())).sum()
    }

    /// Elements of the largest result.
    fn largest(&self) -> usize {
        self.memory.order.iter().map(|&id| self.graph.shape(id).numel()).max().unwrap_or(0)
    }

    /// The kernels, and how much scratch the one that needs most needs.
    fn kernels(&self, how: How) -> Result<(Vec<Kernel>, usize), CpuError> {
        let calls = self.memory.order.iter().map(|&id| self.call(id));
        let kernels = calls.filter_map(|call| call.map(|call| Kernel::lower(&call, how)).transpose());
        let kernels = kernels.collect::<Result<Vec<Kernel>, CpuError>>()?;
        let scratch = kernels.iter().map(Kernel::scratch_len).max().unwrap_or(0);
        Ok((kernels, scratch))
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

    fn call(&self, id: NodeId) -> Result<Call, CpuError> {
        let node = self.graph.node(id);
        let copies: Vec<(usize, usize)> =
            self.memory.copies.iter().filter(|(pack, ..)| *pack == id).map(|&(_, i, at)| (i, at)).collect();
        let inputs = node.inputs.iter().map(|&input| self.operand(input)).collect();
        let shapes = node.inputs.iter().chain([&id]).map(|&i| self.graph.shape(i).clone()).collect();
        let call = Call { op: node.op.clone(), inputs, output: self.operand(id), shapes, copies };
        match call.aliased() {
            None => Ok(call),
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
