//! The GPU as the rest of the house sees it: named variables, plans, submits, and what comes back.

use crate::device::{Adapter, AdapterInfo, Device};
use crate::error::Held;
use crate::kernels::{Pipelines, Product};
use crate::mailbox::Event;
use crate::plan::{Plan, Variable};
use crate::readback::{Read, Readback, find};
use crate::{GpuError, buffers, compile, wait};
use minibatch_graph::Graph;
use std::collections::HashMap;

/// One thing to do in a submit.
#[derive(Clone, Copy)]
pub enum Work<'a> {
    /// Run a plan so many times.
    Run(&'a Plan, u32),
    /// Copy a whole variable to another, which is created when missing.
    Copy {
        /// The variable that is read.
        from: &'a str,
        /// The variable that is written, of the same length.
        to: &'a str,
    },
}

/// Stands for one submit.
#[derive(Clone, Debug)]
pub struct Ticket {
    id: u64,
    index: wgpu::SubmissionIndex,
}

impl Ticket {
    /// Its number: larger for later submits of one [`Gpu`].
    pub fn id(&self) -> u64 {
        self.id
    }
}

/// Variables that were set aside, with their names.
pub struct Variables(HashMap<String, Variable>);

/// A device with variables on it, which plans share by their names.
pub struct Gpu {
    device: Device,
    variables: HashMap<String, Variable>,
    pipelines: Pipelines,
    readback: Readback,
    product: Option<Product>,
    /// Whether launches are those of a software device.
    software: bool,
    tickets: u64,
}

impl Gpu {
    /// Opens the best GPU there is, software ones included.
    ///
    /// # Errors
    /// When there is none; natively the message says what to install.
    pub async fn request() -> Result<Self, GpuError> {
        Adapter::find().await?.open().await
    }

    pub(crate) fn on(device: Device) -> Self {
        let (variables, pipelines, readback) = Default::default();
        let software = device.info.software;
        Self { device, variables, pipelines, readback, product: None, software, tickets: 0 }
    }

    /// Which GPU it is.
    pub fn adapter(&self) -> &AdapterInfo {
        &self.device.info
    }

    /// Sets a variable of floats. It is created, or replaced when its length differs: then plans that use it must be
    /// compiled again.
    ///
    /// # Errors
    /// When there are no values or more than a buffer holds, or the device is lost.
    pub fn set_f32(&mut self, name: &str, values: &[f32]) -> Result<(), GpuError> {
        self.set(name, bytemuck::cast_slice(values))
    }

    /// Sets a variable of unsigned integers; see [`Self::set_f32`].
    ///
    /// # Errors
    /// As [`Self::set_f32`].
    pub fn set_u32(&mut self, name: &str, values: &[u32]) -> Result<(), GpuError> {
        self.set(name, bytemuck::cast_slice(values))
    }

    fn set(&mut self, name: &str, bytes: &[u8]) -> Result<(), GpuError> {
        self.device.mailbox.check()?;
        let len = bytes.len() / 4;
        let buffer = match self.variables.get(name) {
            Some(variable) if variable.len == len => variable.buffer.clone(),
            Some(_) | None => buffers::share(self.device.storage(name, Held::Variable(name.into()), len)?),
        };
        self.device.queue.write_buffer(&buffer.raw, 0, bytes);
        self.variables.insert(name.into(), Variable { buffer, len });
        Ok(())
    }

    /// Writes floats into a variable from element `offset` on, before whatever is submitted next.
    ///
    /// # Errors
    /// When there is no such variable, or they do not fit.
    pub fn write_f32(&mut self, name: &str, offset: usize, values: &[f32]) -> Result<(), GpuError> {
        self.write(name, offset, bytemuck::cast_slice(values))
    }

    /// Writes unsigned integers into a variable; see [`Self::write_f32`].
    ///
    /// # Errors
    /// As [`Self::write_f32`].
    pub fn write_u32(&mut self, name: &str, offset: usize, values: &[u32]) -> Result<(), GpuError> {
        self.write(name, offset, bytemuck::cast_slice(values))
    }

    fn write(&mut self, name: &str, offset: usize, bytes: &[u8]) -> Result<(), GpuError> {
        self.device.mailbox.check()?;
        let Variable { buffer, len } =
            self.variables.get(name).ok_or_else(|| GpuError::Unknown { name: name.into() })?;
        let count = bytes.len() / 4;
        if offset + count > *len {
            return Err(GpuError::Range { name: name.into(), have: *len, offset, count });
        }
        self.device.queue.write_buffer(&buffer.raw, 4 * offset as u64, bytes);
        Ok(())
    }

    /// Forgets all variables; pipelines stay, for the graphs that come.
    pub fn remove_all(&mut self) {
        self.variables.clear();
        self.readback.abandon();
    }

    /// Forgets a variable. Plans that use it keep its memory until they are dropped, and cannot run any more.
    pub fn remove(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// Takes all variables off their names: the names are free, and plans made until now cannot run before the variables are
    /// put back.
    pub fn set_aside(&mut self) -> Variables {
        Variables(std::mem::take(&mut self.variables))
    }

    /// Puts variables that were set aside in the place of all there are.
    pub fn put_back(&mut self, variables: Variables) {
        self.variables = variables.0;
    }

    /// Compiles a graph; variables it names and that are missing are created, zeroed.
    ///
    /// # Errors
    /// When the graph cannot be planned, a variable has another length than the graph wants, memory is short, or the
    /// device refuses a shader.
    pub async fn compile(&mut self, graph: &Graph) -> Result<Plan, GpuError> {
        let preferred = (self.product, self.software);
        compile::compile(&self.device, &mut self.variables, &mut self.pipelines, graph, preferred).await
    }

    /// Has every product of the graphs compiled from now on use this kernel, or the one that suits it best. For tests
    /// and measurements.
    pub fn prefer_product(&mut self, product: Option<Product>) {
        self.product = product;
    }

    /// Has the graphs compiled from now on launch what suits a software device, or what suits a real one, whichever this
    /// is. For tests and measurements.
    pub fn prefer_software(&mut self, software: bool) {
        self.software = software;
    }

    /// Makes every pipeline there is, in use or not, and returns how many: whether this device takes all our shaders.
    ///
    /// # Errors
    /// When it refuses one.
    pub async fn check_kernels(&mut self) -> Result<usize, GpuError> {
        compile::check_kernels(&self.device, &mut self.pipelines).await
    }

    /// Hands work to the GPU, in order, and returns at once. After the work `reads` are copied; they can be had by
    /// [`Self::take_reads`] once they have arrived.
    ///
    /// # Errors
    /// When a name is unknown, lengths differ, a plan is stale, or the device is lost.
    pub fn submit(&mut self, work: &[Work], reads: &[&str]) -> Result<Ticket, GpuError> {
        self.device.mailbox.check()?;
        self.prepare(work)?;
        let mut encoder = self.device.raw.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for part in work.chunk_by(|a, b| matches!((a, b), (Work::Run(..), Work::Run(..)))) {
            if let [Work::Copy { from, to }] = part {
                if from == to {
                    continue;
                }
                let (from, to) = (&self.variables[*from], &self.variables[*to]);
                encoder.copy_buffer_to_buffer(&from.buffer.raw, 0, &to.buffer.raw, 0, 4 * from.len as u64);
                continue;
            }
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for work in part {
                if let Work::Run(plan, times) = work {
                    plan.record(&mut pass, *times);
                }
            }
        }
        let sources = find(&self.variables, reads)?;
        let recorded = self.readback.record(&self.device, &mut encoder, &sources)?;
        let index = self.device.queue.submit([encoder.finish()]);
        self.tickets += 1;
        let (id, mailbox) = (self.tickets, self.device.mailbox.clone());
        if let Some(recorded) = recorded {
            self.readback.submitted(id, recorded, &mailbox);
        }
        self.device.queue.on_submitted_work_done(move || mailbox.done(id));
        Ok(Ticket { id, index })
    }

    /// Checks all work before any of it is recorded, and creates what copies need.
    fn prepare(&mut self, work: &[Work]) -> Result<(), GpuError> {
        for work in work {
            match *work {
                Work::Run(plan, _) => plan.check(&self.variables)?,
                Work::Copy { from, to } => {
                    let need = find(&self.variables, &[from])?[0].len;
                    compile::provide(&self.device, &mut self.variables, to, need)?;
                }
            }
        }
        Ok(())
    }

    /// Resolves when the GPU has done that submit. Natively it blocks.
    ///
    /// # Errors
    /// When the device is lost, or has failed since somebody last asked.
    pub async fn finished(&self, ticket: &Ticket) -> Result<(), GpuError> {
        self.wait(ticket, Event::Done).await
    }

    async fn wait(&self, ticket: &Ticket, event: Event) -> Result<(), GpuError> {
        let mailbox = &self.device.mailbox;
        mailbox.check()?;
        if !mailbox.has(ticket.id, event) {
            let told = mailbox.wait(ticket.id, event);
            if wait::block(&self.device.raw, &ticket.index) {
                let reason = || "it dropped a submit without an error".to_owned();
                mailbox.check()?;
                return mailbox
                    .has(ticket.id, event)
                    .then_some(())
                    .ok_or_else(|| GpuError::Refused { reason: reason() });
            }
            // Whether it came or the device went, the mailbox knows.
            told.await.ok();
        }
        mailbox.check()
    }

    /// The reads that have arrived since the last call, in order of tickets. Those of a lost device never do.
    pub fn take_reads(&mut self) -> Vec<Read> {
        if self.lost().is_some() {
            self.readback.abandon();
            return vec![];
        }
        wait::progress(&self.device.raw);
        let arrived = self.device.mailbox.take_arrived();
        let mut reads = vec![];
        for (ticket, ok) in arrived {
            match self.readback.take(ticket, ok) {
                Ok(read) => reads.push(read),
                Err(error) => self.device.mailbox.fail(error),
            }
        }
        reads
    }

    /// A variable of floats, as it is after all that was submitted. For tests and rare reads, since it waits.
    ///
    /// # Errors
    /// When there is no such variable, or the device is lost.
    pub async fn read_f32(&mut self, name: &str) -> Result<Vec<f32>, GpuError> {
        let ticket = self.submit(&[], &[name])?;
        self.wait(&ticket, Event::Arrived).await?;
        let ok = self.device.mailbox.take_one(ticket.id).unwrap_or(false);
        Ok(self.readback.take(ticket.id, ok)?.values.swap_remove(0))
    }

    /// A variable of unsigned integers; see [`Self::read_f32`].
    ///
    /// # Errors
    /// As [`Self::read_f32`].
    pub async fn read_u32(&mut self, name: &str) -> Result<Vec<u32>, GpuError> {
        let values = self.read_f32(name).await?;
        Ok(values.into_iter().map(f32::to_bits).collect())
    }

    /// Why the device is gone, if it is.
    pub fn lost(&self) -> Option<String> {
        self.device.mailbox.lost()
    }

    /// Resolves when the device is lost.
    pub async fn gone(&self) {
        // No ticket has this number: only the loss wakes it.
        self.device.mailbox.wait(u64::MAX, Event::Arrived).await.ok();
    }

    /// Whether the device is there and well.
    ///
    /// # Errors
    /// When it is lost, or has failed since somebody last asked.
    pub fn check(&self) -> Result<(), GpuError> {
        self.device.mailbox.check()
    }

    /// Destroys the device, as a driver's failure would: for tests of what happens then.
    pub fn lose(&mut self) {
        self.device.mailbox.lose("it was destroyed on request");
        self.device.raw.destroy();
    }

    /// How many buffers there are: variables, those of plans, staging.
    pub fn buffer_count(&self) -> usize {
        self.device.tally.count()
    }

    /// Their bytes together.
    pub fn buffer_bytes(&self) -> u64 {
        self.device.tally.bytes()
    }
}
