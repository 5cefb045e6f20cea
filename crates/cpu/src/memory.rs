//! Buffers, and how an op gets at its operands while it runs.

use std::mem::take;
use std::ops::Range;

use minibatch_graph::DType;

use crate::{CpuError, Real};

/// The elements of one variable or shared buffer.
#[derive(Clone, Debug)]
pub(crate) enum Buffer<T> {
    Float(Vec<T>),
    Word(Vec<u32>),
}

impl<T: Real> Buffer<T> {
    pub fn zeros(dtype: DType, len: usize) -> Self {
        match dtype {
            DType::F32 => Self::Float(vec![T::ZERO; len]),
            DType::U32 => Self::Word(vec![0; len]),
        }
    }

    pub fn dtype(&self) -> DType {
        match self {
            Self::Float(_) => DType::F32,
            Self::Word(_) => DType::U32,
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Float(values) => values.len(),
            Self::Word(values) => values.len(),
        }
    }

    /// Whether the buffer is what a graph needs under this name.
    pub fn fits(&self, name: &str, dtype: DType, len: usize) -> Result<(), CpuError> {
        // Asked before each run, so that the name is copied only where something is wrong.
        if self.dtype() != dtype {
            return Err(CpuError::WrongType { name: name.into(), wanted: dtype, got: self.dtype() });
        }
        if self.len() != len {
            return Err(CpuError::WrongSize { name: name.into(), wanted: len, got: self.len() });
        }
        Ok(())
    }
}

/// Which buffer holds a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Home {
    /// A variable of the store, by its index there.
    Variable(usize),
    /// A buffer of the plan: a shared slot or a constant.
    Local(usize),
}

/// One value an op reads or writes: where it lies and how it is shaped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operand {
    pub home: Home,
    /// Its first element in the buffer.
    pub offset: usize,
    /// The extent of its first axis.
    pub rows: usize,
    /// The elements of one row: the product of all other axes.
    pub columns: usize,
    pub dtype: DType,
}

impl Operand {
    pub fn len(&self) -> usize {
        self.rows * self.columns
    }

    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset + self.len()
    }
}

/// All buffers while a plan runs.
pub(crate) struct Memory<'a, T> {
    pub variables: &'a mut [Buffer<T>],
    pub locals: &'a mut [Buffer<T>],
}

impl<T: Real> Memory<'_, T> {
    fn buffer(&self, home: Home) -> &Buffer<T> {
        match home {
            Home::Variable(i) => &self.variables[i],
            Home::Local(i) => &self.locals[i],
        }
    }

    fn buffer_mut(&mut self, home: Home) -> &mut Buffer<T> {
        match home {
            Home::Variable(i) => &mut self.variables[i],
            Home::Local(i) => &mut self.locals[i],
        }
    }

    /// A float operand. Types were checked when the plan was compiled, and sizes before this run.
    pub fn floats(&self, operand: &Operand) -> &[T] {
        match self.buffer(operand.home) {
            Buffer::Float(values) => &values[operand.range()],
            Buffer::Word(_) => &[],
        }
    }

    /// An integer operand.
    pub fn words(&self, operand: &Operand) -> &[u32] {
        match self.buffer(operand.home) {
            Buffer::Word(values) => &values[operand.range()],
            Buffer::Float(_) => &[],
        }
    }

    /// Lets `write` fill a float operand while it reads others: the buffer is taken out of its place meanwhile, which
    /// is sound since no op reads the buffer it writes.
    pub fn write(&mut self, operand: &Operand, write: impl FnOnce(&mut Self, &mut [T])) {
        let mut buffer = match self.buffer_mut(operand.home) {
            Buffer::Float(values) => take(values),
            Buffer::Word(_) => return,
        };
        write(self, &mut buffer[operand.range()]);
        *self.buffer_mut(operand.home) = Buffer::Float(buffer);
    }

    /// [`Self::write`] for integers.
    pub fn write_words(&mut self, operand: &Operand, write: impl FnOnce(&mut Self, &mut [u32])) {
        let mut buffer = match self.buffer_mut(operand.home) {
            Buffer::Word(values) => take(values),
            Buffer::Float(_) => return,
        };
        write(self, &mut buffer[operand.range()]);
        *self.buffer_mut(operand.home) = Buffer::Word(buffer);
    }
}
