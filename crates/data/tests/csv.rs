//! CSV: the many ways people write three numbers, what labels mean, and errors that name the line.

use minibatch_data::{CsvPoints, DataConfig, DatasetKind, Point, generate, parse_csv, to_csv};

fn read(text: &str) -> CsvPoints {
    parse_csv(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn labels(text: &str) -> Vec<f32> {
    read(text).points.iter().map(|point| point.label).collect()
}

fn error(text: &str) -> String {
    parse_csv(text).expect_err(text).to_string()
}

#[test]
fn separators_headings_and_blank_lines_do_not_matter() {
    let wanted = read("1.5,-2,0\n3,4e0,1");
    assert_eq!(wanted.points[0], Point { x: 1.5, y: -2.0, label: 0.0 });
    assert_eq!(wanted.class_names, ["0", "1"]);
    for text in [
        "x,y,label\n1.5,-2,0\n3,4,1\n",
        "\u{feff}X , Y , Label\r\n1.5 , -2 , 0\r\n\r\n3,4,1\r\n",
        "# drawn by hand\n1.5;-2;0\n\n  # the other\n3;4;1",
        "1,5;-2;0\n3,0;4;1",
        "x\ty\tclass\n1.5\t-2\t0\n3\t4\t1",
        "1,5\t-2,0\t0\n3\t4\t1",
        "  1.5  -2   0 \n3 4 1",
        "\"1.5\",\"-2\",\"0\"\n\"3\",\"4\",\"1\"",
        "1.5,-2,0,,\n3,4,1,,",
        "1.5,-2,0.0\n3,4,1.0",
        "1.5,-2,0\r3,4,1\r",
        "label,x,y\n0,1.5,-2\n1,3,4",
        "petal,sepal,kind\n1.5,-2,0\n3,4,1",
    ] {
        assert_eq!(read(text), wanted, "{text:?}");
    }
}

#[test]
fn names_become_classes_in_order_of_appearance() {
    let flowers = read("1,2,rose\n3,4,\"lily, white\"\n5,6,rose");
    assert_eq!(flowers.class_names, ["rose", "lily, white"]);
    assert!(!flowers.regression);
    assert_eq!(labels("1,2,b\n1,2,7\n1,2,a\n1,2,b"), [0.0, 1.0, 2.0, 0.0]);
}

#[test]
fn whole_numbers_are_classes() {
    assert_eq!(labels("0,0,2\n0,0,0\n0,0,1"), [2.0, 0.0, 1.0]);
    assert_eq!(labels("0,0,1\n0,0,-1\n0,0,+1"), [1.0, 0.0, 1.0]);
    assert_eq!(read("0,0,1\n0,0,-1").class_names, ["-1", "1"]);
    assert_eq!(labels("0,0,3\n0,0,1\n0,0,3.0"), [0.0, 1.0, 0.0]);
    assert_eq!(read("0,0,100\n0,0,-7").class_names, ["100", "-7"]);
    assert_eq!(labels("x,y,class\n0,0,3\n0,0,1"), [3.0, 1.0]);
}

#[test]
fn other_numbers_are_targets() {
    let targets = read("0,0,1\n0,0,-0.25");
    assert!(targets.regression && targets.class_names.is_empty());
    assert_eq!(targets.points[1].label, -0.25);
    assert!(read("x,y,value\n0,0,1\n0,0,0").regression);
    assert_eq!(labels("0;0;0,5\n0;0;1"), [0.5, 1.0]);
}

#[test]
fn errors_name_the_line_and_the_value() {
    assert_eq!(
        error("x,y,label\n\n1,2,0\n1,2,0\n\n# note\nabc,2,0"),
        "line 7: \"abc\" is not a number (expected x, y, label)"
    );
    assert_eq!(error("1,2,0\n3,1.2.3,0"), "line 2: \"1.2.3\" is not a number (expected x, y, label)");
    assert_eq!(error("1,2,0\n3,4"), "line 2: \"3,4\" has 2 value(s) (expected x, y, label)");
    assert_eq!(error("1 2 0\n1 2 0 9"), "line 2: \"1 2 0 9\" has 4 value(s) (expected x, y, label)");
    assert!(error("1,2,0\nNaN,2,0").starts_with("line 2: x is missing (\"NaN\")"));
    assert!(error("1,2,0\n1,1e39,0").starts_with("line 2: \"1e39\" is not a finite number"));
    assert!(error("1,2,0.5\n1,1,inf").starts_with("line 2: \"inf\" is not a finite number"));
    assert_eq!(
        error("1,2,0.5\n1,2,0.7\n1,2,much"),
        "line 3: label \"much\" is not a number, but line 1 has the number 0.5"
    );
    assert_eq!(
        error("x,y,value\n1,2,3\n1,2,much"),
        "line 3: \"much\" is not a number (expected x, y, label)"
    );
    let long = format!("{},2,0", "é".repeat(500));
    assert!(error(&format!("1,2,0\n{long}")).len() < 200);
    for nothing in ["", "\n\n", "# only a note", "x,y,label\n", "\u{feff}"] {
        assert_eq!(error(nothing), "no points found; write one on each line, as x, y, label");
    }
}

#[test]
fn gaps_are_named() {
    let empty = |field: &str| format!("line 2: {field} is empty (expected x, y, label)");
    for text in ["1,2,0\n3,,1", "1;2;0\n3;;1", "1\t2\t0\n3\t\t1", "1,2,0\n3, ,1", "1,2,0\n3,\"\",1"] {
        assert_eq!(error(text), empty("y"), "{text:?}");
    }
    assert_eq!(error("1,2,0\n,4,1"), empty("x"));
    assert_eq!(error("1,2,0\n3,4,"), empty("label"));
    assert_eq!(error("1,2,0\n3,4,,"), empty("label"));
    assert_eq!(error("label,x,y\n,3,4"), empty("label"), "as the heading has it");
    // Three values, but not where they belong.
    assert_eq!(error("1,2,0\n3,,4,1"), empty("y"));
    assert_eq!(error("1,2,0\n3,4,1,,1"), "line 2: \"3,4,1,,1\" has 5 value(s) (expected x, y, label)");
    // A run of blanks is one gap, and empty columns at the end are none.
    assert_eq!(labels("1  2  0\n3   4 1"), [0.0, 1.0]);
    assert_eq!(labels("1,2,0,,\n3;4;1;"), [0.0, 1.0]);
}

#[test]
fn classes_and_rows_are_limited() {
    let names = |count: usize| (0..count).map(|n| format!("0,0,c{n}\n")).collect::<String>();
    assert_eq!(read(&names(16)).class_names.len(), 16);
    assert!(error(&names(17)).starts_with("line 17: \"c16\" would be class number 17; at most 16 fit"));
    assert!(error(&names(17).replace('c', "")).starts_with("line 17: \"16\" would be class number 17"));
    assert_eq!(read(&"0,0,1\n".repeat(20_000)).points.len(), 20_000);
    assert!(error(&"0,0,1\n".repeat(20_001)).starts_with("line 20001: more than 20000 points"));
}

#[test]
fn odd_texts_never_panic() {
    for text in
        [",", ",,", ";;;\n", "\"", "\"\"\"", "\"a,b", "x,y", "x,x,y", "y,x,x\n1,2,3", "\t\t", "\0", "é;ü;ß"]
    {
        let _ = parse_csv(text);
    }
}

#[test]
fn named_classes_survive_the_round_trip() {
    let text = "1,2,Iris setosa\n3,4,\"versicolor, wild\"\n5,6,Iris setosa\n";
    let first = read(text);
    assert_eq!(first.class_names, ["Iris setosa", "versicolor, wild"]);
    assert_eq!(read(&to_csv(&first.points, &first.class_names)), first);
    // What would be read as something else is written by number.
    for odd in ["7.5", "1e3", "inf", "", " a", "setosa", "in \"quotes\""] {
        let names = ["setosa".to_owned(), odd.to_owned()];
        assert_eq!(read(&to_csv(&first.points, &names)).points, first.points, "{odd:?}");
    }
    for text in [
        "1,1,3\n2,2,1\n3,3,2\n",
        "1,1,-7\n2,2,100\n",
        "1,1,2\n2,2,0\n",
        "1,1,-1\n2,2,1\n",
        "1,1,7\n2,2,cat\n",
    ] {
        let numbers = read(text);
        assert_eq!(read(&to_csv(&numbers.points, &numbers.class_names)), numbers, "{text:?}");
    }
    let short = to_csv(&first.points, &["setosa".to_owned()]);
    assert_eq!(read(&short).points, first.points, "a class without a name");
    let long = read(&format!("1,2,{}\n3,4,b\n", "a".repeat(500)));
    assert_eq!(long.class_names[0].chars().count(), 41);
}

#[test]
fn points_survive_the_round_trip() {
    for kind in DatasetKind::ALL.into_iter().filter(|kind| *kind != DatasetKind::Own) {
        let points =
            generate(&DataConfig { kind, noise: 30.0, ..DataConfig::default() }, 3).expect("valid").train;
        assert_eq!(read(&to_csv(&points, &[])).points, points, "{kind:?}");
    }
    let labelled = |labels: &[f32]| -> Vec<Point> {
        labels.iter().map(|&label| Point { x: f32::MIN_POSITIVE, y: -1.0 / 3.0, label }).collect()
    };
    // Gaps between classes, a lone class, targets that look like classes or signs: the heading settles them
    // all.
    for given in [&[0.0, 2.0][..], &[3.0], &[-1.0, 1.0], &[5.0, 100.0], &[f32::MAX, 0.5], &[1.0, 0.0]] {
        let points = labelled(given);
        assert_eq!(read(&to_csv(&points, &[])).points, points, "{given:?}");
    }
    assert_eq!(to_csv(&labelled(&[0.0, 1.0]), &[]).lines().next(), Some("x,y,label"));
}
