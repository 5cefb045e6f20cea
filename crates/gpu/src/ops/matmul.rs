//! The matrix product: strides for its transposes, and the kernel that suits its shape.

use super::Lowering;
use crate::kernels::{Kernel, MatmulParams, Product};
use crate::launch::Launch;
use minibatch_graph::{Epilogue, NodeId};

pub(super) fn matmul(
    l: &Lowering,
    id: NodeId,
    [trans_a, trans_b, has_bias]: [bool; 3],
    epilogue: Epilogue,
    inputs: &[NodeId],
) -> Launch {
    let (a, b) = (inputs[0], inputs[1]);
    let matrix = |node| match l.dims(node) {
        [.., rows, columns] => (*rows as u32, *columns as u32),
        _ => (1, l.numel(node)),
    };
    let ((m, n), (a_rows, a_columns), b_columns) = (matrix(id), matrix(a), matrix(b).1);
    let batch = l.numel(id) / (m * n).max(1);
    let k = if trans_a { a_rows } else { a_columns };
    let (a_row, a_col) = if trans_a { (1, a_columns) } else { (a_columns, 1) };
    let (b_row, b_col) = if trans_b { (1, b_columns) } else { (b_columns, 1) };
    let (epilogue, activation) = match epilogue {
        Epilogue::None => (0, 0),
        Epilogue::Activation(f) => (1, f.code()),
        Epilogue::ActivationGrad(f) => (2, f.code()),
    };
    // What the product does not have is bound to `a`, and not looked at.
    let bias = if has_bias { inputs[2] } else { a };
    let saved = if epilogue == 2 { inputs[inputs.len() - 1] } else { a };
    let params = MatmulParams {
        batch,
        m,
        n,
        k,
        a_offset: l.offset(a),
        a_batch: m * k,
        a_row,
        a_col,
        b_offset: l.offset(b),
        b_batch: k * n,
        b_row,
        b_col,
        bias_offset: l.offset(bias),
        saved_offset: l.offset(saved),
        y_offset: l.offset(id),
    };
    let buffers = [a, b, bias, saved, id].map(|node| l.home(node)).to_vec();
    let product = l.product.unwrap_or_else(|| suits(l.software, batch, m, n, k));
    let (kernel, groups) = grid(product, batch as usize, m as usize, n as usize);
    let launch = Launch::new(kernel, params, buffers, groups);
    let launch =
        if kernel == Kernel::MatmulDeep && k > 1_000_000 { launch.with("SLICES", 256) } else { launch };
    launch.with("BIAS", u32::from(has_bias)).with("EPILOGUE", epilogue).with("ACTIVATION", activation)
}

/// An inner extent for which every kernel but the one for long sums stays below the 65,535 rounds of its loops after which
/// a software device may end it.
const MOST_ROUNDS: u32 = 50_000;

/// A long sum of few elements is shared by a workgroup. Else a real device gets tiles once they are mostly full, and a
/// software one, which has no use for workgroup memory, register tiles.
fn suits(software: bool, batch: u32, m: u32, n: u32, k: u32) -> Product {
    let elements = u64::from(batch) * u64::from(m) * u64::from(n);
    if (elements <= 64 && k >= 1024) || (elements <= 1024 && k >= 4096) || k > MOST_ROUNDS {
        Product::Deep
    } else if software {
        if m * n >= 32 { Product::Direct } else { Product::Small }
    } else if m >= 256 && n >= 256 && k >= 64 && elements >= 512 * 512 {
        Product::Tile128
    } else if m >= 48 && n >= 48 && k >= 16 {
        Product::Tile64
    } else if m >= 24 && n >= 24 && k >= 8 {
        Product::Tile32
    } else {
        Product::Small
    }
}

/// The kernel and how many workgroups it wants.
fn grid(product: Product, batch: usize, m: usize, n: usize) -> (Kernel, usize) {
    let tiles = |side| batch * m.div_ceil(side) * n.div_ceil(side);
    match product {
        Product::Small => (Kernel::MatmulSmall, (batch * m * n).div_ceil(64)),
        Product::Deep => (Kernel::MatmulDeep, batch * m * n),
        Product::Direct => (Kernel::MatmulDirect, tiles(8).div_ceil(64)),
        Product::Tile32 => (Kernel::MatmulTile32, tiles(32)),
        Product::Tile64 => (Kernel::MatmulTile64, tiles(64)),
        Product::Tile128 => (Kernel::MatmulTile128, tiles(128)),
    }
}
