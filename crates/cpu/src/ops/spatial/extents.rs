//! The extents of a convolution, and which elements of a window meet the same pixels.

use minibatch_graph::Conv2d;

/// One axis, height or width.
///
/// Window `i` begins at pixel `i stride - padding`, and its element `k` lies `k dilation` further. So with
/// `k dilation = phase + stride shift`, the element looks at pixel `phase + stride (i + shift) - padding`: in the plane
/// of all pixels of that phase, window `i` finds it at place `i + shift`, and its neighbour right beside it, whatever
/// the stride.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// Pixels of x.
    pub size: usize,
    /// Windows.
    pub out: usize,
    /// Elements of a window.
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
    pub dilation: usize,
    /// Elements of a window this far apart have the same phase, others have not.
    pub period: usize,
}

impl Axis {
    fn new(conv: &Conv2d, axis: usize, size: usize, out: usize, kernel: usize) -> Self {
        let [stride, padding, dilation] = [conv.stride, conv.padding, conv.dilation].map(|pair| pair[axis]);
        let period = stride / gcd(stride, dilation);
        Self { size, out, kernel, stride, padding, dilation, period }
    }

    /// How many planes there are: the first `planes` elements of a window have a phase each.
    pub fn planes(&self) -> usize {
        self.period.min(self.kernel)
    }

    /// The phase of element `k`.
    pub fn phase(&self, k: usize) -> usize {
        k * self.dilation % self.stride
    }

    /// How many windows further element `k` finds its pixel in the plane of its phase.
    pub fn shift(&self, k: usize) -> usize {
        k * self.dilation / self.stride
    }

    /// The largest shift.
    pub fn reach(&self) -> usize {
        self.shift(self.kernel - 1)
    }

    /// The places of a plane.
    pub fn plane(&self) -> usize {
        self.out + self.reach()
    }

    /// Where plane number `plane` meets x: its first place within x, the pixel there, and how many places.
    pub fn inside(&self, plane: usize) -> (usize, usize, usize) {
        let phase = self.phase(plane);
        let first = self.padding.saturating_sub(phase).div_ceil(self.stride);
        let pixel = phase + first * self.stride - self.padding;
        let pixels = self.size.saturating_sub(pixel).div_ceil(self.stride);
        (first, pixel, pixels.min(self.plane().saturating_sub(first)))
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A convolution of x (samples, groups c, h, w) to y (samples, groups o, h', w') by a weight (groups o, c, kh, kw).
#[derive(Clone, Copy, Debug)]
pub(super) struct Extents {
    pub samples: usize,
    pub groups: usize,
    /// Channels of x in a group.
    pub c: usize,
    /// Channels of y in a group.
    pub o: usize,
    pub y: Axis,
    pub x: Axis,
}

impl Extents {
    /// From the shapes of x, y and the weight.
    pub fn new(conv: &Conv2d, x: &[usize], y: &[usize], weight: &[usize]) -> Self {
        let axis = |i: usize| Axis::new(conv, i, x[2 + i], y[2 + i], weight[2 + i]);
        let groups = conv.groups;
        Self { samples: x[0], groups, c: x[1] / groups, o: y[1] / groups, y: axis(0), x: axis(1) }
    }

    /// Multiply-adds of a convolution.
    pub fn work(&self) -> usize {
        self.samples * self.groups * self.o * self.c * self.window() * self.windows()
    }

    /// Elements of a window.
    pub fn window(&self) -> usize {
        self.y.kernel * self.x.kernel
    }

    /// Pixels of a channel of x.
    pub fn pixels(&self) -> usize {
        self.y.size * self.x.size
    }

    /// Windows of a channel of y.
    pub fn windows(&self) -> usize {
        self.y.out * self.x.out
    }
}
