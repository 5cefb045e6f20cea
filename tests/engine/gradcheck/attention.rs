//! Attention and rotary positions.

use minibatch_graph::{Attention, NodeId, Op, Rotary};

use super::{Check, check};

/// Batch, queries, keys, heads, columns of a head.
type Extents = [usize; 5];

/// Scores and values are far from linear in all inputs; the mask hides every third key.
fn attention(c: &mut Check, [b, t, s, heads, d]: Extents, [causal, cross, mask]: [bool; 3]) -> NodeId {
    let e = heads * d;
    let mut inputs = if cross {
        vec![c.param("q", [b, t, e]), c.param("kv", [b, s, 2 * e])]
    } else {
        vec![c.param("qkv", [b, t, 3 * e])]
    };
    if mask {
        let seen: Vec<f64> = (0..b * s).map(|i| f64::from(u8::from(i % 3 != 0))).collect();
        let node = c.data("mask", [b, s]);
        c.cpu.set("mask", &seen);
        inputs.push(node);
    }
    seen(c, Attention { heads, causal, cross, mask }, &inputs, [b, t, e])
}

/// The values of an attention.
fn seen(c: &mut Check, attention: Attention, inputs: &[NodeId], shape: [usize; 3]) -> NodeId {
    let flat = c.op(Op::Attention(attention), inputs);
    c.graph.view(flat, 0, shape).unwrap()
}

#[test]
fn attentions() {
    for flags in (0..8).map(|i| [i & 1 > 0, i & 2 > 0, i & 4 > 0]) {
        for [b, t, s, heads, d] in [[1, 1, 1, 1, 1], [2, 3, 5, 2, 3], [1, 5, 2, 1, 4], [1, 34, 35, 1, 2]] {
            // Its own keys are as many as its queries.
            let s = if flags[1] { s } else { t };
            check(&format!("attention {b} {t} {s} {heads} {d}, causal, cross, mask {flags:?}"), |c| {
                attention(c, [b, t, s, heads, d], flags)
            });
        }
    }
}

/// A gradient that goes to keys and values alone, and one that goes to queries alone.
#[test]
fn attentions_of_one_param() {
    for param in ["q", "kv"] {
        check(&format!("cross attention with respect to {param}"), |c| {
            let y = attention(c, [2, 3, 4, 2, 2], [false, true, false]);
            c.wrt.retain(|(name, _)| name == param);
            y
        });
    }
}

#[test]
fn rotaries() {
    for (parts, turned, inverse) in [(1, 1, false), (3, 2, false), (3, 2, true), (2, 0, false)] {
        check(&format!("rotary {turned} of {parts}, inverse: {inverse}"), |c| {
            let x = c.param("x", [2, 3, parts * 2 * 4]);
            c.op(Op::Rotary(Rotary { heads: 2, parts, turned, base: 100.0, inverse }), &[x])
        });
    }
    check("rotary before attention", |c| {
        let x = c.param("x", [1, 4, 12]);
        let turned = Rotary { heads: 1, parts: 3, turned: 2, base: 10.0, inverse: false };
        let turned = c.op(Op::Rotary(turned), &[x]);
        let attention = Attention { heads: 1, causal: true, cross: false, mask: false };
        seen(c, attention, &[turned], [1, 4, 4])
    });
}
