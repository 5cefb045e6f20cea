//! The order in which an op over several axes visits elements: as few axes as will do, with every operand's strides.

/// The most axes that broadcasting, sums and permutations take.
pub const MAX_RANK: usize = 6;

/// One axis of a [`Walk`] over `N` operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Axis<const N: usize> {
    /// How many places it has.
    pub extent: usize,
    /// For each operand, how many elements lie between one place and the next; 0 where it stays.
    pub strides: [usize; N],
}

/// Axes along which the elements of `N` operands are visited together. Axes of extent 1 are left out, and neighbours
/// joined where all operands allow it: adding two equal shapes takes one axis, a bias added to images three.
#[derive(Clone, Copy, Debug)]
pub struct Walk<const N: usize> {
    axes: [Axis<N>; MAX_RANK],
    rank: usize,
}

impl<const N: usize> Walk<N> {
    /// A walk over these axes, innermost first; at most [`MAX_RANK`] of them may be left once they are joined.
    fn new(axes: impl Iterator<Item = Axis<N>>) -> Self {
        let mut walk = Self { axes: [Axis { extent: 1, strides: [0; N] }; MAX_RANK], rank: 0 };
        for axis in axes.filter(|axis| axis.extent != 1) {
            match walk.axes[..walk.rank].last_mut() {
                Some(inner) if (0..N).all(|i| axis.strides[i] == inner.strides[i] * inner.extent) => {
                    inner.extent *= axis.extent;
                }
                _ => {
                    walk.axes[walk.rank] = axis;
                    walk.rank += 1;
                }
            }
        }
        walk
    }

    /// The axes, innermost first.
    pub fn axes(&self) -> &[Axis<N>] {
        &self.axes[..self.rank]
    }
}

/// Row-major strides of a shape, innermost axis first, 0 where the extent is 1.
fn strides(dims: &[usize]) -> impl Iterator<Item = usize> {
    dims.iter().rev().scan(1, |next, &extent| {
        let stride = *next;
        *next *= extent;
        Some(if extent == 1 { 0 } else { stride })
    })
}

impl Walk<2> {
    /// Operands of an elementwise op, (a, b), as the elements of its row-major result come.
    pub fn binary(a: &[usize], b: &[usize]) -> Self {
        let rank = a.len().max(b.len());
        let extents = |dims: &[usize]| {
            let mut all = [1; MAX_RANK];
            all.iter_mut().zip(dims.iter().rev()).for_each(|(to, &from)| *to = from);
            all
        };
        let (a_extents, b_extents) = (extents(a), extents(b));
        let missing = std::iter::repeat(0);
        let (a, b) = (strides(a).chain(missing.clone()), strides(b).chain(missing));
        Self::new(a.zip(b).take(rank).enumerate().map(|(i, (a, b))| {
            let extent = if a_extents[i] == 1 { b_extents[i] } else { a_extents[i] };
            Axis { extent, strides: [a, b] }
        }))
    }

    /// (x, sums) for sums of x over `axes`: axes with stride 0 in the sums are summed over. x is contiguous, so that its
    /// stride is the number of elements within.
    pub fn reduce(dims: &[usize], axes: &[usize]) -> Self {
        let mut place = 1;
        let places = (0..dims.len()).rev().zip(strides(dims)).map(|(i, stride)| {
            let kept = !axes.contains(&i);
            let sums = if kept { place } else { 0 };
            place *= if kept { dims[i] } else { 1 };
            Axis { extent: dims[i], strides: [stride, sums] }
        });
        Self::new(places)
    }

    /// (x, y): so many rows of `width` neighbours, `strides` apart in x and in y.
    pub fn rows(count: usize, width: usize, strides: [usize; 2]) -> Self {
        let within = Axis { extent: width, strides: [1, 1] };
        Self::new([within, Axis { extent: count, strides }].into_iter())
    }

    /// (x, y) where axis i of y is axis `axes[i]` of x, as y's elements come.
    pub fn permute(dims: &[usize], axes: &[usize]) -> Self {
        let mut place = 1;
        Self::new(axes.iter().rev().map(|&axis| {
            let from = dims[axis + 1..].iter().product();
            let to = place;
            place *= dims[axis];
            Axis { extent: dims[axis], strides: [from, to] }
        }))
    }
}

/// A shape split at one axis: (elements before, its extent, elements within).
pub fn around(dims: &[usize], axis: usize) -> (usize, usize, usize) {
    (dims[..axis].iter().product(), dims[axis], dims[axis + 1..].iter().product())
}

#[cfg(test)]
mod tests {
    use super::{Axis, Walk};

    fn axis(extent: usize, strides: [usize; 2]) -> Axis<2> {
        Axis { extent, strides }
    }

    #[test]
    fn axes_are_joined_where_all_operands_allow_it() {
        assert_eq!(Walk::binary(&[2, 3, 4], &[2, 3, 4]).axes(), [axis(24, [1, 1])]);
        assert_eq!(
            Walk::binary(&[3, 4], &[1, 3, 1, 4]).axes(),
            [axis(4, [1, 1]), axis(3, [4, 0]), axis(3, [0, 4])]
        );
        assert_eq!(
            Walk::binary(&[2, 3, 4, 5], &[3, 1, 1]).axes(),
            [axis(20, [1, 0]), axis(3, [20, 1]), axis(2, [60, 0])]
        );
        assert_eq!(Walk::binary(&[1, 1], &[1]).axes(), []);
        assert_eq!(Walk::reduce(&[2, 3, 4, 5], &[2, 3]).axes(), [axis(20, [1, 0]), axis(6, [20, 1])]);
        assert_eq!(
            Walk::reduce(&[2, 3, 1, 5], &[0, 3]).axes(),
            [axis(5, [1, 0]), axis(3, [5, 1]), axis(2, [15, 0])]
        );
        assert_eq!(
            Walk::permute(&[2, 3, 4, 5], &[0, 2, 3, 1]).axes(),
            [axis(3, [20, 1]), axis(20, [1, 3]), axis(2, [60, 60])]
        );
        assert_eq!(Walk::permute(&[2, 3], &[0, 1]).axes(), [axis(6, [1, 1])]);
    }
}
