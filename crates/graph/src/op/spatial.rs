//! What convolutions and pools are told. Images are (n, channels, height, width).

/// A convolution, that is a cross-correlation as all libraries compute it. Pairs are (along height, along width).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Conv2d {
    /// Pixels from one window to the next.
    pub stride: [usize; 2],
    /// Zeros around the image, on each side.
    pub padding: [usize; 2],
    /// Pixels from one element of a window to the next.
    pub dilation: [usize; 2],
    /// Groups of channels that do not see each other; divides both channel counts.
    pub groups: usize,
}

impl Default for Conv2d {
    /// Stride 1, no padding, no dilation, one group.
    fn default() -> Self {
        Self { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 }
    }
}

impl Conv2d {
    /// The extent of the result along one axis (0 height, 1 width), or none when the window does not fit:
    /// floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.
    pub fn extent(&self, axis: usize, size: usize, kernel: usize) -> Option<usize> {
        windows(size, kernel, self.stride[axis], self.padding[axis], self.dilation[axis])
    }
}

/// How many windows fit along an axis.
pub(crate) fn windows(
    size: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
) -> Option<usize> {
    let span = dilation.checked_mul(kernel.checked_sub(1)?)?.checked_add(1)?;
    let room = size.checked_add(padding.checked_mul(2)?)?.checked_sub(span)?;
    Some(room.checked_div(stride)? + 1)
}

/// What a pool makes of a window.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PoolKind {
    /// The largest element; the gradient goes to the first among equals. Padding is never chosen.
    Max,
    /// The mean. Padding counts as zeros, as PyTorch has it by default.
    Average,
}

/// Where a pool's windows are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PoolWindow {
    /// Windows of one size.
    Fixed {
        /// Height and width.
        kernel: [usize; 2],
        /// From one window to the next.
        stride: [usize; 2],
        /// Around the image, at most half the window.
        padding: [usize; 2],
    },
    /// As many windows as the result has elements: window i of n along an axis of size s goes from floor(i s / n) to
    /// ceil((i + 1) s / n).
    Adaptive {
        /// Height and width of the result.
        size: [usize; 2],
    },
}

/// A pool.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Pool2d {
    /// What it makes of a window.
    pub kind: PoolKind,
    /// Where the windows are.
    pub window: PoolWindow,
}

impl Pool2d {
    /// The extent of the result along one axis, or none when the window does not fit.
    pub fn extent(&self, axis: usize, input: usize) -> Option<usize> {
        match self.window {
            PoolWindow::Fixed { kernel, stride, padding } => {
                windows(input, kernel[axis], stride[axis], padding[axis], 1)
            }
            PoolWindow::Adaptive { size } => (size[axis] > 0 && input > 0).then_some(size[axis]),
        }
    }

    /// The elements of window number `i` along an axis of size `input`, as first and end; padding is left out.
    pub fn range(&self, axis: usize, input: usize, i: usize) -> (usize, usize) {
        match self.window {
            PoolWindow::Fixed { kernel, stride, padding } => {
                let first = i * stride[axis];
                let end = (first + kernel[axis]).saturating_sub(padding[axis]);
                (first.saturating_sub(padding[axis]), end.min(input))
            }
            PoolWindow::Adaptive { size } => (i * input / size[axis], ((i + 1) * input).div_ceil(size[axis])),
        }
    }
}
