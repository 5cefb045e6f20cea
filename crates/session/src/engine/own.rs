//! Samples that the learner brought: read from files, kept while the page lives.

use minibatch_data::{
    Decoded, Dropped, FileError, Found, Holding, ImageFile, MAX_FEATURES, SampleSet, Side, Small, TableFile,
    Taken, assemble_small, features_of_table, is_hidden, read_files, shrink,
};

use super::data::Data;
use super::session::Session;
use crate::spec::fits_model;
use crate::{Area, Event, Experiment, ExperimentError, SampleSource};

/// Images are brought to this many pixels a side.
const SIDE: usize = 32;
/// Red, green and blue.
const CHANNELS: usize = 3;

/// The learner's own samples, and what the files are called.
pub struct Own {
    /// The first file's name.
    pub name: String,
    /// The samples.
    pub set: SampleSet,
}

/// Images on their way to samples.
#[derive(Default)]
pub struct Bringing {
    small: Vec<Small>,
    taken: Taken,
    holding: Holding,
}

impl Session {
    /// Reads files that are meant for an area; `mix`: their own split is left aside. Images that are still encoded come
    /// back: decode each, hand it to [`Session::take_image`], and end with [`Session::take_images`].
    ///
    /// # Errors
    /// What is wrong with which file, and what would be right. The samples there were stay.
    pub fn take_files(
        &mut self,
        files: Vec<Dropped>,
        area: Area,
        mix: bool,
    ) -> Result<Vec<ImageFile>, String> {
        let first = files.iter().find(|file| !is_hidden(&file.name)).or(files.first());
        let name = first.map_or_else(String::new, |file| file.name.clone());
        let holding = Holding { mix, ..Holding::default() };
        let (found, taken) =
            read_files(files, holding).map_err(|error| told(error, area, &name).to_string())?;
        match (found, area) {
            (Found::Tables(files), _) => {
                elsewhere(&files, area).map_or(Ok(()), |error| Err(error.to_string()))?;
                self.say(Event::Tables { files, taken });
                Ok(vec![])
            }
            (Found::Samples(_) | Found::Images(_), area) if area != Area::Images => {
                Err(FileError::Images { name }.to_string())
            }
            (Found::Samples(set), _) => {
                self.keep(name, set, taken);
                Ok(vec![])
            }
            (Found::Images(images), _) => {
                self.images = Bringing { small: vec![], taken, holding };
                Ok(images)
            }
        }
    }

    /// Takes one decoded image in, brought to its size, so that only one large image is held at a time. `side` is what
    /// [`Session::take_files`] gave with it.
    ///
    /// # Errors
    /// When the numbers are not those of an image.
    pub fn take_image(&mut self, image: &Decoded, side: Option<Side>) -> Result<(), String> {
        let small = shrink(image, SIDE, CHANNELS).map_err(|error| error.to_string())?;
        self.images.small.push(Small { side, ..small });
        Ok(())
    }

    /// Makes samples of the images taken in.
    ///
    /// # Errors
    /// When they are too few, or all of one class.
    pub fn take_images(&mut self, name: String) -> Result<(), String> {
        let Bringing { small, mut taken, holding } = std::mem::take(&mut self.images);
        let set = assemble_small(small, SIDE, CHANNELS, holding, &mut taken).map_err(|e| e.to_string())?;
        self.keep(name, set, taken);
        Ok(())
    }

    /// Says what is wrong with files; the run goes on.
    pub fn refuse_files(&mut self, message: String) {
        self.images = Bringing::default();
        self.say(Event::Failed { message, fatal: false });
    }

    fn keep(&mut self, name: String, set: SampleSet, taken: Taken) {
        let class_names = set.class_names.clone();
        let source = SampleSource::Own {
            name: name.clone(),
            input: set.input.clone(),
            classes: set.classes.unwrap_or(0) as u32,
            train: set.train as u32,
            test: set.test as u32,
        };
        self.own = Some(Own { name, set });
        self.say(Event::Brought { source, class_names, taken: Box::new(taken) });
    }
}

/// What is wrong with files, in an area: images that are wrong besides first of all belong elsewhere.
fn told(error: FileError, area: Area, first: &str) -> FileError {
    match (error, area) {
        (FileError::Text { name }, Area::Language) => FileError::Packed { name },
        (error, Area::Images) => error,
        (error, _) if error.of_images() => FileError::Images { name: first.to_owned() },
        (error, _) => error,
    }
}

/// Why tables cannot be taken in an area, if they cannot.
fn elsewhere(files: &[TableFile], area: Area) -> Option<FileError> {
    let (file, columns) = files.iter().map(|file| (file, features_of_table(file))).max_by_key(|(_, n)| *n)?;
    let name = file.name.clone();
    if columns > MAX_FEATURES {
        return Some(FileError::Wide { name, columns });
    }
    (area != Area::Points).then_some(FileError::Table { name, columns })
}

/// The samples of an experiment whose learner brought them.
///
/// # Errors
/// When they are not here, or do not fit the model.
pub fn brought(experiment: &Experiment, own: Option<&Own>) -> Result<Option<Data>, ExperimentError> {
    let Some(SampleSource::Own { name, .. }) = experiment.model.as_ref().map(|m| &m.samples) else {
        return Ok(None);
    };
    let Some(own) = own.filter(|own| own.name == *name) else {
        let message = "these samples were read from files and are not here; drop the files again".into();
        return Err(ExperimentError::Supply { name: name.clone(), message });
    };
    let model = experiment.model()?;
    fits_model(&model, &own.set)?;
    let data = Data::of_set(own.set.clone());
    data.check(&model, None)?;
    Ok(Some(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_images_is_said_where_images_are_read() {
        let file = |name: &str, bytes: &[u8]| Dropped { name: name.into(), bytes: bytes.into() };
        let (png, idx) =
            (b"\x89PNG\r\n\x1a\n", [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2][..], &[7; 4]].concat());
        let square = vec!["1"; 70].join(",");
        for (files, wrong) in [
            (vec![file("cat.png", png)], "stands in no folder"),
            (vec![file("cats/1.png", png), file("cats/2.png", png)], "every image is of the class"),
            (vec![file("train-images-idx3-ubyte", &idx)], "has no labels beside it"),
            (vec![file("a.csv", format!("{square}\n{square}\n").as_bytes())], "make no square"),
        ] {
            let error = read_files(files, Holding::default()).expect_err(wrong);
            assert!(error.to_string().contains(wrong), "{error}");
            assert_eq!(told(error.clone(), Area::Images, "x"), error);
            for area in Area::ALL.into_iter().filter(|area| *area != Area::Images) {
                assert_eq!(told(error.clone(), area, "x"), FileError::Images { name: "x".into() }, "{error}");
            }
        }
        let error = read_files(vec![file("a.pdf", b"%PDF\0")], Holding::default()).expect_err("a document");
        assert_eq!(told(error.clone(), Area::Points, "x"), error);
    }

    #[test]
    fn tables_belong_to_points_unless_they_are_too_wide() {
        let table = |columns: usize| {
            let row = |n: usize| {
                (0..columns).map(|c| format!("{}.5,", n + c)).collect::<String>() + &format!("{}\n", n % 2)
            };
            TableFile { name: "a.csv".into(), side: None, text: (0..9).map(row).collect() }
        };
        let (narrow, wide) = ([table(4)], [table(60)]);
        assert_eq!(elsewhere(&narrow, Area::Points), None);
        assert_eq!(
            elsewhere(&narrow, Area::Images),
            Some(FileError::Table { name: "a.csv".into(), columns: 4 })
        );
        for area in Area::ALL {
            assert_eq!(elsewhere(&wide, area), Some(FileError::Wide { name: "a.csv".into(), columns: 60 }));
        }
    }
}
