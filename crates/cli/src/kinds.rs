//! What a file is when it is not what was wanted, by its first bytes, and what to do with it.

/// First bytes of kinds of files, and words that follow "it is".
const MAGIC: [(&[u8], &str); 19] = [
    (
        b"version https://git-lfs.github.com/spec/",
        "a pointer of git-lfs, which stands for the file itself; fetch that with `git lfs pull`",
    ),
    (b"\x1f\x8b", "packed by gzip; unpack it first (gunzip)"),
    (b"BZh", "packed by bzip2; unpack it first (bunzip2)"),
    (b"\xfd7zXZ\0", "packed by xz; unpack it first (unxz)"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd; unpack it first (unzstd)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (
        b"\x93NUMPY",
        "an array of NumPy (.npy); load it in Python and save it with safetensors.numpy.save_file",
    ),
    (
        b"\x89HDF\r\n\x1a\n",
        "an HDF5 file, as Keras and h5py write; load it in Python and save it with safetensors",
    ),
    (b"GGUF", "a GGUF file; load it in Python and save it with safetensors"),
    (b"PAR1", "a table in Parquet; load it in Python and save it with safetensors"),
    (b"ARROW1", "a table in Arrow; load it in Python and save it with safetensors"),
    (
        b"\x89PNG\r\n\x1a\n",
        "a picture (PNG); the page reads pictures, here its numbers must be in safetensors",
    ),
    (b"\xff\xd8\xff", "a picture (JPEG); the page reads pictures, here its numbers must be in safetensors"),
    (b"GIF8", "a picture (GIF); the page reads pictures, here its numbers must be in safetensors"),
    (b"%PDF-", "a PDF"),
    (b"\xff\xfe", "text in UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "text in UTF-16; save it as UTF-8"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\0", "a database of SQLite"),
];

/// The mark that some editors put in front of UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What these bytes are, in words that follow "it is"; none where that cannot be told.
pub fn what(bytes: &[u8]) -> Option<&'static str> {
    if let Some((_, words)) = MAGIC.iter().find(|(first, _)| bytes.starts_with(first)) {
        return Some(words);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Some(archive(bytes));
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some("a tar archive; unpack it first");
    }
    if idx(bytes) {
        return Some(
            "an IDX file, as MNIST has them; the page reads it, here save it from Python with safetensors \
             (docs/cli.md has the lines)",
        );
    }
    // A pickle of protocol 2 or later, and what stands in it first: a class, a table, a list or the next frame.
    if let [0x80, 2..=5, next, ..] = bytes
        && b"c}](\x8a\x95".contains(next)
    {
        return Some(
            "a pickle, as pickle.dump and older releases of torch.save write; load it in Python \
             (torch.load with weights_only=True) and save it with safetensors.torch.save_file",
        );
    }
    if wide(bytes) {
        return Some("text in UTF-16; save it as UTF-8");
    }
    text_kind(bytes.strip_prefix(BOM).unwrap_or(bytes))
}

/// Which zip file.
fn archive(bytes: &[u8]) -> &'static str {
    let length = bytes.get(26..28).map_or(0, |b| usize::from(b[0]) | usize::from(b[1]) << 8);
    let first = bytes.get(30..30 + length).unwrap_or_default();
    let holds = |name: &[u8]| bytes.windows(name.len()).take(1 << 16).any(|at| at == name);
    if first.ends_with(b".npy") {
        return "an archive of NumPy's arrays (.npz); load it in Python and save it with safetensors.numpy.save_file";
    }
    if holds(b"data.pkl") {
        return "a zip file as torch.save writes it; load it in Python (torch.load with weights_only=True) and save it \
                with safetensors.torch.save_file";
    }
    "a zip archive; unpack it first"
}

/// Two zeros, a kind of number, how many axes; then the extents, and the numbers that they promise.
fn idx(bytes: &[u8]) -> bool {
    let size = match bytes.get(2) {
        Some(8 | 9) => 1u64,
        Some(11) => 2,
        Some(12 | 13) => 4,
        Some(14) => 8,
        _ => return false,
    };
    let axes = bytes.get(3).map_or(0, |&n| usize::from(n));
    let Some(extents) = bytes.get(4..4 + 4 * axes).filter(|_| axes > 0 && bytes.starts_with(&[0, 0])) else {
        return false;
    };
    let extents = extents.as_chunks::<4>().0.iter().map(|b| u64::from(u32::from_be_bytes(*b)));
    let numbers = extents.into_iter().try_fold(size, u64::checked_mul);
    numbers.is_some_and(|n| n + 4 + 4 * axes as u64 == bytes.len() as u64)
}

/// UTF-16 without a mark: every other byte of what would be plain letters is 0.
fn wide(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(64) & !1];
    let pairs = start.as_chunks::<2>().0;
    let letter = |b: u8| (b' '..=b'~').contains(&b) || b"\t\r\n".contains(&b);
    pairs.len() >= 2
        && (pairs.iter().all(|b| letter(b[0]) && b[1] == 0)
            || pairs.iter().all(|b| b[0] == 0 && letter(b[1])))
}

/// What a text is.
fn text_kind(bytes: &[u8]) -> Option<&'static str> {
    let start = &bytes[..bytes.len().min(4096)];
    // Letters beyond ASCII may be of any encoding, but most are not.
    let plain = start.iter().filter(|b| b.is_ascii()).count();
    if 4 * plain < 3 * start.len()
        || start.is_empty()
        || start.iter().any(|&b| b < 32 && !b"\t\r\n\x0c".contains(&b))
    {
        return None;
    }
    let text = String::from_utf8_lossy(start).trim_start().to_lowercase();
    let first = text.lines().next().unwrap_or_default();
    let kinds = [
        (
            text.starts_with("<!doctype html") || text.starts_with("<html"),
            "a web page (HTML): the download gave a page in place of the file; open its address in a browser",
        ),
        (
            text.starts_with('<'),
            "XML or a web page: the download gave that in place of the file; open its address in a browser",
        ),
        (
            text.starts_with('{') && text.contains("\"weight_map\""),
            "the list of a model that lies in several files; load those in Python and save them as one",
        ),
        (
            text.starts_with('{') || text.starts_with('['),
            "JSON, as experiments are; tensors are in safetensors files",
        ),
        (
            first.contains([',', ';', '\t']),
            "a table of text (CSV); the page reads it, here save it from Python with safetensors (docs/cli.md has the lines)",
        ),
    ];
    Some(kinds.iter().find(|(is, _)| *is).map_or("plain text", |(_, words)| words))
}

/// Whether it looks like a safetensors file: a header's length, and a header.
fn tensors(bytes: &[u8]) -> bool {
    bytes.get(4..9) == Some(b"\0\0\0\0{")
}

/// The text of an experiment's file, without the mark that some editors put in front.
///
/// # Errors
/// What it is instead, in words that follow "this is not an experiment,".
pub fn text(bytes: &[u8]) -> Result<&str, String> {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let json = |text: &str| text.trim_start().starts_with(['{', '[']);
    match std::str::from_utf8(bytes) {
        Ok(text) if json(text) && !wide(bytes) => return Ok(text),
        _ if tensors(bytes) => {
            return Err(
                "it is a safetensors file of weights or samples; the experiment is a file of JSON".into()
            );
        }
        _ => {}
    }
    match (what(bytes), std::str::from_utf8(bytes)) {
        // The reader of JSON says what it misses.
        (None | Some("plain text"), Ok(text)) => Ok(text),
        (Some(words), _) => Err(format!("it is {words}")),
        (None, Err(_)) => Err("which is a file of text (JSON)".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide_text(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn kinds_of_files_are_told_by_their_first_bytes() {
        let npz = [b"PK\x03\x04", &[0; 22][..], &[7, 0, 0, 0], b"arr.npy..."].concat();
        let torch = [b"PK\x03\x04", &[0; 22][..], &[16, 0, 0, 0], b"archive/data.pkl..."].concat();
        let idx = [&[0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3][..], &[9; 6]].concat();
        let mut tar = vec![b'a'; 512];
        tar[257..262].copy_from_slice(b"ustar");
        let known: [(&[u8], &str); 17] = [
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "git lfs pull"),
            (b"\x1f\x8b\x08\0\0\0\0\0\0\x03abc", "gunzip"),
            (&npz, "npz"),
            (&torch, "torch.save"),
            (b"PK\x03\x04 and so on", "zip archive"),
            (&idx, "IDX"),
            (b"\x93NUMPY\x01\0v\0{'descr'", "NumPy"),
            (b"\x80\x02}q\0(X\x01", "pickle"),
            (b"\x80\x04\x95\x10\0\0\0\0\0\0\0", "pickle"),
            (b"\n<!DOCTYPE HTML><html lang=en>", "web page"),
            (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "web page"),
            (b"x,y,label\n1,2,a\n", "CSV"),
            (b"\xef\xbb\xbfx;y;label\n1;2;a\n", "CSV"),
            (b"{\"metadata\": {}, \"weight_map\": {\"a\": \"b\"}}", "several files"),
            (b"{\"seed\": 1}", "JSON"),
            (b"seven times seven", "plain text"),
            (&tar, "tar"),
        ];
        for (bytes, words) in known {
            let told = what(bytes).unwrap_or_else(|| panic!("{words} is not told"));
            assert!(told.contains(words), "{words}: {told}");
        }
        for unknown in [&b""[..], &[1, 2, 3, 0], &[0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3], &[0xff; 3]] {
            assert_eq!(what(unknown), None, "{unknown:?}");
        }
    }

    #[test]
    fn an_experiment_is_text_with_or_without_a_mark() {
        assert_eq!(text(b"\xef\xbb\xbf {}"), Ok(" {}"));
        assert_eq!(text(b"{\"seed\": 1"), Ok("{\"seed\": 1"));
        let mut marked = b"\xff\xfe".to_vec();
        marked.extend(wide_text("{}", u16::to_le_bytes));
        let wides = [
            marked,
            wide_text("{\"seed\": 1}", u16::to_le_bytes),
            wide_text("{\"seed\": 1}", u16::to_be_bytes),
        ];
        for wide in wides {
            assert!(text(&wide).expect_err("UTF-16").contains("UTF-16; save it as UTF-8"));
        }
        let header = b"\x40\0\0\0\0\0\0\0{\"a\":{}}";
        assert!(text(header).expect_err("tensors").contains("safetensors file"));
        for other in
            [&b"<html>"[..], b"\x1f\x8b\x08\0", b"version https://git-lfs.github.com/spec/v1\n", b"a,b\n1,2"]
        {
            assert!(text(other).expect_err("another kind").starts_with("it is "));
        }
    }
}
