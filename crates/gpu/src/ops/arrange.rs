//! Arithmetic with broadcasting, sums over axes, and ops that only move elements.

use super::{Lowering, elementwise, rows};
use crate::launch::Launch;
use minibatch_graph::{Binary, NodeId, Op};

pub(super) fn launches(l: &Lowering, id: NodeId) -> Vec<Launch> {
    let node = l.graph.node(id);
    match &node.op {
        Op::Binary(Binary::Add) => vec![elementwise::add(l, id, &node.inputs)],
        Op::Reduce { .. } => vec![rows::sum_rows(l, id, &node.inputs)],
        _ => vec![],
    }
}
