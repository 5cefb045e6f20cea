//! The cells, for one row of the batch at one time: [`Cell`] has their formulas.

use minibatch_graph::{Activation, Cell};

use crate::Real;
use crate::ops::elementwise::{activate, scale_by_derivative};

/// One row of one step. `gates` holds U h when it begins and the gates when it ends.
pub(super) struct Forward<'a, T> {
    pub x: &'a [T],
    pub bias: &'a [T],
    pub state_before: &'a [T],
    /// The LSTM's alone.
    pub cell_before: &'a [T],
    pub gates: &'a mut [T],
    /// The GRU's alone.
    pub inner: &'a mut [T],
    /// The LSTM's alone.
    pub cell: &'a mut [T],
    pub state: &'a mut [T],
}

/// Adds the projected inputs and the bias to U h.
#[inline(always)]
fn add<T: Real>(gates: &mut [T], x: &[T], bias: &[T]) {
    for ((z, &x), &bias) in gates.iter_mut().zip(x).zip(bias) {
        *z += x + bias;
    }
}

impl<T: Real> Forward<'_, T> {
    #[inline(always)]
    pub fn run(self, cell: Cell) {
        match cell {
            Cell::RnnTanh => self.rnn(Activation::Tanh),
            Cell::RnnRelu => self.rnn(Activation::Relu),
            Cell::Lstm => self.lstm(),
            Cell::Gru => self.gru(),
        }
    }

    #[inline(always)]
    fn rnn(self, f: Activation) {
        add(self.gates, self.x, self.bias);
        activate(f, self.gates);
        self.state.copy_from_slice(self.gates);
    }

    #[inline(always)]
    fn lstm(self) {
        let h = self.state.len();
        add(self.gates, self.x, self.bias);
        activate(Activation::Sigmoid, &mut self.gates[..2 * h]);
        activate(Activation::Tanh, &mut self.gates[2 * h..3 * h]);
        activate(Activation::Sigmoid, &mut self.gates[3 * h..]);
        let [i, f, g, o] = [0, 1, 2, 3].map(|gate| &self.gates[gate * h..][..h]);
        for j in 0..h {
            self.cell[j] = f[j] * self.cell_before[j] + i[j] * g[j];
            self.state[j] = self.cell[j];
        }
        activate(Activation::Tanh, self.state);
        self.state.iter_mut().zip(o).for_each(|(state, &o)| *state = o * *state);
    }

    #[inline(always)]
    fn gru(self) {
        let h = self.state.len();
        let (rz, n) = self.gates.split_at_mut(2 * h);
        add(rz, self.x, self.bias);
        activate(Activation::Sigmoid, rz);
        let (r, z) = rz.split_at(h);
        for j in 0..h {
            self.inner[j] = n[j] + self.bias[2 * h + j];
            n[j] = self.x[2 * h + j] + r[j] * self.inner[j];
        }
        activate(Activation::Tanh, n);
        for j in 0..h {
            self.state[j] = (T::ONE - z[j]) * n[j] + z[j] * self.state_before[j];
        }
    }
}

/// One row of one step, on the way back. `dstate` and `dcell` hold what the time after hands back when it begins; when it
/// ends, what goes to the time before by another way than U.
pub(super) struct Backward<'a, T> {
    pub gates: &'a [T],
    /// The GRU's alone.
    pub inner: &'a [T],
    pub state_before: &'a [T],
    /// The LSTM's alone.
    pub cell_before: &'a [T],
    /// The LSTM's alone.
    pub cell: &'a [T],
    /// The gradient of the state that does not come from later times.
    pub given: &'a [T],
    /// Of the projected inputs.
    pub dinputs: &'a mut [T],
    /// Of U h + b: the GRU's alone.
    pub dinner: &'a mut [T],
    pub dstate: &'a mut [T],
    /// The LSTM's alone.
    pub dcell: &'a mut [T],
}

impl<T: Real> Backward<'_, T> {
    #[inline(always)]
    pub fn run(self, cell: Cell) {
        self.dstate.iter_mut().zip(self.given).for_each(|(d, &given)| *d += given);
        match cell {
            Cell::RnnTanh => self.rnn(Activation::Tanh),
            Cell::RnnRelu => self.rnn(Activation::Relu),
            Cell::Lstm => self.lstm(),
            Cell::Gru => self.gru(),
        }
    }

    #[inline(always)]
    fn rnn(self, f: Activation) {
        self.dinputs.copy_from_slice(self.dstate);
        scale_by_derivative(f, self.gates, self.dinputs);
        self.dstate.fill(T::ZERO);
    }

    #[inline(always)]
    fn lstm(self) {
        let (h, one) = (self.dstate.len(), T::ONE);
        let [i, f, g, o] = [0, 1, 2, 3].map(|gate| &self.gates[gate * h..][..h]);
        let (di, rest) = self.dinputs.split_at_mut(h);
        let (df, rest) = rest.split_at_mut(h);
        let (dg, d_o) = rest.split_at_mut(h);
        // The tanh of the cell, where the gradient of o comes to stand.
        d_o.copy_from_slice(self.cell);
        activate(Activation::Tanh, d_o);
        for j in 0..h {
            let (dh, tanh) = (self.dstate[j], d_o[j]);
            let dc = self.dcell[j] + dh * o[j] * (one - tanh * tanh);
            di[j] = dc * g[j] * i[j] * (one - i[j]);
            df[j] = dc * self.cell_before[j] * f[j] * (one - f[j]);
            dg[j] = dc * i[j] * (one - g[j] * g[j]);
            d_o[j] = dh * tanh * o[j] * (one - o[j]);
            self.dcell[j] = dc * f[j];
            self.dstate[j] = T::ZERO;
        }
    }

    #[inline(always)]
    fn gru(self) {
        let (h, one) = (self.dstate.len(), T::ONE);
        let [r, z, n] = [0, 1, 2].map(|gate| &self.gates[gate * h..][..h]);
        let (dr, rest) = self.dinputs.split_at_mut(h);
        let (dz, dn) = rest.split_at_mut(h);
        for j in 0..h {
            let dh = self.dstate[j];
            dn[j] = dh * (one - z[j]) * (one - n[j] * n[j]);
            dr[j] = dn[j] * self.inner[j] * r[j] * (one - r[j]);
            dz[j] = dh * (self.state_before[j] - n[j]) * z[j] * (one - z[j]);
            self.dinner[2 * h + j] = dn[j] * r[j];
            self.dstate[j] = dh * z[j];
        }
        self.dinner[..h].copy_from_slice(dr);
        self.dinner[h..2 * h].copy_from_slice(dz);
    }
}
