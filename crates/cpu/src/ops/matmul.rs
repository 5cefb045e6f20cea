//! The matrix product of two values, over all of their leading axes.

use minibatch_graph::{Activation, Epilogue};

use super::elementwise;
use super::product::Product;
use super::reduce::{Sums, add_to};
use crate::call::Call;
use crate::memory::{Memory, Operand};
use crate::{How, Real};

/// out = op(a) op(b) + bias and the epilogue, for each pair of matrices.
#[derive(Clone, Debug)]
pub(crate) struct Matmul {
    product: Product,
    inputs: [Operand; 2],
    out: Operand,
    bias: Option<Operand>,
    epilogue: Behind,
    how: How,
}

/// What comes behind the bias.
#[derive(Clone, Debug)]
enum Behind {
    Nothing,
    Activation(Activation),
    /// The same, and what it is of is kept behind it.
    Both(Activation),
    /// The derivative, by what is told of the activation in another value.
    Derivative(Activation, Operand),
    /// Another value.
    Sum(Operand),
}

impl Matmul {
    pub fn new(call: &Call, [trans_a, trans_b, bias]: [bool; 3], epilogue: Epilogue, how: How) -> Self {
        let last_two = |dims: &[usize]| (dims[dims.len() - 2], dims[dims.len() - 1]);
        let (a, b) = (last_two(call.dims(0)), last_two(call.dims(1)));
        let (m, k) = if trans_a { (a.1, a.0) } else { a };
        let n = if trans_b { b.0 } else { b.1 };
        Self {
            product: Product::new([m, k, n], [trans_a, trans_b], how),
            inputs: call.operands(),
            out: call.output,
            bias: bias.then(|| call.inputs[2]),
            epilogue: match epilogue {
                Epilogue::None => Behind::Nothing,
                Epilogue::Activation(f) => Behind::Activation(f),
                Epilogue::Both(f) => Behind::Both(f),
                Epilogue::ActivationGrad(f) => Behind::Derivative(f, call.inputs[2 + usize::from(bias)]),
                Epilogue::Add => Behind::Sum(call.inputs[2 + usize::from(bias)]),
            },
            how,
        }
    }

    pub fn scratch_len(&self) -> usize {
        self.product.scratch_len()
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        let &Product { m, k, n, .. } = &self.product;
        memory.write(&self.out, |memory, out| {
            let [a, b] = self.inputs.map(|input| memory.floats(&input));
            let (y, out) = match self.epilogue {
                Behind::Both(_) => out.split_at_mut(out.len() / 2),
                _ => (&mut [][..], out),
            };
            for (matrix, out) in out.chunks_exact_mut((m * n).max(1)).enumerate() {
                let pair = [&a[matrix * m * k..][..m * k], &b[matrix * k * n..][..k * n]];
                self.product.run(pair, out, scratch, &|rows, out: &mut [T]| {
                    let first = matrix * m * n + rows.start * n;
                    self.how.vectorised(
                        #[inline(always)]
                        || self.finish(memory, first, out),
                    );
                });
            }
            if let Behind::Both(f) = self.epilogue {
                self.how.divided(10 * y.len(), [(y, 1), (out, 1)], &mut [(); 0], |_, [y, z], _| {
                    self.how.vectorised(
                        #[inline(always)]
                        || {
                            y.copy_from_slice(z);
                            elementwise::activate(f, y);
                        },
                    );
                });
            }
        });
    }

    /// What comes behind the product, for rows of the result from element `first` on.
    #[inline(always)]
    fn finish<T: Real>(&self, memory: &Memory<T>, first: usize, out: &mut [T]) {
        if let Some(bias) = &self.bias {
            elementwise::add_row(memory.floats(bias), out);
        }
        match &self.epilogue {
            Behind::Nothing | Behind::Both(_) => {}
            Behind::Activation(f) => elementwise::activate(*f, out),
            Behind::Derivative(f, saved) => {
                let saved = &memory.floats(saved)[first..][..out.len()];
                elementwise::scale_by_derivative(*f, saved, out);
            }
            Behind::Sum(other) => add_to(out, &memory.floats(other)[first..]),
        }
    }
}

/// The gradients of a dense layer: out = dz' x, then, behind a gap that stays as it is, the sums of dz's columns.
#[derive(Clone, Debug)]
pub(crate) struct WeightGrad {
    product: Product,
    sums: Sums,
    dz: Operand,
    x: Operand,
    out: Operand,
}

impl WeightGrad {
    pub fn new(call: &Call, how: How) -> Self {
        let [dz, x] = call.operands();
        let product = Product::new([dz.columns, dz.rows, x.columns], [true, false], how);
        Self { product, sums: Sums::new(call.dims(0), &[0], how), dz, x, out: call.output }
    }

    pub fn scratch_len(&self) -> usize {
        self.product.scratch_len().max(self.sums.scratch_len())
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        let &Product { m, n, .. } = &self.product;
        memory.write(&self.out, |memory, out| {
            let [dz, x] = [self.dz, self.x].map(|input| memory.floats(&input));
            self.product.run([dz, x], &mut out[..m * n], scratch, &|_, _| {});
            let sums = out.len() - m;
            self.sums.run(dz, &mut out[sums..], scratch);
        });
    }
}
