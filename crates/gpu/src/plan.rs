//! A compiled graph: launches with everything resolved, to be recorded again and again.

use crate::GpuError;
use crate::buffers::Buffer;
use crate::kernels::Pipeline;
use std::collections::HashMap;
use std::sync::Arc;

/// A variable on the device. A plan remembers which buffer it was compiled for.
#[derive(Clone)]
pub(crate) struct Variable {
    pub buffer: Arc<Buffer>,
    /// Elements.
    pub len: usize,
}

/// One launch, ready to record.
pub(crate) struct Dispatch {
    pub pipeline: Arc<Pipeline>,
    pub bindings: wgpu::BindGroup,
    /// Workgroups in a row, and rows: two where it is a pair.
    pub groups: [u32; 2],
}

/// A graph compiled for one [`crate::Gpu`]. It owns its buffers; dropping it frees them.
pub struct Plan {
    pub(crate) dispatches: Vec<Dispatch>,
    /// The variables it reads and writes.
    pub(crate) variables: Vec<(String, Arc<Buffer>)>,
    /// Slots, constants and parameters: kept for the bind groups.
    pub(crate) owned: Vec<Buffer>,
}

impl Plan {
    /// How many launches one run takes.
    pub fn launches(&self) -> usize {
        self.dispatches.len()
    }

    /// Bytes of the buffers it owns, besides the variables.
    pub fn bytes(&self) -> u64 {
        self.owned.iter().map(Buffer::size).sum()
    }

    /// Whether the variables are still the ones it was compiled for.
    pub(crate) fn check(&self, variables: &HashMap<String, Variable>) -> Result<(), GpuError> {
        let fresh = |(name, buffer): &&(String, Arc<Buffer>)| {
            variables.get(name).is_some_and(|v| Arc::ptr_eq(&v.buffer, buffer))
        };
        match self.variables.iter().find(|variable| !fresh(variable)) {
            None => Ok(()),
            Some((name, _)) => Err(GpuError::StalePlan { name: name.clone() }),
        }
    }

    /// Records `times` runs. Nothing is created; a pipeline is set only where it changes.
    pub(crate) fn record(&self, pass: &mut wgpu::ComputePass, times: u32) {
        for _ in 0..times {
            let mut current: Option<&Arc<Pipeline>> = None;
            for dispatch in &self.dispatches {
                if current.is_none_or(|p| !Arc::ptr_eq(p, &dispatch.pipeline)) {
                    pass.set_pipeline(&dispatch.pipeline.raw);
                    current = Some(&dispatch.pipeline);
                }
                pass.set_bind_group(0, &dispatch.bindings, &[]);
                pass.dispatch_workgroups(dispatch.groups[0], dispatch.groups[1], 1);
            }
        }
    }
}
