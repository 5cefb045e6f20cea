//! Samples that the learner brought: read from files, kept while the page lives.

use minibatch_data::{
    Decoded, Dropped, FileError, Found, Holding, ImageFile, SampleSet, Side, Small, Taken, assemble_small,
    read_files, shrink,
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
        let name = files.first().map_or_else(String::new, |f| f.name.clone());
        let holding = Holding { mix, ..Holding::default() };
        let (found, taken) = read_files(files, holding).map_err(|error| error.to_string())?;
        match (found, area) {
            (Found::Tables(files), Area::Points) => {
                self.say(Event::Tables { files, taken });
                Ok(vec![])
            }
            (Found::Tables(files), _) => Err(files.first().map_or_else(String::new, |file| {
                let columns = minibatch_data::columns_of(std::slice::from_ref(file), &Default::default());
                let measured =
                    |role| role != minibatch_data::Role::Label && role != minibatch_data::Role::Index;
                let columns = columns.iter().filter(|column| measured(column.role)).count();
                FileError::Table { name: file.name.clone(), columns }.to_string()
            })),
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
