//! How often each class was taken for each.

use crate::Real;
use crate::memory::{Memory, Operand};

/// out\[true class * classes + predicted class\] = count. Rows whose class there is none of are ignored.
pub(crate) fn count<T: Real>(memory: &Memory<T>, inputs: &[Operand], classes: usize, out: &mut [T]) {
    out.fill(T::ZERO);
    let (prediction, columns) = (memory.floats(&inputs[0]), inputs[0].columns);
    if columns == 1 {
        for (&p, &t) in prediction.iter().zip(memory.floats(&inputs[1])) {
            let [predicted, truth] = [p, t].map(|x| usize::from(x > T::ZERO));
            out[truth * classes + predicted] += T::ONE;
        }
    } else {
        for (row, &class) in prediction.chunks_exact(columns).zip(memory.words(&inputs[1])) {
            if let Some(counts) = out.chunks_exact_mut(classes).nth(class as usize) {
                counts[largest(row)] += T::ONE;
            }
        }
    }
}

/// The place of the largest element, the first among equals; 0 where none is larger than the first, as with NaN.
fn largest<T: Real>(row: &[T]) -> usize {
    (1..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best })
}
