//! Where in an experiment one is.

use core::fmt;

/// A place, written `model.layers[2].kernel`; the whole experiment is the empty text.
#[derive(Clone, Copy)]
pub enum Path<'a> {
    /// The experiment itself.
    Root,
    /// A field of an object.
    Field(&'a Path<'a>, &'a str),
    /// An element of a list.
    Element(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// How a message calls the object here.
    pub fn holder(&self) -> String {
        match self {
            Self::Root => "an experiment".into(),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(Path::Root, name) => write!(f, "{}", name.escape_debug()),
            Self::Field(parent, name) => write!(f, "{parent}.{}", name.escape_debug()),
            Self::Element(parent, at) => write!(f, "{parent}[{at}]"),
        }
    }
}
