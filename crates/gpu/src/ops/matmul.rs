//! The matrix product: strides for its transposes, and the kernel that suits its shape.

use super::{Lowering, Target};
use crate::kernels::{Kernel, MatmulParams, Product};
use crate::launch::Launch;
use minibatch_graph::{Epilogue, Home, NodeId};

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
    let ((a_rows, a_columns), (b_rows, b_columns)) = (matrix(a), matrix(b));
    let (m, k) = if trans_a { (a_columns, a_rows) } else { (a_rows, a_columns) };
    let n = if trans_b { b_rows } else { b_columns };
    let batch = l.numel(a) / (m * k).max(1);
    let (a_row, a_col) = if trans_a { (1, a_columns) } else { (a_columns, 1) };
    let (b_row, b_col) = if trans_b { (1, b_columns) } else { (b_columns, 1) };
    let (epilogue, activation) = match epilogue {
        Epilogue::None => (0, 0),
        Epilogue::Activation(f) => (1, f.code()),
        Epilogue::Both(f) => (4, f.code()),
        Epilogue::ActivationGrad(f) => (2, f.code()),
        Epilogue::Add => (3, 0),
    };
    // What the product does not have is bound to `a`, and not looked at.
    let bias = if has_bias { inputs[2] } else { a };
    let saved = if matches!(epilogue, 2 | 3) { inputs[inputs.len() - 1] } else { a };
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
        behind_offset: l.offset(id) + batch * m * n,
    };
    let buffers = [a, b, bias, saved, id].map(|node| l.home(node)).to_vec();
    launch(l, params, buffers)
        .with("BIAS", u32::from(has_bias))
        .with("EPILOGUE", epilogue)
        .with("ACTIVATION", activation)
}

/// The kernel that suits a product's extents, and its grid.
fn launch(l: &Lowering, params: MatmulParams, buffers: Vec<Home>) -> Launch {
    let MatmulParams { batch, m, n, k, .. } = params;
    let product = l.product.unwrap_or_else(|| suits(l.target, batch, m, n, k));
    let (kernel, groups) = grid(product, batch as usize, m as usize, n as usize);
    let launch = Launch::new(kernel, params, buffers, groups);
    if kernel == Kernel::MatmulDeep && k > 1_000_000 { launch.with("SLICES", 256) } else { launch }
}

/// dz' x, and behind a gap the sums of dz's columns: those of the rows of the product's left operand.
pub(super) fn weight_grad(l: &Lowering, id: NodeId, gap: usize, inputs: &[NodeId]) -> Launch {
    let (dz, x) = (inputs[0], inputs[1]);
    let ((k, m), n) = (l.matrix(dz), l.matrix(x).1);
    let params = MatmulParams {
        batch: 1,
        m,
        n,
        k,
        a_offset: l.offset(dz),
        a_batch: m * k,
        a_row: 1,
        a_col: m,
        b_offset: l.offset(x),
        b_batch: k * n,
        b_row: n,
        b_col: 1,
        bias_offset: 0,
        saved_offset: 0,
        y_offset: l.offset(id),
        behind_offset: l.offset(id) + m * n + gap as u32,
    };
    launch(l, params, [dz, x, dz, dz, id].map(|node| l.home(node)).to_vec()).with("SUMS", 1)
}

/// An inner extent for which every kernel but the one for long sums stays below the 65,535 rounds of its loops after which
/// a software device may end it.
const MOST_ROUNDS: u32 = 50_000;

/// A long sum of few elements is shared by a workgroup. Else a real device gets tiles once they are mostly full, and a
/// software one, which has no use for workgroup memory, register tiles.
fn suits(target: Target, batch: u32, m: u32, n: u32, k: u32) -> Product {
    let elements = u64::from(batch) * u64::from(m) * u64::from(n);
    if (elements <= 64 && k >= 1024) || (elements <= 1024 && k >= 4096) || k > MOST_ROUNDS {
        Product::Deep
    } else if target.software {
        if m * n >= 32 { Product::Direct } else { Product::Small }
    } else if target.limits.invocations >= 256 && m >= 256 && n >= 256 && k >= 64 && elements >= 512 * 512 {
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
