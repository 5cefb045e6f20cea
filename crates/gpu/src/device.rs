//! Finding an adapter and opening a device on it, the same everywhere: WebGPU's default limits and no feature beyond.

use crate::buffers::{Buffer, Tally};
use crate::mailbox::Mailbox;
use crate::{GpuError, wait};
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
}

/// An open device, and what it tells us.
pub(crate) struct Device {
    pub raw: wgpu::Device,
    pub queue: wgpu::Queue,
    pub info: AdapterInfo,
    pub mailbox: Mailbox,
    pub tally: Arc<Tally>,
}

impl Device {
    /// Opens the best adapter there is.
    pub async fn request() -> Result<Self, GpuError> {
        let instance = instance();
        let adapter = instance
            .request_adapter(&preferred())
            .await
            .map_err(|e| GpuError::NoAdapter { reason: e.to_string(), mend: wait::ADAPTER_HINT })?;
        let info = describe(&adapter.get_info());
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("minibatch"),
            required_limits: wgpu::Limits::defaults(),
            ..Default::default()
        };
        let (raw, queue) = adapter
            .request_device(&descriptor)
            .await
            .map_err(|e| GpuError::NoDevice { adapter: info.name.clone(), reason: e.to_string() })?;
        let mailbox = Mailbox::default();
        listen(&raw, &mailbox);
        Ok(Self { raw, queue, info, mailbox, tally: Arc::default() })
    }

    /// A buffer that kernels read and write, of `words` elements, zeroed.
    pub fn storage(&self, label: &str, words: usize) -> Result<Buffer, GpuError> {
        use wgpu::BufferUsages as Usage;
        let usage = Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST;
        Buffer::new(&self.raw, &self.tally, label, 4 * words as u64, usage)
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

pub(crate) fn describe(info: &wgpu::AdapterInfo) -> AdapterInfo {
    let backend = match info.backend {
        wgpu::Backend::BrowserWebGpu => "WebGPU".to_owned(),
        other => format!("{other:?}"),
    };
    let software = info.device_type == wgpu::DeviceType::Cpu || info.name.contains("SwiftShader");
    AdapterInfo { name: info.name.clone(), backend, software }
}

/// Has the device report to the mailbox.
fn listen(device: &wgpu::Device, mailbox: &Mailbox) {
    let lost = mailbox.clone();
    device.set_device_lost_callback(move |reason, message| {
        lost.lose(if message.is_empty() { format!("{reason:?}") } else { message }.as_str());
    });
    let failed = mailbox.clone();
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| failed.fail(error.to_string())));
}
