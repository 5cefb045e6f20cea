//! Attention and rotary positions: which kernel suits a head's width, and where its operands lie.

use super::Lowering;
use crate::kernels::{AttentionParams, Kernel, RotaryParams};
use crate::launch::Launch;
use minibatch_graph::{Attention, NodeId, Rotary};

/// The most workgroups of a launch.
const MOST_GROUPS: u32 = 65_535;
/// A software device may end an invocation after 65,535 rounds of its loops.
const MOST_ROUNDS: u32 = 60_000;

pub(super) fn result(l: &Lowering, id: NodeId, attention: &Attention) -> Vec<Launch> {
    launch(l, id, attention, Pass::Result)
}

pub(super) fn gradient(l: &Lowering, id: NodeId, attention: &Attention) -> Vec<Launch> {
    [Pass::GradQuery, Pass::GradKey].into_iter().flat_map(|pass| launch(l, id, attention, pass)).collect()
}

/// What a launch computes.
#[derive(Clone, Copy, PartialEq)]
enum Pass {
    Result,
    /// The gradient of q, and that of k and v.
    GradQuery,
    GradKey,
}

/// Of a software device: keys (or queries) up to which each invocation goes over all of them by itself.
const SHORT: u32 = 32;

/// How a kernel goes about it.
#[derive(Clone, Copy)]
enum Way {
    /// An invocation has so many queries (or keys) of its own, computed with so many columns; the others' come through
    /// workgroup memory.
    Tiles { own: u32, columns: u32 },
    /// A workgroup has one of its own, of any width.
    Any,
    /// An invocation has one of its own, of any width, and nothing is shared.
    Short,
}

/// A kernel and its way.
struct Suited {
    kernel: Kernel,
    way: Way,
}

impl Suited {
    /// On a software device the one for short sequences, where they are; else the narrowest that is wide enough; the one
    /// that takes any for more rows than a software device would let an invocation go over.
    fn new(pass: Pass, d: u32, rows: u32, over: u32, software: bool) -> Self {
        let fits = |suited: &Self| suited.rounds(pass, over, d, suited.lanes(rows, over)) <= MOST_ROUNDS;
        let short = (software && over <= SHORT).then(|| Self::short(pass));
        short.filter(fits).or_else(|| Self::tiles(pass, d).filter(fits)).unwrap_or_else(|| Self::any(pass))
    }

    /// The narrowest in tiles that takes heads of width `d`.
    fn tiles(pass: Pass, d: u32) -> Option<Self> {
        use Kernel::{
            Attention16, Attention32, Attention64, Attention128, AttentionKey16, AttentionKey32,
            AttentionKey64, AttentionKey128, AttentionQuery16, AttentionQuery32, AttentionQuery64,
            AttentionQuery128,
        };
        let by_columns = match pass {
            Pass::Result => [Attention16, Attention32, Attention64, Attention128],
            Pass::GradQuery => [AttentionQuery16, AttentionQuery32, AttentionQuery64, AttentionQuery128],
            Pass::GradKey => [AttentionKey16, AttentionKey32, AttentionKey64, AttentionKey128],
        };
        let ways = [(4, 16), (2, 32), (1, 64), (1, 128)];
        let mut all = ways.into_iter().zip(by_columns);
        let ((own, columns), kernel) = all.find(|((_, columns), _)| d <= *columns)?;
        Some(Self { kernel, way: Way::Tiles { own, columns } })
    }

    fn any(pass: Pass) -> Self {
        let kernel = match pass {
            Pass::Result => Kernel::AttentionAny,
            Pass::GradQuery => Kernel::AttentionQueryAny,
            Pass::GradKey => Kernel::AttentionKeyAny,
        };
        Self { kernel, way: Way::Any }
    }

    fn short(pass: Pass) -> Self {
        let kernel = match pass {
            Pass::Result => Kernel::AttentionShort,
            Pass::GradQuery => Kernel::AttentionQueryShort,
            Pass::GradKey => Kernel::AttentionKeyShort,
        };
        Self { kernel, way: Way::Short }
    }

    /// Invocations of a workgroup, given the rows that are looked for: no more than are needed, since software devices
    /// run idle ones too; but many where there is much to load.
    fn lanes(&self, rows: u32, over: u32) -> u32 {
        let fewest = if over > 1024 { 32 } else { 8 };
        match self.way {
            Way::Tiles { own, .. } => rows.div_ceil(own).next_power_of_two().clamp(fewest, 32),
            // As the kernels' files say.
            Way::Any | Way::Short => 64,
        }
    }

    /// At most so many rounds of loops an item takes, given the rows that are gone over.
    fn rounds(&self, pass: Pass, over: u32, d: u32, lanes: u32) -> u32 {
        match self.way {
            Way::Tiles { columns, .. } => {
                let tile = 1024 / columns;
                let loading = 2 + 256u32.div_ceil(lanes) + 2 * tile.div_ceil(lanes);
                let of_a_row = 1 + 2 * (columns / 16);
                // Forward they come in pairs.
                let rows = if pass == Pass::Result { tile / 2 } else { tile };
                over.div_ceil(tile).saturating_mul(loading + rows * of_a_row)
            }
            Way::Any => {
                let dots = 3 * (d / 4 + 4);
                let columns = d.div_ceil(lanes) * (lanes / 4 + 1);
                over.div_ceil(lanes).saturating_mul(dots + columns + 16) + dots
            }
            Way::Short => (over + 1).saturating_mul(4 * (d / 4 + 4)),
        }
    }
}

/// One launch as a rule; more where a workgroup would have too much to do.
fn launch(l: &Lowering, id: NodeId, attention: &Attention, pass: Pass) -> Vec<Launch> {
    let inputs = &l.graph.node(id).inputs;
    let (q, kv) = (inputs[0], inputs[usize::from(attention.cross)]);
    // Where there is no mask, something is bound and not looked at.
    let mask = if attention.mask { inputs[1 + usize::from(attention.cross)] } else { q };
    let (batches, t, s) = (l.dims(q)[0] as u32, l.dims(q)[1] as u32, l.dims(kv)[1] as u32);
    let (heads, q_row, kv_row) = (attention.heads as u32, l.dims(q)[2] as u32, l.dims(kv)[2] as u32);
    // q, k and v stand side by side in a row, or k and v.
    let (e, k_column) = if attention.cross { (q_row, 0) } else { (q_row / 3, q_row / 3) };
    let d = e / heads;
    let (rows, over) = if pass == Pass::GradKey { (s, t) } else { (t, s) };
    let suited = Suited::new(pass, d, rows, over, l.target.software);
    let lanes = suited.lanes(rows, over);
    let blocks = match suited.way {
        Way::Tiles { own, .. } => rows.div_ceil(lanes * own),
        Way::Any | Way::Short => rows,
    };
    // What a workgroup takes at a time.
    let together = if matches!(suited.way, Way::Short) { lanes } else { 1 };
    let items = batches * heads * blocks;
    let (mut buffers, mut results) = (vec![q, kv, mask], [q; 3]);
    if matches!(pass, Pass::GradQuery | Pass::GradKey) {
        // The values and the logarithms are one result.
        results = [2, 2, 1].map(|back| inputs[inputs.len() - back]);
        buffers.extend(results);
    }
    buffers.push(id);
    let out = l.offset(id);
    let lse = batches * t * e + if pass == Pass::Result { out } else { l.offset(results[1]) };
    // The gradient of k and v is packed as they are, behind q's where that is another input.
    let dk = out + if attention.cross { l.numel(q) } else { k_column };
    let (out_offset, out_row) = match pass {
        Pass::Result => (out, e),
        Pass::GradQuery => (out, q_row),
        Pass::GradKey => (dk, kv_row),
    };
    let rounds = (MOST_ROUNDS / suited.rounds(pass, over, d, lanes)).max(1);
    let per_launch = MOST_GROUPS.saturating_mul(together).saturating_mul(rounds);
    let part = |first: u32| {
        let params = AttentionParams {
            heads,
            t,
            s,
            d,
            scale: (1.0 / f64::from(d).sqrt()) as f32,
            first,
            items: items.min(first.saturating_add(per_launch)),
            q_offset: l.offset(q),
            q_row,
            k_offset: l.offset(kv) + k_column,
            v_offset: l.offset(kv) + k_column + e,
            kv_row,
            mask_offset: l.offset(mask),
            y_offset: l.offset(results[0]),
            lse_offset: lse,
            dy_offset: l.offset(results[2]),
            out_offset,
            out_row,
            out2_offset: dk + e,
        };
        let groups = (params.items - first).div_ceil(together) as usize;
        let homes = buffers.iter().map(|&node| l.home(node)).collect();
        let launch = Launch::new(suited.kernel, params, homes, groups)
            .with("CAUSAL", u32::from(attention.causal))
            .with("MASK", u32::from(attention.mask));
        if matches!(suited.way, Way::Any) { launch } else { launch.with("WORKGROUP", lanes) }
    };
    (0..items).step_by(per_launch as usize).map(part).collect()
}

pub(super) fn turn(l: &Lowering, id: NodeId, rotary: &Rotary) -> Launch {
    let x = l.graph.node(id).inputs[0];
    let (rows, t, width) = (l.dims(x)[0] * l.dims(x)[1], l.dims(x)[1] as u32, l.dims(x)[2] as u32);
    let d = width / (rotary.parts * rotary.heads) as u32;
    // base^(-2 / d) as a fraction of 2^64; 1 is the largest there is.
    let ratio = (libm::pow(f64::from(rotary.base), -2.0 / f64::from(d)) * 2f64.powi(64)) as u64;
    let params = RotaryParams {
        rows: rows as u32,
        t,
        width,
        d,
        turned: width / rotary.parts as u32 * rotary.turned as u32,
        back: u32::from(rotary.inverse),
        ratio_high: (ratio >> 32) as u32,
        ratio_low: ratio as u32,
        x_offset: l.offset(x),
        y_offset: l.offset(id),
    };
    Launch::over(Kernel::Rotary, params, vec![l.home(x), l.home(id)], rows as u32 * d / 2)
}
