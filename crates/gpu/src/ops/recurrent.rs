//! Recurrent layers over whole sequences: one launch for as many steps as an invocation may loop over.

use super::Lowering;
use crate::kernels::{Kernel, RecurrentParams};
use crate::launch::Launch;
use minibatch_graph::{Cell, Home, NodeId, Recurrent};

/// Rows of the batch that a workgroup takes along, as in the shaders.
const ROWS: usize = 8;
/// The most columns of U whose states lie in workgroup memory at a time: 8 KiB.
const MOST_COLUMNS: usize = 256;
/// The most rows of U whose gradients lie there: 16 KiB, all that WebGPU grants.
const MOST_ROWS: usize = 512;
/// A software device ends an invocation after 65,535 rounds of its loops. It counts the round that ends a loop and
/// some more, so that what is counted below is a guess on the safe side, and this leaves room besides.
const MOST_ROUNDS: usize = 50_000;

/// The extents of a sequence.
#[derive(Clone, Copy)]
struct Extents {
    t: usize,
    b: usize,
    h: usize,
}

impl Extents {
    /// Of a node (t, b, anything).
    fn new(l: &Lowering, id: NodeId, h: usize) -> Self {
        let dims = l.dims(id);
        Self { t: dims[0], b: dims[1], h }
    }

    /// What both directions say: extents, direction and the parts of the result, which begins at `result`.
    fn params(&self, recurrent: Recurrent, result: u32) -> RecurrentParams {
        let &Self { t, b, h } = self;
        let parts = recurrent.parts(t, b, h);
        let at = |part: usize| result + part as u32;
        RecurrentParams {
            steps: t as u32,
            batch: b as u32,
            hidden: h as u32,
            reverse: u32::from(recurrent.reverse),
            begin: 0,
            end: 0,
            x_offset: 0,
            u_offset: 0,
            bias_offset: 0,
            state_offset: 0,
            cell_offset: 0,
            states: at(parts.states),
            cells: at(parts.cells),
            gates: at(parts.gates),
            inner: at(parts.inner),
            grad_inputs: 0,
            grad_inner: 0,
            grad_state: 0,
            grad_cell: 0,
        }
    }

    /// Runs of steps, each [begin, end), whose rounds an invocation may take; one step takes `rounds`.
    fn chunks(&self, rounds: usize) -> impl DoubleEndedIterator<Item = [u32; 2]> + use<> {
        let groups = self.b.div_ceil(ROWS);
        let each = (MOST_ROUNDS / (rounds * groups.div_ceil(65_535))).max(1);
        let t = self.t;
        (0..t.div_ceil(each)).map(move |i| [(i * each) as u32, ((i + 1) * each).min(t) as u32])
    }

    fn launch(&self, kernel: Kernel, params: RecurrentParams, buffers: &[Home], size: usize) -> Launch {
        let groups = self.b.div_ceil(ROWS);
        Launch::new(kernel, params, buffers.to_vec(), groups).with("WORKGROUP", size as u32)
    }
}

/// Shares `items` out in equal passes of at most `most`: how many passes, and how many items each.
fn passes(items: usize, most: usize) -> [usize; 2] {
    let passes = items.div_ceil(most);
    [passes, items.div_ceil(passes)]
}

/// Whole vectors of a software device.
fn workgroup(invocations: usize) -> usize {
    invocations.next_multiple_of(8)
}

pub(super) fn forward(l: &Lowering, id: NodeId, recurrent: Recurrent, inputs: &[NodeId]) -> Vec<Launch> {
    let e = Extents::new(l, inputs[0], l.dims(inputs[1])[1]);
    let (kernel, relu) = match recurrent.cell {
        Cell::RnnTanh => (Kernel::RecurrentRnn, 0),
        Cell::RnnRelu => (Kernel::RecurrentRnn, 1),
        Cell::Lstm => (Kernel::RecurrentLstm, 0),
        Cell::Gru => (Kernel::RecurrentGru, 0),
    };
    let mut buffers: Vec<Home> = inputs[..4].iter().map(|&input| l.home(input)).collect();
    buffers.push(l.home(id));
    buffers.extend(inputs.get(4).map(|&cell| l.home(cell)));
    let [passes, units] = passes(e.h, l.target.limits.invocations.min(256) as usize);
    let size = workgroup(units);
    let tile = e.h.min(MOST_COLUMNS);
    let tiles = e.h.div_ceil(tile);
    let rounds = 15 + passes * (4 + e.h / 4 + tiles * (10 + (2 * tile).div_ceil(size)));
    let launch = |[begin, end]: [u32; 2]| {
        let params = RecurrentParams {
            begin,
            end,
            x_offset: l.offset(inputs[0]),
            u_offset: l.offset(inputs[1]),
            bias_offset: l.offset(inputs[2]),
            state_offset: l.offset(inputs[3]),
            cell_offset: inputs.get(4).map_or(0, |&cell| l.offset(cell)),
            ..e.params(recurrent, l.offset(id))
        };
        e.launch(kernel, params, &buffers, size).with("TILE", tile as u32).with("RELU", relu)
    };
    e.chunks(rounds).map(launch).collect()
}

pub(super) fn backward(l: &Lowering, id: NodeId, recurrent: Recurrent, inputs: &[NodeId]) -> Vec<Launch> {
    let e = Extents::new(l, inputs[2], l.dims(inputs[1])[1]);
    let (kernel, relu) = match recurrent.cell {
        Cell::RnnTanh => (Kernel::RecurrentGradRnn, 0),
        Cell::RnnRelu => (Kernel::RecurrentGradRnn, 1),
        Cell::Lstm => (Kernel::RecurrentGradLstm, 0),
        Cell::Gru => (Kernel::RecurrentGradGru, 0),
    };
    let parts = recurrent.grad_parts(e.t, e.b, e.h);
    let buffers = [inputs[0], inputs[1], inputs[2], id].map(|node| l.home(node));
    let at = |part: usize| l.offset(id) + part as u32;
    let gates = e.h * recurrent.cell.gates();
    // Four columns an invocation; where there are few, the rows of U are shared out as well.
    let [passes, across] = passes(e.h.div_ceil(4), 128);
    let shares = [4, 2, 1].into_iter().find(|shares| across * shares <= 128).unwrap_or(1);
    let size = workgroup(across * shares);
    let tile = gates.max(4 * across * shares).min(MOST_ROWS);
    let tiles = gates.div_ceil(tile);
    let whole = tiles == 1 && passes == 1;
    let own = 5 * e.h.div_ceil(size);
    let sums = 12 + e.h.min(4 * across).div_ceil(size) * (7 + 2 * shares);
    let rounds = 15 + own + passes * (sums + gates / shares / 2 + tiles * (12 + (2 * tile).div_ceil(size)));
    let launch = |[begin, end]: [u32; 2]| {
        let params = RecurrentParams {
            begin,
            end,
            x_offset: l.offset(inputs[2]),
            u_offset: l.offset(inputs[1]),
            grad_inputs: at(parts.inputs),
            grad_inner: at(parts.inner),
            grad_state: at(parts.state),
            grad_cell: at(parts.cell),
            ..e.params(recurrent, l.offset(inputs[0]))
        };
        e.launch(kernel, params, &buffers, size)
            .with("TILE", tile as u32)
            .with("WHOLE", u32::from(whole))
            .with("ACROSS", across as u32)
            .with("PARTS", shares as u32)
            .with("RELU", relu)
    };
    e.chunks(rounds).rev().map(launch).collect()
}
