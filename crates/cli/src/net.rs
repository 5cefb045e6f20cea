//! The net below all reckoning: where memory runs out after all, that is an error line and exit code 1, as any other failure,
//! and no abort by a signal.

#![allow(
    unsafe_code,
    reason = "an allocator is unsafe by its nature; this one hands everything to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::memory;
use crate::output::{bytes, note};

/// The system's allocator, which tells before it gives up.
struct Telling;

#[global_allocator]
static NET: Telling = Telling;

/// It is being told already.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Ends the program with both figures. Smaller pieces than the one that is missing there are as a rule, so that the line can be
/// put together; where there are none, null goes back, and the standard library ends the program.
#[cold]
fn give_up(size: usize) {
    if TOLD.swap(true, Ordering::Relaxed) {
        return;
    }
    let left = memory::left()
        .map_or(String::new(), |left| format!(", and {} are left ({})", bytes(left.bytes), left.by));
    note(&format!(
        "error: {} of memory are needed at once{left}: make the model, the batch or the data smaller; unfinished files \
         (.part) may be left behind",
        bytes(size as u64)
    ));
    std::process::exit(1);
}

fn given(place: *mut u8, size: usize) -> *mut u8 {
    if place.is_null() {
        give_up(size);
    }
    place
}

// SAFETY: every call goes to the system's allocator as it is, and what that gives back is given on.
unsafe impl GlobalAlloc for Telling {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        given(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        given(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promised.
        given(unsafe { System.realloc(place, layout, size) }, size)
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(place, layout) }
    }
}
