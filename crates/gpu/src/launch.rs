//! One launch of a kernel, before anything of it exists on the device.

use crate::kernels::{Access, Kernel};
use minibatch_graph::Home;

/// The most workgroups along one axis that WebGPU grants.
const MOST_GROUPS: usize = 65_535;

/// A kernel with everything it needs. Kernels stride over what their grid does not cover, so a grid has one axis, and a
/// pair two rows of it.
pub(crate) struct Launch {
    /// What runs.
    pub kernel: Kernel,
    /// Overrides that differ from the file's own values.
    pub constants: Vec<(&'static str, f64)>,
    /// The uniform struct, word by word.
    pub params: Vec<u32>,
    /// That of the second kernel of a pair, whose workgroups are another row of the grid.
    pub second: Option<Vec<u32>>,
    /// What the storage bindings hold, in their order.
    pub buffers: Vec<Home>,
    /// Elements of scratch, bound after them: what the launches of one node tell each other. 0 binds none.
    pub scratch: usize,
    /// How many workgroups.
    pub groups: u32,
}

/// Invocations in a workgroup: a software device runs idle ones too, so there are fewer where there is little to do.
fn workgroup(items: u32) -> u32 {
    if items <= 1024 { 64 } else { 256 }
}

impl Launch {
    /// A launch of so many workgroups; those past the limit are left to the kernel's stride.
    pub fn new(kernel: Kernel, params: impl Into<Vec<u32>>, buffers: Vec<Home>, groups: usize) -> Self {
        let groups = groups.clamp(1, MOST_GROUPS) as u32;
        Self { kernel, constants: vec![], params: params.into(), second: None, buffers, scratch: 0, groups }
    }

    /// A launch over `items`, one invocation each.
    pub fn over(kernel: Kernel, params: impl Into<Vec<u32>>, buffers: Vec<Home>, items: u32) -> Self {
        let size = workgroup(items);
        let groups = items.div_ceil(size) as usize;
        Self::new(kernel, params, buffers, groups).with("WORKGROUP", size)
    }

    /// A launch of one workgroup that strides over `items`.
    pub fn single(kernel: Kernel, params: impl Into<Vec<u32>>, buffers: Vec<Home>, items: u32) -> Self {
        Self::new(kernel, params, buffers, 1).with("WORKGROUP", workgroup(items))
    }

    /// The same with an override.
    pub fn with(mut self, name: &'static str, value: u32) -> Self {
        self.constants.push((name, f64::from(value)));
        self
    }

    /// The same with so many elements of scratch. All launches share one buffer: it keeps nothing from node to node.
    pub fn with_scratch(mut self, len: usize) -> Self {
        self.scratch = len;
        self
    }

    /// The same with no more than so many invocations to a workgroup: kernels stride over what a smaller one leaves. A grid of
    /// several workgroups that take an element an invocation grows in return.
    pub fn within(mut self, invocations: u64) -> Self {
        let info = self.kernel.info();
        while info.wants(&self.constants).0.iter().product::<u64>() > invocations {
            let Some((name, value)) = info.halved(&self.constants) else { return self };
            self.constants.retain(|(constant, _)| *constant != name);
            self.constants.push((name, value));
            if name == "WORKGROUP" && self.groups > 1 {
                self.groups = (2 * self.groups).min(MOST_GROUPS as u32);
            }
        }
        self
    }

    /// A buffer that the kernel writes and has bound a second time.
    pub fn aliased(&self) -> Option<&Home> {
        let storage: Vec<Access> = self.kernel.info().storage().map(|(_, access)| access).collect();
        let twice =
            |i: usize| self.buffers.iter().enumerate().any(|(j, home)| j != i && *home == self.buffers[i]);
        (0..self.buffers.len())
            .find(|&i| storage[i] == Access::ReadWrite && twice(i))
            .map(|i| &self.buffers[i])
    }
}
