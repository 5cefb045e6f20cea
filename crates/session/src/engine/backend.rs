//! The two machines a session runs on, behind one set of calls. The GPU answers late, the CPU at once; both go
//! through tickets and a mailbox, so that the session is written once.

use std::cell::RefCell;

use minibatch_cpu::{CpuError, How, Single, SinglePlan};
use minibatch_gpu::{Gpu, GpuError};
use minibatch_graph::Graph;

use super::hardware::reason;
use crate::Why;

/// Why a backend could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// The GPU.
    #[error("{}", told(.0))]
    Gpu(#[from] GpuError),
    /// The CPU.
    #[error(transparent)]
    Cpu(#[from] CpuError),
}

/// A GPU's complaint without the engine's own names for things.
fn told(error: &GpuError) -> String {
    match reason(error) {
        Some(Why::TooLarge { held, bytes, limit }) => format!(
            "{} take {bytes} bytes, and a buffer of this GPU holds {limit}; train on the CPU",
            held.name()
        ),
        _ => error.to_string(),
    }
}

impl Lost {
    /// The device itself is gone. Anything else it refuses, it goes on without.
    pub fn is_device(&self) -> bool {
        matches!(self, Self::Gpu(GpuError::Lost { .. }))
    }
}

/// A machine with its variables.
pub enum Backend {
    /// WGSL kernels.
    Gpu(Box<Gpu>),
    /// Plain loops, and what they have for the mailbox.
    Cpu(Box<Single>, CpuMail),
}

/// A graph, ready to run on the backend that compiled it.
pub enum Plan {
    /// On the GPU.
    Gpu(minibatch_gpu::Plan),
    /// On the CPU; its scratch memory changes as it runs.
    Cpu(Box<RefCell<SinglePlan>>),
}

/// The variables of one run, off their names.
pub enum Aside {
    /// On the GPU.
    Gpu(minibatch_gpu::Variables),
    /// On the CPU.
    Cpu(Box<Single>),
}

/// One thing to do, in order.
pub enum Work<'a> {
    /// Run a plan so many times.
    Run(&'a Plan, u32),
    /// Copy a variable into another, made when missing.
    Copy(&'a str, &'a str),
}

/// A submit under way.
pub struct Ticket {
    /// Its number; its read-back carries the same.
    pub id: u64,
    gpu: Option<minibatch_gpu::Ticket>,
}

/// What a submit read back.
pub struct Read {
    /// The ticket's number.
    pub ticket: u64,
    /// The variables asked for, in order.
    pub values: Vec<Vec<f32>>,
}

/// Read-backs of the CPU, waiting to be taken as the GPU's are.
#[derive(Default)]
pub struct CpuMail {
    next: u64,
    reads: Vec<Read>,
}

impl Backend {
    /// The best GPU there is.
    ///
    /// # Errors
    /// When there is none.
    pub async fn gpu() -> Result<Self, Lost> {
        Ok(Self::Gpu(Box::new(Gpu::request().await?)))
    }

    /// The CPU.
    pub fn cpu() -> Self {
        Self::cpu_running(How::default())
    }

    /// The CPU, its kernels running that way.
    pub fn cpu_running(how: How) -> Self {
        Self::Cpu(Box::new(Single::running(how)), CpuMail::default())
    }

    /// Makes or replaces a float variable. Plans that use it must be compiled anew when its length changes.
    pub fn set_f32(&mut self, name: &str, values: &[f32]) -> Result<(), Lost> {
        match self {
            Self::Gpu(gpu) => gpu.set_f32(name, values)?,
            Self::Cpu(cpu, _) => cpu.set_f32(name, values),
        }
        Ok(())
    }

    /// Makes or replaces an integer variable.
    pub fn set_u32(&mut self, name: &str, values: &[u32]) -> Result<(), Lost> {
        match self {
            Self::Gpu(gpu) => gpu.set_u32(name, values)?,
            Self::Cpu(cpu, _) => cpu.set_u32(name, values),
        }
        Ok(())
    }

    /// Writes part of a float variable, before the next submit.
    pub fn write_f32(&mut self, name: &str, offset: usize, values: &[f32]) -> Result<(), Lost> {
        match self {
            Self::Gpu(gpu) => gpu.write_f32(name, offset, values)?,
            Self::Cpu(cpu, _) => cpu.write_f32(name, offset, values)?,
        }
        Ok(())
    }

    /// Writes part of an integer variable, before the next submit.
    pub fn write_u32(&mut self, name: &str, offset: usize, values: &[u32]) -> Result<(), Lost> {
        match self {
            Self::Gpu(gpu) => gpu.write_u32(name, offset, values)?,
            Self::Cpu(cpu, _) => cpu.write_u32(name, offset, values)?,
        }
        Ok(())
    }

    /// Takes all variables off their names, so that another run has none of them. What is under way is not touched by it.
    pub fn set_aside(&mut self) -> Aside {
        match self {
            Self::Gpu(gpu) => Aside::Gpu(gpu.set_aside()),
            Self::Cpu(cpu, _) => {
                let empty = Single::running(cpu.how());
                Aside::Cpu(std::mem::replace(cpu, Box::new(empty)))
            }
        }
    }

    /// Puts the variables of a run in the place of all there are, so that its plans run again.
    pub fn put_back(&mut self, aside: Aside) {
        match (self, aside) {
            (Self::Gpu(gpu), Aside::Gpu(variables)) => gpu.put_back(variables),
            (Self::Cpu(cpu, _), Aside::Cpu(variables)) => *cpu = variables,
            // Set aside by another backend, which is gone with its runs.
            (Self::Gpu(_), Aside::Cpu(_)) | (Self::Cpu(..), Aside::Gpu(_)) => {}
        }
    }

    /// Makes a graph ready to run.
    pub async fn compile(&mut self, graph: &Graph) -> Result<Plan, Lost> {
        Ok(match self {
            Self::Gpu(gpu) => Plan::Gpu(gpu.compile(graph).await?),
            Self::Cpu(cpu, _) => Plan::Cpu(Box::new(RefCell::new(cpu.compile(graph)?))),
        })
    }

    /// Does `work` in order, then reads the named variables back into the mailbox, integers as floats of the same bits.
    /// The GPU has only been told when this returns; the CPU is through.
    pub fn submit(&mut self, work: &[Work], reads: &[&str]) -> Result<Ticket, Lost> {
        match self {
            Self::Gpu(gpu) => {
                let work: Vec<minibatch_gpu::Work> = work
                    .iter()
                    .filter_map(|w| match w {
                        Work::Run(Plan::Gpu(plan), n) => Some(minibatch_gpu::Work::Run(plan, *n)),
                        Work::Run(Plan::Cpu(_), _) => None,
                        Work::Copy(from, to) => Some(minibatch_gpu::Work::Copy { from, to }),
                    })
                    .collect();
                let ticket = gpu.submit(&work, reads)?;
                Ok(Ticket { id: ticket.id(), gpu: Some(ticket) })
            }
            Self::Cpu(cpu, mail) => {
                for w in work {
                    match w {
                        Work::Run(Plan::Cpu(plan), n) => cpu.run(&mut plan.borrow_mut(), *n)?,
                        Work::Run(Plan::Gpu(_), _) => {}
                        Work::Copy(from, to) => cpu.copy(from, to)?,
                    }
                }
                mail.next += 1;
                let values = reads.iter().map(|name| bits(cpu, name)).collect::<Result<_, _>>()?;
                mail.reads.push(Read { ticket: mail.next, values });
                Ok(Ticket { id: mail.next, gpu: None })
            }
        }
    }

    /// Waits until the machine has done a submit.
    pub async fn finished(&self, ticket: &Ticket) -> Result<(), Lost> {
        if let (Self::Gpu(gpu), Some(ticket)) = (self, &ticket.gpu) {
            gpu.finished(ticket).await?;
        }
        Ok(())
    }

    /// What has been read back since the last call.
    pub fn take_reads(&mut self) -> Vec<Read> {
        match self {
            Self::Gpu(gpu) => {
                gpu.take_reads().into_iter().map(|r| Read { ticket: r.ticket, values: r.values }).collect()
            }
            Self::Cpu(_, mail) => std::mem::take(&mut mail.reads),
        }
    }

    /// Waits for everything submitted and reads a variable, integers as floats of the same bits. Not for the run loop.
    pub async fn read_f32(&mut self, name: &str) -> Result<Vec<f32>, Lost> {
        Ok(match self {
            Self::Gpu(gpu) => gpu.read_f32(name).await?,
            Self::Cpu(cpu, _) => bits(cpu, name)?,
        })
    }

    /// Part of a float variable, where it can be had without reading all of it: on the CPU.
    pub fn part(&self, name: &str, offset: usize, len: usize) -> Result<Option<Vec<f32>>, Lost> {
        Ok(match self {
            Self::Gpu(_) => None,
            Self::Cpu(cpu, _) => Some(cpu.read_part(name, offset, len)?),
        })
    }

    /// "gpu" or "cpu"; on the web the GPU is called "webgpu".
    pub fn name(&self) -> &'static str {
        match self {
            Self::Gpu(_) if cfg!(target_arch = "wasm32") => "webgpu",
            Self::Gpu(_) => "gpu",
            Self::Cpu(..) => "cpu",
        }
    }

    /// The adapter's name and whether it is software.
    pub fn adapter(&self) -> (String, bool) {
        match self {
            Self::Gpu(gpu) => (gpu.adapter().name.clone(), gpu.adapter().software),
            Self::Cpu(..) => (String::new(), true),
        }
    }

    /// Buffers alive and their bytes, for tests that nothing grows; none on the CPU.
    pub fn buffers(&self) -> Option<(usize, u64)> {
        match self {
            Self::Gpu(gpu) => Some((gpu.buffer_count(), gpu.buffer_bytes())),
            Self::Cpu(..) => None,
        }
    }

    /// Resolves when the device is lost; on the CPU never.
    pub async fn lost(&self) {
        match self {
            Self::Gpu(gpu) => gpu.gone().await,
            Self::Cpu(..) => std::future::pending().await,
        }
    }

    /// Whether the device is there and well; an error of it is told once.
    pub fn check(&mut self) -> Result<(), Lost> {
        match self {
            Self::Gpu(gpu) => Ok(gpu.check()?),
            Self::Cpu(..) => Ok(()),
        }
    }

    /// Loses the device on purpose.
    pub fn lose(&mut self) {
        if let Self::Gpu(gpu) = self {
            gpu.lose();
        }
    }
}

/// A variable; integers as floats of the same bits, as the GPU gives them.
fn bits(cpu: &Single, name: &str) -> Result<Vec<f32>, CpuError> {
    match cpu.read_f32(name) {
        Err(CpuError::WrongType { .. }) => Ok(cpu.read_u32(name)?.into_iter().map(f32::from_bits).collect()),
        read => read,
    }
}
