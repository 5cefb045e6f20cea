//! Attention and rotary positions.

use minibatch_graph::{Activation, Attention, NodeId, Op, Rotary, backward};

use super::{Builder, Case};

/// Batch, queries, keys, heads, columns of a head.
type Extents = [usize; 5];

/// One below, at and above the workgroups of 8 to 64 queries, the tiles of 8 to 64 keys and the variants for heads of up
/// to 16, 32, 64 and 128 columns; beyond them the kernels that take any, and a software device's for up to 32 steps.
const EXTENTS: [Extents; 23] = [
    [1, 1, 1, 1, 1],
    [2, 1, 3, 3, 2],
    [1, 2, 1, 1, 5],
    [3, 7, 8, 2, 4],
    [2, 8, 9, 1, 15],
    [2, 9, 7, 2, 16],
    [1, 16, 31, 3, 17],
    [1, 31, 33, 2, 8],
    [2, 33, 32, 1, 31],
    [2, 32, 32, 2, 9],
    [1, 63, 64, 2, 32],
    [2, 64, 63, 4, 16],
    [1, 65, 65, 1, 33],
    [1, 64, 129, 1, 63],
    [1, 129, 64, 1, 64],
    [1, 17, 19, 2, 65],
    [1, 66, 35, 1, 127],
    [1, 34, 67, 1, 128],
    [1, 9, 70, 1, 129],
    [2, 70, 9, 2, 131],
    [1, 257, 130, 1, 16],
    [1, 130, 257, 2, 24],
    [40, 3, 2, 5, 4],
];

pub(super) fn cases() -> Vec<Case> {
    let flags = |i: usize| [i & 1 > 0, i & 2 > 0, i & 4 > 0];
    let mut all: Vec<Case> = vec![];
    for (i, extents) in EXTENTS.into_iter().enumerate() {
        // Each extents with half of the eight kinds; their neighbours have the other half.
        for kind in (0..8).filter(|kind: &usize| (kind.count_ones() as usize + i).is_multiple_of(2)) {
            all.extend(Kind::ALL.map(|of| attention(of, extents, flags(kind))));
        }
    }
    // Many rounds for each invocation, up to where another kernel takes over; then more items than there are workgroups.
    for steps in [[1, 30_000], [30_000, 1]] {
        for d in [16, 64, 100] {
            all.push(attention(Kind::Gradient, [1, steps[0], steps[1], 1, d], [false, true, false]));
        }
    }
    all.push(attention(Kind::Result, [1, 1, 20_000, 1, 100], [false, true, true]));
    all.push(attention(Kind::Result, [1, 1, 20_000, 1, 130], [false, true, false]));
    all.push(attention(Kind::Gradient, [66_000, 1, 1, 1, 1], [true, false, false]));
    all.extend(Kind::ALL.map(of_computed_rows));
    for large in [[1, 20, 20, 2, 8], [1, 20, 20, 1, 140]] {
        all.push(attention_of_large_scores(large));
        all.extend(Kind::ALL.map(|of| attention_that_sees_nothing(of, large)));
    }
    for inverse in [false, true] {
        for extents in [[1, 1, 1, 2], [2, 3, 2, 6], [1, 257, 1, 64], [3, 65, 4, 16], [1, 2, 1, 130]] {
            all.push(rotary(extents, [1, 1], 10_000.0, inverse));
            all.push(rotary(extents, [3, 2], 50.0, inverse));
        }
    }
    all.extend([rotary([1, 4100, 1, 8], [2, 1], 1.0, false), rotary([1, 5, 2, 4], [2, 0], 10.0, false)]);
    all
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// The values and the logarithms behind them.
    Result,
    Gradient,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Result, Self::Gradient];
}

/// What is wanted of an attention of these inputs. The gradient is that of a sum weighted by `dy`.
fn compare(mut builder: Builder, of: Kind, attention: Attention, inputs: &[NodeId]) -> Case {
    let result = builder.op(Op::Attention(attention), inputs);
    match of {
        Kind::Result => builder.compares(result),
        Kind::Gradient => {
            let q = builder.graph().shape(inputs[0]).dims().to_vec();
            let dy = builder.float("dy", [q[0], q[1], if attention.cross { q[2] } else { q[2] / 3 }]);
            let gradient = builder.op(Op::AttentionGrad(attention), &[inputs, &[result, dy]].concat());
            builder.compares(gradient)
        }
    }
}

fn name(of: Kind, [b, t, s, heads, d]: Extents, [causal, cross, mask]: [bool; 3]) -> String {
    let mark = |set: bool, mark: &'static str| if set { mark } else { "" };
    let marks = [mark(causal, " causal"), mark(cross, " cross"), mark(mask, " mask")].concat();
    format!("attention {of:?} b {b} t {t} s {s} heads {heads} of {d}{marks}")
}

fn attention(of: Kind, [b, t, s, heads, d]: Extents, [causal, cross, mask]: [bool; 3]) -> Case {
    // Its own keys are as many as its queries.
    let s = if cross { s } else { t };
    let mut builder =
        Builder::new(name(of, [b, t, s, heads, d], [causal, cross, mask])).tolerance(tolerance(of, s.max(t)));
    let e = heads * d;
    let mut inputs = if cross {
        vec![builder.float("q", [b, t, e]), builder.float("kv", [b, s, 2 * e])]
    } else {
        vec![builder.float("qkv", [b, t, 3 * e])]
    };
    if mask {
        // The first keys of some rows are hidden, so that the first queries of a causal attention see nothing.
        let seen = |i: usize| if (i / s).is_multiple_of(2) { i % s > s / 3 } else { !i.is_multiple_of(5) };
        let values = (0..b * s).map(|i| if seen(i) { 1.0 + i as f32 } else { 0.0 }).collect();
        inputs.push(builder.given("mask", [b, s], values));
    }
    compare(builder, of, Attention { heads, causal, cross, mask }, &inputs)
}

/// A gradient sums over queries or keys.
fn tolerance(of: Kind, steps: usize) -> f32 {
    match of {
        Kind::Result => 1e-5,
        Kind::Gradient => 1e-5 + 1e-7 * steps as f32,
    }
}

/// Views at odd offsets as inputs, and the gradient by way of `backward`.
fn of_computed_rows(of: Kind) -> Case {
    let (b, t, heads, d) = (2, 11, 3, 5);
    let e = heads * d;
    let mut builder = Builder::new(format!("attention {of:?} of views"));
    let x = builder.float("x", [b * t * 3 * e + 7]);
    let mask = builder.between("mask", [b * t + 3], 0.5, 1.0);
    let inputs = [
        builder.graph().view(x, 7, [b, t, 3 * e]).expect("in range"),
        builder.graph().view(mask, 3, [b, t]).expect("in range"),
    ];
    let attention = Attention { heads, causal: true, cross: false, mask: true };
    let Kind::Gradient = of else { return compare(builder, of, attention, &inputs) };
    let y = builder.op(Op::Attention(attention), &inputs);
    let values = builder.graph().view(y, 0, [b, t, e]).expect("they come first");
    let row = builder.graph().view(values, 0, [1, b * t * e]).expect("the same elements");
    let weights = builder.float("weights", [b * t * e, 1]);
    let product =
        Op::Matmul { trans_a: false, trans_b: false, bias: false, epilogue: minibatch_graph::Epilogue::None };
    let sum = builder.op(product, &[row, weights]);
    let loss = builder.graph().view(sum, 0, [1]).expect("the same element");
    let gradient = backward(builder.graph(), loss, &[x]).expect("attention has a gradient")[0];
    // A view is no output.
    let gradient = builder.op(Op::Activation(Activation::Linear), &[gradient]);
    builder.compares(gradient)
}

/// Scores of thousands, of which one stands out: no exponential may overflow, and none of the others counts.
fn attention_of_large_scores([b, t, s, heads, d]: Extents) -> Case {
    let mut builder = Builder::new(format!("attention of large scores, heads of {d}")).tolerance(1e-4);
    let e = heads * d;
    // Key j points up or down by j in all columns: query i takes the last, or the first, which lies lowest.
    let q = (0..b * t * e).map(|i| if (i / e).is_multiple_of(2) { 90.0 } else { -90.0 }).collect();
    let kv = |i: usize| {
        let (row, column) = (i / (2 * e), i % (2 * e));
        if column < e { row as f32 - 10.0 } else { (i % 17) as f32 - 8.0 }
    };
    let q = builder.given("q", [b, t, e], q);
    let kv = builder.given("kv", [b, s, 2 * e], (0..b * s * 2 * e).map(kv).collect());
    let attention = Attention { heads, causal: false, cross: true, mask: false };
    let result = builder.op(Op::Attention(attention), &[q, kv]);
    let dy = builder.float("dy", [b, t, e]);
    let gradient = builder.op(Op::AttentionGrad(attention), &[q, kv, result, dy]);
    builder.compares_as("gradient", gradient).compares(result)
}

/// Every key hidden: zeros, however large the scores, and a gradient of zeros.
fn attention_that_sees_nothing(of: Kind, [b, t, _, heads, d]: Extents) -> Case {
    let mut builder =
        Builder::new(format!("attention {of:?} that sees nothing, heads of {d}")).tolerance(0.0);
    let qkv = builder.between("qkv", [b, t, 3 * heads * d], -300.0, 300.0);
    let mask = builder.given("mask", [b, t], vec![0.0; b * t]);
    compare(builder, of, Attention { heads, causal: false, cross: false, mask: true }, &[qkv, mask])
}

/// (batch, steps, heads, columns of a head), (parts, turned)
fn rotary([b, t, heads, d]: [usize; 4], [parts, turned]: [usize; 2], base: f32, inverse: bool) -> Case {
    let name = format!("rotary b {b} t {t} heads {heads} of {d}, {turned} of {parts} parts, base {base}");
    let mut builder = Builder::new(format!("{name}{}", if inverse { ", inverse" } else { "" }));
    let x = builder.float("x", [b, t, parts * heads * d]);
    let y = builder.op(Op::Rotary(Rotary { heads, parts, turned, base, inverse }), &[x]);
    builder.compares(y)
}
