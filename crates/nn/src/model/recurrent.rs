//! Recurrent layers over (b, steps, features).

use minibatch_graph::{Activation, Binary, Cell, NodeId, Op, Recurrent, Shape};

use super::inside::ProbeKind;
use super::lower::{Lower, Value};
use crate::{Begin, Block, NnError, RecurrentOutput, Rule};

/// The settings of [`Block::Recurrent`].
#[derive(Clone, Copy)]
struct Stack {
    cell: Cell,
    units: usize,
    layers: usize,
    directions: usize,
}

impl Lower<'_> {
    pub(super) fn recurrent(&mut self, x: Value, block: &Block) -> Result<Value, NnError> {
        let Block::Recurrent { cell, units, layers, bidirectional, output, learn_initial } = *block else {
            return Err(self.refuse("it is no recurrent layer"));
        };
        let directions = 1 + usize::from(bidirectional);
        let stack = Stack { cell, units, layers, directions };
        self.within("units", units, 1, 1 << 14)?;
        self.within("layers", layers, 1, 64)?;
        let x = self.numbers(x)?;
        let [b, t, features] = self.steps(x)?;
        self.steps_begin = self.steps_begin.or(Some(x.node));
        // Parameters stand in PyTorch's order: first all layers', then the initial states.
        let mut weights = vec![];
        for layer in 0..layers {
            let inputs = if layer == 0 { features } else { units * directions };
            for direction in 0..directions {
                weights.push(self.cell_weights(stack, inputs, layer, direction)?);
            }
        }
        let states = self.initial_states(stack, b, learn_initial)?;
        let mut h = self.permute(x.node, &[1, 0, 2])?;
        let mut ends = vec![];
        for layer in 0..layers {
            let mut passes = vec![];
            for direction in 0..directions {
                let number = layer * directions + direction;
                let initial: Vec<NodeId> = states.iter().map(|s| s[number]).collect();
                let part = format!("l{layer}{}", if direction == 1 { "_reverse" } else { "" });
                passes.push(self.pass(stack, h, &weights[number], &initial, (direction == 1, &part))?);
            }
            ends.clone_from(&passes);
            h = if directions == 2 { self.node(Op::Concat { axis: 2 }, &passes)? } else { passes[0] };
        }
        let node = match output {
            RecurrentOutput::Sequence => self.permute(h, &[1, 0, 2])?,
            RecurrentOutput::Last => {
                let mut last = vec![];
                for (direction, &states) in ends.iter().enumerate() {
                    let start = if direction == 0 { t - 1 } else { 0 };
                    let end = self.node(Op::Slice { axis: 0, start, len: 1 }, &[states])?;
                    last.push(self.view(end, &[b, units])?);
                }
                if directions == 2 { self.node(Op::Concat { axis: 1 }, &last)? } else { last[0] }
            }
        };
        let mask = x.mask.filter(|_| output == RecurrentOutput::Sequence);
        Ok(Value { node, mask, ..x })
    }

    /// weight_ih, weight_hh, bias_ih and bias_hh of one layer in one direction, all within 1 / sqrt(units).
    fn cell_weights(
        &mut self,
        stack: Stack,
        inputs: usize,
        layer: usize,
        direction: usize,
    ) -> Result<[NodeId; 4], NnError> {
        let rows = stack.units * stack.cell.gates();
        let rule = Rule::Uniform(1.0 / libm::sqrt(stack.units as f64));
        let tail = if direction == 1 { "_reverse" } else { "" };
        let named = |what: &str| format!("{what}_l{layer}{tail}");
        let begins = [(); 4].map(|()| self.begin(rule));
        Ok([
            self.param(&named("weight_ih"), &[rows, inputs], begins[0])?,
            self.param(&named("weight_hh"), &[rows, stack.units], begins[1])?,
            self.param(&named("bias_ih"), &[rows], begins[2])?,
            self.param(&named("bias_hh"), &[rows], begins[3])?,
        ])
    }

    /// The initial states, and for an LSTM the initial cells, (b, units) for each layer and direction: zeros, or one
    /// learned row for all samples, `h0` and `c0`.
    fn initial_states(&mut self, stack: Stack, b: usize, learned: bool) -> Result<Vec<Vec<NodeId>>, NnError> {
        let Stack { cell, units, layers, directions } = stack;
        let names: &[&str] = if cell == Cell::Lstm { &["h0", "c0"] } else { &["h0"] };
        let count = layers * directions;
        let mut all = vec![];
        for name in names {
            let zeros = self.g.full([b, units], 0.0);
            if !learned {
                all.push(vec![zeros; count]);
                continue;
            }
            let whole = self.param_parts(name, &[count, 1, units], Begin::constant(0.0), &vec![1; count])?;
            let mut rows = vec![];
            for part in whole {
                let row = self.view(part, &[1, units])?;
                rows.push(self.binary(Binary::Add, zeros, row)?);
            }
            all.push(rows);
        }
        Ok(all)
    }

    /// One direction of one layer: (steps, b, inputs) to (steps, b, units).
    fn pass(
        &mut self,
        stack: Stack,
        x: NodeId,
        weights: &[NodeId; 4],
        initial: &[NodeId],
        (reverse, part): (bool, &str),
    ) -> Result<NodeId, NnError> {
        let [w, u, bias, inner] = *weights;
        let dims = self.g.shape(x).dims().to_vec();
        let (t, b, rows) = (dims[0], dims[1], stack.units * stack.cell.gates());
        let matrix = self.rows(x)?;
        let projected = self.matmul((matrix, false), (w, true), Some(bias), Activation::Linear)?;
        let projected = self.view(projected, &[t, b, rows])?;
        let recurrent = Recurrent { cell: stack.cell, reverse };
        let inputs = [&[projected, u, inner], initial].concat();
        let result = self.node(Op::Recurrent(recurrent), &inputs)?;
        // The initial state stands before the others, or after them when time runs backwards.
        let parts = recurrent.parts(t, b, stack.units);
        let first = if reverse { 0 } else { b * stack.units };
        let states = self.g.view(result, parts.states + first, Shape::from([t, b, stack.units]))?;
        if self.seen.is_some() && b == 1 {
            let units = stack.units;
            self.show(part, ProbeKind::States, states, &[t, units], false);
            if stack.cell == Cell::Lstm {
                let cells = self.g.view(result, parts.cells + first, Shape::from([t, units]))?;
                self.show(part, ProbeKind::Cells, cells, &[t, units], false);
            }
            let gates = stack.cell.gates();
            let all = self.g.view(result, parts.gates, Shape::from([t, gates, units]))?;
            self.show(part, ProbeKind::Gates, all, &[t, gates, units], false);
        }
        Ok(states)
    }
}
