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
    let product = l.product.unwrap_or_else(|| suits(batch, m, n, k));
    let (kernel, groups) = grid(product, batch as usize, m as usize, n as usize);
    let launch = Launch::new(kernel, params, buffers, groups);
    let launch =
        if kernel == Kernel::MatmulDeep && k > 1_000_000 { launch.with("SLICES", 256) } else { launch };
    launch.with("BIAS", u32::from(has_bias)).with("EPILOGUE", epilogue).with("ACTIVATION", activation)
}

/// An inner extent for which every kernel but the one for long sums stays below the 65,535 rounds of its loops after which
/// a software device may end it.
const MOST_ROUNDS: u32 = 50_000;

/// A long sum of few elements is shared by a workgroup. Else the kernel is taken that would be done first, by what each
/// costs on SwiftShader, Chromium's software device, in nanoseconds; on llvmpipe all are about four times as fast.
fn suits(batch: u32, m: u32, n: u32, k: u32) -> Product {
    let elements = u64::from(batch) * u64::from(m) * u64::from(n);
    if (elements <= 64 && k >= 1024) || (elements <= 1024 && k >= 4096) || k > MOST_ROUNDS {
        return Product::Deep;
    }
    let tiled = |side: u32, depth: u32, tile: u64, slab: u64| {
        let tiles = u64::from(batch) * u64::from(m.div_ceil(side)) * u64::from(n.div_ceil(side));
        tiles * (tile + slab * u64::from(k.div_ceil(depth)))
    };
    let mut costs = vec![
        (elements * (70 + 13 * u64::from(k)), Product::Small),
        (tiled(32, 8, 54_000, 19_000), Product::Tile32),
        (tiled(64, 8, 170_000, 40_000), Product::Tile64),
    ];
    // A real device wants many workgroups.
    if elements >= 512 * 512 {
        costs.push((tiled(128, 16, 800_000, 250_000), Product::Tile128));
    }
    costs.into_iter().min_by_key(|cost| cost.0).map_or(Product::Small, |cost| cost.1)
}

/// The kernel and how many workgroups it wants.
fn grid(product: Product, batch: usize, m: usize, n: usize) -> (Kernel, usize) {
    let tiles = |side| batch * m.div_ceil(side) * n.div_ceil(side);
    match product {
        Product::Small => (Kernel::MatmulSmall, (batch * m * n).div_ceil(64)),
        Product::Deep => (Kernel::MatmulDeep, batch * m * n),
        Product::Tile32 => (Kernel::MatmulTile32, tiles(32)),
        Product::Tile64 => (Kernel::MatmulTile64, tiles(64)),
        Product::Tile128 => (Kernel::MatmulTile128, tiles(128)),
    }
}
