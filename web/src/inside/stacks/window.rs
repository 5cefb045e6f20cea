//! A unit of a feature map by hand: its window in the layer before, the products, the sum.

use minibatch_session::Activation;

/// (channels, rows, columns), flat and row-major.
#[derive(Clone, Copy)]
pub struct Maps<'a> {
    /// All numbers.
    pub values: &'a [f32],
    /// Their extents.
    pub shape: [usize; 3],
}

impl Maps<'_> {
    /// One number; none in the padding, which lies outside.
    pub fn at(&self, channel: usize, row: i64, column: i64) -> Option<f32> {
        let [_, rows, columns] = self.shape;
        let (row, column) = (usize::try_from(row).ok()?, usize::try_from(column).ok()?);
        let inside = row < rows && column < columns;
        self.values.get((channel * rows + row) * columns + column).copied().filter(|_| inside)
    }
}

/// A unit of a feature map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unit {
    /// Which map.
    pub map: usize,
    /// Its row.
    pub row: usize,
    /// Its column.
    pub column: usize,
}

/// The places in the layer before that a unit looks at, along rows and columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// The first row and column; negative within the padding.
    pub first: [i64; 2],
    /// How many rows and columns.
    pub count: [usize; 2],
    /// From one to the next.
    pub step: [usize; 2],
}

impl Window {
    /// Row and column of element `i` of the window, row-major.
    pub fn place(&self, i: usize) -> (i64, i64) {
        let (row, column) = (i / self.count[1], i % self.count[1]);
        (self.first[0] + (row * self.step[0]) as i64, self.first[1] + (column * self.step[1]) as i64)
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.count[0] * self.count[1]
    }

    /// Rows and columns from its first element to its last.
    pub fn span(&self) -> [usize; 2] {
        [0, 1].map(|axis| (self.count[axis].max(1) - 1) * self.step[axis] + 1)
    }

    /// Its numbers in one channel; none where the padding is.
    pub fn values(&self, maps: Maps, channel: usize) -> Vec<Option<f32>> {
        (0..self.len()).map(|i| self.place(i)).map(|(row, column)| maps.at(channel, row, column)).collect()
    }
}

/// A convolution with its numbers.
#[derive(Clone, Copy)]
pub struct Filters<'a> {
    /// (maps out, channels in of a group, kernel rows, kernel columns).
    pub weights: &'a [f32],
    /// One a map; none without biases.
    pub biases: Option<&'a [f32]>,
    /// Its settings.
    pub conv: Conv,
}

/// What a convolution is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Conv {
    /// Maps out.
    pub maps: usize,
    /// Rows and columns of a filter.
    pub kernel: [usize; 2],
    /// From one window to the next.
    pub stride: [usize; 2],
    /// Zeros around the picture.
    pub padding: [usize; 2],
    /// From one element of a window to the next.
    pub dilation: [usize; 2],
    /// Groups of channels.
    pub groups: usize,
    /// What follows at once.
    pub activation: Activation,
}

impl Conv {
    /// The window of a unit.
    pub fn window(&self, unit: Unit) -> Window {
        let at = [unit.row, unit.column];
        let first = [0, 1].map(|axis| (at[axis] * self.stride[axis]) as i64 - self.padding[axis] as i64);
        Window { first, count: self.kernel, step: self.dilation }
    }

    /// The channels of the layer before that a map looks at: the first and how many.
    pub fn channels(&self, map: usize, before: usize) -> (usize, usize) {
        let each = before / self.groups.max(1);
        (map / (self.maps / self.groups.max(1)).max(1) * each, each)
    }
}

impl<'a> Filters<'a> {
    /// A map's filter for one channel of its group, (rows, columns).
    pub fn filter(&self, map: usize, channel: usize, each: usize) -> Option<&'a [f32]> {
        let size = self.conv.kernel[0] * self.conv.kernel[1];
        let start = (map * each + channel) * size;
        self.weights.get(start..start + size)
    }
}

/// A convolution's unit, taken apart.
#[derive(Clone, PartialEq, Debug)]
pub struct Sum {
    /// What each channel looked at adds, the first of the group first.
    pub channels: Vec<f64>,
    /// The first channel.
    pub first: usize,
    /// Added to their sum.
    pub bias: f64,
    /// All together, before the activation.
    pub total: f64,
    /// After it.
    pub value: f64,
}

/// A unit of a convolution: sum over channels and window of input times weight, plus the bias, through the activation.
/// None where a number is missing.
pub fn convolve(before: Maps, filters: Filters, unit: Unit) -> Option<Sum> {
    let window = filters.conv.window(unit);
    let (first, each) = filters.conv.channels(unit.map, before.shape[0]);
    let mut channels = vec![];
    for channel in 0..each {
        let filter = filters.filter(unit.map, channel, each)?;
        let values = window.values(before, first + channel);
        let products = values.iter().zip(filter).map(|(v, w)| f64::from(v.unwrap_or(0.0)) * f64::from(*w));
        channels.push(products.sum());
    }
    let bias = match filters.biases {
        Some(biases) => f64::from(*biases.get(unit.map)?),
        None => 0.0,
    };
    let total = channels.iter().sum::<f64>() + bias;
    Some(Sum { channels, first, bias, total, value: activate(filters.conv.activation, total) })
}

/// f(x), as the engine computes it; see [`Activation`].
pub fn activate(f: Activation, x: f64) -> f64 {
    match f {
        Activation::Linear => x,
        Activation::Relu => x.max(0.0),
        Activation::LeakyRelu => x.max(0.0) + 0.01 * x.min(0.0),
        Activation::Elu => x.max(0.0) + x.min(0.0).exp_m1(),
        Activation::Gelu => {
            let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
            0.5 * x * (1.0 + inner.tanh())
        }
        Activation::Silu => x / (1.0 + (-x).exp()),
        Activation::Tanh => x.tanh(),
        Activation::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        Activation::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
        Activation::Sine => x.sin(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern.
    fn numbers(n: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 2_654_435_761) % 1000) as f32 / 500.0 - 1.0).collect()
    }

    /// The convolution as its definition has it, over a padded copy of the picture.
    fn plain(x: &[f32], [c, h, w]: [usize; 3], weights: &[f32], biases: &[f32], conv: Conv) -> Vec<f64> {
        let [ph, pw] = conv.padding;
        let (hh, ww) = (h + 2 * ph, w + 2 * pw);
        let mut padded = vec![0.0; c * hh * ww];
        for k in 0..c {
            for i in 0..h {
                for j in 0..w {
                    padded[(k * hh + i + ph) * ww + j + pw] = f64::from(x[(k * h + i) * w + j]);
                }
            }
        }
        let extent =
            |n: usize, a: usize| (n - conv.dilation[a] * (conv.kernel[a] - 1) - 1) / conv.stride[a] + 1;
        let (oh, ow, per) = (extent(hh, 0), extent(ww, 1), c / conv.groups);
        let mut out = vec![];
        for o in 0..conv.maps {
            let group = o * conv.groups / conv.maps;
            for i in 0..oh {
                for j in 0..ow {
                    let mut sum = f64::from(biases[o]);
                    for k in 0..per {
                        for a in 0..conv.kernel[0] {
                            for b in 0..conv.kernel[1] {
                                let (r, s) = (
                                    i * conv.stride[0] + a * conv.dilation[0],
                                    j * conv.stride[1] + b * conv.dilation[1],
                                );
                                let weight =
                                    weights[((o * per + k) * conv.kernel[0] + a) * conv.kernel[1] + b];
                                sum += padded[((group * per + k) * hh + r) * ww + s] * f64::from(weight);
                            }
                        }
                    }
                    out.push(sum.max(0.0));
                }
            }
        }
        out
    }

    #[test]
    fn every_unit_is_what_a_plain_convolution_gives() {
        let base = Conv {
            maps: 4,
            kernel: [3, 2],
            stride: [1, 1],
            padding: [0, 0],
            dilation: [1, 1],
            groups: 1,
            activation: Activation::Relu,
        };
        let cases = [
            base,
            Conv { padding: [2, 1], ..base },
            Conv { stride: [2, 3], padding: [1, 1], ..base },
            Conv { dilation: [2, 3], padding: [3, 2], ..base },
            Conv { groups: 2, stride: [2, 1], ..base },
        ];
        for conv in cases {
            let shape = [6, 9, 7];
            let (x, biases) = (numbers(6 * 9 * 7), numbers(4));
            let weights = numbers(4 * 6 / conv.groups * 6);
            let wanted = plain(&x, shape, &weights, &biases, conv);
            let extent = |n: usize, a: usize| {
                (n + 2 * conv.padding[a] - conv.dilation[a] * (conv.kernel[a] - 1) - 1) / conv.stride[a] + 1
            };
            let (rows, columns) = (extent(9, 0), extent(7, 1));
            assert_eq!(wanted.len(), 4 * rows * columns, "{conv:?}");
            let filters = Filters { weights: &weights, biases: Some(&biases), conv };
            for (i, wanted) in wanted.into_iter().enumerate() {
                let unit = Unit { map: i / (rows * columns), row: i / columns % rows, column: i % columns };
                let sum = convolve(Maps { values: &x, shape }, filters, unit).expect("all numbers are there");
                assert!((sum.value - wanted).abs() < 1e-9, "{conv:?} {unit:?}: {} for {wanted}", sum.value);
                let parts: f64 = sum.channels.iter().sum();
                assert!((parts + sum.bias - sum.total).abs() < 1e-9, "the parts make the whole");
            }
        }
    }

    #[test]
    fn missing_numbers_give_no_sum() {
        let conv = Conv {
            maps: 1,
            kernel: [1, 1],
            stride: [1, 1],
            padding: [0, 0],
            dilation: [1, 1],
            groups: 1,
            activation: Activation::Linear,
        };
        let filters = Filters { weights: &[], biases: None, conv };
        let unit = Unit { map: 0, row: 0, column: 0 };
        assert_eq!(convolve(Maps { values: &[1.0], shape: [1, 1, 1] }, filters, unit), None);
    }

    #[test]
    fn activations_hold_at_known_points() {
        assert_eq!(activate(Activation::Relu, -2.0), 0.0);
        assert!((activate(Activation::LeakyRelu, -2.0) + 0.02).abs() < 1e-12);
        assert!((activate(Activation::Softplus, 0.0) - 2f64.ln()).abs() < 1e-12);
        assert!((activate(Activation::Gelu, 1.0) - 0.841_192).abs() < 1e-6);
        assert!((activate(Activation::Elu, -1.0) + 0.632_120_558_8).abs() < 1e-9);
        assert!((activate(Activation::Silu, 1.0) - 0.731_058_578_6).abs() < 1e-9);
    }
}
