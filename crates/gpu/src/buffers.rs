//! Buffers that are counted, so that a leak shows, and freed at once rather than when a garbage collector comes by.

use crate::GpuError;
use crate::error::Held;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// How many buffers there are, and their bytes.
#[derive(Default)]
pub(crate) struct Tally {
    count: AtomicUsize,
    bytes: AtomicU64,
}

impl Tally {
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// A buffer of our own. Dropping it frees the memory as soon as the GPU is done with it.
pub(crate) struct Buffer {
    pub raw: wgpu::Buffer,
    tally: Arc<Tally>,
}

impl Buffer {
    /// A buffer of this many bytes, zeroed; its size has been checked.
    pub fn new(
        device: &wgpu::Device,
        tally: &Arc<Tally>,
        label: &str,
        size: u64,
        usage: wgpu::BufferUsages,
    ) -> Self {
        let descriptor =
            wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
        let raw = device.create_buffer(&descriptor);
        tally.count.fetch_add(1, Ordering::Relaxed);
        tally.bytes.fetch_add(size, Ordering::Relaxed);
        Self { raw, tally: tally.clone() }
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.raw.size()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.raw.destroy();
        self.tally.count.fetch_sub(1, Ordering::Relaxed);
        self.tally.bytes.fetch_sub(self.raw.size(), Ordering::Relaxed);
    }
}

/// Whether a buffer of so many bytes may be made.
///
/// # Errors
/// Says what it was to hold, and both figures.
pub(crate) fn fits(held: Held, bytes: u64, limit: u64) -> Result<(), GpuError> {
    match held {
        Held::Variable(name) if bytes < 4 => Err(GpuError::Empty { name }),
        held if bytes > limit => Err(GpuError::TooLarge { held, bytes, limit }),
        _ => Ok(()),
    }
}

/// Shares a buffer between the variables and the plans that use it.
#[allow(clippy::arc_with_non_send_sync, reason = "GPU objects are Send natively, and not in a browser")]
pub(crate) fn share(buffer: Buffer) -> Arc<Buffer> {
    Arc::new(buffer)
}
