//! Names that files have: of the sides in many languages and endings, of second copies, and of what is no data at all.

use minibatch_data::{Dropped, Found, Holding, ImageFile, Parting, Taken, is_hidden, read_files};

fn file(name: &str, bytes: impl Into<Vec<u8>>) -> Dropped {
    Dropped { name: name.into(), bytes: bytes.into() }
}

fn png(number: usize) -> Vec<u8> {
    [&b"\x89PNG\r\n\x1a\n"[..], number.to_string().as_bytes()].concat()
}

fn images(files: Vec<Dropped>) -> (Vec<ImageFile>, Taken) {
    match read_files(files, Holding::default()) {
        Ok((Found::Images(images), taken)) => (images, taken),
        other => panic!("{other:?}"),
    }
}

/// Lines of a label and 8 x 8 pixels of one value, parted by a mark.
fn digits(count: usize, value: u8, mark: &str) -> String {
    let row = |n: usize| format!("{}{mark}{}\n", vec![value.to_string(); 64].join(mark), n % 2);
    (0..count).map(row).collect()
}

#[test]
fn the_sides_are_known_by_the_names_people_use() {
    for (train, test) in [
        ("Trainingsdaten", "Testdaten"),
        ("trainingsmenge", "testmenge"),
        ("apprentissage", "test"),
        ("Entraînement", "Test"),
        ("entrai\u{302}nement", "validation"),
        ("entrenamiento", "prueba"),
        ("entrenamiento", "validación"),
        ("datos_de_entrenamiento", "datos_de_prueba"),
        ("addestramento", "test"),
        ("treino", "teste"),
        ("tr", "te"),
        ("x_tr", "x_te"),
        ("train", "test-dev"),
        ("train", "val_test"),
        ("train", "test_val"),
        ("train", "unseen"),
        ("training", "unseen_data"),
        ("训练集", "测试集"),
    ] {
        let mut all = vec![];
        for (side, count) in [(train, 8usize), (test, 4)] {
            for class in ["cat", "dog"] {
                let content = |n| png(n + 100 * count + 1000 * usize::from(class == "cat"));
                all.extend((0..count).map(|n| file(&format!("pets/{side}/{class}/{n}.png"), content(n))));
            }
        }
        let (found, taken) = images(all);
        assert_eq!((found.len(), taken.parting), (24, Parting::Files), "{train}, {test}");
        let counts: Vec<usize> = taken.sides.iter().map(|side| side.samples).collect();
        assert_eq!(counts, [16, 8], "{train}, {test}");
    }
}

#[test]
fn endings_say_the_side() {
    for (train, test) in [
        ("optdigits.tra", "optdigits.tes"),
        ("OPTDIGITS.TRA", "OPTDIGITS.TES"),
        ("digits.trn", "digits.tst"),
        ("digits.train", "digits.test"),
        ("digits.train.csv", "digits.test.csv"),
        ("digits.data", "digits.test"),
        ("digits.train", "digits.val"),
    ] {
        for mark in [",", ";", "\t", " "] {
            let files = vec![file(test, digits(4, 200, mark)), file(train, digits(10, 10, mark))];
            let Ok((Found::Samples(set), taken)) = read_files(files, Holding::default()) else {
                panic!("{train}, {test} by {mark:?}")
            };
            assert_eq!((set.train, set.test, taken.parting), (10, 4, Parting::Files), "{train}, {test}");
            assert!(set.inputs[..640].iter().all(|&v| v < 0.1), "{train}: a test image is trained on");
        }
        let table = |from: usize, n: usize| -> String {
            (from..from + n).map(|i| format!("{i}.5 {i}.25 {}\n", ["a", "b"][i % 2])).collect()
        };
        let files = vec![file(test, table(100, 4)), file(train, table(0, 9))];
        let Ok((Found::Tables(found), _)) = read_files(files, Holding::default()) else { panic!("{train}") };
        let read = minibatch_data::read_tables(&found, &minibatch_data::Choice::default()).expect("both");
        assert_eq!((read.train, read.read.points.len()), (Some(9), 13), "{train}");
    }
}

#[test]
fn second_copies_count_once_whatever_the_system_calls_them() {
    let pets = || -> Vec<Dropped> {
        (0..12).map(|n| file(&format!("{}/{n}.png", ["cat", "dog"][n % 2]), png(n))).collect()
    };
    for copy in [
        "2 copy",
        "2 copy 2",
        "2 copy 3",
        "2_copy",
        "2-copy",
        "2_copy_2",
        "2-copy-2",
        "2 (1)",
        "2 (2)",
        "2(2)",
        "2_(2)",
        "2 - Copy",
        "2 - Copy (2)",
        "2 - Copy - Copy",
        "2 copy (1)",
        "Copy of 2",
        "Copy of 2 (1)",
        "2 - Kopie",
        "2 Kopie 2",
        "2 - Kopie (2)",
        "Kopie von 2",
        "2 copie",
        "2 - Copie (2)",
        "Copie de 2",
        "2 copia",
        "2 - copia (2)",
        "2 COPY",
    ] {
        let mut all = pets();
        all.push(file(&format!("cat/{copy}.png"), png(2)));
        let (found, taken) = images(all);
        assert_eq!((found.len(), taken.twice), (12, 1), "{copy}");
        // Another content is another image.
        let mut all = pets();
        all.push(file(&format!("cat/{copy}.png"), png(99)));
        assert_eq!(images(all).0.len(), 13, "{copy}");
    }
    for own in ["22", "copy", "2b", "2 photocopy", "scan 2", "2.2"] {
        let mut all = pets();
        all.push(file(&format!("cat/{own}.png"), png(2)));
        assert_eq!(images(all).0.len(), 13, "{own}");
    }
}

#[test]
fn what_systems_add_is_hidden() {
    for name in ["desktop.ini", "book/Thumbs.db", "a/.DS_Store", "__MACOSX/a", "a/.git/config", "._a.txt"] {
        assert!(is_hidden(name), "{name}");
    }
    for name in ["book.txt", "README", "a/b/../c.txt", "./a.txt"] {
        assert!(!is_hidden(name), "{name}");
    }
}
