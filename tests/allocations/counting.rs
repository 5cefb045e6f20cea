//! An allocator that counts: the system's own, told of each call that takes memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ops::Sub;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use minibatch_session::How;

/// The system's allocator, counted in the threads that [`alone`] marks. Others are the test harness's own, which prints and
/// starts threads whenever it likes.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static CALLS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);
static FREED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static COUNTED: Cell<bool> = const { Cell::new(false) };
}

/// How often memory was taken, and how much. What grows counts as taken anew and given back.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Taken {
    /// Calls.
    pub calls: u64,
    /// Bytes.
    pub bytes: u64,
    /// Bytes that were given back.
    pub freed: u64,
}

impl Sub for Taken {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        let Self { calls, bytes, freed } = before;
        Self { calls: self.calls - calls, bytes: self.bytes - bytes, freed: self.freed - freed }
    }
}

fn now() -> Taken {
    Taken { calls: CALLS.load(Relaxed), bytes: BYTES.load(Relaxed), freed: FREED.load(Relaxed) }
}

fn count(bytes: usize) {
    if COUNTED.get() {
        CALLS.fetch_add(1, Relaxed);
        BYTES.fetch_add(bytes as u64, Relaxed);
    }
}

fn count_freed(bytes: usize) {
    if COUNTED.get() {
        FREED.fetch_add(bytes as u64, Relaxed);
    }
}

#[allow(unsafe_code, reason = "an allocator is; this one passes each call on to the system's as it came")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        count_freed(layout.size());
        unsafe { System.realloc(at, layout, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count_freed(layout.size());
        unsafe { System.dealloc(at, layout) }
    }
}

/// As long as this is held, nobody else counts.
pub struct Alone {
    _lock: MutexGuard<'static, ()>,
}

/// Counts this thread and those of the CPU backend, and no others.
pub fn alone() -> Alone {
    static LOCK: Mutex<()> = Mutex::new(());
    let lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    How::on_each_thread(|| COUNTED.set(true));
    Alone { _lock: lock }
}

impl Alone {
    /// What `work` takes.
    pub fn taken<R>(&self, work: impl FnOnce() -> R) -> (R, Taken) {
        let before = now();
        let done = work();
        (done, now() - before)
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        COUNTED.set(false);
    }
}
