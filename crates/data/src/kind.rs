//! Which data sets there are, what they are called, and what is to be learnt from each.

use serde::{Deserialize, Serialize};

use crate::Point;

/// The most classes a data set may have.
pub const MAX_CLASSES: u32 = 16;

/// The built-in data sets, and the learner's own. The order is part of the format: it numbers the random
/// streams.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
#[serde(rename_all = "kebab-case")]
pub enum DatasetKind {
    /// A disc inside a ring.
    #[default]
    Circle,
    /// Opposite quadrants share a class.
    Xor,
    /// Two normal clouds.
    Gauss,
    /// Two arms wound round each other.
    Spiral,
    /// Two crescents.
    Moons,
    /// Four by four squares in two colours.
    Checkerboard,
    /// Three normal clouds, three classes.
    Blobs3,
    /// Four normal clouds, four classes.
    Blobs4,
    /// Three arms, three classes.
    Spiral3,
    /// Four arms, four classes.
    Spiral4,
    /// Regression: a tilted plane.
    Plane,
    /// Regression: six bumps, up and down.
    MultiGauss,
    /// The learner's own points.
    Own,
}

impl DatasetKind {
    /// Every kind, in the order in which the page shows them.
    pub const ALL: [Self; 13] = [
        Self::Circle,
        Self::Xor,
        Self::Gauss,
        Self::Spiral,
        Self::Moons,
        Self::Checkerboard,
        Self::Blobs3,
        Self::Blobs4,
        Self::Spiral3,
        Self::Spiral4,
        Self::Plane,
        Self::MultiGauss,
        Self::Own,
    ];

    /// What is to be learnt. `points` matter only to [`DatasetKind::Own`]: labels that are all whole numbers
    /// from 0 to 15 make a classification of at least two classes, anything else a regression. A
    /// [`DataConfig`](crate::DataConfig) knows more; ask [its task](crate::DataConfig::task) when you have one.
    pub fn task(self, points: &[Point]) -> Task {
        match self {
            Self::Circle | Self::Xor | Self::Gauss | Self::Spiral | Self::Moons | Self::Checkerboard => {
                Task::Classification { classes: 2 }
            }
            Self::Blobs3 | Self::Spiral3 => Task::Classification { classes: 3 },
            Self::Blobs4 | Self::Spiral4 => Task::Classification { classes: 4 },
            Self::Plane | Self::MultiGauss => Task::Regression,
            Self::Own if points.iter().all(|point| is_class(point.label)) => {
                let highest = points.iter().map(|point| point.label as u32).max().unwrap_or(0);
                Task::Classification { classes: (highest + 1).max(2) }
            }
            Self::Own => Task::Regression,
        }
    }

    /// The name used in files and addresses.
    pub fn id(self) -> &'static str {
        self.words().0
    }

    /// The name shown to the learner.
    pub fn title(self) -> &'static str {
        self.words().1
    }

    /// One or two sentences on what the data set is and what it teaches.
    pub fn description(self) -> &'static str {
        self.words().2
    }

    /// The kind with that [`id`](Self::id), if there is one.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Circle => (
                "circle",
                "Circle",
                "A disc inside a ring. No straight line parts them; x² and y² do at once.",
            ),
            Self::Xor => (
                "xor",
                "XOR",
                "Opposite corners share a class: the classic problem that a single unit cannot solve.",
            ),
            Self::Gauss => {
                ("gauss", "Gaussians", "Two round clouds. One unit is enough; with more noise they overlap.")
            }
            Self::Spiral => {
                ("spiral", "Spiral", "Two arms wound round each other. It wants depth and patience.")
            }
            Self::Moons => (
                "moons",
                "Moons",
                "Two crescents hooked into each other. A small hidden layer bends between them.",
            ),
            Self::Checkerboard => (
                "checkerboard",
                "Checkerboard",
                "Sixteen squares in two colours. It wants many units, or sines.",
            ),
            Self::Blobs3 => {
                ("blobs3", "3 blobs", "Three clouds, three classes: softmax in its simplest setting.")
            }
            Self::Blobs4 => ("blobs4", "4 blobs", "Four clouds, four classes, one in each corner."),
            Self::Spiral3 => ("spiral3", "3 spirals", "Three arms, three classes, wound round one centre."),
            Self::Spiral4 => ("spiral4", "4 spirals", "Four arms, four classes, wound round one centre."),
            Self::Plane => (
                "plane",
                "Plane",
                "Regression: the target rises evenly from corner to corner. One unit is enough.",
            ),
            Self::MultiGauss => {
                ("multi-gauss", "Bumps", "Regression: six bumps, up and down in turn, on flat ground.")
            }
            Self::Own => {
                ("own", "Your own", "Your own points: click to add them, or bring a CSV of x, y, label.")
            }
        }
    }
}

/// What is to be learnt from the points.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Tell classes apart; labels are class numbers from 0.
    Classification {
        /// How many classes, at least 2.
        classes: u32,
    },
    /// Predict a number; labels are the targets.
    Regression,
}

/// Whether a label is a whole number from 0 to 15.
pub(crate) fn is_class(label: f32) -> bool {
    label >= 0.0 && label < MAX_CLASSES as f32 && libm::truncf(label) == label
}
