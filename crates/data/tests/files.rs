//! The learner's own images from files: what is read, and what is said of files that cannot be.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use minibatch_data::{Dropped, FileError, Found, Holding, ImageFile, SampleSet, read_files};

mod archive;
use archive::{gzip, zip};

fn file(name: &str, bytes: impl Into<Vec<u8>>) -> Dropped {
    Dropped { name: name.into(), bytes: bytes.into() }
}

fn idx(shape: &[u32], numbers: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend(numbers);
    bytes
}

/// `count` images of 2 x 3 whose every pixel is the image's number, and their labels, 0 to 4 in turn.
fn pair(count: u8) -> (Vec<u8>, Vec<u8>) {
    let pixels = (0..count).flat_map(|image| [image; 6]);
    (idx(&[count.into(), 2, 3], pixels), idx(&[count.into()], (0..count).map(|image| image % 5)))
}

fn samples(files: Vec<Dropped>) -> SampleSet {
    match read_files(files, Holding::default()) {
        Ok((Found::Samples(set), _)) => set,
        other => panic!("{other:?}"),
    }
}

fn images(files: Vec<Dropped>) -> Vec<ImageFile> {
    match read_files(files, Holding::default()) {
        Ok((Found::Images(images), _)) => images,
        other => panic!("{other:?}"),
    }
}

fn error(files: Vec<Dropped>) -> String {
    read_files(files, Holding::default()).expect_err("wrong").to_string()
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";

#[test]
fn a_pair_is_split_by_share_and_seed() {
    let (pixels, labels) = pair(50);
    let given = || vec![file("labels", labels.clone()), file("images", pixels.clone())];
    let set = samples(given());
    assert_eq!((set.train, set.test, set.input.clone(), set.classes), (40, 10, vec![1, 2, 3], Some(5)));
    assert_eq!(set.class_names, ["0", "1", "2", "3", "4"]);
    let mut seen: Vec<u32> = Vec::new();
    for (image, target) in set.inputs.chunks_exact(6).zip(&set.targets) {
        let number = image[0] * 255.0;
        assert!(image.iter().all(|pixel| *pixel == image[0]), "an image was torn apart");
        assert_eq!((number.round() as u32 % 5) as f32, *target, "a label went astray");
        seen.push(number.round() as u32);
    }
    for class in 0..5 {
        let held = set.targets[40..].iter().filter(|&&target| target == class as f32).count();
        assert_eq!(held, 2, "class {class} gives its share to the test");
    }
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..50), "every image comes once");
    let other = read_files(given(), Holding { seed: 1, ..Holding::default() });
    assert_ne!(other.expect("read").0, Found::Samples(set.clone()), "the seed is not used");
    assert_eq!(samples(given()), set, "the same seed gives another split");
}

#[test]
fn mnist_as_it_is_downloaded() {
    let ((a, b), (c, d)) = (pair(20), pair(5));
    let four = || {
        [
            ("train-images-idx3-ubyte", &a),
            ("t10k-labels-idx1-ubyte", &d),
            ("t10k-images-idx3-ubyte", &c),
            ("train-labels-idx1-ubyte", &b),
        ]
    };
    let plain = samples(four().map(|(name, bytes)| file(name, bytes.clone())).into());
    // The test set is the one so named, whole and in its order.
    assert_eq!((plain.train, plain.test), (20, 5));
    assert!(plain.targets[20..].iter().copied().eq([0.0, 1.0, 2.0, 3.0, 4.0]));
    assert!(
        plain.inputs.chunks_exact(6).map(|image| (image[0] * 255.0).round() as u8).eq((0..20).chain(0..5))
    );
    let zipped: Vec<(&str, &[u8])> = four().into_iter().map(|(name, bytes)| (name, &bytes[..])).collect();
    let gzipped = four().map(|(name, bytes)| file(&format!("{name}.gz"), gzip(bytes)));
    assert_eq!(samples(gzipped.into()), plain, "gzipped");
    assert_eq!(samples(vec![file("archive.zip", zip(&zipped))]), plain, "in a zip");
}

#[test]
fn colours_stand_together_or_apart() {
    let labels = idx(&[2], [0, 1]);
    let together = idx(&[2, 2, 2, 3], [0, 100, 200].repeat(8));
    let apart = idx(&[2, 3, 2, 2], [[0; 4], [100; 4], [200; 4]].concat().repeat(2));
    for pixels in [together, apart] {
        let set = samples(vec![file("images", pixels), file("labels", labels.clone())]);
        assert_eq!(set.input, [3, 2, 2]);
        let bytes: Vec<u32> = set.inputs[..12].iter().map(|pixel| (pixel * 255.0).round() as u32).collect();
        assert_eq!(bytes, [0, 0, 0, 0, 100, 100, 100, 100, 200, 200, 200, 200]);
    }
}

#[test]
fn wrong_idx_files_get_a_clear_message() {
    let (pixels, labels) = pair(10);
    let with = |images: &[u8]| error(vec![file("i-idx3", images), file("l-idx1", labels.clone())]);
    assert_eq!(
        with(&pixels[..50]),
        "i-idx3 says it holds 10 x 2 x 3 = 60 bytes, but 34 follow its head; it was cut short: download it again"
    );
    assert!(with(&[&pixels[..], &[1]].concat()).contains("but 61 follow its head; it is not the file"));
    assert_eq!(
        with(&pixels[..9]),
        "i-idx3 ends after 9 bytes, within its head of 16; it was cut short: download it again"
    );
    assert_eq!(
        with(&[&[0, 0, 0x0d], &pixels[3..]].concat()),
        "i-idx3 holds floats (type 0x0d); IDX files of unsigned bytes (type 0x08) can be read"
    );
    assert!(with(&idx(&[u32::MAX; 8], [])).contains("too many bytes"));
    assert!(with(&idx(&[10, 6], [0; 60])).contains("has the shape 10 x 6; images are"));
    assert!(with(&idx(&[10, 0, 0], [])).contains("has the shape 10 x 0 x 0"));
    assert_eq!(
        error(vec![file("images", pixels.clone()), file("labels", pair(9).1)]),
        "images holds 10 images, labels 9 labels; drop the two that belong together"
    );
    assert!(error(vec![file("images", pixels.clone())]).starts_with("images has no labels beside it"));
    assert!(error(vec![file("labels", labels.clone())]).starts_with("labels has no images beside it"));
    assert!(
        error(vec![file("x-idx3-ubyte", [7, 7, 7])]).starts_with("x-idx3-ubyte does not begin as an IDX")
    );
    assert!(error(vec![file("x.gz", &gzip(&pixels)[..30])]).starts_with("x.gz cannot be unpacked: its gzip"));
    assert!(error(vec![file("x.gz", [0x1f, 0x8b])]).contains("damaged or cut short"));
    assert!(error(vec![file("images", Vec::new())]).starts_with("images is empty"));
    let one_class = idx(&[10], [7; 10]);
    assert!(
        error(vec![file("i", pixels), file("l", one_class)]).starts_with("every image is of the class \"7\"")
    );
}

#[test]
fn a_zip_or_folder_of_images_is_labelled_by_folder() {
    let entries: [(&str, &[u8]); 7] = [
        ("pets/cat/1.png", PNG),
        ("pets/cat/2.jpg", b"\xff\xd8\xff\xe0"),
        ("pets/dog/3.gif", b"GIF89a..."),
        ("pets/dog/4.webp", b"RIFF....WEBP"),
        ("pets/dog/notes.txt", b"not, an, image"),
        ("pets/dog/.hidden.png", PNG),
        ("__MACOSX/pets/dog/._3.gif", PNG),
    ];
    let zipped = images(vec![file("pets.zip", zip(&entries))]);
    let labels: Vec<&str> = zipped.iter().map(|image| &image.label[..]).collect();
    assert_eq!(labels, ["cat", "cat", "dog", "dog"]);
    assert_eq!((&zipped[0].name[..], &zipped[0].bytes[..]), ("pets/cat/1.png", PNG));
    let folder = entries.map(|(name, bytes)| file(name, bytes));
    assert_eq!(images(folder.into()), zipped);
}

#[test]
fn zips_of_something_else_get_a_clear_message() {
    let zipped = |entries: &[(&str, &[u8])]| error(vec![file("a.zip", zip(entries))]);
    assert_eq!(
        zipped(&[("a.pdf", b"%PDF\0"), ("b.doc", b"\0"), ("c.exe", b"MZ\0"), ("d", b"\0\0"), ("e", b"\0")]),
        "no images in a.pdf, b.doc, c.exe and 2 more; IDX files (MNIST), PNG, JPEG, GIF, BMP or WebP images in a \
         folder for each class, a zip of these, and CSV of pixels can be read"
    );
    assert!(zipped(&[]).starts_with("there is nothing to read in a.zip; drop"));
    assert!(zipped(&[("b.zip", &zip(&[]))]).starts_with("b.zip is a zip inside a zip"));
    assert!(zipped(&[("1.png", PNG)]).starts_with("1.png stands in no folder of a class"));
    assert!(zipped(&[("cat/1.png", PNG)]).starts_with("every image is of the class \"cat\""));
    assert!(error(Vec::new()).starts_with("there is nothing to read; drop"));
    let mut cut = zip(&[("cat/1.png", PNG), ("dog/1.png", PNG)]);
    cut.truncate(cut.len() - 10);
    assert!(error(vec![file("cut.zip", cut)]).starts_with("cut.zip cannot be unpacked: its zip data"));
    let mut locked = zip(&[("cat/1.png", PNG)]);
    // The flags of the local head, then those of the directory.
    let directory = locked.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
    locked[6] |= 1;
    locked[directory + 8] |= 1;
    assert!(error(vec![file("locked.zip", locked)]).starts_with("cat/1.png in the zip is encrypted"));
    let mut wrong = zip(&[("cat/1.png", PNG), ("dog/1.png", PNG)]);
    let directory = wrong.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
    wrong[directory + 16] ^= 1; // the checksum
    assert!(error(vec![file("wrong.zip", wrong)]).contains("damaged"));
}

#[test]
fn bombs_are_stopped() {
    // 600 MB of zeros in a few megabytes, in one file and in many.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let block = vec![0u8; 1 << 20];
    (0..600).for_each(|_| encoder.write_all(&block).expect("memory"));
    let bomb = encoder.finish().expect("memory");
    assert!(bomb.len() < 8 << 20);
    assert_eq!(error(vec![file("b.gz", bomb)]), "b.gz unpacks to more than 512 MB in all; leave some out");
    let half = gzip(&vec![0u8; 300 << 20]);
    assert!(error(vec![file("1.gz", half.clone()), file("2.gz", half)]).starts_with("2.gz unpacks to more"));
}

#[test]
fn too_many_numbers_are_refused_before_they_are_made() {
    // 110 million bytes of images, which would be 440 MB of numbers.
    let pixels = idx(&[11, 2500, 4000], vec![0; 110_000_000]);
    let labels = idx(&[11], (0..11).map(|label| label % 2));
    let message = error(vec![file("i", pixels), file("l", labels)]);
    assert_eq!(
        message,
        "11 images of 1 x 2500 x 4000 (channels x rows x columns) hold 110000000 numbers, at most 100 million fit; \
         take fewer or smaller images"
    );
}

#[test]
fn a_share_out_of_range_is_named() {
    let (pixels, labels) = pair(10);
    for share in [0.0, 1.0, f32::NAN] {
        let holding = Holding { test_share: share, ..Holding::default() };
        let wrong = read_files(vec![file("i", pixels.clone()), file("l", labels.clone())], holding);
        assert!(matches!(wrong, Err(FileError::Share { .. })), "{share}");
    }
}

#[test]
fn no_bytes_make_a_panic() {
    let (pixels, labels) = pair(10);
    let whole = [
        pixels.clone(),
        gzip(&pixels),
        zip(&[("a/1.png", PNG), ("b/i-idx3", &pixels)]),
        b"1,2\n3,4".to_vec(),
    ];
    for bytes in &whole {
        for cut in 0..bytes.len() {
            let _ = read_files(vec![file("x", &bytes[..cut]), file("l", labels.clone())], Holding::default());
            for flip in [1, 0x80, 0xff] {
                let mut wrong = bytes.clone();
                wrong[cut] ^= flip;
                let _ = read_files(vec![file("x", wrong), file("l", labels.clone())], Holding::default());
            }
        }
    }
}
