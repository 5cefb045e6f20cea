//! What is pixels and what a table of measurements, whatever the headings; and what a file is by its first bytes.

use minibatch_data::{
    Dropped, Found, Holding, LOOKED_AT, Looks, Parting, SampleSet, TableFile, Taken, features_of_table,
    is_text, looks, read_files,
};

fn found(name: &str, text: &str) -> Result<(Found, Taken), String> {
    let file = Dropped { name: name.into(), bytes: text.into() };
    read_files(vec![file], Holding::default()).map_err(|error| error.to_string())
}

fn samples(text: &str) -> (SampleSet, Taken) {
    match found("a.csv", text) {
        Ok((Found::Samples(set), taken)) => (set, taken),
        other => panic!("{}…: {other:?}", text.chars().take(200).collect::<String>()),
    }
}

/// 12 pictures of 8 x 8, whose columns have these headings, after columns of their own; a row's pixels are its number.
fn pictures(
    before: &[(&str, &dyn Fn(usize) -> String)],
    pixel: &dyn Fn(usize) -> String,
    mark: &str,
) -> String {
    let names = before.iter().map(|(name, _)| (*name).to_owned()).chain((0..64).map(pixel));
    let row = |n: usize| {
        let values = before.iter().map(|(_, value)| value(n));
        values.chain((0..64).map(|at| ((n * 7 + at * 3) % 256).to_string())).collect::<Vec<_>>().join(mark)
    };
    let heading = names.collect::<Vec<_>>().join(mark);
    format!("{heading}\n{}", (0..12).map(row).collect::<Vec<_>>().join("\n"))
}

/// Numbers that are all different and in no order.
fn shuffled(n: usize) -> String {
    [17, 4, 9, 30, 2, 11, 8, 25, 0, 19, 6, 13][n].to_string()
}

fn class(n: usize) -> String {
    (n % 3).to_string()
}

#[test]
fn pixels_are_known_beside_an_index_in_any_order_and_under_any_heading() {
    let stems: [&dyn Fn(usize) -> String; 9] = [
        &|i| format!("pixel{i}"),
        &|i| format!("pixel_{}", i + 1),
        &|i| format!("{}x{}", i / 8 + 1, i % 8 + 1),
        &|i| format!("feature_{i}"),
        &|i| format!("feature{i}"),
        &|i| format!("attr{}", i + 1),
        &|i| format!("input {i}"),
        &|i| i.to_string(),
        &|i| format!("V{i}"),
    ];
    for pixel in stems {
        for index in ["", "image_id", "id", "index", "Unnamed: 0", "ImageId", "filename"] {
            for mark in [",", ";", "\t"] {
                let name = |n: usize| if index == "filename" { format!("a{n}.png") } else { shuffled(n) };
                let text = pictures(&[(index, &name), ("label", &class)], pixel, mark);
                let (set, taken) = samples(&text);
                assert_eq!(
                    (&set.input[..], set.classes, set.train + set.test),
                    (&[1, 8, 8][..], Some(3), 12),
                    "{text}"
                );
                assert_eq!(taken.index, [index], "{text}");
                assert_eq!(taken.label.expect("a label").heading, "label");
            }
        }
        let (set, taken) = samples(&pictures(&[("label", &class)], pixel, ","));
        assert_eq!((set.classes, taken.index.len()), (Some(3), 0));
    }
    // Any headings at all.
    let odd = |i: usize| {
        format!("{}{}", ["top", "left", "mid", "low"][i % 4], "abcdefghijklmnop".as_bytes()[i / 4] as char)
    };
    assert_eq!(samples(&pictures(&[("label", &class)], &odd, ",")).0.classes, Some(3));
}

#[test]
fn a_column_of_sides_beside_pixels_is_honoured() {
    type Value<'a> = &'a dyn Fn(usize) -> String;
    let held = |n: usize| n.is_multiple_of(4);
    let word = |n: usize| if held(n) { "test" } else { "train" }.to_owned();
    let gaps = |n: usize| if held(n) { "test" } else { "" }.to_owned();
    let flag = |n: usize| u8::from(!held(n)).to_string();
    let columns: [(&str, Value); 6] = [
        ("split", &word),
        ("dataset", &word),
        ("Usage", &word),
        ("is_train", &flag),
        ("split", &gaps),
        ("which", &word),
    ];
    for (heading, value) in columns {
        for pixel in [&(|i: usize| format!("pixel{i}")) as Value, &|i| format!("feature_{i}")] {
            for text in [
                pictures(&[(heading, value), ("label", &class)], pixel, ","),
                pictures(&[("id", &shuffled), ("label", &class), (heading, value)], pixel, ","),
            ] {
                let (set, taken) = samples(&text);
                assert_eq!((set.train, set.test, taken.parting), (9, 3, Parting::Files), "{text}");
                assert_eq!(taken.sides[0].names.first, [heading]);
                // Rows 0, 4 and 8 are held back.
                let first = |n: usize| ((n * 7) % 256) as f32 / 255.0;
                let shown: Vec<f32> = set.inputs.chunks_exact(64).skip(9).map(|image| image[0]).collect();
                assert!(shown.iter().zip([0, 4, 8]).all(|(a, n)| (a - first(n)).abs() < 1e-6), "{shown:?}");
            }
        }
    }
}

#[test]
fn small_tables_of_whole_numbers_are_no_pictures() {
    for columns in [4, 9, 12, 16, 25, 27, 36, 48] {
        let row = |n: usize| {
            (0..columns).map(|at| ((n * 37 + at * 11) % 101).to_string()).collect::<Vec<_>>().join(",")
        };
        // As pendigits and letter-recognition are written.
        let digits: String = (0..30).map(|n| format!("{},{}\n", row(n), n % 10)).collect();
        let letters: String = (0..30).map(|n| format!("{},{}\n", ["T", "Y", "Z"][n % 3], row(n))).collect();
        let names: Vec<String> = (0..columns).map(|at| format!("feature_{at}")).collect();
        let headed = format!("{},label\n{digits}", names.join(","));
        for text in [digits, letters, headed] {
            assert!(matches!(found("pendigits.csv", &text), Ok((Found::Tables(_), _))), "{text}");
            assert_eq!(looks("a.csv", text.as_bytes()), Looks::Table { columns }, "{text}");
        }
    }
    // Unless the headings say so.
    let names: Vec<String> = (0..16).map(|at| format!("pixel{at}")).collect();
    let row = |n: usize| format!("{},{}\n", n % 2, vec![(n * 9).to_string(); 16].join(","));
    let text = format!("label,{}\n{}", names.join(","), (0..6).map(row).collect::<String>());
    assert_eq!(samples(&text).0.input, [1, 4, 4]);
    // Fractions and numbers beyond a byte are measured, however many.
    for value in ["0.37", "-3", "1200"] {
        let row = |n: usize| format!("{n}.5,{}{}\n", format!("{value},").repeat(63), n % 2);
        let text: String = (0..9).map(row).collect();
        assert!(matches!(
            found("a.csv", &format!("{}c\n{text}", "ab,".repeat(64))),
            Ok((Found::Tables(_), _))
        ));
    }
}

#[test]
fn pictures_without_labels_say_so() {
    let row = |n: usize| format!("{}\n", vec![(n * 9).to_string(); 64].join(","));
    let error = found("test.csv", &(0..6).map(row).collect::<String>()).expect_err("no label");
    assert!(error.starts_with("test.csv has no label: its columns are 8 x 8 pixels"), "{error}");
    // 0, 1, 2 above, as pandas writes it.
    let heading = (0..65).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let rows: String = (0..6).map(|n| format!("{},{}", n % 2, row(n))).collect();
    assert_eq!(samples(&format!("{heading}\n{rows}")).0.targets.len(), 6);
    for gap in ["None", "-", ".", "?", "null", "N/A"] {
        let rows = rows.replacen("1,", &format!("{gap},"), 1);
        let error = found("a.csv", &format!("label,{}\n{rows}", vec!["p1"; 64].join(","))).expect_err(gap);
        assert!(error.contains("line 3: the label is missing"), "{gap}: {error}");
    }
}

#[test]
fn tables_parted_by_blanks_tabs_and_semicolons_are_tables() {
    for text in [
        "1.5 2.5 0\n-1.5 -2.5 1\n1.2 2.2 0\n",
        "x1 x2 label\n1.5 2.5 a\n-1.5 -2.5 b\n",
        "  1.5   2.5  0\n -1.5  -2.5  1\n",
        "1.5\t2.5\t0\n-1.5\t-2.5\t1\n",
        "1,5\t2,5\t0\n-1,5\t-2,5\t1\n",
        "1,5;2,5;katze\n-1,5;-2,5;hund\n",
        "a;b;c\n1,5;2,5;0\n-1,5;-2,5;1\n",
        "1.5;2.5;0\n-1.5;-2.5;1\n",
    ] {
        for name in ["a.csv", "a.tsv", "a.txt", "a.dat", "a.data", "points"] {
            assert!(matches!(found(name, text), Ok((Found::Tables(_), _))), "{name}: {text:?}");
            assert_eq!(looks(name, text.as_bytes()), Looks::Table { columns: 2 }, "{name}: {text:?}");
        }
    }
}

#[test]
fn files_are_known_by_their_first_bytes() {
    let line = |n: usize| format!("{}{}\n", n % 10, ",0,255,17,9".repeat(196));
    let mnist: String = (0..400).map(line).collect();
    assert!(mnist.len() > LOOKED_AT);
    for text in [
        mnist.clone(),
        format!("label{}\n{mnist}", (0..784).map(|i| format!(",pixel{i}")).collect::<String>()),
    ] {
        assert_eq!(looks("mnist_train.csv", &text.as_bytes()[..LOOKED_AT]), Looks::Pixels { columns: 784 });
    }
    // The first column numbers the rows.
    let wide: String = (0..9).map(|n| format!("{n}{}\n", ",0.5,-3".repeat(40))).collect();
    assert_eq!(looks("a.csv", wide.as_bytes()), Looks::Table { columns: 80 });
    let features =
        |text: &str| features_of_table(&TableFile { name: "a.csv".into(), side: None, text: text.into() });
    let nine: String = (0..30).map(|n| format!("{n},2.5,3,4,5,6,7,8,9,{}\n", n % 2)).collect();
    assert_eq!((features(&wide), features(&nine), features("a,b,split,label\n1,2,train,x\n")), (79, 8, 2));
    let code = "import math\n\ndef poem(x):\n    return [math.sin(a) for a in x]  # a, b\n";
    let log = "2024-01-01 12:00:00 Alice said hello.\n2024-01-01 12:00:09 Bob said, well, no.\n";
    for text in [
        code,
        log,
        "# Read me\n\nThis is a project.\n",
        "<html>\n<body>\n<p>Down, down.</p>\n",
        "é",
        "\u{feff}Alice",
    ] {
        for name in ["poem.py", "alice.log", "README", "a.html", "a"] {
            assert_eq!(looks(name, text.as_bytes()), Looks::Text, "{name}: {text:?}");
            assert!(is_text(text.as_bytes()));
        }
    }
    for bytes in [
        &b"\x89PNG\r\n\x1a\n"[..],
        b"GIF89a",
        b"\0\0\x08\x03",
        b"PK\x03\x04\0",
        b"%PDF-1.7",
        b"",
        b"\x1f\x8b\x08",
    ] {
        assert_eq!(looks("a", bytes), Looks::Other, "{bytes:?}");
    }
}
