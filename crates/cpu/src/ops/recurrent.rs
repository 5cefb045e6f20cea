//! Recurrent layers over whole sequences: a product with U and a cell at each time.

mod cell;

use minibatch_graph::{Op, Recurrent};

use crate::Real;
use crate::memory::{Memory, Operand};
use crate::ops::matmul::Product;
use crate::plan::Step;

use cell::{Backward, Forward};

/// How many elements of scratch a step needs.
pub(crate) fn scratch_len(step: &Step) -> usize {
    match &step.op {
        Op::Recurrent(recurrent) => Sequence::new(*recurrent, step.dims(0), step.dims(1)).forward_scratch(),
        Op::RecurrentGrad(recurrent) => {
            Sequence::new(*recurrent, step.dims(2), step.dims(1)).backward_scratch()
        }
        _ => 0,
    }
}

/// Runs one of these ops.
pub(crate) fn run<T: Real>(step: &Step, memory: &mut Memory<T>, scratch: &mut [T]) {
    memory.write(&step.output, |memory, out| match &step.op {
        Op::Recurrent(recurrent) => {
            let sequence = Sequence::new(*recurrent, step.dims(0), step.dims(1));
            sequence.forward(memory, &step.inputs, out, scratch);
        }
        Op::RecurrentGrad(recurrent) => {
            let sequence = Sequence::new(*recurrent, step.dims(2), step.dims(1));
            let [y, u, dstates] = [0, 1, 2].map(|input| memory.floats(&step.inputs[input]));
            sequence.backward([y, u, dstates], out, scratch);
        }
        _ => {}
    });
}

/// A recurrent op with its extents.
struct Sequence {
    recurrent: Recurrent,
    t: usize,
    b: usize,
    h: usize,
    /// Elements of all gates of a row.
    wide: usize,
}

impl Sequence {
    /// From the shapes of the inputs (t, b, _) and of U (g h, h).
    fn new(recurrent: Recurrent, inputs: &[usize], u: &[usize]) -> Self {
        Self { recurrent, t: inputs[0], b: inputs[1], h: u[1], wide: u[0] }
    }

    /// The time of the step taken as number `step`, and where among the states the one before and the one after stand.
    fn order(&self, step: usize) -> [usize; 3] {
        if self.recurrent.reverse {
            let time = self.t - 1 - step;
            [time, time + 1, time]
        } else {
            [step, step, step + 1]
        }
    }

    /// (b, h) times U transposed.
    fn product(&self) -> Product {
        Product::of_extents([self.b, self.h, self.wide], [false, true])
    }

    /// (b, g h) times U.
    fn product_back(&self) -> Product {
        Product::of_extents([self.b, self.wide, self.h], [false, false])
    }

    fn forward_scratch(&self) -> usize {
        self.product().scratch_len()
    }

    fn backward_scratch(&self) -> usize {
        self.product_back().scratch_len() + self.b * self.h
    }

    fn forward<T: Real>(&self, memory: &Memory<T>, inputs: &[Operand], out: &mut [T], scratch: &mut [T]) {
        let &Self { recurrent, t, b, h, wide } = self;
        let [x, u, bias, first] = [0, 1, 2, 3].map(|input| memory.floats(&inputs[input]));
        let parts = recurrent.parts(t, b, h);
        let (states, rest) = out.split_at_mut(parts.cells);
        let (cells, rest) = rest.split_at_mut(parts.gates - parts.cells);
        let (gates, inner) = rest.split_at_mut(parts.inner - parts.gates);
        // Of no width where the cell has no such part, so that its rows are empty.
        let (c, n) = (cells.len() / ((t + 1) * b).max(1), inner.len() / (t * b).max(1));
        let begin = self.order(0)[1];
        states[begin * b * h..][..b * h].copy_from_slice(first);
        if let Some(first) = inputs.get(4) {
            cells[begin * b * c..][..b * c].copy_from_slice(memory.floats(first));
        }
        let product = self.product();
        product.pack_right(u, scratch);
        for step in 0..t {
            let [time, before, after] = self.order(step);
            let (state_before, state) = pair(states, before, after, b * h);
            let (cell_before, cell) = pair(cells, before, after, b * c);
            let gates = &mut gates[time * b * wide..][..b * wide];
            product.run_packed(state_before, gates, scratch);
            for row in 0..b {
                let at = time * b + row;
                let forward = Forward {
                    x: &x[at * wide..][..wide],
                    bias,
                    state_before: &state_before[row * h..][..h],
                    cell_before: &cell_before[row * c..][..c],
                    gates: &mut gates[row * wide..][..wide],
                    inner: &mut inner[at * n..][..n],
                    cell: &mut cell[row * c..][..c],
                    state: &mut state[row * h..][..h],
                };
                forward.run(recurrent.cell);
            }
        }
    }

    fn backward<T: Real>(&self, [y, u, dstates]: [&[T]; 3], out: &mut [T], scratch: &mut [T]) {
        let &Self { recurrent, t, b, h, wide } = self;
        let (parts, grads) = (recurrent.parts(t, b, h), recurrent.grad_parts(t, b, h));
        let (states, cells) = (&y[..parts.cells], &y[parts.cells..parts.gates]);
        let (gates, inner) = (&y[parts.gates..parts.inner], &y[parts.inner..]);
        let (dgates, carried) = out.split_at_mut(grads.state);
        let (dinputs, dinner) = dgates.split_at_mut(t * b * wide);
        let (dstate, dcell) = carried.split_at_mut(b * h);
        let (c, n, w) = (dcell.len() / b.max(1), inner.len() / (t * b).max(1), dinner.len() / (t * b).max(1));
        dstate.fill(T::ZERO);
        dcell.fill(T::ZERO);
        let (through, scratch) = scratch.split_at_mut(b * h);
        let product = self.product_back();
        product.pack_right(u, scratch);
        for step in (0..t).rev() {
            let [time, before, after] = self.order(step);
            for row in 0..b {
                let (at, before, after) = (time * b + row, before * b + row, after * b + row);
                let backward = Backward {
                    gates: &gates[at * wide..][..wide],
                    inner: &inner[at * n..][..n],
                    state_before: &states[before * h..][..h],
                    cell_before: &cells[before * c..][..c],
                    cell: &cells[after * c..][..c],
                    given: &dstates[at * h..][..h],
                    dinputs: &mut dinputs[at * wide..][..wide],
                    dinner: &mut dinner[at * w..][..w],
                    dstate: &mut dstate[row * h..][..h],
                    dcell: &mut dcell[row * c..][..c],
                };
                backward.run(recurrent.cell);
            }
            let handed_on = if w > 0 { &*dinner } else { &*dinputs };
            product.run_packed(&handed_on[time * b * wide..][..b * wide], through, scratch);
            dstate.iter_mut().zip(&*through).for_each(|(d, &x)| *d += x);
        }
    }
}

/// Number `before` of the parts of this length, to be read, and number `after`, to be written: they are neighbours.
fn pair<T>(all: &mut [T], before: usize, after: usize, len: usize) -> (&[T], &mut [T]) {
    let (left, right) = all.split_at_mut(before.max(after) * len);
    if before < after {
        (&left[before * len..], &mut right[..len])
    } else {
        (&right[..len], &mut left[after * len..])
    }
}
