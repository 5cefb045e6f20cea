//! The split that files carry: kept whatever the folders are called and wherever they stand; files that are there twice
//! count once.

use minibatch_data::{
    Dropped, Found, Holding, ImageFile, Parting, SampleSet, Side, Taken, assemble_small, read_files, shrink,
};

mod archive;
use archive::{gzip, zip};

fn file(name: &str, bytes: impl Into<Vec<u8>>) -> Dropped {
    Dropped { name: name.into(), bytes: bytes.into() }
}

/// Something that begins as a PNG does, different for each number.
fn png(number: usize) -> Vec<u8> {
    [&b"\x89PNG\r\n\x1a\n"[..], number.to_string().as_bytes()].concat()
}

fn images(files: Vec<Dropped>, mix: bool) -> (Vec<ImageFile>, Taken) {
    match read_files(files, Holding { mix, ..Holding::default() }) {
        Ok((Found::Images(images), taken)) => (images, taken),
        other => panic!("{other:?}"),
    }
}

fn samples(files: Vec<Dropped>) -> (SampleSet, Taken) {
    match read_files(files, Holding::default()) {
        Ok((Found::Samples(set), taken)) => (set, taken),
        other => panic!("{other:?}"),
    }
}

/// 8 training and 4 test images of each of two classes; `path` says where one stands, by side, class and number.
fn pets(path: impl Fn(bool, &str, usize) -> String) -> Vec<Dropped> {
    let mut all = vec![];
    for (train, count) in [(true, 8), (false, 4)] {
        for class in ["cat", "dog"] {
            for number in 1..=count {
                let content = png(number + 100 * usize::from(train) + 1000 * usize::from(class == "cat"));
                all.push(file(&path(train, class, number), content));
            }
        }
    }
    all
}

fn counts(images: &[ImageFile], label: &str, side: Side) -> usize {
    images.iter().filter(|image| image.label == label && image.side == Some(side)).count()
}

#[test]
fn train_and_test_folders_keep_their_images_whatever_they_are_called() {
    for (train, test) in [
        ("train", "test"),
        ("Train", "Test"),
        ("TRAINING", "TESTING"),
        ("trn", "tst"),
        ("training_set", "test_set"),
        ("train", "eval"),
        ("training", "evaluation"),
        ("train", "holdout"),
        ("train", "hold-out"),
        ("seg_train", "seg_test"),
        ("trainset", "testset"),
        ("train2017", "val2017"),
        ("train", "val"),
        ("train", "valid"),
        ("Training", "Validation"),
        ("train", "dev"),
    ] {
        for shape in [
            "%S/%C/%N",
            "data/%S/%C/%N",
            "a/b/c/%S/%C/%N",
            "%C/%S/%N",
            "pets/%C/%S/%N",
            "%S/%S/%C/%N",
            "%S/images/%C/%N",
            "%S/%C/images/%N",
            "%C/%S_%N",
        ] {
            let path = |is_train: bool, class: &str, number: usize| {
                shape
                    .replace("%S", if is_train { train } else { test })
                    .replace("%C", class)
                    .replace("%N", &format!("{number}.png"))
            };
            let (found, taken) = images(pets(path), false);
            let held = if named_validation(test) { Side::Validation } else { Side::Test };
            let at = format!("{shape} of {train}, {test}");
            for class in ["cat", "dog"] {
                assert_eq!(counts(&found, class, Side::Train), 8, "{at}");
                assert_eq!(counts(&found, class, held), 4, "{at}");
            }
            assert_eq!((taken.parting, taken.sides.len(), taken.twice), (Parting::Files, 2, 0), "{at}");
            assert_eq!((taken.sides[0].samples, taken.sides[1].samples), (16, 8), "{at}");
            // The same in a zip, and in one for each side.
            let zipped = |files: &[Dropped]| {
                zip(&files.iter().map(|f| (&f.name[..], &f.bytes[..])).collect::<Vec<_>>())
            };
            let (again, _) = images(vec![file("pets.zip", zipped(&pets(path)))], false);
            assert_eq!(again.len(), 24, "{at}");
            assert_eq!(again.iter().filter(|image| image.side == Some(Side::Train)).count(), 16, "{at}");
        }
        let side = |is_train: bool| -> Vec<u8> {
            let all =
                pets(|train, class, number| format!("{}{class}/{number}.png", if train { "" } else { "-" }));
            let of_side: Vec<Dropped> =
                all.into_iter().filter(|f| f.name.starts_with('-') != is_train).collect();
            let named: Vec<(&str, &[u8])> =
                of_side.iter().map(|f| (f.name.trim_start_matches('-'), &f.bytes[..])).collect();
            zip(&named)
        };
        let zips = vec![file(&format!("{test}.zip"), side(false)), file(&format!("{train}.zip"), side(true))];
        let (found, _) = images(zips, false);
        assert_eq!(
            counts(&found, "cat", Side::Train) + counts(&found, "dog", Side::Train),
            16,
            "{train}.zip"
        );
        assert_eq!(found.len(), 24);
    }
}

fn named_validation(name: &str) -> bool {
    ["val", "dev"].iter().any(|start| name.to_lowercase().starts_with(start))
}

#[test]
fn three_sides_are_told_apart_and_a_mix_is_one() {
    let path = |train: bool, class: &str, number: usize| match (train, number % 2) {
        (true, _) => format!("train/{class}/{number}.png"),
        (false, 0) => format!("test/{class}/{number}.png"),
        (false, _) => format!("val/{class}/{number}.png"),
    };
    let (found, taken) = images(pets(path), false);
    assert_eq!(
        [Side::Train, Side::Test, Side::Validation].map(|side| counts(&found, "cat", side)),
        [8, 2, 2]
    );
    let told: Vec<(Side, &str)> =
        taken.sides.iter().map(|side| (side.side, &side.names.first[0][..])).collect();
    assert_eq!(told, [(Side::Train, "train"), (Side::Test, "test"), (Side::Validation, "val")]);
    let (mixed, taken) = images(pets(path), true);
    assert!(mixed.iter().all(|image| image.side.is_none()) && mixed.len() == 24);
    assert_eq!((taken.parting, taken.sides.len()), (Parting::Mixed, 3));
}

#[test]
fn no_test_image_is_trained_on() {
    let path = |train: bool, class: &str, number: usize| {
        format!("{}/{class}/{number}.png", if train { "train" } else { "test" })
    };
    let (found, mut taken) = images(pets(path), false);
    let small = found.iter().map(|image| {
        // Test images are white.
        let value = if image.side == Some(Side::Train) { 0 } else { 255 };
        let decoded = minibatch_data::Decoded {
            label: image.label.clone(),
            width: 8,
            height: 8,
            rgba: [value, value, value, 255].repeat(64),
        };
        minibatch_data::Small { side: image.side, ..shrink(&decoded, 8, 1).expect("an image") }
    });
    let set = assemble_small(small.collect(), 8, 1, Holding::default(), &mut taken).expect("24 images");
    assert_eq!((set.train, set.test), (16, 8));
    assert!(
        set.inputs[..16 * 64].iter().all(|&v| v == 0.0) && set.inputs[16 * 64..].iter().all(|&v| v == 1.0)
    );
}

#[test]
fn classes_may_be_called_as_sides_are() {
    let all = |folders: [&str; 3]| -> Vec<Dropped> {
        let each =
            |folder: &str| (0..4).map(|n| file(&format!("{folder}/{n}.png"), png(n))).collect::<Vec<_>>();
        folders.map(each).into_iter().flatten().collect()
    };
    for folders in [["car", "plane", "train"], ["data/bus", "data/test", "data/car"], ["car", "train", "dev"]]
    {
        let (found, taken) = images(all(folders), false);
        assert_eq!((found.len(), taken.parting), (12, Parting::Share), "{folders:?}");
        assert!(found.iter().all(|image| image.side.is_none()));
    }
    let nested = |side: &str| -> Vec<Dropped> {
        ["car", "train"]
            .iter()
            .flat_map(|c| (0..4).map(move |n| file(&format!("{side}/{c}/{n}.png"), png(n))))
            .collect()
    };
    let (found, _) = images([nested("train"), nested("test")].concat(), false);
    assert_eq!((counts(&found, "train", Side::Train), counts(&found, "train", Side::Test)), (4, 4));
    assert_eq!((counts(&found, "car", Side::Train), counts(&found, "car", Side::Test)), (4, 4));
    // Class and side in one name.
    let joined = pets(|train, class, n| format!("{class}_{}/{n}.png", if train { "train" } else { "test" }));
    let (found, _) = images(joined, false);
    assert_eq!((counts(&found, "cat", Side::Train), counts(&found, "dog", Side::Test)), (8, 4));
    // Folders of sides alone hold no class.
    let error = read_files(vec![file("train/1.png", png(1)), file("test/2.png", png(2))], Holding::default());
    assert!(error.expect_err("no class").to_string().contains("stands in no folder of a class"));
}

#[test]
fn a_test_folder_beside_the_classes_is_held_back_and_one_without_classes_left_out() {
    let beside = pets(
        |train, class, n| if train { format!("{class}/{n}.png") } else { format!("test/{class}/{n}.png") },
    );
    let (found, taken) = images(beside, false);
    assert_eq!((counts(&found, "cat", Side::Train), counts(&found, "cat", Side::Test)), (8, 4));
    assert_eq!(taken.parting, Parting::Files);
    let bare = pets(
        |train, class, n| {
            if train { format!("train/{class}/{n}.png") } else { format!("test1/{class}{n}.png") }
        },
    );
    let (found, taken) = images(bare, false);
    assert_eq!((found.len(), taken.unlabelled, taken.parting), (16, 8, Parting::Share));
}

#[test]
fn files_that_are_there_twice_count_once() {
    let path = |train: bool, class: &str, n: usize| {
        format!("{}/{class}/{n}.png", if train { "train" } else { "test" })
    };
    let mut twice = pets(path);
    twice.extend(pets(|train, class, n| format!("pets/{}", path(train, class, n))));
    twice.extend(pets(|train, class, n| format!("__MACOSX/._{}", path(train, class, n))));
    twice.push(file("train/.DS_Store", *b"\0\0\0\x01Bud1"));
    let (found, taken) = images(twice, false);
    assert_eq!((found.len(), taken.twice), (24, 24));
    for copy in ["3 (1).png", "3 - Copy.png", "3 copy.png", "Copy of 3.png"] {
        let mut copied = pets(path);
        let again = copied[2].bytes.clone();
        copied.push(file(&format!("train/cat/{copy}"), again));
        let (found, taken) = images(copied, false);
        assert_eq!((found.len(), taken.twice), (24, 1), "{copy}");
    }
    // The same content under names of their own stays: drawings may be alike.
    let alike: Vec<Dropped> =
        (0..8).map(|n| file(&format!("{}/{n}.png", ["a", "b"][n % 2]), png(7))).collect();
    assert_eq!(images(alike, false).0.len(), 8);
    // All images, and the same parted: none of the test is trained on.
    let mut loose = pets(path);
    loose.extend(pets(|train, class, n| format!("{class}/{}.png", n + 10 * usize::from(train))));
    let (found, taken) = images(loose, false);
    assert_eq!((found.len(), taken.twice), (24, 24));
}

fn idx(shape: &[u32], numbers: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend(numbers);
    bytes
}

#[test]
fn mnist_as_kaggle_has_it_counts_once() {
    let part = |count: u8, from: u8| {
        let pixels = idx(&[count.into(), 2, 2], (0..count).flat_map(|n| [from + n; 4]));
        (pixels, idx(&[count.into()], (0..count).map(|n| n % 2)))
    };
    let ((a, b), (c, d)) = (part(20, 0), part(6, 100));
    let both = |stem: &str, bytes: &[u8]| {
        let (dashed, dotted) = (format!("{stem}-ubyte"), stem.replace("-idx", ".idx") + "-ubyte");
        [(format!("{dashed}/{dashed}"), bytes.to_vec()), (dotted, bytes.to_vec())]
    };
    let entries = [
        both("train-images-idx3", &a),
        both("train-labels-idx1", &b),
        both("t10k-images-idx3", &c),
        both("t10k-labels-idx1", &d),
    ]
    .concat();
    let entries: Vec<(&str, &[u8])> = entries.iter().map(|(name, bytes)| (&name[..], &bytes[..])).collect();
    let (set, taken) = samples(vec![file("archive.zip", zip(&entries))]);
    assert_eq!((set.train, set.test, taken.twice), (20, 6, 4));
    assert!(set.inputs[..80].iter().all(|&v| v < 0.2) && set.inputs[80..].iter().all(|&v| v > 0.3));
    // In folders of their sides, gzipped, the files called alike.
    let folders = vec![
        file("mnist/train/images.gz", gzip(&a)),
        file("mnist/train/labels.gz", gzip(&b)),
        file("mnist/test/images.gz", gzip(&c)),
        file("mnist/test/labels.gz", gzip(&d)),
    ];
    let (set, taken) = samples(folders);
    assert_eq!((set.train, set.test, taken.parting), (20, 6, Parting::Files));
}

fn pixels(count: usize, value: u8, labelled: bool) -> String {
    let heading: Vec<String> = (0..16).map(|i| format!("pixel{i}")).collect();
    let row = |n: usize| {
        let label = if labelled { format!("{},", n % 2) } else { String::new() };
        format!("{label}{}", vec![value.to_string(); 16].join(","))
    };
    let label = if labelled { "label," } else { "" };
    format!("{label}{}\n{}\n", heading.join(","), (0..count).map(row).collect::<Vec<_>>().join("\n"))
}

#[test]
fn csv_files_of_both_sides_keep_them() {
    for (train, test) in [
        ("train.csv", "test.csv"),
        ("mnist_train.csv", "mnist_test.csv"),
        ("data/train/a.csv", "data/test/a.csv"),
        ("Training.CSV", "Holdout.csv"),
        ("digits.csv", "digits-test.csv"),
        ("train.csv", "val.csv"),
    ] {
        let given = || vec![file(test, pixels(4, 200, true)), file(train, pixels(10, 10, true))];
        let zipped = given();
        let zipped: Vec<(&str, &[u8])> = zipped.iter().map(|f| (&f.name[..], &f.bytes[..])).collect();
        for files in [given(), vec![file("a.zip", zip(&zipped))]] {
            let (set, taken) = samples(files);
            assert_eq!((set.train, set.test, taken.parting), (10, 4, Parting::Files), "{train}, {test}");
            assert!(set.inputs[..160].iter().all(|&v| v < 0.1), "{train}: a test image is trained on");
        }
    }
    // A test without answers.
    let (set, taken) =
        samples(vec![file("train.csv", pixels(10, 10, true)), file("test.csv", pixels(4, 200, false))]);
    assert_eq!((set.train + set.test, taken.unlabelled, taken.parting), (10, 1, Parting::Share));
    // Features and labels in files of their own.
    let answers = |count: usize| {
        format!(",label\n{}", (0..count).map(|n| format!("{n},{}\n", n % 2)).collect::<String>())
    };
    let (set, taken) = samples(vec![
        file("y_train.csv", answers(10)),
        file("X_train.csv", pixels(10, 10, false)),
        file("y_test.csv", answers(4)),
        file("X_test.csv", pixels(4, 200, false)),
    ]);
    assert_eq!((set.train, set.test, taken.parting), (10, 4, Parting::Files));
    assert_eq!(set.targets[..4], [0.0, 1.0, 0.0, 1.0]);
}

#[test]
fn tables_and_texts_are_told_from_pictures() {
    let found = |name: &str, text: &str| read_files(vec![file(name, text)], Holding::default());
    let iris = "5.1,3.5,1.4,0.2,setosa\n7.0,3.2,4.7,1.4,versicolor\n6.3,3.3,6.0,2.5,virginica\n";
    let headed = format!("sepal_length,sepal_width,petal_length,petal_width,species\n{iris}");
    let ten: String = (0..20)
        .map(|n| format!("{},{}\n", ["1", "2", "3", "4", "5", "6", "7", "8", "9"].join(","), n % 2))
        .collect();
    for text in [iris, &headed, &ten, "x,y,label\n1,2,a\n3,4,b", "label,1,2,3,4\n0,1,2,3,4\n1,2,3,4,5"] {
        match found("a.csv", text) {
            Ok((Found::Tables(files), _)) => assert_eq!(files[0].text, text),
            other => panic!("{text:?}: {other:?}"),
        }
    }
    // Named features are measurements, however many.
    let names: Vec<String> =
        ["hair", "eggs", "milk", "legs"].iter().flat_map(|n| (0..4).map(move |_| format!("{n}y"))).collect();
    let zoo = format!("{},type\n{},a\n{},b\n", names.join(","), ["1"; 16].join(","), ["0"; 16].join(","));
    assert!(matches!(found("zoo.csv", &zoo), Ok((Found::Tables(_), _))));
    let prose = "It was, as they say, a dark night.\nAnd the rain, it fell, and fell.\n".repeat(5);
    assert_eq!(
        found("night.txt", &prose).expect_err("a text").to_string(),
        "night.txt is a text: Language reads texts; drop it there"
    );
    let sides = read_files(
        vec![file("train.csv", headed.clone()), file("test.csv", headed.replace("5.1", "5.3"))],
        Holding::default(),
    );
    let Ok((Found::Tables(files), _)) = sides else { panic!("{sides:?}") };
    assert_eq!(files.iter().map(|f| f.side).collect::<Vec<_>>(), [Some(Side::Train), Some(Side::Test)]);
}
