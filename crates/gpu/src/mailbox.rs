//! What the device tells us on its own: a submit is done, a read has arrived, something failed, all is lost. Callbacks
//! put it here; whoever waits is woken.

use crate::GpuError;
use futures_channel::oneshot;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Something that happens to one submit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Event {
    /// The GPU has finished it.
    Done,
    /// Its reads can be had, or never will.
    Arrived,
}

#[derive(Default)]
struct State {
    /// The largest ticket that is done; the queue is in order.
    done: u64,
    /// Tickets whose reads arrived and were not taken yet, and whether they can be had.
    arrived: Vec<(u64, bool)>,
    waiters: Vec<(u64, Event, oneshot::Sender<()>)>,
    lost: Option<String>,
    /// The first error since somebody asked that belonged to no call.
    error: Option<GpuError>,
}

/// Shared between the device's callbacks and [`crate::Gpu`].
#[derive(Clone, Default)]
pub(crate) struct Mailbox(Arc<Mutex<State>>);

impl Mailbox {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, so a poisoned one is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The GPU has finished a submit, and so all before it.
    pub fn done(&self, ticket: u64) {
        let mut state = self.state();
        state.done = state.done.max(ticket);
        wake(&mut state, |t, event| event == Event::Done && t <= ticket);
    }

    /// The reads of a submit can be had, or failed.
    pub fn arrived(&self, ticket: u64, ok: bool) {
        let mut state = self.state();
        state.arrived.push((ticket, ok));
        wake(&mut state, |t, event| event == Event::Arrived && t == ticket);
    }

    /// The device is gone: nobody need wait any longer.
    pub fn lose(&self, reason: &str) {
        let mut state = self.state();
        state.lost.get_or_insert_with(|| reason.to_owned());
        wake(&mut state, |_, _| true);
    }

    /// Why the device is gone, if it is.
    pub fn lost(&self) -> Option<String> {
        self.state().lost.clone()
    }

    /// An error that no call was there to take.
    pub fn fail(&self, error: GpuError) {
        self.state().error.get_or_insert(error);
    }

    /// Whether all is well; an error is told once.
    pub fn check(&self) -> Result<(), GpuError> {
        let mut state = self.state();
        if let Some(reason) = &state.lost {
            return Err(GpuError::Lost { reason: reason.clone() });
        }
        state.error.take().map_or(Ok(()), Err)
    }

    /// Whether it has happened.
    pub fn has(&self, ticket: u64, event: Event) -> bool {
        let state = self.state();
        match event {
            Event::Done => state.done >= ticket,
            Event::Arrived => state.arrived.iter().any(|a| a.0 == ticket),
        }
    }

    /// Resolves when it happens, or when the device is lost.
    pub fn wait(&self, ticket: u64, event: Event) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        // Those who have stopped waiting are many: whoever waits for the device's loss waits anew each time.
        state.waiters.retain(|waiter| !waiter.2.is_canceled());
        state.waiters.push((ticket, event, sender));
        let State { done, arrived, lost, .. } = &*state;
        let happened = match event {
            Event::Done => *done >= ticket,
            Event::Arrived => arrived.iter().any(|a| a.0 == ticket),
        };
        if happened || lost.is_some() {
            wake(&mut state, |t, e| t == ticket && e == event);
        }
        receiver
    }

    /// The reads that have arrived since the last call, in order of tickets.
    pub fn take_arrived(&self) -> Vec<(u64, bool)> {
        let mut arrived = std::mem::take(&mut self.state().arrived);
        arrived.sort_unstable();
        arrived
    }

    /// The same for one ticket alone.
    pub fn take_one(&self, ticket: u64) -> Option<bool> {
        let mut state = self.state();
        let at = state.arrived.iter().position(|a| a.0 == ticket)?;
        Some(state.arrived.swap_remove(at).1)
    }
}

fn wake(state: &mut State, which: impl Fn(u64, Event) -> bool) {
    for (_, _, sender) in state.waiters.extract_if(.., |w| which(w.0, w.1)) {
        // Whoever stopped waiting need not be told.
        sender.send(()).ok();
    }
}
