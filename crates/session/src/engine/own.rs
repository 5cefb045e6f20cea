//! Samples that the learner brought: read from files, kept while the page lives.

use minibatch_data::{
    Decoded, Dropped, Found, Holding, ImageFile, SampleSet, Small, assemble_small, read_files, shrink,
};

use super::data::Data;
use super::session::Session;
use crate::spec::fits_model;
use crate::{Event, Experiment, ExperimentError, SampleSource};

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

impl Session {
    /// Reads files. Images that are still encoded come back: decode each, hand it to [`Session::take_image`], and end
    /// with [`Session::take_images`].
    ///
    /// # Errors
    /// What is wrong with which file, and what would be right. The samples there were stay.
    pub fn take_files(&mut self, files: Vec<Dropped>) -> Result<Vec<ImageFile>, String> {
        let name = files.first().map_or_else(String::new, |f| f.name.clone());
        match read_files(files, Holding::default()).map_err(|error| error.to_string())? {
            Found::Samples(set) => {
                self.keep(name, set);
                Ok(vec![])
            }
            Found::Images(images) => {
                self.images.clear();
                Ok(images)
            }
        }
    }

    /// Takes one decoded image in, brought to its size, so that only one large image is held at a time.
    ///
    /// # Errors
    /// When the numbers are not those of an image.
    pub fn take_image(&mut self, image: &Decoded) -> Result<(), String> {
        let small: Small = shrink(image, SIDE, CHANNELS).map_err(|error| error.to_string())?;
        self.images.push(small);
        Ok(())
    }

    /// Makes samples of the images taken in.
    ///
    /// # Errors
    /// When they are too few, or all of one class.
    pub fn take_images(&mut self, name: String) -> Result<(), String> {
        let images = std::mem::take(&mut self.images);
        let set = assemble_small(&images, SIDE, CHANNELS, Holding::default()).map_err(|e| e.to_string())?;
        self.keep(name, set);
        Ok(())
    }

    /// Says what is wrong with files; the run goes on.
    pub fn refuse_files(&mut self, message: String) {
        self.say(Event::Failed { message, fatal: false });
    }

    fn keep(&mut self, name: String, set: SampleSet) {
        let source = SampleSource::Own {
            name: name.clone(),
            input: set.input.clone(),
            classes: set.classes.unwrap_or(0) as u32,
            train: set.train as u32,
            test: set.test as u32,
        };
        self.own = Some(Own { name, set });
        self.say(Event::Brought { source });
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
    fits_model(&experiment.model()?, &own.set)?;
    Ok(Some(Data::of_set(own.set.clone())))
}
