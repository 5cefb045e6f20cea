//! Own data: strokes of added or erased points, applied to the experiment when the pointer is lifted.

use leptos::prelude::*;
use minibatch_session::Experiment;
use minibatch_session::data::{DatasetKind, MAX_POINTS, Point, Task};

use crate::state::{Brush, Page};
use crate::words::t;

/// The least distance between points of one stroke, in the plane's units.
const SPACING: f64 = 0.35;
/// How near the eraser must come, in the plane's units.
pub const ERASER: f64 = 0.5;

/// What has been drawn since the pointer went down: places in the plane.
#[derive(Clone, PartialEq, Debug)]
pub struct Stroke {
    /// What it does.
    pub brush: Brush,
    /// Where it went.
    pub places: Vec<(f64, f64)>,
}

impl Stroke {
    /// A stroke that begins here.
    pub fn begin(brush: Brush, place: (f64, f64)) -> Self {
        Self { brush, places: vec![place] }
    }

    /// Goes on to a place; whether that was far enough to count.
    pub fn extend(&mut self, place: (f64, f64)) -> bool {
        let last = self.places.last().copied().unwrap_or(place);
        let far = (place.0 - last.0).hypot(place.1 - last.1) >= SPACING;
        if far {
            self.places.push(place);
        }
        far
    }

    /// The points it adds; none when it erases.
    pub fn added(&self) -> Vec<Point> {
        match self.brush {
            Brush::Erase => vec![],
            Brush::Add(label) => {
                let round = |v: f64| ((v * 1000.0).round() / 1000.0) as f32;
                self.places.iter().map(|&(x, y)| Point { x: round(x), y: round(y), label }).collect()
            }
        }
    }

    /// Whether it erases this point.
    pub fn erases(&self, point: &Point) -> bool {
        let near = |&(x, y): &(f64, f64)| (x - f64::from(point.x)).hypot(y - f64::from(point.y)) <= ERASER;
        self.brush == Brush::Erase && self.places.iter().any(near)
    }

    /// Changes the experiment's own points. Where it showed a built-in data set, it goes on with the own points there
    /// were before, if any.
    pub fn apply(&self, experiment: &mut Experiment) {
        let data = &mut experiment.data;
        if data.kind != DatasetKind::Own {
            if self.brush == Brush::Erase {
                return;
            }
            if data.points.is_empty() {
                data.own_regression = data.task() == Task::Regression;
                data.own_train = None;
                data.class_names.clear();
            }
            data.kind = DatasetKind::Own;
        }
        let Some(given) = data.own_train else {
            data.points.retain(|p| !self.erases(p));
            data.points.extend(self.added());
            data.points.truncate(MAX_POINTS);
            return;
        };
        // What is placed is trained on, beside what the files give to train on; what they hold back stays held back.
        let mut train = data.points.clone();
        let mut test = train.split_off((given as usize).min(train.len()));
        for side in [&mut train, &mut test] {
            side.retain(|p| !self.erases(p));
        }
        train.extend(self.added());
        train.truncate(MAX_POINTS - test.len());
        let sides = !train.is_empty() && !test.is_empty();
        data.own_train = sides.then_some(train.len() as u32);
        data.points = [train, test].concat();
    }
}

/// Applies a stroke, and says what it means where that may surprise.
pub fn commit(page: Page, stroke: &Stroke) {
    let before = page.experiment.with_untracked(|e| e.data.kind);
    if before != DatasetKind::Own && stroke.brush == Brush::Erase {
        page.hint.set(t("view.erase-own").into());
        return;
    }
    page.edit(|experiment| stroke.apply(experiment));
    if page.experiment.with_untracked(|e| e.data.points.len()) < 2 {
        // Nobody has done anything wrong yet.
        page.notice.set(None);
        page.hint.set(t("view.one-more-point").into());
    } else if before != DatasetKind::Own {
        page.hint.set(t("view.own-began").into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drag_leaves_points_that_keep_their_distance() {
        let mut stroke = Stroke::begin(Brush::Add(1.0), (0.0, 0.0));
        for i in 0..100 {
            stroke.extend((f64::from(i) * 0.02, 0.0));
        }
        let added = stroke.added();
        assert_eq!(added.len(), 6, "{added:?}");
        assert!(added.iter().all(|p| p.label == 1.0));
    }

    #[test]
    fn the_first_stroke_on_a_built_in_set_begins_own_data_and_keeps_older_ones() {
        let mut experiment = Experiment::default();
        Stroke::begin(Brush::Add(0.0), (1.0, 1.0)).apply(&mut experiment);
        assert_eq!((experiment.data.kind, experiment.data.points.len()), (DatasetKind::Own, 1));
        experiment.data.kind = DatasetKind::Xor;
        Stroke::begin(Brush::Add(1.0), (2.0, 1.0)).apply(&mut experiment);
        assert_eq!((experiment.data.kind, experiment.data.points.len()), (DatasetKind::Own, 2));
    }

    #[test]
    fn names_of_points_that_are_gone_are_not_given_to_new_ones() {
        let mut experiment = Experiment::default();
        experiment.data.class_names = vec!["cat".into()];
        Stroke::begin(Brush::Add(0.0), (1.0, 1.0)).apply(&mut experiment);
        assert!(experiment.data.class_names.is_empty());
        experiment.data.class_names = vec!["dog".into()];
        Stroke::begin(Brush::Add(0.0), (2.0, 1.0)).apply(&mut experiment);
        assert_eq!(experiment.data.class_names, ["dog"], "those of points that are there stay");
    }

    #[test]
    fn what_files_hold_back_stays_held_back() {
        let mut experiment = Experiment::default();
        let data = &mut experiment.data;
        data.kind = DatasetKind::Own;
        data.points = [0.0, 1.0, 5.0].map(|x| Point { x, y: 0.0, label: 0.0 }).into();
        data.own_train = Some(2);
        Stroke::begin(Brush::Add(1.0), (3.0, 3.0)).apply(&mut experiment);
        assert_eq!((experiment.data.own_train, experiment.data.points[3].x), (Some(3), 5.0));
        Stroke::begin(Brush::Erase, (0.0, 0.0)).apply(&mut experiment);
        assert_eq!((experiment.data.own_train, experiment.data.points.len()), (Some(2), 3));
        Stroke::begin(Brush::Erase, (5.0, 0.0)).apply(&mut experiment);
        assert_eq!(
            (experiment.data.own_train, experiment.data.points.len()),
            (None, 2),
            "nothing is held back"
        );
    }

    #[test]
    fn own_data_begun_on_a_regression_is_one() {
        let mut experiment = Experiment::default();
        experiment.data.kind = DatasetKind::Plane;
        Stroke::begin(Brush::Add(0.25), (1.0, 1.0)).apply(&mut experiment);
        assert_eq!(experiment.data.task(), Task::Regression);
    }

    #[test]
    fn erasing_takes_what_is_near_and_spares_built_in_data() {
        let mut experiment = Experiment::default();
        let erase = Stroke::begin(Brush::Erase, (0.0, 0.0));
        erase.apply(&mut experiment);
        assert_eq!(experiment.data.kind, DatasetKind::Circle);
        for x in [0.0, 0.4, 0.6] {
            Stroke::begin(Brush::Add(0.0), (x, 0.0)).apply(&mut experiment);
        }
        erase.apply(&mut experiment);
        assert_eq!(experiment.data.points.len(), 1);
    }
}
