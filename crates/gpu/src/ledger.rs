//! What a graph costs, counted without a device.

use std::collections::BTreeSet;

use minibatch_graph::{Graph, MemoryPlan};

use crate::compile::lower;
use crate::ops::{Lowering, Target};
use crate::{GpuError, Limits};

/// What a run of a graph takes on one kind of device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Launches {
    /// How many launches there are.
    pub launches: usize,
    /// How many different pipelines they use.
    pub pipelines: usize,
    /// Elements of scratch that the launches share.
    pub scratch: usize,
    /// Launches of fewer than eight workgroups: most of a card idles meanwhile.
    pub narrow: usize,
}

/// What a run of a graph costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ledger {
    /// Nodes that do work.
    pub nodes: usize,
    /// Bytes that all nodes read and write together.
    pub bytes: usize,
    /// Bytes of the buffers that values share.
    pub slots: usize,
    /// On a card.
    pub card: Launches,
    /// On a software device.
    pub software: Launches,
}

/// Workgroups below which a launch is narrow.
const NARROW: u32 = 8;

impl Ledger {
    /// Of this graph.
    ///
    /// # Errors
    /// When the graph cannot be planned.
    pub fn of(graph: &Graph) -> Result<Self, GpuError> {
        let memory = MemoryPlan::new(graph)?;
        // A gap within a result counts as if it were written.
        let elements = |&id: &minibatch_graph::NodeId| {
            let inputs = graph.node(id).inputs.iter().map(|&input| graph.shape(input).numel());
            inputs.sum::<usize>() + graph.shape(id).numel()
        };
        let on = |software| -> Result<Launches, GpuError> {
            let target = Target { software, limits: Limits::WEBGPU };
            let all = lower(&Lowering { graph, memory: &memory, product: None, target })?;
            let pipelines: BTreeSet<String> = all
                .iter()
                .map(|launch| format!("{} {:?}", launch.kernel.info().name, launch.constants))
                .collect();
            Ok(Launches {
                launches: all.len(),
                pipelines: pipelines.len(),
                scratch: all.iter().map(|launch| launch.scratch).max().unwrap_or(0),
                narrow: all.iter().filter(|launch| launch.groups < NARROW).count(),
            })
        };
        Ok(Self {
            nodes: memory.order.len(),
            bytes: 4 * memory.order.iter().map(elements).sum::<usize>(),
            slots: memory.slot_bytes(),
            card: on(false)?,
            software: on(true)?,
        })
    }
}
