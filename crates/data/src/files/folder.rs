//! Images in folders: the folder an image stands in is its class.

use super::{Dropped, FileError, split};

/// An image still encoded, with its class.
#[derive(Clone, PartialEq, Debug)]
pub struct ImageFile {
    /// Its class: the folder it stands in.
    pub label: String,
    /// Its name, with the folders.
    pub name: String,
    /// PNG, JPEG, GIF, BMP or WebP.
    pub bytes: Vec<u8>,
}

/// Whether the bytes begin as a PNG, JPEG, GIF, BMP or WebP does.
pub(super) fn is_image(file: &Dropped) -> bool {
    let bytes = &file.bytes[..];
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    starts(b"\x89PNG\r\n\x1a\n")
        || starts(b"\xff\xd8\xff")
        || starts(b"GIF87a")
        || starts(b"GIF89a")
        // "BM" alone begins many a text; a bitmap's reserved bytes are 0.
        || starts(b"BM") && bytes.get(6..10) == Some(&[0; 4])
        || starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")
}

/// Each image with the folder it stands in.
///
/// # Errors
/// An image that stands in no folder; one class only, or too many: better said before all are decoded.
pub(super) fn label(images: Vec<Dropped>) -> Result<Vec<ImageFile>, FileError> {
    let labelled = |Dropped { name, bytes }: Dropped| {
        let folder = name.rsplit(['/', '\\']).nth(1).unwrap_or_default().trim();
        if folder.is_empty() || folder == "." {
            return Err(FileError::NoFolder { name });
        }
        Ok(ImageFile { label: folder.to_owned(), name, bytes })
    };
    let images: Vec<ImageFile> = images.into_iter().map(labelled).collect::<Result<_, _>>()?;
    let labels: Vec<String> = images.iter().map(|image| image.label.clone()).collect();
    split::classes(&labels)?;
    Ok(images)
}
