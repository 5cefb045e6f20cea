//! Where every value of a graph lives: which nodes run, and how few buffers they can share.

use crate::{DType, Graph, GraphError, NodeId, Op, Shape};

/// What holds a value.
#[derive(Clone, PartialEq, Debug)]
pub enum Home {
    /// The variable of this name.
    Variable(String),
    /// A buffer filled once with this number, for this node alone.
    Constant(f32),
    /// A shared buffer, by its index in [`MemoryPlan::slots`].
    Slot(usize),
}

/// A range of elements within a home.
#[derive(Clone, PartialEq, Debug)]
pub struct Place {
    /// What holds it.
    pub home: Home,
    /// The first element.
    pub offset: usize,
}

/// A buffer that several values use one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    /// What its elements are.
    pub dtype: DType,
    /// How many elements it has.
    pub len: usize,
}

/// The memory of one graph. Two values that are needed at the same time never share an element, and no op's result
/// shares a buffer with one of its inputs (a GPU forbids reading and writing one buffer in a launch), except where the
/// op changes that input in place.
#[derive(Clone, Debug)]
pub struct MemoryPlan {
    /// The place of each node, by its index; none for what is never needed.
    pub places: Vec<Option<Place>>,
    /// The nodes that do work, in order. A pack among them copies only the inputs that could not be written in place.
    pub order: Vec<NodeId>,
    /// For each pack, the inputs that must be copied into it, as (pack, input number, first element).
    pub copies: Vec<(NodeId, usize, usize)>,
    /// The shared buffers.
    pub slots: Vec<Slot>,
    /// Every variable the graph names, outputs included.
    pub variables: Vec<(String, Shape, DType)>,
}

impl MemoryPlan {
    /// Plans the memory of a graph.
    ///
    /// # Errors
    /// When one name is used for variables of different shapes.
    pub fn new(graph: &Graph) -> Result<Self, GraphError> {
        let needed = needed(graph);
        let packed = packed_inputs(graph, &needed);
        let mut planner = Planner::new(graph, packed);
        planner.collect_variables(&needed)?;
        let last = planner.last_uses(&needed);
        for id in graph.ids().filter(|id| needed[id.index()]) {
            planner.place(id);
            let node = graph.node(id);
            let copied = planner.copies.iter().any(|c| c.0 == id);
            if !node.op.is_place() && (node.op != Op::Pack || copied) {
                planner.order.push(id);
            }
            planner.release(id, &last);
        }
        let Planner { places, order, copies, slots, variables, .. } = planner;
        Ok(Self { places, order, copies, slots, variables })
    }

    /// The place of a node that is needed.
    ///
    /// # Panics
    /// When the node is not needed by any output or effect: a backend never asks for such a one.
    pub fn place(&self, id: NodeId) -> &Place {
        self.places[id.index()].as_ref().expect("only needed nodes are asked for")
    }

    /// Bytes of the shared buffers together.
    pub fn slot_bytes(&self) -> usize {
        self.slots.iter().map(|s| s.len * 4).sum()
    }
}

/// Which nodes lead to an output or change a variable.
pub(crate) fn needed(graph: &Graph) -> Vec<bool> {
    let mut needed = vec![false; graph.nodes().len()];
    for (_, id) in graph.outputs() {
        needed[id.index()] = true;
    }
    for id in graph.ids().rev() {
        let node = graph.node(id);
        if needed[id.index()] || !node.op.changes().is_empty() {
            needed[id.index()] = true;
            node.inputs.iter().for_each(|i| needed[i.index()] = true);
        }
    }
    needed
}

/// For each node whose result can be written straight into a pack: that pack and the first element there. All of it must go
/// there, in one piece or in pieces that lie there as they lie in the result, and nowhere else.
fn packed_inputs(graph: &Graph, needed: &[bool]) -> Vec<Option<(NodeId, usize)>> {
    let mut uses = vec![0; graph.nodes().len()];
    for id in graph.ids().filter(|id| needed[id.index()]) {
        graph.node(id).inputs.iter().for_each(|i| uses[i.index()] += 1);
    }
    graph.outputs().iter().for_each(|(_, id)| uses[id.index()] += 1);
    let mut packed = vec![None; graph.nodes().len()];
    for id in graph.ids().filter(|id| needed[id.index()] && graph.node(*id).op == Op::Pack) {
        // Of each result its place in the pack, and how many elements and pieces of it have been seen there.
        let mut seen: Vec<(NodeId, usize, usize, usize)> = vec![];
        let mut offset = 0_usize;
        for &input in &graph.node(id).inputs {
            let (base, first, views) = piece(graph, input);
            let (op, len) = (&graph.node(base).op, graph.shape(input).numel());
            let computed = !op.is_place() && *op != Op::Pack && !op.yields_change();
            let alone = views.iter().all(|view| uses[view.index()] == 1);
            if let (true, true, Some(at)) = (computed, alone, offset.checked_sub(first)) {
                match seen.iter_mut().find(|(node, place, ..)| (*node, *place) == (base, at)) {
                    Some((.., elements, pieces)) => (*elements, *pieces) = (*elements + len, *pieces + 1),
                    None => seen.push((base, at, len, 1)),
                }
            }
            offset += len;
        }
        for (base, at, elements, pieces) in seen {
            let node = graph.node(base);
            if uses[base.index()] == pieces && node.shape.numel() == elements + node.op.gap() {
                packed[base.index()] = Some((id, at));
            }
        }
    }
    packed
}

/// The value that `id` shows a piece of, the piece's first element, and the views through which it is seen.
fn piece(graph: &Graph, mut id: NodeId) -> (NodeId, usize, Vec<NodeId>) {
    let (mut first, mut views) = (0, vec![]);
    while let Op::View { offset } = graph.node(id).op {
        views.push(id);
        first += offset;
        id = graph.node(id).inputs[0];
    }
    (id, first, views)
}

struct Planner<'a> {
    graph: &'a Graph,
    packed: Vec<Option<(NodeId, usize)>>,
    places: Vec<Option<Place>>,
    order: Vec<NodeId>,
    copies: Vec<(NodeId, usize, usize)>,
    slots: Vec<Slot>,
    free: Vec<usize>,
    variables: Vec<(String, Shape, DType)>,
}

impl<'a> Planner<'a> {
    fn new(graph: &'a Graph, packed: Vec<Option<(NodeId, usize)>>) -> Self {
        let places = vec![None; graph.nodes().len()];
        Self {
            graph,
            packed,
            places,
            order: vec![],
            copies: vec![],
            slots: vec![],
            free: vec![],
            variables: vec![],
        }
    }

    fn collect_variables(&mut self, needed: &[bool]) -> Result<(), GraphError> {
        let graph = self.graph;
        let named = graph.ids().filter(|id| needed[id.index()]).filter_map(|id| match &graph.node(id).op {
            Op::Variable { name } => Some((name, id)),
            _ => None,
        });
        for (name, id) in named.chain(graph.outputs().iter().map(|(name, id)| (name, *id))) {
            let node = graph.node(id);
            match self.variables.iter().find(|(n, ..)| n == name) {
                None => self.variables.push((name.clone(), node.shape.clone(), node.dtype)),
                Some((_, shape, dtype)) if *shape == node.shape && *dtype == node.dtype => {}
                Some((_, shape, _)) => {
                    let (old, new) = (shape.clone(), node.shape.clone());
                    return Err(GraphError::VariableTwice { name: name.clone(), old, new });
                }
            }
        }
        Ok(())
    }

    /// The node that owns the memory of `id`: views look through to what they see, packed values to their pack.
    fn owner(&self, mut id: NodeId) -> NodeId {
        loop {
            let node = self.graph.node(id);
            id = match (&node.op, self.packed[id.index()]) {
                (Op::View { .. }, _) => node.inputs[0],
                (_, Some((pack, _))) => pack,
                _ => return id,
            };
        }
    }

    /// For each owner, the last node that reads or writes its memory.
    fn last_uses(&self, needed: &[bool]) -> Vec<usize> {
        let mut last = vec![0; self.graph.nodes().len()];
        for id in self.graph.ids().filter(|id| needed[id.index()]) {
            for &used in self.graph.node(id).inputs.iter().chain([&id]) {
                last[self.owner(used).index()] = id.index();
            }
        }
        last
    }

    fn place(&mut self, id: NodeId) {
        let node = self.graph.node(id);
        let at = |home| Some(Place { home, offset: 0 });
        let output = self.graph.outputs().iter().find(|(_, o)| *o == id).map(|(name, _)| name.clone());
        self.places[id.index()] = match (&node.op, output, self.packed[id.index()]) {
            (Op::Variable { name }, ..) => at(Home::Variable(name.clone())),
            (Op::Full { value }, ..) => at(Home::Constant(*value)),
            (Op::View { offset }, ..) => self.places[node.inputs[0].index()].clone().map(|mut p| {
                p.offset += offset;
                p
            }),
            // An op that changes variables yields nothing else, but for the rows of BeginStep and NextRows, and
            // Momentum's direction.
            (op, ..) if op.yields_change() => self.places[node.inputs[0].index()].clone(),
            (_, Some(name), _) => at(Home::Variable(name)),
            (_, None, Some((pack, offset))) => {
                if self.places[pack.index()].is_none() {
                    self.place_whole(pack);
                }
                self.places[pack.index()].clone().map(|mut p| {
                    p.offset += offset;
                    p
                })
            }
            (Op::Pack, None, None) => {
                if self.places[id.index()].is_none() {
                    self.place_whole(id);
                }
                self.places[id.index()].take()
            }
            (_, None, None) => at(Home::Slot(self.allocate(node.shape.numel(), node.dtype))),
        };
        if node.op == Op::Pack {
            self.copy_the_rest(id);
        }
    }

    /// Gives a pack its place when the first of its inputs needs it.
    fn place_whole(&mut self, pack: NodeId) {
        let node = self.graph.node(pack);
        let output = self.graph.outputs().iter().find(|(_, o)| *o == pack);
        let home = match output {
            Some((name, _)) => Home::Variable(name.clone()),
            None => Home::Slot(self.allocate(node.shape.numel(), node.dtype)),
        };
        self.places[pack.index()] = Some(Place { home, offset: 0 });
    }

    fn copy_the_rest(&mut self, pack: NodeId) {
        let mut offset = 0;
        for (i, &input) in self.graph.node(pack).inputs.iter().enumerate() {
            let base = piece(self.graph, input).0;
            if self.packed[base.index()].is_none_or(|(p, _)| p != pack) {
                self.copies.push((pack, i, offset));
            }
            offset += self.graph.shape(input).numel();
        }
    }

    /// The smallest free slot that is large enough, else the largest one grown, else a new one.
    fn allocate(&mut self, len: usize, dtype: DType) -> usize {
        let candidates = || self.free.iter().copied().filter(|&s| self.slots[s].dtype == dtype);
        let fits = candidates().filter(|&s| self.slots[s].len >= len).min_by_key(|&s| self.slots[s].len);
        match fits.or_else(|| candidates().max_by_key(|&s| self.slots[s].len)) {
            Some(slot) => {
                self.free.retain(|&s| s != slot);
                self.slots[slot].len = self.slots[slot].len.max(len);
                slot
            }
            None => {
                self.slots.push(Slot { dtype, len });
                self.slots.len() - 1
            }
        }
    }

    /// Frees the slots whose last use was this node.
    fn release(&mut self, id: NodeId, last: &[usize]) {
        let mut owners: Vec<NodeId> =
            self.graph.node(id).inputs.iter().chain([&id]).map(|&used| self.owner(used)).collect();
        owners.sort_unstable();
        owners.dedup();
        for owner in owners.into_iter().filter(|o| last[o.index()] == id.index()) {
            let own = !self.graph.node(owner).op.yields_change();
            if let (true, Some(Place { home: Home::Slot(slot), .. })) = (own, &self.places[owner.index()]) {
                self.free.push(*slot);
            }
        }
    }
}
