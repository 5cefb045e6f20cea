//! Threads that share the work of one plan at a time, and are awake as long as it runs.
//!
//! A step of a small network takes a fifth of a millisecond in a dozen kernels: too little to wake a thread for each. So helpers
//! look for work as long as a plan runs, and a moment longer, and sleep after that. Whoever finds the team taken works
//! alone, and so for a while does who had to wait for a helper that others keep from its processor. Results depend on none of it,
//! since parts are the same whoever does them.

mod rest;

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Barrier, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use std::{hint, thread};

use rest::Rest;

/// The most parts that work is divided into.
pub(crate) const MOST_PARTS: usize = 16;
/// Looks for work, each some ten nanoseconds, until a thread lets others have the processor or sleeps.
const LOOKS: u32 = 1 << 12;
/// Bits of [`Team::next`] that count parts.
const PART_BITS: u32 = 8;
/// A helper that is waited for so much longer than half as long again as all would have taken alone is kept from its processor.
const LATE: Duration = Duration::from_micros(200);
/// What is to be done in one round.
#[derive(Clone, Copy)]
struct Job {
    round: u64,
    parts: usize,
    /// Does a part, by number. It may be called by whoever has claimed a part of this round that is not yet told done, and by
    /// nobody else: it is gone when the round is over.
    run: Option<*const (dyn Fn(usize) + Sync)>,
}

#[allow(
    unsafe_code,
    reason = "the pointer leads to something that threads may share, and is followed in `Team::work` alone"
)]
unsafe impl Send for Job {}

struct Team {
    /// Whether a plan has it.
    taken: AtomicBool,
    job: Mutex<Job>,
    /// The number of the round and of the first part that nobody has claimed, which no thread can mistake for another round's.
    next: AtomicU64,
    /// Parts of this round that are done.
    done: AtomicUsize,
    /// Of who has the team.
    rest: Mutex<Rest>,
    /// What a part panicked with.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    /// How many sleep.
    asleep: Mutex<usize>,
    wake: Condvar,
}

static TEAM: Team = Team::new();

thread_local! {
    /// Whether what runs here may give parts to others.
    static LEADS: Cell<bool> = const { Cell::new(false) };
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts as many helpers as there are further processors, once, and says how many threads there are then: fewer where the system
/// refuses some.
pub(crate) fn start() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| {
        let processors = thread::available_parallelism().map_or(1, usize::from).min(MOST_PARTS);
        let helper =
            |i: usize| thread::Builder::new().name(format!("minibatch-cpu-{i}")).spawn(|| TEAM.help());
        1 + (1..processors).take_while(|&i| helper(i).is_ok()).count()
    })
}

/// Runs a plan, whose kernels have the team unless another has it.
pub(crate) fn lead(run: impl FnOnce()) {
    if TEAM.taken.swap(true, Ordering::AcqRel) {
        return run();
    }
    /// Gives the team back, after a panic too.
    struct Leading;
    impl Drop for Leading {
        fn drop(&mut self) {
            LEADS.set(false);
            TEAM.taken.store(false, Ordering::Release);
        }
    }
    let _leading = Leading;
    LEADS.set(true);
    TEAM.rouse();
    run();
}

/// Calls `part` with each number below `parts`, side by side as far as there are threads, and returns when all are done.
///
/// # Panics
/// When a part does; others may not have been done then.
pub(crate) fn divide(parts: usize, part: &(dyn Fn(usize) + Sync)) {
    // A part that divides its own work does it by itself.
    if !LEADS.replace(false) {
        return (0..parts).for_each(part);
    }
    /// The next kernel is divided again, after a panic too.
    struct Leads;
    impl Drop for Leads {
        fn drop(&mut self) {
            LEADS.set(true);
        }
    }
    let _leads = Leads;
    if lock(&TEAM.rest).lasts(Instant::now()) {
        return (0..parts).for_each(part);
    }
    if let Some(panic) = TEAM.round(parts, part) {
        resume_unwind(panic);
    }
}

/// Calls `work` in each thread, or in this alone where a plan has the others.
pub(crate) fn on_each_thread(work: &(dyn Fn() + Sync)) {
    /// Nobody takes a second part before all have one, or have panicked.
    struct Waits<'a>(&'a Barrier);
    impl Drop for Waits<'_> {
        fn drop(&mut self) {
            self.0.wait();
        }
    }
    let all = Barrier::new(start());
    lead(|| {
        if !LEADS.get() {
            return work();
        }
        *lock(&TEAM.rest) = Rest::NONE;
        divide(start(), &|_| {
            let _waits = Waits(&all);
            work();
        });
    });
}

impl Team {
    const fn new() -> Self {
        Self {
            taken: AtomicBool::new(false),
            job: Mutex::new(Job { round: 0, parts: 0, run: None }),
            next: AtomicU64::new(0),
            done: AtomicUsize::new(0),
            rest: Mutex::new(Rest::NONE),
            panic: Mutex::new(None),
            asleep: Mutex::new(0),
            wake: Condvar::new(),
        }
    }

    fn rouse(&self) {
        if *lock(&self.asleep) > 0 {
            self.wake.notify_all();
        }
    }

    /// Has all parts done. Only who has the team calls it.
    fn round(&self, parts: usize, run: &(dyn Fn(usize) + Sync)) -> Option<Box<dyn Any + Send>> {
        #[allow(
            unsafe_code,
            reason = "a lifetime is left out; nobody follows the pointer after this function has returned"
        )]
        let run: *const (dyn Fn(usize) + Sync) = unsafe { std::mem::transmute(std::ptr::from_ref(run)) };
        self.done.store(0, Ordering::Relaxed);
        let job = {
            let mut job = lock(&self.job);
            *job = Job { round: job.round + 1, parts, run: Some(run) };
            *job
        };
        let begun = Instant::now();
        self.next.store(job.round << PART_BITS, Ordering::Release);
        let own = self.work(job);
        let worked = begun.elapsed();
        let mut looks = 0;
        while self.done.load(Ordering::Acquire) < parts {
            pause(&mut looks);
        }
        // Alone it would have taken as long as each of its own parts, for all. Who did none cannot know.
        let alone = worked.mul_f64(parts as f64 / own.max(1) as f64);
        let took = begun.elapsed();
        let late = own > 0 && took > alone.mul_f64(1.5) + LATE;
        lock(&self.rest).judge(late.then(|| took - alone), Instant::now());
        lock(&self.panic).take()
    }

    /// Does parts of a round as long as there are some, and says how many.
    fn work(&self, job: Job) -> usize {
        let mut done = 0;
        loop {
            let next = self.next.load(Ordering::Acquire);
            let part = (next & ((1 << PART_BITS) - 1)) as usize;
            if next >> PART_BITS != job.round || part >= job.parts {
                return done;
            }
            if self.next.compare_exchange(next, next + 1, Ordering::AcqRel, Ordering::Acquire).is_err() {
                continue;
            }
            #[allow(unsafe_code, reason = "this part is claimed and not done, so the round is not over")]
            let run = job.run.map(|run| unsafe { &*run });
            let run = AssertUnwindSafe(|| run.into_iter().for_each(|run| run(part)));
            if let Err(panic) = catch_unwind(run) {
                match &mut *lock(&self.panic) {
                    first @ None => *first = Some(panic),
                    // Dropping it might panic again, here where nothing may.
                    Some(_) => std::mem::forget(panic),
                }
            }
            self.done.fetch_add(1, Ordering::Release);
            done += 1;
        }
    }

    fn help(&self) -> ! {
        let mut seen = 0;
        loop {
            let (mut looks, mut idle) = (0, 0);
            // Not the job's number, which is there before the round begins: who took that for seen would miss the round.
            let round = loop {
                let round = self.next.load(Ordering::Acquire) >> PART_BITS;
                if round != seen {
                    break round;
                }
                if self.taken.load(Ordering::Acquire) {
                    idle = 0;
                    pause(&mut looks);
                } else if idle < LOOKS {
                    idle += 1;
                    hint::spin_loop();
                } else {
                    self.sleep();
                    (looks, idle) = (0, 0);
                }
            };
            seen = round;
            let job = *lock(&self.job);
            self.work(job);
        }
    }

    /// Until a plan has the team.
    fn sleep(&self) {
        let mut asleep = lock(&self.asleep);
        *asleep += 1;
        while !self.taken.load(Ordering::Acquire) {
            asleep = self.wake.wait(asleep).unwrap_or_else(PoisonError::into_inner);
        }
        *asleep -= 1;
    }
}

/// For a moment; long waits leave the processor to others.
fn pause(looks: &mut u32) {
    if *looks < LOOKS {
        *looks += 1;
        hint::spin_loop();
    } else {
        thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Runs with the team, however long other tests have it.
    fn leading(run: impl Fn()) {
        start();
        let led = Cell::new(false);
        while !led.get() {
            lead(|| {
                led.set(LEADS.get());
                if led.get() {
                    *lock(&TEAM.rest) = Rest::NONE;
                    run();
                }
            });
        }
    }

    /// Breaks where a part is left out or done twice, a round begins before the last is over, or helpers never help.
    #[test]
    fn every_part_is_done_once_a_round() {
        let helped = AtomicBool::new(start() == 1);
        let begun = Instant::now();
        let leader = thread::current().id();
        for round in 0.. {
            if round >= 2000 && (helped.load(Ordering::Relaxed) || begun.elapsed() > Duration::from_secs(20))
            {
                break;
            }
            leading(|| {
                let done: Vec<AtomicUsize> =
                    (0..1 + round % MOST_PARTS).map(|_| AtomicUsize::new(0)).collect();
                divide(done.len(), &|part| {
                    if thread::current().id() != leader {
                        // So that it is waited for.
                        (0..500).for_each(|_| hint::spin_loop());
                        helped.store(true, Ordering::Relaxed);
                    }
                    done[part].fetch_add(1, Ordering::Relaxed);
                });
                assert!(done.iter().all(|done| done.load(Ordering::Relaxed) == 1), "{round}: {done:?}");
            });
        }
        assert!(helped.into_inner());
    }

    /// Breaks where who divides within a part waits for itself, or where who comes second waits for the first.
    #[test]
    fn who_divides_within_a_part_or_beside_another_plan_works_alone() {
        let sum = AtomicUsize::new(0);
        let add = |number| {
            sum.fetch_add(number, Ordering::Relaxed);
        };
        leading(|| {
            divide(4, &|i| divide(3, &|j| add(3 * i + j)));
            thread::scope(|scope| scope.spawn(|| lead(|| divide(2, &|i| add(100 * i)))).join().unwrap());
        });
        assert_eq!(sum.into_inner(), 66 + 100);
    }

    /// How many threads are reached, once no other test has them.
    fn reached() -> usize {
        let reached = Mutex::new(vec![]);
        while lock(&reached).len() < start() {
            lock(&reached).clear();
            on_each_thread(&|| lock(&reached).push(thread::current().id()));
        }
        let reached = lock(&reached);
        assert_eq!(reached.len(), start());
        reached.iter().collect::<HashSet<_>>().len()
    }

    /// Breaks where a thread is left out.
    #[test]
    fn each_thread_is_reached_once() {
        assert_eq!(reached(), start());
    }

    /// Breaks where a panic is lost, ends a helper, or keeps the team.
    #[test]
    fn a_panic_of_a_part_comes_out_and_leaves_a_team_that_works() {
        for _ in 0..20 {
            let third = || leading(|| divide(5, &|i| assert_ne!(i, 3, "the third")));
            let panic = catch_unwind(third).unwrap_err();
            assert!(panic.downcast_ref::<String>().is_some_and(|said| said.contains("the third")));
        }
        if start() > 1 {
            let each = || on_each_thread(&|| panic!("each"));
            assert!(catch_unwind(each).is_err());
        }
        assert_eq!(reached(), start());
    }
}
