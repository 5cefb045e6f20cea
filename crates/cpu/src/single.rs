//! The backend in single precision, not generic: so that its kernels are compiled here, for speed, and what calls them
//! can be compiled for size.

use minibatch_graph::Graph;

use crate::{Cpu, CpuError, How, Plan};

/// [`Cpu`] in `f32`.
#[derive(Default)]
pub struct Single(Cpu<f32>);

/// A [`Plan`] of [`Single`].
pub struct SinglePlan(Plan<f32>);

impl Single {
    /// No variables yet.
    pub fn new() -> Self {
        Self(Cpu::new())
    }

    /// As [`Cpu::running`].
    pub fn running(how: How) -> Self {
        Self(Cpu::running(how))
    }

    /// How its kernels run.
    pub fn how(&self) -> How {
        self.0.how
    }

    /// As [`Cpu::set_f32`].
    pub fn set_f32(&mut self, name: &str, values: &[f32]) {
        self.0.set_f32(name, values);
    }

    /// As [`Cpu::set_u32`].
    pub fn set_u32(&mut self, name: &str, values: &[u32]) {
        self.0.set_u32(name, values);
    }

    /// As [`Cpu::write_f32`].
    ///
    /// # Errors
    /// As there.
    pub fn write_f32(&mut self, name: &str, offset: usize, values: &[f32]) -> Result<(), CpuError> {
        self.0.write_f32(name, offset, values)
    }

    /// As [`Cpu::write_u32`].
    ///
    /// # Errors
    /// As there.
    pub fn write_u32(&mut self, name: &str, offset: usize, values: &[u32]) -> Result<(), CpuError> {
        self.0.write_u32(name, offset, values)
    }

    /// As [`Cpu::read_u32`].
    ///
    /// # Errors
    /// As there.
    pub fn read_u32(&self, name: &str) -> Result<Vec<u32>, CpuError> {
        self.0.read_u32(name)
    }

    /// As [`Cpu::read_f32`].
    ///
    /// # Errors
    /// As there.
    pub fn read_f32(&self, name: &str) -> Result<Vec<f32>, CpuError> {
        self.0.read_f32(name)
    }

    /// As [`Cpu::read_part`].
    ///
    /// # Errors
    /// As there.
    pub fn read_part(&self, name: &str, offset: usize, len: usize) -> Result<Vec<f32>, CpuError> {
        self.0.read_part(name, offset, len)
    }

    /// As [`Cpu::copy`].
    ///
    /// # Errors
    /// As there.
    pub fn copy(&mut self, from: &str, to: &str) -> Result<(), CpuError> {
        self.0.copy(from, to)
    }

    /// As [`Cpu::compile`].
    ///
    /// # Errors
    /// As there.
    pub fn compile(&mut self, graph: &Graph) -> Result<SinglePlan, CpuError> {
        self.0.compile(graph).map(SinglePlan)
    }

    /// As [`Cpu::run`].
    ///
    /// # Errors
    /// As there.
    pub fn run(&mut self, plan: &mut SinglePlan, times: u32) -> Result<(), CpuError> {
        self.0.run(&mut plan.0, times)
    }
}
