//! Who may use the machine: tests run beside each other, those that measure times alone.

use std::cell::RefCell;
use std::sync::{Condvar, Mutex, PoisonError};

/// How many tests run beside each other, whether one runs alone, and how many wait to.
#[derive(Default)]
struct Room {
    together: usize,
    alone: bool,
    waiting: usize,
}

static ROOM: Mutex<Room> = Mutex::new(Room { together: 0, alone: false, waiting: 0 });
static CHANGED: Condvar = Condvar::new();

/// A test's place, until its thread ends.
struct Seat {
    alone: bool,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut room = ROOM.lock().unwrap_or_else(PoisonError::into_inner);
        if self.alone {
            room.alone = false;
        } else {
            room.together -= 1;
        }
        CHANGED.notify_all();
    }
}

thread_local! {
    static SEAT: RefCell<Option<Seat>> = const { RefCell::new(None) };
}

/// Takes a seat beside others, unless this test has one: waits while another runs alone, or waits to.
pub(super) fn take() {
    SEAT.with_borrow_mut(|seat| {
        if seat.is_none() {
            let room = ROOM.lock().unwrap_or_else(PoisonError::into_inner);
            let free = |room: &mut Room| room.alone || room.waiting > 0;
            let mut room = CHANGED.wait_while(room, free).unwrap_or_else(PoisonError::into_inner);
            room.together += 1;
            *seat = Some(Seat { alone: false });
        }
    });
}

/// Waits until no other test has a browser, and keeps all others waiting until this one is done: for what measures times.
pub fn alone() {
    SEAT.with_borrow_mut(|seat| {
        if seat.as_ref().is_some_and(|seat| seat.alone) {
            return;
        }
        // The old one first: two that wait for each other would wait for good.
        *seat = None;
        let mut room = ROOM.lock().unwrap_or_else(PoisonError::into_inner);
        room.waiting += 1;
        let taken = |room: &mut Room| room.alone || room.together > 0;
        let mut room = CHANGED.wait_while(room, taken).unwrap_or_else(PoisonError::into_inner);
        (room.waiting, room.alone) = (room.waiting - 1, true);
        *seat = Some(Seat { alone: true });
    });
}
