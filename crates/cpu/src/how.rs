//! How kernels run on this machine: with which vectors, and in how many threads. Neither changes a bit of what they compute: a
//! wider register or another tile never changes the order of a sum, threads divide results and never a sum, and there is no
//! fused multiply-add, but where [`How::fused`] asks for it.

use std::ops::Range;
#[cfg(not(target_family = "wasm"))]
use std::sync::{Mutex, OnceLock, PoisonError};

#[cfg(not(target_family = "wasm"))]
use crate::team;

/// Work, in multiply-adds or as many other steps, that is worth a thread of its own.
const GRAIN: usize = 1 << 16;
/// Elements of a plan's largest result below which nothing in it is taken to be worth one.
const SMALL: usize = 1 << 12;

/// What a kernel may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct How {
    threads: usize,
    avx2: bool,
    fused: bool,
}

impl Default for How {
    /// All there is: the widest vectors, and a thread for each processor, but one in the browser.
    fn default() -> Self {
        #[cfg(target_family = "wasm")]
        let threads = 1;
        #[cfg(not(target_family = "wasm"))]
        let threads = *THREADS.get_or_init(threads);
        #[cfg(target_arch = "x86_64")]
        let avx2 = std::arch::is_x86_feature_detected!("avx2");
        #[cfg(not(target_arch = "x86_64"))]
        let avx2 = false;
        Self { threads, avx2, fused: false }
    }
}

/// How many threads there are.
#[cfg(not(target_family = "wasm"))]
static THREADS: OnceLock<usize> = OnceLock::new();

/// Starts the threads, and says how many there are: one where the system refuses more, and where addresses are limited (`ulimit
/// -v`), since the allocator reserves 64 MB of them for each.
#[cfg(not(target_family = "wasm"))]
fn threads() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let addresses = limits.lines().find_map(|line| line.strip_prefix("Max address space"));
    if addresses.is_some_and(|limits| !limits.trim_start().starts_with("unlimited")) {
        return 1;
    }
    team::start()
}

impl How {
    /// In so many threads, at least one, and natively not more than sixteen.
    #[must_use]
    pub fn in_threads(self, threads: usize) -> Self {
        #[cfg(not(target_family = "wasm"))]
        let threads = threads.min(team::MOST_PARTS);
        Self { threads: threads.max(1), ..self }
    }

    /// Without what only some machines of this kind have: on x86-64 with SSE2 alone.
    #[must_use]
    pub fn narrow(self) -> Self {
        Self { avx2: false, fused: false, ..self }
    }

    /// With multiplications and additions of products in one instruction, rounded once, where this processor has it: faster, and
    /// other bits than anywhere else.
    #[must_use]
    pub fn fused(self) -> Self {
        #[cfg(target_arch = "x86_64")]
        let fused = self.avx2 && std::arch::is_x86_feature_detected!("fma");
        #[cfg(not(target_arch = "x86_64"))]
        let fused = cfg!(target_arch = "aarch64");
        Self { fused, ..self }
    }

    /// Whether it is so.
    #[inline(always)]
    pub fn fuses(self) -> bool {
        cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) && self.fused
    }

    /// Whether registers hold eight f32 rather than four.
    #[inline(always)]
    pub(crate) fn wide(self) -> bool {
        // Elsewhere this is known when it is compiled, and what it leads to is left out.
        cfg!(target_arch = "x86_64") && self.avx2
    }

    /// Runs `kernel` with the widest vectors. It is compiled for them as far as it is inlined here.
    #[inline(always)]
    pub(crate) fn vectorised<R>(self, kernel: impl FnOnce() -> R) -> R {
        #[cfg(target_arch = "x86_64")]
        if self.avx2 {
            #[allow(unsafe_code, reason = "this is true only where the processor was found to have AVX2")]
            return unsafe { with_avx2(kernel) };
        }
        kernel()
    }

    /// The same with what [`Self::fuses`] says there is, for a kernel that makes use of it.
    #[inline(always)]
    pub(crate) fn fusing<R>(self, kernel: impl FnOnce() -> R) -> R {
        #[cfg(target_arch = "x86_64")]
        if self.fused {
            #[allow(
                unsafe_code,
                reason = "this is true only where the processor was found to have AVX2 and FMA"
            )]
            return unsafe { with_fma(kernel) };
        }
        kernel()
    }

    /// What a plan is run with whose largest result has so many elements.
    pub(crate) fn of_plan(self, largest: usize) -> Self {
        if largest < SMALL { self.in_threads(1) } else { self }
    }

    /// Runs `work` once on each thread that kernels run in, for who counts or measures what they do there; in this alone, while a
    /// plan runs elsewhere.
    #[cfg(not(target_family = "wasm"))]
    pub fn on_each_thread(work: impl Fn() + Sync) {
        if Self::default().threads > 1 { team::on_each_thread(&work) } else { work() }
    }

    /// Runs a plan where it finds the other threads awake, if it has any.
    pub(crate) fn among_threads(self, run: impl FnOnce()) {
        #[cfg(not(target_family = "wasm"))]
        if self.threads > 1 {
            return team::lead(run);
        }
        run();
    }

    /// Into how many parts this much work is divided.
    pub(crate) fn parts(self, work: usize) -> usize {
        (work / GRAIN).clamp(1, self.threads)
    }

    /// Runs `kernel` on parts of these slices, side by side where there is work for it. Each slice has so many elements a unit, and
    /// all have as many units; a part gets the numbers of its units, their elements, and a part of the scratch.
    pub(crate) fn divided<T: Send, S: Send, const N: usize>(
        self,
        work: usize,
        all: [(&mut [T], usize); N],
        scratch: &mut [S],
        kernel: impl Fn(Range<usize>, [&mut [T]; N], &mut [S]) + Sync,
    ) {
        let count = |(slice, unit): &(&mut [T], usize)| slice.len().div_ceil((*unit).max(1));
        let units = all.iter().map(count).max().unwrap_or(0);
        #[cfg(not(target_family = "wasm"))]
        {
            let parts = self.parts(work).min(units.max(1));
            if parts > 1 {
                return divide(parts, units, all, scratch, &kernel);
            }
        }
        let _ = work;
        kernel(0..units, all.map(|(slice, _)| slice), scratch);
    }
}

/// What one thread takes of slices that are divided.
#[cfg(not(target_family = "wasm"))]
type Part<'a, T, S, const N: usize> = (Range<usize>, [&'a mut [T]; N], &'a mut [S]);

#[cfg(not(target_family = "wasm"))]
fn divide<T: Send, S: Send, const N: usize>(
    parts: usize,
    units: usize,
    mut all: [(&mut [T], usize); N],
    mut scratch: &mut [S],
    kernel: &(impl Fn(Range<usize>, [&mut [T]; N], &mut [S]) + Sync),
) {
    let own = scratch.len() / parts;
    let mut waiting: [Mutex<Option<Part<T, S, N>>>; team::MOST_PARTS] = [const { Mutex::new(None) }; _];
    for (i, waiting) in waiting.iter_mut().take(parts).enumerate() {
        let these = units * i / parts..units * (i + 1) / parts;
        let slices = all.each_mut().map(|(rest, unit)| {
            let at = (these.len() * *unit).min(rest.len());
            rest.split_off_mut(..at).unwrap_or_default()
        });
        let scratch = scratch.split_off_mut(..own).unwrap_or_default();
        *waiting.get_mut().unwrap_or_else(PoisonError::into_inner) = Some((these, slices, scratch));
    }
    team::divide(parts, &|part| {
        let part = waiting[part].lock().unwrap_or_else(PoisonError::into_inner).take();
        part.into_iter().for_each(|(units, slices, scratch)| kernel(units, slices, scratch));
    });
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_fma<R>(kernel: impl FnOnce() -> R) -> R {
    kernel()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<R>(kernel: impl FnOnce() -> R) -> R {
    kernel()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Breaks where a part begins at another unit's elements, or one is left out.
    #[test]
    fn parts_cover_all_units_once() {
        for (units, rest) in [(1, 0), (7, 2), (64, 0), (65, 1)] {
            for threads in [1, 2, 3, 8] {
                let how = How::default().in_threads(threads);
                let mut out = vec![0; units * 3 - rest];
                let mut scratch = vec![0u8; 8];
                let mut numbers = vec![0; units];
                how.divided(
                    GRAIN * 100,
                    [(&mut out, 3), (&mut numbers, 1)],
                    &mut scratch,
                    |units, [out, numbers], scratch| {
                        numbers.iter_mut().zip(units.clone()).for_each(|(number, unit)| *number = unit);
                        assert!(!scratch.is_empty());
                        out.iter_mut().enumerate().for_each(|(i, out)| *out += 1 + units.start * 3 + i);
                    },
                );
                assert_eq!(out, (1..=out.len()).collect::<Vec<_>>());
                assert_eq!(numbers, (0..units).collect::<Vec<_>>());
            }
        }
    }
}
