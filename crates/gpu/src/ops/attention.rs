//! Attention and rotary positions.

use super::Lowering;
use crate::kernels::{AttentionParams, Kernel};
use crate::launch::Launch;
use minibatch_graph::{Attention, NodeId, Op};

pub(super) fn launches(l: &Lowering, id: NodeId) -> Vec<Launch> {
    match &l.graph.node(id).op {
        Op::Attention(attention) => forward(l, id, attention, Pass::Result),
        Op::AttentionLse(attention) => forward(l, id, attention, Pass::Lse),
        Op::AttentionGrad(attention) => backward(l, id, attention),
        _ => vec![],
    }
}

/// What a launch computes.
#[derive(Clone, Copy)]
enum Pass {
    Result,
    Lse,
    GradQuery,
    GradKey,
}

/// Where the operands are, and what the kernels are told of them.
struct Source {
    q: NodeId,
    kv: NodeId,
    /// `q` where there is none.
    mask: NodeId,
    batches: u32,
    params: AttentionParams,
}

impl Source {
    fn new(l: &Lowering, id: NodeId, attention: &Attention) -> Self {
        let inputs = &l.graph.node(id).inputs;
        let (q, kv) = (inputs[0], inputs[usize::from(attention.cross)]);
        let mask = if attention.mask { inputs[1 + usize::from(attention.cross)] } else { q };
        let (dims, s) = (l.dims(q), l.dims(kv)[1] as u32);
        let (batches, t, q_row) = (dims[0] as u32, dims[1] as u32, dims[2] as u32);
        let e = if attention.cross { q_row } else { q_row / 3 };
        let k_offset = l.offset(kv) + if attention.cross { 0 } else { e };
        let d = e / attention.heads as u32;
        let params = AttentionParams {
            heads: attention.heads as u32,
            t,
            s,
            d,
            scale: (1.0 / f64::from(d).sqrt()) as f32,
            first: 0,
            items: 0,
            q_offset: l.offset(q),
            q_row,
            k_offset,
            v_offset: k_offset + e,
            kv_row: if attention.cross { 2 * e } else { 3 * e },
            mask_offset: l.offset(mask),
            y_offset: 0,
            lse_offset: 0,
            dy_offset: 0,
            out_offset: l.offset(id),
            out_row: e,
            out2_offset: 0,
        };
        Self { q, kv, mask, batches, params }
    }
}

fn kernel(pass: Pass, d: u32) -> Kernel {
    let sizes = match pass {
        Pass::Result => [Kernel::Attention16, Kernel::Attention32, Kernel::Attention64, Kernel::Attention128],
        Pass::Lse => {
            [Kernel::AttentionLse16, Kernel::AttentionLse32, Kernel::AttentionLse64, Kernel::AttentionLse128]
        }
        Pass::GradQuery => [
            Kernel::AttentionQuery16,
            Kernel::AttentionQuery32,
            Kernel::AttentionQuery64,
            Kernel::AttentionQuery128,
        ],
        Pass::GradKey => {
            [Kernel::AttentionKey16, Kernel::AttentionKey32, Kernel::AttentionKey64, Kernel::AttentionKey128]
        }
    };
    let i = [16, 32, 64].iter().filter(|&&size| d > size).count();
    sizes[i]
}

fn forward(l: &Lowering, id: NodeId, attention: &Attention, pass: Pass) -> Vec<Launch> {
    let Source { q, kv, mask, batches, params } = Source::new(l, id, attention);
    let buffers = [q, kv, mask, id].map(|node| l.home(node)).to_vec();
    vec![launch(pass, attention, batches, params, buffers)]
}

fn backward(l: &Lowering, id: NodeId, attention: &Attention) -> Vec<Launch> {
    let inputs = &l.graph.node(id).inputs;
    let [y, lse, dy] = [3, 2, 1].map(|back| inputs[inputs.len() - back]);
    [Pass::GradQuery, Pass::GradKey]
        .into_iter()
        .map(|pass| {
            let Source { q, kv, mask, batches, mut params } = Source::new(l, id, attention);
            let out = l.offset(id);
            (params.y_offset, params.lse_offset, params.dy_offset) =
                (l.offset(y), l.offset(lse), l.offset(dy));
            let e = params.heads * params.d;
            let k = if attention.cross { out + l.numel(q) } else { out + e };
            match pass {
                Pass::GradKey => {
                    (params.out_offset, params.out2_offset, params.out_row) = (k, k + e, params.kv_row)
                }
                _ => (params.out_offset, params.out_row) = (out, params.q_row),
            }
            let buffers = match pass {
                Pass::GradKey | Pass::GradQuery => {
                    [q, kv, mask, y, lse, dy, id].map(|node| l.home(node)).to_vec()
                }
                _ => vec![],
            };
            launch(pass, attention, batches, params, buffers)
        })
        .collect()
}

fn launch(
    pass: Pass,
    attention: &Attention,
    batches: u32,
    mut params: AttentionParams,
    buffers: Vec<minibatch_graph::Home>,
) -> Launch {
    let rows = if let Pass::GradKey = pass { params.s } else { params.t };
    let own = match params.d {
        0..=16 => 4,
        17..=32 => 2,
        _ => 1,
    };
    let most: u32 = std::env::var("LANES").ok().and_then(|x| x.parse().ok()).unwrap_or(32);
    let lanes = rows.div_ceil(own).next_power_of_two().clamp(8, most);
    params.items = batches * params.heads * rows.div_ceil(lanes * own);
    let items = params.items as usize;
    Launch::new(kernel(pass, params.d), params, buffers, items)
        .with("WORKGROUP", lanes)
        .with("CAUSAL", u32::from(attention.causal))
        .with("MASK", u32::from(attention.mask))
}
