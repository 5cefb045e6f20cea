//! Tensors to files of safetensors, part by part: nothing needs room for a whole file.

use std::path::Path;

use minibatch_session::NamedTensor;

use super::read::place;
use crate::error::{Error, Result};
use crate::save::{Growing, Target};

/// Takes an array's name and its next numbers.
pub type Take<'a> = &'a mut dyn FnMut(&str, &[f32]) -> Result<()>;

/// A new file beside its place with the arrays of these names and extents, which `hand` hands over in their order: f32 numbers,
/// with the note `format: pt` that PyTorch's tools look for.
///
/// # Errors
/// When a number is not finite, since such a file would not be read again: `mend` says what to do. When what is handed over is
/// not of the shapes, or the system refuses.
pub fn file(
    target: &Target,
    shapes: &[(String, Vec<usize>)],
    mend: &'static str,
    hand: impl FnOnce(Take) -> Result<()>,
) -> Result<Growing> {
    let mut file = target.grow()?;
    write(target.name(), shapes, mend, hand, &mut |bytes| file.write(bytes))?;
    Ok(file)
}

/// The same of one array that is there.
///
/// # Errors
/// As [`file()`].
pub fn one(target: &Target, tensor: &NamedTensor, mend: &'static str) -> Result<Growing> {
    let shapes = [(tensor.name.clone(), tensor.shape.clone())];
    file(target, &shapes, mend, |take| take(&tensor.name, &tensor.values))
}

/// Bytes that are put together before they are written.
const AT_ONCE: usize = 1 << 16;

fn write(
    path: &Path,
    shapes: &[(String, Vec<usize>)],
    mend: &'static str,
    hand: impl FnOnce(Take) -> Result<()>,
    out: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let head = header(shapes);
    out(&(head.len() as u64).to_le_bytes())?;
    out(head.as_bytes())?;
    // The array that is on its way, and how many of its numbers are through.
    let (mut current, mut at) = (0, 0);
    let fault = |name: &str| Error::Write {
        path: path.into(),
        source: std::io::Error::other(format!("{name} has not as many numbers as its shape says")),
    };
    let len = |i: usize| shapes.get(i).map_or(0, |(_, shape)| shape.iter().product::<usize>());
    hand(&mut |name, values| {
        while shapes.get(current).is_some_and(|(wanted, _)| wanted != name) && at == len(current) {
            (current, at) = (current + 1, 0);
        }
        let Some((_, shape)) = shapes.get(current).filter(|(wanted, _)| wanted == name) else {
            return Err(fault(name));
        };
        if at + values.len() > len(current) {
            return Err(fault(name));
        }
        if let Some(wrong) = values.iter().position(|v| !v.is_finite()) {
            let (place, value) = (format!("{name}{}", place(shape, at + wrong)), values[wrong].to_string());
            return Err(Error::NotFinite { path: path.into(), place, value, mend });
        }
        for part in values.chunks(AT_ONCE / 4) {
            let bytes: Vec<u8> = part.iter().flat_map(|v| v.to_le_bytes()).collect();
            out(&bytes)?;
        }
        at += values.len();
        Ok(())
    })?;
    // What follows has no numbers, and need not be handed over.
    let whole = at == len(current) && (current + 1..shapes.len()).all(|i| len(i) == 0);
    if whole { Ok(()) } else { Err(fault(shapes.get(current).map_or("it", |(name, _)| name))) }
}

/// The head of the file: where each array stands behind it, in their order.
fn header(shapes: &[(String, Vec<usize>)]) -> String {
    let mut head = r#"{"__metadata__":{"format":"pt"}"#.to_owned();
    let mut begin = 0;
    for (name, shape) in shapes {
        let end = begin + 4 * shape.iter().product::<usize>();
        let (name, shape) = (serde_json::json!(name), serde_json::json!(shape));
        head += &format!(r#",{name}:{{"dtype":"F32","shape":{shape},"data_offsets":[{begin},{end}]}}"#);
        begin = end;
    }
    head.push('}');
    // So that the numbers begin at a multiple of eight bytes.
    let wanted = head.len().next_multiple_of(8);
    head.extend(std::iter::repeat_n(' ', wanted - head.len()));
    head
}

/// All bytes of a file.
///
/// # Errors
/// As [`file()`].
#[cfg(test)]
pub fn to_bytes(path: &Path, tensors: &[NamedTensor], mend: &'static str) -> Result<Vec<u8>> {
    let mut bytes = vec![];
    let shapes: Vec<_> = tensors.iter().map(|t| (t.name.clone(), t.shape.clone())).collect();
    let hand =
        |take: Take| tensors.iter().try_for_each(|t| t.values.chunks(3).try_for_each(|v| take(&t.name, v)));
    write(path, &shapes, mend, hand, &mut |part| {
        bytes.extend(part);
        Ok(())
    })?;
    Ok(bytes)
}
