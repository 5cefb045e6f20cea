//! Copying a matrix into panels.

use std::ops::Range;

use super::Side;
use crate::Real;

/// Copies rows (of A) or columns (of B) side by side, step of k after step, with zeros past the last.
#[inline(always)]
pub(super) fn pack<T: Real, const W: usize>(from: &[T], side: Side, lanes: Range<usize>, panel: &mut [T]) {
    /// Steps of k that are turned at a time.
    const TURN: usize = 8;
    let (steps, _) = panel.as_chunks_mut::<W>();
    if side.k_contiguous {
        let k = steps.len();
        let row = |lane: usize| &from[(lanes.start + lane) * side.stride..][..k];
        if lanes.len() < W {
            steps.iter_mut().for_each(|step| step[lanes.len()..].fill(T::ZERO));
            for lane in 0..lanes.len() {
                steps.iter_mut().zip(row(lane)).for_each(|(step, &x)| step[lane] = x);
            }
            return;
        }
        let rows: [&[T]; W] = std::array::from_fn(row);
        for (turn, steps) in steps.chunks_mut(TURN).enumerate() {
            if let Some(steps) = steps.first_chunk_mut::<TURN>() {
                let square: [&[T; TURN]; W] = rows.map(|row| {
                    row[turn * TURN..].first_chunk::<TURN>().expect("a row has a number for each step")
                });
                for (i, step) in steps.iter_mut().enumerate() {
                    *step = std::array::from_fn(|lane| square[lane][i]);
                }
            } else {
                for (i, step) in steps.iter_mut().enumerate() {
                    *step = std::array::from_fn(|lane| rows[lane][turn * TURN + i]);
                }
            }
        }
    } else {
        for (step, row) in steps.iter_mut().zip(from.chunks(side.stride)) {
            match row[lanes.start..].first_chunk::<W>() {
                Some(whole) if lanes.len() == W => *step = *whole,
                _ => {
                    step[..lanes.len()].copy_from_slice(&row[lanes.clone()]);
                    step[lanes.len()..].fill(T::ZERO);
                }
            }
        }
    }
}
