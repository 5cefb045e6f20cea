//! Finding an adapter and opening a device on it, the same everywhere: WebGPU's default limits but for the sizes of
//! buffers, and no feature beyond.

use crate::buffers::{self, Buffer, Tally};
use crate::error::Held;
use crate::limits::{self, Limits};
use crate::mailbox::Mailbox;
use crate::{Gpu, GpuError, wait};
use std::sync::Arc;

/// What the GPU says of itself. A browser may keep the name to itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdapterInfo {
    /// The adapter's name, or nothing.
    pub name: String,
    /// "Vulkan", "Metal", "Dx12" or "WebGPU".
    pub backend: String,
    /// It is a program that plays a GPU on the processor.
    pub software: bool,
    /// Bytes that one buffer may hold.
    pub largest: u64,
}

/// An adapter that was found, to be opened once.
pub struct Adapter {
    raw: wgpu::Adapter,
    info: AdapterInfo,
    /// What its device is to grant.
    granted: wgpu::Limits,
}

impl Adapter {
    /// Finds the best adapter there is, software ones included.
    ///
    /// # Errors
    /// When there is none; natively the message says what to install.
    pub async fn find() -> Result<Self, GpuError> {
        let raw = instance()
            .request_adapter(&preferred())
            .await
            .map_err(|e| GpuError::NoAdapter { reason: e.to_string(), mend: wait::ADAPTER_HINT })?;
        let (info, granted) = (describe(&raw), limits::wanted(&raw.limits()));
        Ok(Self { raw, info, granted })
    }

    /// The same with workgroups no larger than in WebGPU's compatibility mode, as some phones have them: for tests.
    #[must_use]
    pub fn as_on_a_phone(mut self) -> Self {
        let most = Limits::COMPATIBILITY;
        self.granted.max_compute_invocations_per_workgroup = most.invocations as u32;
        self.granted.max_compute_workgroup_size_x = most.sizes[0] as u32;
        self.granted.max_compute_workgroup_size_y = most.sizes[1] as u32;
        self.granted.max_uniform_buffer_binding_size = most.uniform_bytes;
        self
    }

    /// Which one it is.
    pub fn info(&self) -> &AdapterInfo {
        &self.info
    }

    /// Opens a device on it.
    ///
    /// # Errors
    /// When it gives none.
    pub async fn open(self) -> Result<Gpu, GpuError> {
        Ok(Gpu::on(Device::open(self).await?))
    }
}

/// An open device, and what it tells us.
pub(crate) struct Device {
    pub raw: wgpu::Device,
    pub queue: wgpu::Queue,
    pub info: AdapterInfo,
    pub limits: Limits,
    pub mailbox: Mailbox,
    pub tally: Arc<Tally>,
}

impl Device {
    /// Opens an adapter.
    async fn open(Adapter { raw, info, granted: required_limits }: Adapter) -> Result<Self, GpuError> {
        let limits = Limits::of(&required_limits);
        let descriptor =
            wgpu::DeviceDescriptor { label: Some("minibatch"), required_limits, ..Default::default() };
        let (raw, queue) = raw
            .request_device(&descriptor)
            .await
            .map_err(|e| GpuError::NoDevice { adapter: info.name.clone(), reason: e.to_string() })?;
        let mailbox = Mailbox::default();
        listen(&raw, &mailbox);
        Ok(Self { raw, queue, info, limits, mailbox, tally: Arc::default() })
    }

    /// A buffer that kernels read and write, of `words` elements, zeroed.
    pub fn storage(&self, label: &str, held: Held, words: usize) -> Result<Buffer, GpuError> {
        use wgpu::BufferUsages as Usage;
        let (bytes, usage) = (4 * words as u64, Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST);
        buffers::fits(held, bytes, self.limits.storage)?;
        Ok(Buffer::new(&self.raw, &self.tally, label, bytes, usage))
    }
}

/// The way to the adapters.
pub(crate) fn instance() -> wgpu::Instance {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    // So that native tests meet the browser's rules.
    descriptor.flags |= wgpu::InstanceFlags::STRICT_WEBGPU_COMPLIANCE;
    wgpu::Instance::new(descriptor)
}

/// Which adapter is taken where there are several.
pub(crate) fn preferred() -> wgpu::RequestAdapterOptions<'static, 'static> {
    wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    }
}

pub(crate) fn describe(adapter: &wgpu::Adapter) -> AdapterInfo {
    let info = adapter.get_info();
    let backend = match info.backend {
        wgpu::Backend::BrowserWebGpu => "WebGPU".to_owned(),
        other => format!("{other:?}"),
    };
    let software = info.device_type == wgpu::DeviceType::Cpu || is_software(&info.name);
    let largest = Limits::of(&limits::wanted(&adapter.limits())).storage;
    AdapterInfo { name: info.name, backend, software, largest }
}

/// Whether an adapter of this name plays a GPU on the processor; not all of them say so by their type.
fn is_software(name: &str) -> bool {
    let name = name.to_lowercase();
    ["swiftshader", "llvmpipe", "lavapipe", "softpipe", "basic render"]
        .iter()
        .any(|known| name.contains(known))
}

/// Has the device report to the mailbox.
fn listen(device: &wgpu::Device, mailbox: &Mailbox) {
    let lost = mailbox.clone();
    device.set_device_lost_callback(move |reason, message| {
        lost.lose(if message.is_empty() { format!("{reason:?}") } else { message }.as_str());
    });
    let failed = mailbox.clone();
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| failed.fail(error.into())));
}

#[cfg(test)]
mod tests {
    use super::is_software;

    #[test]
    fn software_adapters_are_known_by_name() {
        for name in
            ["llvmpipe (LLVM 15.0.6, 256 bits)", "Google SwiftShader", "Microsoft Basic Render Driver"]
        {
            assert!(is_software(name), "{name}");
        }
        for name in ["NVIDIA H100 80GB HBM3", "Apple M3", "AMD Radeon RX 7800 XT (RADV NAVI32)", ""] {
            assert!(!is_software(name), "{name}");
        }
    }
}
