//! How an export knows its own files again: each says in its head that it was written so, with a check sum of what it holds.
//! A file without the mark, or changed since, is somebody's work and not written over.

use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

use crate::Tensor;

/// A script's first line, around the check sum.
const LINE: [&str; 2] =
    ["# Written by minibatch export (", "), which writes over this file again unless it was changed.\n"];
/// The note in the head of a safetensors file.
pub(crate) const NOTE: &str = "minibatch export";

/// A script with the mark in front.
pub(crate) fn script(text: &str) -> String {
    format!("{}{:08x}{}{text}", LINE[0], crc32fast::hash(text.as_bytes()), LINE[1])
}

/// What the note of a safetensors file says of these arrays.
pub(crate) fn note(tensors: &[&Tensor]) -> String {
    let mut all = tensors.to_vec();
    // A file has an order of its own.
    all.sort_by_key(|tensor| tensor.name());
    let mut sum = crc32fast::Hasher::new();
    for tensor in all {
        sum.update(named(tensor.name(), tensor.dtype(), &tensor.shape()).as_bytes());
        tensor.parts(&mut |part| sum.update(part));
    }
    format!("{:08x}", sum.finalize())
}

/// What the sum has of an array before its bytes.
fn named(name: &str, dtype: Dtype, shape: &[usize]) -> String {
    format!("{name}\0{dtype:?}{shape:?}\0")
}

/// Whether an export wrote these bytes, and nobody changed them.
pub fn is_ours(bytes: &[u8]) -> bool {
    script_is_ours(bytes).unwrap_or(false) || tensors_are_ours(bytes).unwrap_or(false)
}

fn script_is_ours(bytes: &[u8]) -> Option<bool> {
    let (sum, rest) = bytes.strip_prefix(LINE[0].as_bytes())?.split_at_checked(8)?;
    let text = rest.strip_prefix(LINE[1].as_bytes())?;
    Some(sum == format!("{:08x}", crc32fast::hash(text)).as_bytes())
}

fn tensors_are_ours(bytes: &[u8]) -> Option<bool> {
    let (_, head) = SafeTensors::read_metadata(bytes).ok()?;
    let said = head.metadata().as_ref()?.get(NOTE)?;
    let file = SafeTensors::deserialize(bytes).ok()?;
    let mut all: Vec<_> = file.iter().collect();
    all.sort_by_key(|(name, _)| *name);
    let mut sum = crc32fast::Hasher::new();
    for (name, view) in all {
        sum.update(named(name, view.dtype(), view.shape()).as_bytes());
        sum.update(view.data());
    }
    Some(*said == format!("{:08x}", sum.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;
    use minibatch_session::preset;

    #[test]
    fn every_file_of_an_export_is_known_again_until_it_is_changed() {
        let export = || files(&preset("xor").expect("xor"), "xor", "xor.py", None, None).expect("files");
        let files = export();
        (0..8).for_each(|_| assert!(export() == files, "the same experiment gives the same files"));
        for written in [files.script.into_bytes(), files.data, files.weights] {
            assert!(is_ours(&written));
            // The first byte may belong to the head's length; the middle and the end hold text or numbers.
            for at in [0, written.len() / 2, written.len() - 1] {
                let mut changed = written.clone();
                changed[at] ^= 1;
                assert!(!is_ours(&changed), "byte {at} of {}", written.len());
            }
            assert!(!is_ours(&written[..written.len() - 1]) && !is_ours(&[&written[..], b"\n"].concat()));
        }
        for other in [&b""[..], b"import torch\n", LINE[0].as_bytes()] {
            assert!(!is_ours(other));
        }
    }
}
