//! Which numbers of a sample are token numbers that came among numbers.

use minibatch_graph::{Graph, NodeId, Op};

use super::lower::Lower;
use super::{MAX_ELEMENTS, Model};
use crate::NnError;

impl Model {
    /// For each number of a sample, how many vectors the smallest embedding has that looks it up; none where no embedding
    /// does.
    ///
    /// # Errors
    /// As [`Model::new`].
    pub fn tokens(&self) -> Result<Vec<Option<usize>>, NnError> {
        let mut g = Graph::new();
        let mut lower = Lower::new(&mut g, MAX_ELEMENTS, None)?;
        let x = lower.input("x", 1, &self.input)?;
        lower.sequence(&self.blocks, x)?;
        let mut found = vec![None; self.input.shape.iter().product()];
        for node in g.nodes().iter().filter(|node| node.op == Op::Gather) {
            let index = g.node(node.inputs[1]);
            if index.op != Op::ToIndex {
                continue;
            }
            let rows = g.shape(node.inputs[0]).dims()[0];
            for place in places(&g, index.inputs[0], x.node) {
                found[place] = Some(found[place].map_or(rows, |least: usize| least.min(rows)));
            }
        }
        Ok(found)
    }
}

/// Which elements of the input a rearrangement of it holds, in order; empty where it is more than that.
fn places(g: &Graph, id: NodeId, input: NodeId) -> Vec<usize> {
    let node = g.node(id);
    if id == input {
        return (0..node.shape.numel()).collect();
    }
    let inner = |axis: usize| -> usize { node.shape.dims()[axis + 1..].iter().product() };
    match &node.op {
        Op::View { offset } => {
            let all = places(g, node.inputs[0], input);
            all.get(*offset..offset + node.shape.numel()).map_or(vec![], <[usize]>::to_vec)
        }
        Op::Slice { axis, start, len } => {
            let (all, inner) = (places(g, node.inputs[0], input), inner(*axis));
            let extent = g.shape(node.inputs[0]).dims()[*axis];
            let within = |i: &usize| (*start..start + len).contains(&(i / inner % extent));
            (0..all.len()).filter(within).map(|i| all[i]).collect()
        }
        Op::Permute { axes } => {
            let (all, before) = (places(g, node.inputs[0], input), g.shape(node.inputs[0]).dims());
            let stride = |axis: usize| -> usize { before[axis + 1..].iter().product() };
            let from = |i: usize| -> usize {
                let one = |(place, &axis): (usize, &usize)| i / inner(place) % before[axis] * stride(axis);
                axes.iter().enumerate().map(one).sum()
            };
            if all.is_empty() { vec![] } else { (0..all.len()).map(|i| all[from(i)]).collect() }
        }
        _ => vec![],
    }
}
