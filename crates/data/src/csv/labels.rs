//! What labels mean: classes by number or by name, or values to predict.

use super::CsvPoints;
use super::grid::{number, shorten};
use crate::kind::is_class;
use crate::{DataError, MAX_CLASSES, Point};

/// One line of data whose label is not yet understood.
pub(super) struct Row {
    /// Its number.
    pub line: usize,
    /// Across.
    pub x: f32,
    /// Up.
    pub y: f32,
    /// As it stands, with a decimal point.
    pub label: String,
}

/// A number that is finite in 32 bits.
pub(super) fn coordinate(line: usize, field: &str, decimal_comma: bool) -> Result<f32, DataError> {
    match number(field, decimal_comma) {
        None => Err(DataError::CsvNotANumber { line, value: shorten(field) }),
        Some(value) if !(value as f32).is_finite() => {
            Err(DataError::CsvNotFinite { line, value: shorten(field) })
        }
        // Read again as 32 bits: rounding by way of 64 could miss the nearest by one.
        Some(value) => Ok(field.parse().unwrap_or(value as f32)),
    }
}

/// What labels are meant as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// As their numbers say.
    Open,
    /// Classes, and whole numbers below 16 keep theirs though some are left out.
    Kept,
    /// Classes, whatever they are.
    Classes,
    /// Values to predict.
    Values,
}

impl Meaning {
    /// What a heading says of it.
    pub fn of_heading(heading: &str) -> Self {
        match &*heading.trim().to_lowercase() {
            "class" => Self::Kept,
            "classes" | "category" | "categories" | "species" | "digit" | "klasse" | "kategorie" => {
                Self::Classes
            }
            "value" | "values" | "price" | "rent" | "cost" | "salary" | "sales" | "income" | "mpg"
            | "medv" | "charges" => Self::Values,
            _ => Self::Open,
        }
    }
}

/// Decides between classes and regression, and gives every row its label.
pub(super) fn read_labels(rows: &[Row], meaning: Meaning) -> Result<CsvPoints, DataError> {
    let fraction = |row: &&Row| number(&row.label, false).is_some_and(|value| libm::trunc(value) != value);
    let name_row = rows.iter().find(|row| number(&row.label, false).is_none());
    let target_row = match meaning {
        Meaning::Values => rows.first(),
        Meaning::Open => rows.iter().find(fraction),
        Meaning::Kept | Meaning::Classes if rows.iter().any(|row| fraction(&row)) => {
            return classes_by_name(rows, |row| row.label.clone());
        }
        Meaning::Kept | Meaning::Classes => None,
    };
    match (target_row, name_row) {
        (None, Some(_)) => classes_by_name(rows, |row| row.label.clone()),
        (None, None) => whole_number_classes(rows, meaning),
        (Some(_), None) => {
            let points = rows.iter().map(|row| {
                let label = coordinate(row.line, &row.label, false)?;
                Ok(Point { x: row.x, y: row.y, label })
            });
            Ok(CsvPoints {
                points: points.collect::<Result<_, _>>()?,
                class_names: Vec::new(),
                regression: true,
            })
        }
        (Some(target), Some(name)) if meaning == Meaning::Values || target.line == name.line => {
            Err(DataError::CsvNotANumber { line: name.line, value: shorten(&name.label) })
        }
        (Some(target), Some(name)) => Err(DataError::CsvMixedLabels {
            line: name.line,
            value: shorten(&name.label),
            other_line: target.line,
            other: shorten(&target.label),
        }),
    }
}

/// Labels that are all whole numbers.
fn whole_number_classes(rows: &[Row], meaning: Meaning) -> Result<CsvPoints, DataError> {
    let mut labels = Vec::with_capacity(rows.len());
    for row in rows {
        // + 0.0 makes one zero of both.
        labels.push(coordinate(row.line, &row.label, false)? + 0.0);
    }
    let has = |class: f32| labels.contains(&class);
    let signs = has(-1.0) && labels.iter().all(|&label| label.abs() == 1.0);
    let highest = labels.iter().fold(0.0, |highest: f32, &label| highest.max(label));
    let small = labels.iter().all(|&label| is_class(label));
    let kept = small && (meaning == Meaning::Kept || (0..=highest as u32).all(|class| has(class as f32)));
    let (class_names, classes): (Vec<String>, Vec<f32>) = if signs {
        (["-1", "1"].map(str::to_owned).into(), labels.iter().map(|&label| (label + 1.0) / 2.0).collect())
    } else if kept {
        ((0..=highest as u32).map(|class| class.to_string()).collect(), labels)
    } else {
        // "2" and "2.0" are one class, hence the number written anew.
        return classes_by_name(rows, |row| match number(&row.label, false) {
            Some(value) => (value + 0.0).to_string(),
            None => row.label.clone(),
        });
    };
    let points = rows.iter().zip(classes).map(|(row, label)| Point { x: row.x, y: row.y, label }).collect();
    Ok(CsvPoints { points, class_names, regression: false })
}

/// Classes numbered in order of first appearance.
fn classes_by_name(rows: &[Row], name_of: impl Fn(&Row) -> String) -> Result<CsvPoints, DataError> {
    let mut class_names: Vec<String> = Vec::new();
    let mut points = Vec::with_capacity(rows.len());
    for row in rows {
        let name = name_of(row);
        let class = class_names.iter().position(|known| *known == name).unwrap_or(class_names.len());
        if class == MAX_CLASSES as usize {
            return Err(DataError::CsvTooManyClasses { line: row.line, value: shorten(&name) });
        }
        if class == class_names.len() {
            class_names.push(name);
        }
        points.push(Point { x: row.x, y: row.y, label: class as f32 });
    }
    let class_names = class_names.iter().map(|name| shorten(name)).collect();
    Ok(CsvPoints { points, class_names, regression: false })
}
