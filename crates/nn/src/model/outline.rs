//! What a model comes to, layer by layer: shapes, parameters, work and memory.

use std::ops::Range;

use minibatch_graph::{Graph, Op};

use super::MAX_ELEMENTS;
use super::lower::Lower;
use crate::{Block, Input, NnError};

/// What the builder noted of a block.
#[derive(Clone, Debug, Default)]
pub(super) struct Note {
    pub path: String,
    pub kind: &'static str,
    pub depth: usize,
    pub shape: Vec<usize>,
    pub parameters: usize,
    pub nodes: Range<usize>,
    /// Whether padding is known of what comes in, and of what goes out.
    pub masked: [bool; 2],
}

/// One layer; a composition's row counts all that is in it, and the rows of its parts follow.
#[derive(Clone, PartialEq, Debug)]
pub struct OutlineRow {
    /// Its place, as in the names of its weights: `layers.3.body.0`.
    pub path: String,
    /// What it is: `conv2d`.
    pub kind: &'static str,
    /// How deep it is nested; 0 for the outermost row.
    pub depth: usize,
    /// What goes out for one sample.
    pub shape: Vec<usize>,
    /// Numbers that are trained.
    pub parameters: usize,
    /// Multiplications with an addition, for one sample.
    pub multiply_adds: u64,
    /// Bytes of all values it computes for one sample: what training keeps, at most.
    pub activation_bytes: u64,
}

/// A model's layers and totals.
#[derive(Clone, PartialEq, Debug)]
pub struct Outline {
    /// What comes in for one sample.
    pub input: Vec<usize>,
    /// The layers, in order, nested ones after the one they belong to.
    pub rows: Vec<OutlineRow>,
    /// Numbers that are trained.
    pub parameters: usize,
    /// Multiplications with an addition, for one sample.
    pub multiply_adds: u64,
    /// Bytes of all values computed for one sample.
    pub activation_bytes: u64,
}

impl Outline {
    /// Builds the layers for one sample and counts.
    ///
    /// # Errors
    /// As [`crate::Model::new`].
    pub fn of(input: &Input, blocks: &[Block]) -> Result<Self, NnError> {
        let mut g = Graph::new();
        let mut lower = Lower::new(&mut g, MAX_ELEMENTS, None)?;
        let x = lower.input("x", 1, input)?;
        lower.sequence(blocks, x)?;
        let (notes, layout) = (lower.notes, lower.layout);
        let rows: Vec<OutlineRow> = notes
            .into_iter()
            .map(|n| OutlineRow {
                multiply_adds: n.nodes.clone().map(|i| multiply_adds(&g, i)).sum(),
                activation_bytes: n.nodes.clone().map(|i| bytes(&g, i)).sum(),
                path: n.path,
                kind: n.kind,
                depth: n.depth,
                shape: n.shape,
                parameters: n.parameters,
            })
            .collect();
        let outermost = || rows.iter().filter(|r| r.depth == 0);
        Ok(Self {
            input: input.shape.clone(),
            parameters: layout.total(),
            multiply_adds: outermost().map(|r| r.multiply_adds).sum(),
            activation_bytes: outermost().map(|r| r.activation_bytes).sum(),
            rows,
        })
    }
}

fn bytes(g: &Graph, node: usize) -> u64 {
    let node = &g.nodes()[node];
    if node.op.is_place() { 0 } else { 4 * node.shape.numel() as u64 }
}

/// The products a node takes; what adds and moves alone counts for nothing.
fn multiply_adds(g: &Graph, node: usize) -> u64 {
    let node = &g.nodes()[node];
    let out = node.shape.numel() as u64;
    let dims = |input: usize| g.shape(node.inputs[input]).dims();
    let product = |dims: &[usize]| dims.iter().map(|&d| d as u64).product::<u64>();
    match &node.op {
        Op::Matmul { trans_a, .. } => {
            let a = dims(0);
            out * a[if *trans_a { a.len() - 2 } else { a.len() - 1 }] as u64
        }
        Op::Conv2d { .. } => out * product(&dims(1)[1..]),
        Op::Conv2dGradInput { .. } => product(dims(0)) * product(&dims(1)[1..]),
        Op::Attention(a) => {
            let keys = dims(usize::from(a.cross))[1] as u64;
            let values = product(dims(0)) / if a.cross { 1 } else { 3 };
            2 * values * keys
        }
        Op::Recurrent(_) => product(dims(0)) * dims(1)[1] as u64,
        _ => 0,
    }
}
