//! Bringing values back without waiting: reads are copied to a staging buffer at the end of a submit, mapped when the
//! GPU is done, and taken whenever the host comes by. Staging buffers are used again.

use crate::GpuError;
use crate::buffers::{self, Buffer};
use crate::device::Device;
use crate::error::Held;
use crate::mailbox::Mailbox;
use crate::plan::Variable;
use std::collections::HashMap;

/// Free staging buffers that are kept; two submits in flight and a reader need no more.
const MOST_FREE: usize = 4;

/// What one submit read.
#[derive(Clone, PartialEq, Debug)]
pub struct Read {
    /// The ticket of the submit.
    pub ticket: u64,
    /// The variables in the order asked for, bits unchanged: those of a u32 variable stand in the floats.
    pub values: Vec<Vec<f32>>,
}

/// A staging buffer on its way.
struct Pending {
    ticket: u64,
    staging: Buffer,
    /// Elements of each variable read.
    lens: Vec<usize>,
}

/// The staging buffers.
#[derive(Default)]
pub(crate) struct Readback {
    free: Vec<Buffer>,
    pending: Vec<Pending>,
}

/// A read that has been recorded, but not submitted.
pub(crate) struct Recorded {
    staging: Buffer,
    lens: Vec<usize>,
}

impl Readback {
    /// Records the copies of a submit's reads.
    pub fn record(
        &mut self,
        device: &Device,
        encoder: &mut wgpu::CommandEncoder,
        reads: &[&Variable],
    ) -> Result<Option<Recorded>, GpuError> {
        if reads.is_empty() {
            return Ok(None);
        }
        let lens: Vec<usize> = reads.iter().map(|variable| variable.len).collect();
        let staging = self.staging(device, 4 * lens.iter().sum::<usize>() as u64)?;
        let mut offset = 0;
        for variable in reads {
            let bytes = 4 * variable.len as u64;
            encoder.copy_buffer_to_buffer(&variable.buffer.raw, 0, &staging.raw, offset, bytes);
            offset += bytes;
        }
        Ok(Some(Recorded { staging, lens }))
    }

    /// The smallest free buffer that is large enough, or a new one.
    fn staging(&mut self, device: &Device, bytes: u64) -> Result<Buffer, GpuError> {
        let fits = (0..self.free.len()).filter(|&i| self.free[i].size() >= bytes);
        if let Some(i) = fits.min_by_key(|&i| self.free[i].size()) {
            return Ok(self.free.swap_remove(i));
        }
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        buffers::fits(Held::Reading, bytes, device.limits.buffer)?;
        Ok(Buffer::new(&device.raw, &device.tally, "staging", bytes, usage))
    }

    /// Asks for the mapping of a submit's reads; called right after the submit.
    pub fn submitted(&mut self, ticket: u64, recorded: Recorded, mailbox: &Mailbox) {
        let Recorded { staging, lens } = recorded;
        let mailbox = mailbox.clone();
        staging.raw.map_async(wgpu::MapMode::Read, .., move |result| mailbox.arrived(ticket, result.is_ok()));
        self.pending.push(Pending { ticket, staging, lens });
    }

    /// The values of a submit whose reads have arrived; its staging buffer is free again.
    pub fn take(&mut self, ticket: u64, ok: bool) -> Result<Read, GpuError> {
        let wrong = |reason: &str| GpuError::ReadBack { reason: reason.to_owned() };
        let at = self
            .pending
            .iter()
            .position(|p| p.ticket == ticket)
            .ok_or_else(|| wrong("it was taken before"))?;
        let Pending { staging, lens, .. } = self.pending.swap_remove(at);
        if !ok {
            return Err(wrong("the device could not map them"));
        }
        let values = {
            let view = staging.raw.get_mapped_range(..).map_err(|e| wrong(&e.to_string()))?;
            let mut bytes: &[u8] = &view;
            lens.iter().map(|&len| words(&mut bytes, len)).collect()
        };
        staging.raw.unmap();
        self.free.push(staging);
        if self.free.len() > MOST_FREE {
            // The smallest goes: any other can stand in for it.
            self.free.sort_by_key(Buffer::size);
            self.free.remove(0);
        }
        Ok(Read { ticket, values })
    }

    /// Gives up what can never arrive.
    pub fn abandon(&mut self) {
        self.pending.clear();
        self.free.clear();
    }
}

/// The next `len` words, off the front of the bytes.
fn words(bytes: &mut &[u8], len: usize) -> Vec<f32> {
    let (mine, rest) = bytes.split_at(4 * len);
    *bytes = rest;
    bytemuck::pod_collect_to_vec(mine)
}

/// The variables of these names.
pub(crate) fn find<'a>(
    variables: &'a HashMap<String, Variable>,
    names: &[&str],
) -> Result<Vec<&'a Variable>, GpuError> {
    let find = |name: &&str| variables.get(*name).ok_or_else(|| GpuError::Unknown { name: (*name).into() });
    names.iter().map(find).collect()
}
