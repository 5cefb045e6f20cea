//! From a graph to a [`Plan`]: memory, launches, buffers, parameters, pipelines and bind groups, once and for all.

use crate::buffers::Buffer;
use crate::device::Device;
use crate::error::Held;
use crate::kernels::{Access, Kernel, Pipelines, Product};
use crate::launch::Launch;
use crate::limits::Limits;
use crate::ops::{self, Lowering, Target};
use crate::pair::paired;
use crate::plan::{Dispatch, Plan, Variable};
use crate::{GpuError, buffers};
use minibatch_graph::{Graph, Home, MemoryPlan, NodeId, Op};
use std::collections::HashMap;
use std::num::NonZeroU64;

/// Bytes between one launch's parameters and the next: WebGPU's alignment of uniform bindings.
const ALIGNMENT: usize = 256;

/// Compiles a graph; missing variables are created. Products use the kernel given, or what suits them best; launches are
/// those of a software device, or of a real one. Whatever the device refuses is returned.
pub(crate) async fn compile(
    device: &Device,
    variables: &mut HashMap<String, Variable>,
    pipelines: &mut Pipelines,
    graph: &Graph,
    (product, software): (Option<Product>, bool),
) -> Result<Plan, GpuError> {
    let target = Target { software, limits: device.limits };
    device.mailbox.check()?;
    let memory = MemoryPlan::new(graph)?;
    let lowering = Lowering { graph, memory: &memory, product, target };
    let launches = lower(&lowering)?;
    check(&device.limits, graph, &memory, &launches)?;
    let build = |pipelines: &mut Pipelines| build(device, variables, pipelines, graph, &memory, &launches);
    scoped(device, pipelines, build).await
}

/// Whether all of a graph's launches keep to these limits, those of a real device and those of a software one, and every
/// buffer it takes. Needs no device.
///
/// # Errors
/// When the graph cannot be planned; or what is too large, and both figures.
pub fn keeps_to(graph: &Graph, limits: &Limits) -> Result<(), GpuError> {
    let memory = MemoryPlan::new(graph)?;
    [false, true].into_iter().try_for_each(|software| {
        let target = Target { software, limits: *limits };
        let lowering = Lowering { graph, memory: &memory, product: None, target };
        check(limits, graph, &memory, &lower(&lowering)?)
    })
}

/// The same for launches that have been made, before anything is created.
fn check(limits: &Limits, graph: &Graph, memory: &MemoryPlan, launches: &[Launch]) -> Result<(), GpuError> {
    let fits = |held, elements: usize| buffers::fits(held, 4 * elements as u64, limits.storage);
    memory
        .variables
        .iter()
        .try_for_each(|(name, shape, _)| fits(Held::Variable(name.clone()), shape.numel()))?;
    memory.slots.iter().try_for_each(|slot| fits(Held::Between, slot.len))?;
    constants(graph, memory).into_values().try_for_each(|len| fits(Held::Constant, len))?;
    fits(Held::Between, launches.iter().map(|launch| launch.scratch).max().unwrap_or(0))?;
    buffers::fits(Held::Constant, (structs(launches).count() * ALIGNMENT) as u64, limits.buffer)?;
    launches.iter().try_for_each(|launch| limits.check(launch))
}

/// Makes every pipeline with its own constants.
pub(crate) async fn check_kernels(device: &Device, pipelines: &mut Pipelines) -> Result<usize, GpuError> {
    device.mailbox.check()?;
    let make = |pipelines: &mut Pipelines| {
        let mut checked = 0;
        for &kernel in Kernel::ALL {
            // One whose size is fixed may be too large for this device, which then takes another.
            let launch = Launch::new(kernel, vec![], vec![], 1).within(device.limits.invocations);
            if device.limits.check_kernel(kernel, &launch.constants).is_ok() {
                pipelines.get(&device.raw, kernel, &launch.constants)?;
                checked += 1;
            }
        }
        Ok(checked)
    };
    scoped(device, pipelines, make).await
}

/// Makes things on the device, and returns whatever it refuses.
async fn scoped<T>(
    device: &Device,
    pipelines: &mut Pipelines,
    make: impl FnOnce(&mut Pipelines) -> Result<T, GpuError>,
) -> Result<T, GpuError> {
    let memory = device.raw.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
    let internal = device.raw.push_error_scope(wgpu::ErrorFilter::Internal);
    let validation = device.raw.push_error_scope(wgpu::ErrorFilter::Validation);
    let made = make(pipelines);
    // All three are popped before the first is awaited: the scopes are a stack.
    let pops = [validation.pop(), internal.pop(), memory.pop()];
    for pop in pops {
        if let Some(error) = pop.await {
            pipelines.clear();
            return Err(error.into());
        }
    }
    device.mailbox.check()?;
    made
}

/// The kernels that a graph would launch, each with the node it works for: those of a real device, before any are joined, then
/// those of a software one. Needs no device.
///
/// # Errors
/// When the graph cannot be planned.
pub fn kernels_of(graph: &Graph) -> Result<Vec<(NodeId, &'static str)>, GpuError> {
    let memory = MemoryPlan::new(graph)?;
    let mut found = vec![];
    for software in [false, true] {
        let target = Target { software, limits: Limits::WEBGPU };
        let lowering = Lowering { graph, memory: &memory, product: None, target };
        for &id in &memory.order {
            found.extend(ops::launches(&lowering, id).iter().map(|l| (id, l.kernel.info().name)));
        }
    }
    Ok(found)
}

/// All launches of a graph, in order, none writing what it reads.
pub(crate) fn lower(lowering: &Lowering) -> Result<Vec<Launch>, GpuError> {
    let mut launches = vec![];
    for &id in &lowering.memory.order {
        for launch in ops::launches(lowering, id) {
            if let Some(home) = launch.aliased() {
                let node = lowering.graph.node(id);
                let what = match home {
                    Home::Variable(name) => format!("variable {name}"),
                    Home::Constant(value) => format!("constant {value}"),
                    Home::Slot(slot) => format!("slot {slot}"),
                };
                return Err(GpuError::Aliased { label: node.label.clone(), op: node.op.name(), what });
            }
            launches.push(launch);
        }
    }
    // A software device runs both ways of every branch.
    let Target { software, limits } = &lowering.target;
    Ok(if *software { launches } else { paired(launches, limits) })
}

/// The buffers a plan owns, found by their homes.
struct Owned {
    buffers: Vec<Buffer>,
    /// Slots come first; then constants, by the bits of their value.
    constants: HashMap<u32, usize>,
    /// The launches' scratch, where one wants any.
    scratch: Option<usize>,
}

fn build(
    device: &Device,
    variables: &mut HashMap<String, Variable>,
    pipelines: &mut Pipelines,
    graph: &Graph,
    memory: &MemoryPlan,
    launches: &[Launch],
) -> Result<Plan, GpuError> {
    for (name, shape, _) in &memory.variables {
        provide(device, variables, name, shape.numel())?;
    }
    let mut owned = own(device, graph, memory)?;
    let scratch = launches.iter().map(|launch| launch.scratch).max().unwrap_or(0);
    if scratch > 0 {
        owned.scratch = Some(owned.buffers.len());
        owned.buffers.push(device.storage("scratch", Held::Between, scratch)?);
    }
    let mut dispatches = vec![];
    if !launches.is_empty() {
        let arena = arena(device, launches);
        let mut slots = 0..;
        let mut params = || wgpu::BufferBinding {
            buffer: &arena.raw,
            offset: (slots.next().unwrap_or(0) * ALIGNMENT) as u64,
            size: NonZeroU64::new(ALIGNMENT as u64),
        };
        for launch in launches {
            let pipeline = pipelines.get(&device.raw, launch.kernel, &launch.constants)?;
            let bindings = bind(device, variables, &owned, &pipeline.layout, launch, &mut params);
            let groups = [launch.groups, 1 + u32::from(launch.second.is_some())];
            dispatches.push(Dispatch { pipeline, bindings, groups });
        }
        owned.buffers.push(arena);
    }
    let used =
        memory.variables.iter().map(|(name, ..)| (name.clone(), variables[name].buffer.clone())).collect();
    Ok(Plan { dispatches, variables: used, owned: owned.buffers })
}

/// Sees to it that a variable exists, with the right length.
pub(crate) fn provide(
    device: &Device,
    variables: &mut HashMap<String, Variable>,
    name: &str,
    need: usize,
) -> Result<(), GpuError> {
    match variables.get(name) {
        Some(variable) if variable.len == need => Ok(()),
        Some(variable) => Err(GpuError::Size { name: name.into(), have: variable.len, need }),
        None => {
            let buffer = buffers::share(device.storage(name, Held::Variable(name.into()), need)?);
            variables.insert(name.into(), Variable { buffer, len: need });
            Ok(())
        }
    }
}

/// Slots and constants. Constants of one value share a buffer as long as the longest.
fn own(device: &Device, graph: &Graph, memory: &MemoryPlan) -> Result<Owned, GpuError> {
    let mut owned = Owned { buffers: vec![], constants: HashMap::new(), scratch: None };
    for (i, slot) in memory.slots.iter().enumerate() {
        owned.buffers.push(device.storage(&format!("slot {i}"), Held::Between, slot.len)?);
    }
    for (bits, len) in constants(graph, memory) {
        let value = f32::from_bits(bits);
        let buffer = device.storage(&format!("constant {value}"), Held::Constant, len)?;
        device.queue.write_buffer(&buffer.raw, 0, bytemuck::cast_slice(&vec![bits; len]));
        owned.constants.insert(bits, owned.buffers.len());
        owned.buffers.push(buffer);
    }
    Ok(owned)
}

/// The length of the longest constant of each value, by the bits of it.
fn constants(graph: &Graph, memory: &MemoryPlan) -> HashMap<u32, usize> {
    let mut longest: HashMap<u32, usize> = HashMap::new();
    for id in graph.ids().filter(|id| memory.places[id.index()].is_some()) {
        if let Op::Full { value } = graph.node(id).op {
            let len = longest.entry(value.to_bits()).or_default();
            *len = graph.shape(id).numel().max(*len);
        }
    }
    longest
}

/// The bind group of one launch: its parameters and its storage, in the order of the kernel's bindings.
fn bind<'a>(
    device: &Device,
    variables: &HashMap<String, Variable>,
    owned: &Owned,
    layout: &wgpu::BindGroupLayout,
    launch: &Launch,
    params: &mut impl FnMut() -> wgpu::BufferBinding<'a>,
) -> wgpu::BindGroup {
    let info = launch.kernel.info();
    let storage = launch.buffers.iter().map(|home| match home {
        Home::Variable(name) => &*variables[name].buffer,
        Home::Constant(value) => &owned.buffers[owned.constants[&value.to_bits()]],
        Home::Slot(slot) => &owned.buffers[*slot],
    });
    let scratch = owned.scratch.filter(|_| launch.scratch > 0).map(|at| &owned.buffers[at]);
    let mut storage: Vec<&Buffer> = storage.chain(scratch).collect();
    debug_assert_eq!(info.storage().count(), storage.len(), "{}: a buffer for each binding", info.name);
    let mut structs = [Some(&launch.params), launch.second.as_ref()].into_iter().flatten();
    let mut storage = storage.drain(..);
    let mut entries = vec![];
    for &(binding, access) in info.bindings {
        let resource = match access {
            Access::Uniform(words) => {
                let given = structs.next().map(Vec::len);
                debug_assert_eq!(
                    given,
                    Some(words),
                    "{}: the struct is generated from the shader",
                    info.name
                );
                wgpu::BindingResource::Buffer(params())
            }
            Access::Read | Access::ReadWrite => match storage.next() {
                Some(buffer) => buffer.raw.as_entire_binding(),
                None => continue,
            },
        };
        entries.push(wgpu::BindGroupEntry { binding, resource });
    }
    let descriptor = wgpu::BindGroupDescriptor { label: Some(info.name), layout, entries: &entries };
    device.raw.create_bind_group(&descriptor)
}

/// Every launch's parameters, in order.
fn structs(launches: &[Launch]) -> impl Iterator<Item = &Vec<u32>> {
    launches.iter().flat_map(|launch| [Some(&launch.params), launch.second.as_ref()].into_iter().flatten())
}

/// One buffer with every launch's parameters.
fn arena(device: &Device, launches: &[Launch]) -> Buffer {
    let mut bytes = vec![0u8; structs(launches).count() * ALIGNMENT];
    for (slice, params) in bytes.chunks_exact_mut(ALIGNMENT).zip(structs(launches)) {
        let words: &[u8] = bytemuck::cast_slice(params);
        slice[..words.len()].copy_from_slice(words);
    }
    let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
    let arena = Buffer::new(&device.raw, &device.tally, "parameters", bytes.len() as u64, usage);
    device.queue.write_buffer(&arena.raw, 0, &bytes);
    arena
}
