//! Pools: which kernel suits the windows, and how many launches.

use super::super::Lowering;
use super::{MOST_ROUNDS, extents};
use crate::kernels::{Kernel, Pool2dParams};
use crate::launch::Launch;
use minibatch_graph::{NodeId, Pool2d, PoolKind, PoolWindow};

/// Elements of a window from which on a workgroup shares it.
const LARGE: usize = 1024;
/// Windows around one element from which on several launches share them, so that none holds the device for long.
const HEAVY: usize = 2000;
/// Invocations of a workgroup that shares a window or a plane: as many as a device has, up to this.
const MOST_LANES: u64 = 256;

fn lanes(l: &Lowering) -> usize {
    l.target.limits.invocations.min(MOST_LANES) as usize
}

/// A pool of x, (n, c, h, w).
struct Pooling<'a> {
    pool: &'a Pool2d,
    x: [u32; 4],
    y: [u32; 4],
    /// The largest window that may occur.
    kernel: [usize; 2],
    /// From one window to the next, at least.
    stride: [usize; 2],
}

impl<'a> Pooling<'a> {
    fn new(pool: &'a Pool2d, x: [u32; 4], y: [u32; 4]) -> Self {
        let (size, count) = ([x[2], x[3]].map(|s| s as usize), [y[2], y[3]].map(|n| n as usize));
        let (kernel, stride) = match pool.window {
            PoolWindow::Fixed { kernel, stride, .. } => (kernel, stride),
            PoolWindow::Adaptive { .. } => {
                let divides = |i: usize| size[i].is_multiple_of(count[i]);
                // Where the windows differ, the largest reaches into one element at each end.
                let kernel = |i: usize| size[i] / count[i] + if divides(i) { 0 } else { 2 };
                ([kernel(0), kernel(1)], [size[0] / count[0], size[1] / count[1]])
            }
        };
        Self { pool, x, y, kernel, stride }
    }

    fn planes(&self) -> usize {
        self.x[0] as usize * self.x[1] as usize
    }

    fn windows(&self) -> usize {
        self.y[2] as usize * self.y[3] as usize
    }

    fn area(&self) -> usize {
        self.kernel[0].min(self.x[2] as usize) * self.kernel[1].min(self.x[3] as usize)
    }

    /// Windows so far apart never overlap.
    fn colours(&self) -> [u32; 2] {
        [0, 1].map(|i| {
            let count = self.y[2 + i] as usize;
            let apart = match self.pool.window {
                PoolWindow::Fixed { kernel, stride, .. } => kernel[i].div_ceil(stride[i]),
                // Window i ends at ceil((i + 1) s / n), and i + a begins at floor((i + a) s / n), which is no less
                // where n divides s, or (a - 1) s / n >= 1.
                PoolWindow::Adaptive { .. } if (self.x[2 + i] as usize).is_multiple_of(count) => 1,
                PoolWindow::Adaptive { .. } => count.div_ceil(self.x[2 + i] as usize) + 1,
            };
            apart.min(count) as u32
        })
    }

    /// The most windows along each axis that may hold one element.
    fn holders(&self) -> [usize; 2] {
        [0, 1].map(|i| {
            let count = self.y[2 + i] as usize;
            let holders = match self.pool.window {
                PoolWindow::Fixed { kernel, stride, .. } => kernel[i].div_ceil(stride[i]),
                PoolWindow::Adaptive { .. } => count.div_ceil(self.x[2 + i] as usize) + 1,
            };
            holders.min(count)
        })
    }

    fn params(&self, [first, end]: [usize; 2], [x, dy, y]: [u32; 3]) -> Pool2dParams {
        let padding = match self.pool.window {
            PoolWindow::Fixed { padding, .. } => padding,
            PoolWindow::Adaptive { .. } => [0; 2],
        };
        let [colours_h, colours_w] = self.colours();
        Pool2dParams {
            planes: self.planes() as u32,
            in_h: self.x[2],
            in_w: self.x[3],
            out_h: self.y[2],
            out_w: self.y[3],
            padding_h: padding[0] as u32,
            padding_w: padding[1] as u32,
            first: first as u32,
            end: end as u32,
            colours_h,
            colours_w,
            x_offset: x,
            dy_offset: dy,
            y_offset: y,
        }
    }

    fn adaptive(&self) -> bool {
        matches!(self.pool.window, PoolWindow::Adaptive { .. })
    }

    /// A launch with the overrides that say where the windows are.
    fn with_windows(&self, launch: Launch) -> Launch {
        let launch = launch.with("ADAPTIVE", u32::from(self.adaptive()));
        match self.pool.window {
            PoolWindow::Fixed { kernel, stride, .. } => launch
                .with("KERNEL_H", kernel[0] as u32)
                .with("KERNEL_W", kernel[1] as u32)
                .with("STRIDE_H", stride[0] as u32)
                .with("STRIDE_W", stride[1] as u32),
            PoolWindow::Adaptive { .. } => launch,
        }
    }
}

pub(super) fn forward(l: &Lowering, id: NodeId, pool: &Pool2d, x: NodeId) -> Launch {
    let pooling = Pooling::new(pool, extents(l, x), extents(l, id));
    let params = pooling.params([0, 0], [l.offset(x), 0, l.offset(id)]);
    let buffers = vec![l.home(x), l.home(id)];
    let launch = if pooling.area() >= LARGE {
        Launch::new(Kernel::Pool2dDeep, params, buffers, l.numel(id) as usize).with("LANES", lanes(l) as u32)
    } else {
        Launch::over(Kernel::Pool2d, params, buffers, l.numel(id))
    };
    let average = u32::from(pool.kind == PoolKind::Average);
    pooling.with_windows(launch).with("AVERAGE", average)
}

pub(super) fn backward(l: &Lowering, id: NodeId, pool: &Pool2d, [x, dy]: [NodeId; 2]) -> Vec<Launch> {
    let pooling = Pooling::new(pool, extents(l, x), extents(l, dy));
    let offsets = [l.offset(x), l.offset(dy), l.offset(id)];
    let launches: Vec<Launch> = match pool.kind {
        PoolKind::Average => {
            let buffers = vec![l.home(dy), l.home(id)];
            let make = |rows| {
                let params = pooling.params(rows, offsets);
                Launch::over(Kernel::Pool2dAverageGrad, params, buffers.clone(), l.numel(id))
            };
            let [rows, columns] = pooling.holders();
            let step = if rows * columns > HEAVY { HEAVY / columns } else { pooling.y[2] as usize };
            ranges(pooling.y[2] as usize, step.max(1)).map(make).collect()
        }
        PoolKind::Max => max_backward(l, id, &pooling, [x, dy], offsets),
    };
    launches.into_iter().map(|launch| pooling.with_windows(launch)).collect()
}

fn max_backward(
    l: &Lowering,
    id: NodeId,
    pooling: &Pooling,
    [x, dy]: [NodeId; 2],
    offsets: [u32; 3],
) -> Vec<Launch> {
    let buffers = vec![l.home(x), l.home(dy), l.home(id)];
    let lanes = lanes(l);
    let (area, windows) = (pooling.area(), pooling.windows());
    let pixels = pooling.x[2] as usize * pooling.x[3] as usize;
    let reach = |i: usize| (pooling.stride[i] + pooling.kernel[i]).min(pooling.x[2 + i] as usize);
    let turns = pooling.planes().div_ceil(65_535);
    if pooling.colours() == [1, 1] && area + reach(0) * reach(1) <= 2 * LARGE {
        let params = pooling.params([0, 0], offsets);
        return vec![Launch::over(Kernel::Pool2dMaxGrad, params, buffers, l.numel(dy))];
    }
    let colours = pooling.colours().iter().map(|&count| count as usize).product::<usize>();
    // A loop's last look at its condition is a round too: up to two more for each row of a window.
    let rounds = (windows.div_ceil(lanes) + 2 * colours) * 3 * (area + 1) + pixels.div_ceil(lanes);
    if area < LARGE && rounds * turns < MOST_ROUNDS {
        let params = pooling.params([0, 0], offsets);
        let launch = Launch::new(Kernel::Pool2dMaxGradOverlapping, params, buffers, pooling.planes());
        return vec![launch.with("LANES", lanes as u32)];
    }
    let room = (MOST_ROUNDS / turns).saturating_sub(pixels.div_ceil(lanes));
    // A window takes its elements and the tree.
    let step = (room / (area.div_ceil(lanes) + 12)).max(1);
    let make = |range| {
        let params = pooling.params(range, offsets);
        let launch = Launch::new(Kernel::Pool2dMaxGradDeep, params, buffers.clone(), pooling.planes());
        launch.with("LANES", lanes as u32)
    };
    ranges(windows, step).map(make).collect()
}

/// 0..count in steps, as first and end.
fn ranges(count: usize, step: usize) -> impl Iterator<Item = [usize; 2]> {
    (0..count).step_by(step).map(move |first| [first, (first + step).min(count)])
}
