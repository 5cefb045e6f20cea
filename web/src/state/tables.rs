//! Tables that become the learner's own points.

use leptos::prelude::*;
use minibatch_session::data::{
    Choice, DataError, DatasetKind, Role, TableFile, Taken, columns_of, fit, read_tables,
};

use super::imported::{Imported, Table, of_table};
use super::{Notice, Page};
use crate::words::{fill, t};

/// So many numbers on a line are pixels rather than features.
const PIXELS: usize = 49;

/// A table that is not taken yet, with what is to be mended or chosen first.
#[derive(Clone, PartialEq, Debug)]
pub struct Asking {
    /// The table.
    pub table: Table,
    /// What is wrong.
    pub message: String,
}

impl Page {
    /// Makes the learner's own points of tables. Where they cannot be read, or there is a choice to be made, the dialogue asks,
    /// and the points in force stay. `left_out`: files beside them that were not read.
    pub fn take_tables(&self, files: Vec<TableFile>, choice: Choice, left_out: &Taken) {
        if self.experiment.with_untracked(super::task::area) != minibatch_session::Area::Points {
            self.hint.set(String::new());
            return self.notice.set(Some(Notice::Mistake(t("import.nowhere").into())));
        }
        if let Err(error) = self.try_tables(&files, choice, left_out) {
            self.hint.set(String::new());
            let mut choice = choice;
            match error {
                DataError::CsvFeatures { count, .. } if count >= PIXELS => {
                    let said = fill("import.pixels", &[("n", &count.to_string())]);
                    return self.notice.set(Some(Notice::Mistake(said)));
                }
                // A model of a table of its own has no dialogue of points.
                _ if self.experiment.with_untracked(|e| e.model.is_some()) => {
                    return self.notice.set(Some(Notice::Mistake(error.to_string())));
                }
                DataError::CsvFeatures { .. } => {
                    let columns = columns_of(&files, &choice);
                    let mut open = (0..columns.len()).filter(|&place| columns[place].role == Role::Other);
                    choice.x = choice.x.or_else(|| open.next());
                    choice.y = choice.y.or_else(|| open.next());
                }
                _ => {}
            }
            let columns = columns_of(&files, &choice);
            let table = Table { files, choice, columns, ..Table::default() };
            self.asking.set(Some(Asking { table, message: error.to_string() }));
        }
    }

    /// Takes the same tables otherwise; what cannot be is said, and they stay as they were taken.
    pub fn retake(&self, table: &Table, choice: Choice) {
        if let Err(error) = self.try_tables(&table.files, choice, &Taken::default()) {
            // The controls go back to what is in force.
            self.imported.update(|imported| {
                if let Some(Imported::Table(table)) = imported {
                    table.refused += 1;
                }
            });
            self.notice.set(Some(Notice::Mistake(error.to_string())));
        }
    }

    fn try_tables(&self, files: &[TableFile], choice: Choice, left_out: &Taken) -> Result<(), DataError> {
        let mut table = read_tables(files, &choice)?;
        table.taken.twice += left_out.twice;
        table.taken.unread = left_out.unread.clone();
        let fitted = fit(&mut table.read.points, table.read.regression);
        let said = of_table(&table.columns, &table.read, &table.taken, table.train, fitted);
        let read = table.read;
        // Names that are the classes' numbers say nothing.
        let number = |(class, name): (usize, &String)| *name == class.to_string();
        let named = !read.class_names.iter().enumerate().all(number);
        let taken = Table {
            files: files.to_vec(),
            choice,
            columns: table.columns,
            split: !table.taken.sides.is_empty(),
            values: read.regression,
            points: read.points.len(),
            said: said.clone(),
            refused: 0,
        };
        self.asking.set(None);
        self.edit(|e| {
            // Points are learnt by a network over the plane.
            e.model = None;
            e.data.kind = DatasetKind::Own;
            e.data.own_regression = read.regression;
            e.data.own_train = table.train.map(|n| n as u32);
            e.data.points = read.points;
            e.data.class_names = if named { read.class_names } else { vec![] };
        });
        self.imported.set(Some(Imported::Table(taken)));
        self.hint.set(said);
        Ok(())
    }

    /// Samples were read from images: learns from them.
    pub(super) fn take_images(
        &self,
        source: &minibatch_session::SampleSource,
        class_names: &[String],
        taken: &Taken,
    ) {
        let minibatch_session::SampleSource::Own { name, .. } = source else { return };
        let refuse = |why: String| {
            self.hint.set(String::new());
            self.notice.set(Some(Notice::Mistake(why)));
        };
        if self.restored() {
            return;
        }
        if self.experiment.with_untracked(super::task::area) != minibatch_session::Area::Images {
            // The learner went elsewhere while the files were read; what is trained there is not ended.
            return refuse(fill("bring.left", &[("name", name)]));
        }
        let Some(new) = super::task::brought(&self.written(), source) else {
            return refuse(fill("bring.unfit", &[("name", name)]));
        };
        let said = super::imported::of_images(source, class_names, taken);
        self.keep_files(source);
        drop(self.open(new));
        let parting = taken.parting;
        self.imported.set(Some(Imported::Images { source: source.clone(), said: said.clone(), parting }));
        self.hint.set(said);
    }

    /// A text that is no table of points was dropped where points are read.
    pub fn refuse_text(&self, name: &str) {
        let said = if name.is_empty() {
            t("import.none").to_owned()
        } else {
            fill("import.text", &[("name", name)])
        };
        self.notice.set(Some(Notice::Mistake(said)));
    }
}
