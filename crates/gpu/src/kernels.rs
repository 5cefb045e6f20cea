//! The kernels that the build made from `shaders/`, and their pipelines, each made once.

use crate::GpuError;
use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::Arc;

/// How a kernel uses a binding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// A slice of the plan's parameters, of so many words.
    Uniform(usize),
    /// Storage that is only read.
    Read,
    /// Storage that is written.
    ReadWrite,
}

/// What the build found out about a kernel.
pub(crate) struct KernelInfo {
    /// Its name in `variants.toml`.
    pub name: &'static str,
    /// The function that runs.
    pub entry: &'static str,
    /// What it binds, in order; a uniform struct first, and another before what the second of a pair binds.
    pub bindings: &'static [(u32, Access)],
    /// The constants that may be overridden, each with its own value; one without a name cannot be.
    pub overrides: &'static [(&'static str, Count)],
    /// Invocations along the three axes of a workgroup.
    pub workgroup: [Count; 3],
    /// Bytes of an element, and how many, of each array in workgroup memory.
    pub shared: &'static [(u32, Count)],
    /// Its WGSL.
    pub source: &'static str,
}

/// A size that may depend on overrides.
pub(crate) enum Count {
    /// This number.
    Is(u32),
    /// The override at this place.
    Set(usize),
    /// A product.
    Times(&'static Count, &'static Count),
}

impl KernelInfo {
    /// Invocations along the axes of a workgroup, and bytes of its memory, with these overrides. WebGPU counts each array in
    /// whole blocks of 16 bytes.
    pub fn wants(&self, constants: &[(&str, f64)]) -> ([u64; 3], u64) {
        let array = |(bytes, count): &(u32, Count)| {
            u64::from(*bytes).saturating_mul(self.value(count, constants)).next_multiple_of(16)
        };
        let sizes = std::array::from_fn(|axis| self.value(&self.workgroup[axis], constants));
        (sizes, self.shared.iter().map(array).sum())
    }

    /// The numbers of its storage bindings, in order, and how it uses them.
    pub fn storage(&self) -> impl Iterator<Item = (u32, Access)> {
        self.bindings.iter().copied().filter(|(_, access)| !matches!(access, Access::Uniform(_)))
    }

    /// An override of which a smaller workgroup comes, with half its value; none where the kernel's size is fixed.
    pub fn halved(&self, constants: &[(&str, f64)]) -> Option<(&'static str, f64)> {
        ["DOWN", "LANES", "ROWS", "WORKGROUP", "SLICES"].into_iter().find_map(|name| {
            let place = self.overrides.iter().position(|(known, _)| *known == name)?;
            let value = self.value(&Count::Set(place), constants);
            let sizes = self.workgroup.iter().any(|size| self.comes_of(size, place));
            (sizes && value > 1).then_some((name, (value / 2) as f64))
        })
    }

    /// Whether a size depends on the override at this place.
    fn comes_of(&self, count: &Count, place: usize) -> bool {
        match count {
            Count::Is(_) => false,
            Count::Set(own) => *own == place || self.comes_of(&self.overrides[*own].1, place),
            Count::Times(a, b) => self.comes_of(a, place) || self.comes_of(b, place),
        }
    }

    fn value(&self, count: &Count, constants: &[(&str, f64)]) -> u64 {
        match count {
            Count::Is(number) => u64::from(*number),
            Count::Set(place) => {
                let (name, own) = &self.overrides[*place];
                match constants.iter().find(|(constant, _)| constant == name) {
                    Some((_, value)) => *value as u64,
                    None => self.value(own, constants),
                }
            }
            Count::Times(a, b) => self.value(a, constants).saturating_mul(self.value(b, constants)),
        }
    }
}

/// Two kernels whose launches can be joined.
pub(crate) struct Pair {
    pub of: [Kernel; 2],
    /// The kernel that is both.
    pub both: Kernel,
    /// Whether each then has one workgroup, as the first must.
    pub single: bool,
}

include!(concat!(env!("OUT_DIR"), "/kernels.rs"));

/// A kernel for the matrix product. Which is best depends on the shapes; all give the same up to rounding.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Product {
    /// One invocation an element.
    Small,
    /// One workgroup an element.
    Deep,
    /// 8 x 8 elements an invocation, without workgroup memory: for software devices.
    Direct,
    /// Tiles of 32 x 32, 4 x 4 elements an invocation.
    Tile32,
    /// Tiles of 64 x 64, 8 x 8 elements an invocation.
    Tile64,
    /// Tiles of 128 x 128, 8 x 8 elements an invocation.
    Tile128,
}

impl Product {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Small, Self::Deep, Self::Direct, Self::Tile32, Self::Tile64, Self::Tile128];
}

/// A kernel ready to run.
pub(crate) struct Pipeline {
    pub raw: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
}

type Key = (Kernel, Vec<(&'static str, u64)>);

/// Every pipeline made so far, and what they are made from.
#[derive(Default)]
pub(crate) struct Pipelines {
    made: HashMap<Key, Arc<Pipeline>>,
    /// One of each kernel, whatever its overrides.
    modules: HashMap<Kernel, wgpu::ShaderModule>,
}

impl Pipelines {
    /// The pipeline of a kernel with these overrides, made when it is first asked for.
    #[allow(clippy::arc_with_non_send_sync, reason = "GPU objects are Send natively, and not in a browser")]
    pub fn get(
        &mut self,
        device: &wgpu::Device,
        kernel: Kernel,
        constants: &[(&'static str, f64)],
    ) -> Result<Arc<Pipeline>, GpuError> {
        let known = |name: &str| kernel.info().overrides.iter().any(|(known, _)| *known == name);
        if let Some((name, _)) = constants.iter().find(|(name, _)| !known(name)) {
            let reason = format!("kernel {} has no constant {name} to override", kernel.info().name);
            return Err(GpuError::Refused { reason });
        }
        let key = (kernel, constants.iter().map(|(name, value)| (*name, value.to_bits())).collect());
        let module = self.modules.entry(kernel).or_insert_with(|| module(device, kernel.info()));
        let make = || Arc::new(create(device, kernel.info(), module, constants));
        Ok(self.made.entry(key).or_insert_with(make).clone())
    }

    /// Forgets all of them, after one was refused.
    pub fn clear(&mut self) {
        self.made.clear();
        self.modules.clear();
    }
}

/// A kernel's module. Indices are checked when it runs, but no loop counts its rounds besides: natively that is a 64-bit counter in
/// every loop, for shaders that may never end. A browser does as it sees fit.
fn module(device: &wgpu::Device, info: &KernelInfo) -> wgpu::ShaderModule {
    let source = wgpu::ShaderSource::Wgsl(info.source.into());
    let descriptor = wgpu::ShaderModuleDescriptor { label: Some(info.name), source };
    let checks =
        wgpu::ShaderRuntimeChecks { force_loop_bounding: false, ..wgpu::ShaderRuntimeChecks::checked() };
    #[allow(
        unsafe_code,
        reason = "each loop of ours ends: it counts, or walks a permutation back into its range"
    )]
    unsafe {
        device.create_shader_module_trusted(descriptor, checks)
    }
}

/// Errors go to the error scope around the compilation.
fn create(
    device: &wgpu::Device,
    info: &KernelInfo,
    module: &wgpu::ShaderModule,
    constants: &[(&str, f64)],
) -> Pipeline {
    let entries: Vec<_> =
        info.bindings.iter().map(|&(binding, access)| layout_entry(binding, access)).collect();
    let label = Some(info.name);
    let layout =
        device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries: &entries });
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label,
        bind_group_layouts: &[Some(&layout)],
        immediate_size: 0,
    });
    let raw = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label,
        layout: Some(&pipeline_layout),
        module,
        entry_point: Some(info.entry),
        compilation_options: wgpu::PipelineCompilationOptions { constants, ..Default::default() },
        cache: None,
    });
    Pipeline { raw, layout }
}

fn layout_entry(binding: u32, access: Access) -> wgpu::BindGroupLayoutEntry {
    // Checked when a bind group is made, so that nothing is left to check at each launch.
    let words = if let Access::Uniform(words) = access { words as u64 } else { 1 };
    let ty = match access {
        Access::Uniform(_) => wgpu::BufferBindingType::Uniform,
        Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
        Access::ReadWrite => wgpu::BufferBindingType::Storage { read_only: false },
    };
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset: false,
            min_binding_size: NonZeroU64::new(4 * words),
        },
        count: None,
    }
}
