//! The network's inputs: simple functions of a point's place, and the grid on which its output is drawn.

use serde::{Deserialize, Serialize};

use crate::Point;

/// The plane is drawn, and its grid computed, for x and y from `-DOMAIN` to `DOMAIN`.
pub const DOMAIN: f32 = 6.0;

/// One input of the network, computed from a point's x and y.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// x itself.
    X,
    /// y itself.
    Y,
    /// x times x.
    XSquared,
    /// y times y.
    YSquared,
    /// x times y.
    XTimesY,
    /// The sine of x, in radians.
    SinX,
    /// The sine of y, in radians.
    SinY,
    /// The cosine of x, in radians.
    CosX,
    /// The cosine of y, in radians.
    CosY,
}

impl Feature {
    /// Every feature, in the order in which the page shows them.
    pub const ALL: [Self; 9] = [
        Self::X,
        Self::Y,
        Self::XSquared,
        Self::YSquared,
        Self::XTimesY,
        Self::SinX,
        Self::SinY,
        Self::CosX,
        Self::CosY,
    ];

    /// The name used in files and addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::Y => "y",
            Self::XSquared => "x-squared",
            Self::YSquared => "y-squared",
            Self::XTimesY => "x-times-y",
            Self::SinX => "sin-x",
            Self::SinY => "sin-y",
            Self::CosX => "cos-x",
            Self::CosY => "cos-y",
        }
    }

    /// The feature with that [`id`](Self::id), if there is one.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.id() == id)
    }

    /// The name shown to the learner.
    pub fn title(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::Y => "y",
            Self::XSquared => "x²",
            Self::YSquared => "y²",
            Self::XTimesY => "xy",
            Self::SinX => "sin x",
            Self::SinY => "sin y",
            Self::CosX => "cos x",
            Self::CosY => "cos y",
        }
    }

    /// The feature at the point (x, y). Sines and cosines are `libm`'s, the same on every platform.
    pub fn value(self, x: f32, y: f32) -> f32 {
        match self {
            Self::X => x,
            Self::Y => y,
            Self::XSquared => x * x,
            Self::YSquared => y * y,
            Self::XTimesY => x * y,
            Self::SinX => libm::sinf(x),
            Self::SinY => libm::sinf(y),
            Self::CosX => libm::cosf(x),
            Self::CosY => libm::cosf(y),
        }
    }
}

/// The inputs of the network for these points: row-major, shape (points, features).
pub fn features_of(points: &[Point], features: &[Feature]) -> Vec<f32> {
    points.iter().flat_map(|point| features.iter().map(|feature| feature.value(point.x, point.y))).collect()
}

/// The inputs of the network at the cell centres of a square picture of the plane: row-major, shape
/// (resolution * resolution, features). Row 0 of the picture is its top (y near +[`DOMAIN`]), column 0 its
/// left (x near -[`DOMAIN`]). Empty when `resolution` is 0.
pub fn grid(resolution: u32, features: &[Feature]) -> Vec<f32> {
    let cell = 2.0 * f64::from(DOMAIN) / f64::from(resolution);
    let centre = |index: u32| ((f64::from(index) + 0.5) * cell - f64::from(DOMAIN)) as f32;
    let mut values = Vec::with_capacity(resolution as usize * resolution as usize * features.len());
    for row in 0..resolution {
        let y = centre(resolution - 1 - row);
        for column in 0..resolution {
            let x = centre(column);
            values.extend(features.iter().map(|feature| feature.value(x, y)));
        }
    }
    values
}
