//! The one way in which a command fails: a line that names the file, the key and both shapes, and the mend.

use std::io;
use std::path::PathBuf;

use minibatch_export::ExportError;
use minibatch_session::{BenchError, Cause, ExperimentError, figure};

use crate::cause::mend;
use crate::output::bytes;

/// What every command returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a command did not go through. Its `Display` is the line the user reads.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Words that cannot stand together. The only one that ends with exit code 2.
    #[error("{0}")]
    Usage(String),
    /// Neither a file nor a preset.
    #[error(
        "there is no file {name} and no preset of that name{nearby}; `minibatch presets` lists the presets"
    )]
    NoExperiment {
        /// What was asked for.
        name: String,
        /// "; did you mean spiral?", or nothing.
        nearby: String,
    },
    /// A file that was named is not there.
    #[error("there is no file {}", .0.display())]
    NoFile(PathBuf),
    /// The system would not let it be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The system would not let it be written.
    #[error("cannot write {}: {source}; what stood there before is untouched", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The folder of a file to write is not there.
    #[error("cannot write {}: there is no folder {}; make it first", .path.display(), .folder.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// Its folder.
        folder: PathBuf,
    },
    /// A device, a pipe or a folder stands where a file is to be written.
    #[error("cannot write {}: it is not a plain file; give another name", .0.display())]
    NotPlain(PathBuf),
    /// A file that its owner protected stands where one is to be written.
    #[error("cannot write {}: the file there is protected from writing; give another name or lift the protection", .0.display())]
    Protected(PathBuf),
    /// Files that `export` did not write stand where it is to write.
    #[error(
        "{} stands there and was not written by `minibatch export`, or was changed since; give another name, or --force to \
         write over it; nothing was written", .0.display()
    )]
    NotOurs(PathBuf),
    /// A result that is no number.
    #[error("{}: {place} would be {value}, which no file may hold; {mend}; nothing was written there", .path.display())]
    NotFinite {
        /// The file it would go to.
        path: PathBuf,
        /// The first place: `outputs[3, 17]`.
        place: String,
        /// What came out there.
        value: String,
        /// What to do.
        mend: &'static str,
    },
    /// After training something failed, and some files are new all the same.
    #[error("{source}; {kept}")]
    Unsaved {
        /// What failed.
        source: Box<Error>,
        /// Which files are new.
        kept: String,
    },
    /// A file of another kind where an experiment was wanted.
    #[error("{}: this is not an experiment, {why}", .path.display())]
    NotExperiment {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        why: String,
    },
    /// It was written by a newer release.
    #[error(
        "{name}: its format is version {found}, and this release reads up to {known}; take a newer release"
    )]
    Newer {
        /// The file.
        name: String,
        /// Its version.
        found: u32,
        /// The newest one that is known.
        known: u32,
    },
    /// The experiment breaks a rule of its own.
    #[error("{name}: {source}")]
    Experiment {
        /// The file or preset.
        name: String,
        /// Which.
        source: Box<ExperimentError>,
    },
    /// Its samples were read from files, and are not part of it.
    #[error(
        "{name}: its samples were read from files ({files}) and are not part of it; give them with `--data`"
    )]
    NoSamples {
        /// The experiment's file.
        name: String,
        /// What the files were called.
        files: String,
    },
    /// A file of another kind where tensors were wanted.
    #[error("{}: this is not a safetensors file, {why}", .path.display())]
    NotTensors {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        why: String,
    },
    /// A file that ends too early, or too late.
    #[error("{}: the file has {found} bytes and its header promises {wanted}: {}", .path.display(),
        if found < wanted { "it is cut short; copy or save it again" } else { "something is added to it; save it again" })]
    Length {
        /// The file.
        path: PathBuf,
        /// Its length.
        found: u64,
        /// The length by its header.
        wanted: u64,
    },
    /// A tensor that must be there is not.
    #[error("{}: there is no {key}; {mend}", .path.display())]
    MissingKey {
        /// The file.
        path: PathBuf,
        /// The tensor's name.
        key: String,
        /// What there is, or what to do.
        mend: String,
    },
    /// A tensor that nothing asks for.
    #[error("{}: {key} is not asked for{nearby}; {mend}", .path.display())]
    ExtraKey {
        /// The file.
        path: PathBuf,
        /// The tensor's name.
        key: String,
        /// "; did you mean ...?", or nothing.
        nearby: String,
        /// What is asked for.
        mend: String,
    },
    /// Numbers kept in a way that cannot be used.
    #[error("{}: {key} is kept as {found}; convert it to {wanted}", .path.display())]
    Dtype {
        /// The file.
        path: PathBuf,
        /// The tensor's name.
        key: String,
        /// What it is.
        found: String,
        /// What it may be.
        wanted: &'static str,
    },
    /// A number that training cannot use.
    #[error("{}: {place} is {value}; {mend}", .path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// The first place: `train_inputs[3, 17]`.
        place: String,
        /// What stands there.
        value: String,
        /// What to do.
        mend: &'static str,
    },
    /// Tensors that do not fit the experiment.
    #[error("{files}: {message}")]
    Misfit {
        /// The files they came from.
        files: String,
        /// What does not fit, with the key and both shapes.
        message: String,
    },
    /// The PyTorch script could not be made.
    #[error("{name}: {source}")]
    Export {
        /// The experiment, and the weights where they were given.
        name: String,
        /// Why.
        source: Box<ExportError>,
    },
    /// There is not enough memory.
    #[error("{what} takes {} of memory, and {} are left{by}: {mend}", bytes(*.need), bytes(*.room))]
    Memory {
        /// What takes it: "training this".
        what: String,
        /// Bytes it takes.
        need: u64,
        /// Bytes that are left.
        room: u64,
        /// " (by ulimit -v)", or nothing.
        by: String,
        /// What to do.
        mend: &'static str,
    },
    /// The GPU was asked for, and there is none.
    #[error("{0}; `--backend cpu` trains on the processor")]
    NoGpu(String),
    /// The loss left the numbers.
    #[error(
        "the loss left the numbers at step {step} (learning rate {}): {}; {kept}", figure(*.learning_rate), mend(.cause)
    )]
    Diverged {
        /// At which step.
        step: u32,
        /// The learning rate there.
        learning_rate: f32,
        /// What drove it out.
        cause: Cause,
        /// Which files stand.
        kept: String,
    },
    /// What was to be printed could not be.
    #[error("cannot write to the standard output: {0}; all else is done, and the files are written")]
    Output(io::Error),
    /// The session failed.
    #[error("{0}")]
    Session(String),
    /// A workload could not be measured.
    #[error(transparent)]
    Bench(Box<BenchError>),
}

impl From<BenchError> for Error {
    fn from(error: BenchError) -> Self {
        Self::Bench(Box::new(error))
    }
}

impl Error {
    /// 2 for words that cannot stand together, else 1.
    pub fn code(&self) -> u8 {
        if matches!(self, Self::Usage(_)) { 2 } else { 1 }
    }
}
