//! Running a plan.

use crate::memory::Memory;
use crate::{Cpu, CpuError, Plan, Real};

impl<T: Real> Cpu<T> {
    /// Runs a plan `times` times.
    ///
    /// # Errors
    /// When a variable was replaced by one of another type or length since the plan was compiled, or the plan was
    /// compiled by another store. Nothing has run then.
    pub fn run(&mut self, plan: &mut Plan<T>, times: u32) -> Result<(), CpuError> {
        for (name, index, dtype, len) in &plan.variables {
            match self.names.get(*index) {
                Some(here) if here == name => self.variables[*index].fits(name, *dtype, *len)?,
                Some(_) | None => return Err(CpuError::ForeignPlan { name: name.clone() }),
            }
        }
        if self.scratch.len() < plan.scratch {
            self.scratch.resize(plan.scratch, T::ZERO);
        }
        let scratch = &mut self.scratch[..];
        let mut memory = Memory { variables: &mut self.variables, locals: &mut plan.locals };
        let kernels = &plan.kernels;
        plan.how.among_threads(|| {
            for _ in 0..times {
                kernels.iter().for_each(|kernel| kernel.run(&mut memory, scratch));
            }
        });
        Ok(())
    }
}
