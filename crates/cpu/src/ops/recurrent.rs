//! Recurrent layers over whole sequences: a product with U and a cell at each time.

mod cell;

use minibatch_graph::Recurrent;

use super::product::Product;
use crate::call::Call;
use crate::memory::{Memory, Operand};
use crate::{How, Real};

use cell::{Backward, Forward};

/// A recurrent layer, or its gradient.
#[derive(Clone, Debug)]
pub(crate) enum RecurrentKernel {
    /// The inputs are x, U, the bias and the first states.
    Forward { sequence: Sequence, inputs: Vec<Operand>, out: Operand },
    /// The inputs are what the forward pass gave, U and the gradient of the states.
    Backward { sequence: Sequence, inputs: [Operand; 3], out: Operand },
}

impl RecurrentKernel {
    pub fn forward(call: &Call, recurrent: Recurrent, how: How) -> Self {
        let sequence = Sequence::new(recurrent, call.dims(0), call.dims(1), (false, how));
        Self::Forward { sequence, inputs: call.inputs.clone(), out: call.output }
    }

    pub fn backward(call: &Call, recurrent: Recurrent, how: How) -> Self {
        let sequence = Sequence::new(recurrent, call.dims(2), call.dims(1), (true, how));
        Self::Backward { sequence, inputs: call.operands(), out: call.output }
    }

    pub fn scratch_len(&self) -> usize {
        match self {
            Self::Forward { sequence, .. } => sequence.product.packed_len(),
            Self::Backward { sequence, .. } => sequence.product.packed_len() + sequence.b * sequence.h,
        }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        match self {
            Self::Forward { sequence, inputs, out } => {
                memory.write(out, |memory, out| sequence.forward(memory, inputs, out, scratch));
            }
            Self::Backward { sequence, inputs, out } => memory.write(out, |memory, out| {
                sequence.backward(inputs.map(|input| memory.floats(&input)), out, scratch);
            }),
        }
    }
}

/// A recurrent op with its extents.
#[derive(Clone, Debug)]
pub(crate) struct Sequence {
    recurrent: Recurrent,
    t: usize,
    b: usize,
    h: usize,
    /// Elements of all gates of a row.
    wide: usize,
    /// (b, h) times U transposed, or on the way back (b, g h) times U.
    product: Product,
    how: How,
}

impl Sequence {
    /// From the shapes of the inputs (t, b, _) and of U (g h, h).
    fn new(recurrent: Recurrent, inputs: &[usize], u: &[usize], (back, how): (bool, How)) -> Self {
        let (b, h, wide) = (inputs[1], u[1], u[0]);
        let product = if back {
            Product::new([b, wide, h], [false, false], how)
        } else {
            Product::new([b, h, wide], [false, true], how)
        };
        Self { recurrent, t: inputs[0], b, h, wide, product, how }
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

    fn forward<T: Real>(&self, memory: &Memory<T>, inputs: &[Operand], out: &mut [T], scratch: &mut [T]) {
        let &Self { recurrent, t, b, h, wide, .. } = self;
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
        self.product.pack(u, scratch);
        let panels = &*scratch;
        for step in 0..t {
            let [time, before, after] = self.order(step);
            let (state_before, state) = pair(states, before, after, b * h);
            let (cell_before, cell) = pair(cells, before, after, b * c);
            let gates = &mut gates[time * b * wide..][..b * wide];
            let inner = &mut inner[time * b * n..][..b * n];
            let all = [(gates, wide), (inner, n), (cell, c), (state, h)];
            self.how.divided(self.work(), all, &mut [(); 0], |rows, [gates, inner, cell, state], _| {
                let product = self.product.of_rows(rows.len());
                product.run_packed(&state_before[rows.start * h..], gates, panels);
                for (i, row) in rows.enumerate() {
                    let forward = Forward {
                        x: &x[(time * b + row) * wide..][..wide],
                        bias,
                        state_before: &state_before[row * h..][..h],
                        cell_before: &cell_before[row * c..][..c],
                        gates: &mut gates[i * wide..][..wide],
                        inner: &mut inner[i * n..][..n],
                        cell: &mut cell[i * c..][..c],
                        state: &mut state[i * h..][..h],
                    };
                    self.how.vectorised(
                        #[inline(always)]
                        || forward.run(recurrent.cell),
                    );
                }
            });
        }
    }

    /// The work of one time, in multiply-adds.
    fn work(&self) -> usize {
        self.b * self.wide * (self.h + 10)
    }

    fn backward<T: Real>(&self, [y, u, dstates]: [&[T]; 3], out: &mut [T], scratch: &mut [T]) {
        let &Self { recurrent, t, b, h, wide, .. } = self;
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
        self.product.pack(u, scratch);
        let panels = &*scratch;
        for step in (0..t).rev() {
            let [time, before, after] = self.order(step);
            let dinputs = &mut dinputs[time * b * wide..][..b * wide];
            let dinner = &mut dinner[time * b * w..][..b * w];
            let all = [(dinputs, wide), (dinner, w), (&mut *dstate, h), (&mut *dcell, c), (&mut *through, h)];
            self.how.divided(self.work(), all, &mut [(); 0], |rows, all, _| {
                let [dinputs, dinner, dstate, dcell, through] = all;
                for (i, row) in rows.clone().enumerate() {
                    let (at, before, after) = (time * b + row, before * b + row, after * b + row);
                    let backward = Backward {
                        gates: &gates[at * wide..][..wide],
                        inner: &inner[at * n..][..n],
                        state_before: &states[before * h..][..h],
                        cell_before: &cells[before * c..][..c],
                        cell: &cells[after * c..][..c],
                        given: &dstates[at * h..][..h],
                        dinputs: &mut dinputs[i * wide..][..wide],
                        dinner: &mut dinner[i * w..][..w],
                        dstate: &mut dstate[i * h..][..h],
                        dcell: &mut dcell[i * c..][..c],
                    };
                    self.how.vectorised(
                        #[inline(always)]
                        || backward.run(recurrent.cell),
                    );
                }
                let handed_on = if w > 0 { &*dinner } else { &*dinputs };
                self.product.of_rows(rows.len()).run_packed(handed_on, through, panels);
                dstate.iter_mut().zip(&*through).for_each(|(d, &x)| *d += x);
            });
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
