//! A session, which takes memory for what it tells: as much at the end of a long run as at its beginning.

use std::cell::Cell;

use minibatch_session::{Choice, Command, Event, Session, Supplies, Wait, preset};

use crate::counting::{Alone, Taken, alone};

/// Steps whose submits are counted together: the curve has a point every 50.
const WINDOW: u32 = 50;
/// Steps a goal, and so a submit: a submit is to hold as much at the end as in the beginning.
const GOAL: u32 = 10;
/// Steps of a run.
const STEPS: u32 = 10_000;
/// Windows of which the one counts that takes least: lists that grow with the logarithm of the steps do so in others.
const WINDOWS: usize = 10;

/// Bytes that a run may take after the first window and keep: less than 33 a submit. It keeps the times of late submits.
const KEPT: i64 = 32 << 10;

/// What each window of a run takes.
fn windows(alone: &Alone, choice: Choice) -> Vec<Taken> {
    // Submits are as large as they are quick, so that this clock has to be the same each time.
    let time = Cell::new(0.0);
    let mut session = Session::new(move || time.replace(time.get() + 1.0));
    pollster::block_on(session.command(Command::Start { choice }));
    pollster::block_on(session.load_with(preset("spiral").unwrap(), 1, Supplies::default())).unwrap();
    let (mut step, mut losses) = (0, 0);
    let mut goal = || {
        pollster::block_on(session.command(Command::Step { n: GOAL, id: 1 }));
        let mut wait = Wait::Now;
        while wait != Wait::Command {
            wait = pollster::block_on(session.tick());
            for message in session.take_messages() {
                match message.event {
                    Event::Metrics { now, .. } => step = now.step,
                    Event::Failed { message, .. } => panic!("{message}"),
                    _ => {}
                }
            }
            losses += session.take_losses().len();
        }
    };
    let window = |_| alone.taken(|| (0..WINDOW / GOAL).for_each(|_| goal())).1;
    let windows = (0..STEPS / WINDOW).map(window).collect();
    assert_eq!((step, losses), (STEPS, STEPS as usize), "it has trained");
    windows
}

/// The first window makes ready; those after it tell what the last ones may take.
fn as_much_at_the_end(choice: Choice) {
    let alone = alone();
    let windows = windows(&alone, choice);
    let (first, last) = (&windows[1..][..WINDOWS], &windows[windows.len() - WINDOWS..]);
    let least = |windows: &[Taken]| {
        let [calls, bytes] =
            [|t: &Taken| t.calls, |t: &Taken| t.bytes].map(|of| windows.iter().map(of).min());
        [calls, bytes].map(Option::unwrap_or_default)
    };
    let (first, last) = (least(first), least(last));
    let kept: i64 = windows[1..].iter().map(|t| t.bytes as i64 - t.freed as i64).sum();
    let told =
        format!("[calls, bytes] of {WINDOW} steps: {first:?} at first, {last:?} after {STEPS}; {kept} kept");
    eprintln!("{told}");
    assert!(last[0] <= first[0] && last[1] <= first[1], "{told}");
    assert!(kept <= KEPT, "{told}");
}

/// Breaks where a list grows with the steps and is copied at each submit, or a submit leaves more than 32 bytes behind.
#[test]
fn a_submit_takes_as_much_after_10_000_steps_on_the_cpu() {
    as_much_at_the_end(Choice::Cpu);
}

/// Breaks where a submit is gone through again by those after it. The memory of a driver that is not written in Rust is not seen.
#[test]
fn a_submit_takes_as_much_after_10_000_steps_on_the_gpu() {
    as_much_at_the_end(Choice::Gpu);
}
