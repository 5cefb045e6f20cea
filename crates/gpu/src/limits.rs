//! What a device grants, and whether a launch keeps to it. A browser refuses what does not; a native driver may take it and
//! run it wrong, and naga cannot tell, since workgroup memory is sized by overrides. So every launch is reckoned here, when
//! its graph is compiled.

use crate::GpuError;
use crate::kernels::{Access, Kernel};
use crate::launch::Launch;

/// What a device grants, by the names that WebGPU has for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of a buffer that kernels see: the lesser of `maxBufferSize` and `maxStorageBufferBindingSize`.
    pub storage: u64,
    /// Bytes of any buffer: `maxBufferSize`.
    pub buffer: u64,
    /// `maxComputeWorkgroupStorageSize`, bytes.
    pub workgroup_bytes: u64,
    /// `maxComputeInvocationsPerWorkgroup`.
    pub invocations: u64,
    /// `maxComputeWorkgroupSizeX`, `Y` and `Z`.
    pub sizes: [u64; 3],
    /// `maxComputeWorkgroupsPerDimension`.
    pub groups: u64,
    /// `maxStorageBuffersPerShaderStage`.
    pub storage_bindings: u64,
    /// `maxUniformBufferBindingSize`, bytes.
    pub uniform_bytes: u64,
}

/// The most of a buffer that is asked for, whatever an adapter grants: kernels count elements in 32 bits, and bytes should
/// not overflow them either.
const MOST: u64 = (1 << 31) - 256;

impl Limits {
    /// What WebGPU grants everywhere.
    pub const WEBGPU: Self = Self::of(&wgpu::Limits::defaults());

    /// What a device of WebGPU's compatibility mode grants, such as an older phone's.
    pub const COMPATIBILITY: Self =
        Self { invocations: 128, sizes: [128, 128, 64], uniform_bytes: 16_384, ..Self::WEBGPU };

    pub(crate) const fn of(limits: &wgpu::Limits) -> Self {
        let (buffer, binding) = (limits.max_buffer_size, limits.max_storage_buffer_binding_size);
        let sizes = [
            limits.max_compute_workgroup_size_x as u64,
            limits.max_compute_workgroup_size_y as u64,
            limits.max_compute_workgroup_size_z as u64,
        ];
        Self {
            storage: if buffer < binding { buffer } else { binding },
            buffer,
            workgroup_bytes: limits.max_compute_workgroup_storage_size as u64,
            invocations: limits.max_compute_invocations_per_workgroup as u64,
            sizes,
            groups: limits.max_compute_workgroups_per_dimension as u64,
            storage_bindings: limits.max_storage_buffers_per_shader_stage as u64,
            uniform_bytes: limits.max_uniform_buffer_binding_size,
        }
    }

    /// Whether a launch keeps to what is granted.
    ///
    /// # Errors
    /// Names the kernel, what it wants too much of, and both figures.
    pub(crate) fn check(&self, launch: &Launch) -> Result<(), GpuError> {
        self.check_kernel(launch.kernel, &launch.constants)?;
        let kernel = launch.kernel.info().name;
        kept(kernel, "workgroups", u64::from(launch.groups), self.groups)
    }

    /// The same for a kernel with these overrides, of any grid.
    pub(crate) fn check_kernel(&self, kernel: Kernel, constants: &[(&str, f64)]) -> Result<(), GpuError> {
        let info = kernel.info();
        let name = info.name;
        let (sizes, bytes) = info.wants(constants);
        for (axis, (size, most)) in ["x", "y", "z"].into_iter().zip(sizes.into_iter().zip(self.sizes)) {
            kept(name, &format!("invocations along {axis}"), size, most)?;
        }
        kept(name, "invocations in a workgroup", sizes.iter().product(), self.invocations)?;
        kept(name, "bytes of workgroup memory", bytes, self.workgroup_bytes)?;
        kept(name, "storage buffers", info.storage().count() as u64, self.storage_bindings)?;
        info.bindings.iter().try_for_each(|(_, access)| match access {
            Access::Uniform(words) => {
                kept(name, "bytes of parameters", 4 * *words as u64, self.uniform_bytes)
            }
            Access::Read | Access::ReadWrite => Ok(()),
        })
    }
}

/// The limits to ask an adapter for: WebGPU's own, less where it has less, but for the sizes of buffers, which data sets need as
/// they come.
pub(crate) fn wanted(adapter: &wgpu::Limits) -> wgpu::Limits {
    wgpu::Limits {
        max_buffer_size: adapter.max_buffer_size.min(MOST),
        max_storage_buffer_binding_size: adapter.max_storage_buffer_binding_size.min(MOST),
        ..wgpu::Limits::defaults().or_worse_values_from(adapter)
    }
}

fn kept(kernel: &'static str, what: &str, wanted: u64, granted: u64) -> Result<(), GpuError> {
    if wanted <= granted {
        return Ok(());
    }
    Err(GpuError::Beyond { kernel, what: what.into(), wanted, granted })
}
