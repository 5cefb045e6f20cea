//! The variables: what outlives a step, by name.

use minibatch_graph::DType;

use crate::memory::Buffer;
use crate::{CpuError, How, Real};

/// The CPU backend: a store of variables that every graph compiled by it shares. `T` is f32, or f64 for the oracle.
#[derive(Clone, Debug, Default)]
pub struct Cpu<T = f32> {
    // Few enough that a search is quicker than a hash; an index never changes its meaning.
    pub(crate) names: Vec<String>,
    pub(crate) variables: Vec<Buffer<T>>,
    /// What ops need besides their operands while they run; of the widest op so far.
    pub(crate) scratch: Vec<T>,
    pub(crate) how: How,
}

impl<T: Real> Cpu<T> {
    /// An empty store.
    pub fn new() -> Self {
        Self::running(How::default())
    }

    /// An empty store whose plans run that way.
    pub fn running(how: How) -> Self {
        Self { names: vec![], variables: vec![], scratch: vec![], how }
    }

    /// Sets a float variable; creates it when missing, replaces it when its length or type was another.
    pub fn set(&mut self, name: &str, values: &[T]) {
        self.set_floats(name, values.iter().copied());
    }

    /// [`Self::set`] from f32.
    pub fn set_f32(&mut self, name: &str, values: &[f32]) {
        self.set_floats(name, values.iter().map(|&v| T::of(f64::from(v))));
    }

    fn set_floats(&mut self, name: &str, values: impl ExactSizeIterator<Item = T>) {
        match self.find(name) {
            Some(i) => match &mut self.variables[i] {
                Buffer::Float(old) if old.len() == values.len() => {
                    old.iter_mut().zip(values).for_each(|(o, v)| *o = v)
                }
                other => *other = Buffer::Float(values.collect()),
            },
            None => self.create(name, Buffer::Float(values.collect())),
        }
    }

    /// Sets an integer variable; creates it when missing, replaces it when its length or type was another.
    pub fn set_u32(&mut self, name: &str, values: &[u32]) {
        match self.find(name) {
            Some(i) => match &mut self.variables[i] {
                Buffer::Word(old) if old.len() == values.len() => old.copy_from_slice(values),
                other => *other = Buffer::Word(values.to_vec()),
            },
            None => self.create(name, Buffer::Word(values.to_vec())),
        }
    }

    /// Writes part of a float variable, from element `offset` on.
    ///
    /// # Errors
    /// When there is no such float variable or the values go past its end.
    pub fn write_f32(&mut self, name: &str, offset: usize, values: &[f32]) -> Result<(), CpuError> {
        let i = self.known(name)?;
        match &mut self.variables[i] {
            Buffer::Float(old) => {
                let part = part_of(name, old, offset, values.len())?;
                part.iter_mut().zip(values).for_each(|(o, &v)| *o = T::of(f64::from(v)));
                Ok(())
            }
            Buffer::Word(_) => Err(wrong_type(name, DType::F32)),
        }
    }

    /// Writes part of an integer variable, from element `offset` on.
    ///
    /// # Errors
    /// When there is no such integer variable or the values go past its end.
    pub fn write_u32(&mut self, name: &str, offset: usize, values: &[u32]) -> Result<(), CpuError> {
        let i = self.known(name)?;
        match &mut self.variables[i] {
            Buffer::Word(old) => {
                part_of(name, old, offset, values.len())?.copy_from_slice(values);
                Ok(())
            }
            Buffer::Float(_) => Err(wrong_type(name, DType::U32)),
        }
    }

    /// A float variable.
    ///
    /// # Errors
    /// When there is no such float variable.
    pub fn read(&self, name: &str) -> Result<Vec<T>, CpuError> {
        self.floats(name).map(<[T]>::to_vec)
    }

    /// [`Self::read`], rounded to f32.
    ///
    /// # Errors
    /// When there is no such float variable.
    pub fn read_f32(&self, name: &str) -> Result<Vec<f32>, CpuError> {
        Ok(self.floats(name)?.iter().map(|v| v.narrow()).collect())
    }

    /// `len` elements of a float variable, from `offset` on.
    ///
    /// # Errors
    /// When there is no such float variable, or they go past its end.
    pub fn read_part(&self, name: &str, offset: usize, len: usize) -> Result<Vec<T>, CpuError> {
        let all = self.floats(name)?;
        let part = offset.checked_add(len).and_then(|end| all.get(offset..end));
        part.map(<[T]>::to_vec).ok_or_else(|| CpuError::PastTheEnd {
            name: name.into(),
            len: all.len(),
            offset,
            count: len,
        })
    }

    fn floats(&self, name: &str) -> Result<&[T], CpuError> {
        match &self.variables[self.known(name)?] {
            Buffer::Float(values) => Ok(values),
            Buffer::Word(_) => Err(wrong_type(name, DType::F32)),
        }
    }

    /// An integer variable.
    ///
    /// # Errors
    /// When there is no such integer variable.
    pub fn read_u32(&self, name: &str) -> Result<Vec<u32>, CpuError> {
        match &self.variables[self.known(name)?] {
            Buffer::Word(values) => Ok(values.clone()),
            Buffer::Float(_) => Err(wrong_type(name, DType::U32)),
        }
    }

    /// Copies one variable to another, which is created when missing.
    ///
    /// # Errors
    /// When `from` does not exist, or `to` has another type or length.
    pub fn copy(&mut self, from: &str, to: &str) -> Result<(), CpuError> {
        let source = self.known(from)?;
        let Some(target) = self.find(to) else {
            let copy = self.variables[source].clone();
            self.create(to, copy);
            return Ok(());
        };
        if source == target {
            return Ok(());
        }
        let [source, target] =
            self.variables.get_disjoint_mut([source, target]).expect("two different known variables");
        match (&*source, target) {
            (Buffer::Float(s), Buffer::Float(t)) if s.len() == t.len() => t.copy_from_slice(s),
            (Buffer::Word(s), Buffer::Word(t)) if s.len() == t.len() => t.copy_from_slice(s),
            (s, t) => {
                return Err(t
                    .fits(to, s.dtype(), s.len())
                    .err()
                    .unwrap_or(CpuError::Unknown { name: to.into() }));
            }
        }
        Ok(())
    }

    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    fn known(&self, name: &str) -> Result<usize, CpuError> {
        self.find(name).ok_or_else(|| CpuError::Unknown { name: name.into() })
    }

    pub(crate) fn create(&mut self, name: &str, buffer: Buffer<T>) {
        self.names.push(name.into());
        self.variables.push(buffer);
    }
}

fn part_of<'a, U>(
    name: &str,
    all: &'a mut [U],
    offset: usize,
    count: usize,
) -> Result<&'a mut [U], CpuError> {
    let len = all.len();
    let end = offset.checked_add(count);
    end.and_then(|end| all.get_mut(offset..end)).ok_or_else(|| CpuError::PastTheEnd {
        name: name.into(),
        len,
        offset,
        count,
    })
}

fn wrong_type(name: &str, wanted: DType) -> CpuError {
    let got = match wanted {
        DType::F32 => DType::U32,
        DType::U32 => DType::F32,
    };
    CpuError::WrongType { name: name.into(), wanted, got }
}
