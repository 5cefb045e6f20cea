//! Which column of a table is the label, and which say the side of each row.

use minibatch_data::{Choice, Parting, Role, Side, TableFile, TablePoints, read_tables};

fn read(text: &str) -> TablePoints {
    let file = TableFile { name: "a.csv".into(), side: None, text: text.into() };
    read_tables(&[file], &Choice::default()).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// A table of these columns, in rows; each column is given by its values, which come again.
fn table(columns: &[(&str, &[&str])], rows: usize, mark: &str) -> String {
    let join = |fields: Vec<&str>| fields.join(mark);
    let row = |n: usize| join(columns.iter().map(|(_, values)| values[n % values.len()]).collect());
    let named = columns.iter().any(|(name, _)| !name.is_empty());
    let heading = named.then(|| join(columns.iter().map(|(name, _)| *name).collect()));
    heading.into_iter().chain((0..rows).map(row)).collect::<Vec<_>>().join("\n")
}

const AGES: &[&str] = &["19", "35", "26", "27", "52", "46", "33", "61"];
const PAY: &[&str] = &["19000", "20000", "43000", "57000", "76000", "58000", "84000", "150000"];
const REAL: &[&str] = &["1.5", "-2.25", "0.75", "3.5", "-1.125", "2.625", "0.5"];
const OTHER: &[&str] = &["12.5", "7.25", "9.75", "11.5", "8.125"];
const BITS: &[&str] = &["0", "1", "1", "0", "1", "0", "0"];
const WORDS: &[&str] = &["no", "yes", "yes", "no", "yes", "no", "no"];
const SIGNS: &[&str] = &["-1", "1", "1", "-1", "1"];
const THREE: &[&str] = &["1", "2", "3", "2", "1", "3", "1"];
const ODD: &[&str] = &["3", "7", "3", "3", "7"];

/// The place of the label, and whether it is a value to predict.
fn label(text: &str) -> (usize, bool) {
    let read = read(text);
    let place = read.columns.iter().position(|column| column.role == Role::Label);
    (place.expect("a label"), read.read.regression)
}

#[test]
fn a_name_of_a_value_does_not_take_the_label_from_classes() {
    let names = [
        "price", "income", "salary", "cost", "value", "quality", "type", "group", "output", "result", "rent",
        "sales", "z", "y", "mpg",
    ];
    for name in names {
        for classes in [BITS, WORDS, SIGNS] {
            for mark in [",", ";", "\t"] {
                // Classes last, and the value first or in the middle.
                let last = table(&[("age", AGES), (name, PAY), ("buys", classes)], 20, mark);
                assert_eq!(label(&last), (2, false), "{last}");
                let last = table(&[(name, REAL), ("age", AGES), ("buys", classes)], 20, mark);
                assert_eq!(label(&last), (2, false), "{last}");
            }
        }
        if !["mpg", "y"].contains(&name) {
            for classes in [BITS, WORDS, SIGNS] {
                let first = table(&[("Purchased", classes), ("Age", AGES), (name, PAY)], 20, ",");
                assert_eq!(label(&first), (0, false), "{first}");
            }
        }
    }
    // Few rows, as in a lesson.
    for (text, place) in [
        ("age,income,buys\n25,30000,0\n40,52000,1\n31,41000,0\n58,75000,1", 2),
        ("Purchased,Age,Salary\n0,19,19000\n1,35,20000\n0,26,43000\n1,47,25000", 0),
        ("Purchased,Age,Salary\nNo,19,19000\nYes,35,20000\nNo,26,43000\nYes,47,25000", 0),
        ("cost,weight,defect\n3.5,12,0\n4.5,13,1\n3.9,11,0", 2),
        ("class_size,hours,passed\n20,1.5,0\n25,2.5,1\n30,3.5,0\n25,1,1", 2),
        ("income,age,segment\n1000,30,1\n2000,40,2\n1500,35,3\n1100,31,1", 2),
        ("type,x1,x2\n1,1.5,2.5\n2,-1.5,-2.5\n1,1.25,2", 0),
        ("x1,quality,x2\n1.5,5,2.5\n-1.5,6,-2.5\n1.25,5,2.75", 1),
        ("class_name,x1,x2\na,1.5,2.5\nb,-1.5,-2.5\na,1,2", 0),
    ] {
        assert_eq!(label(text), (place, false), "{text}");
    }
}

#[test]
fn the_only_column_of_classes_is_the_label_wherever_it_stands() {
    for classes in [BITS, WORDS, SIGNS, THREE, ODD] {
        for names in [["x1", "q", "x2"], ["", "", ""]] {
            for place in 0..3 {
                let mut columns = vec![(names[0], REAL), (names[2], OTHER)];
                columns.insert(place, (names[1], classes));
                for mark in [",", ";", "\t", " "] {
                    let text = table(&columns, 20, mark);
                    assert_eq!(label(&text), (place, false), "{text}");
                }
            }
        }
    }
    assert_eq!(label("3,1.5,2.5\n7,-1.5,-2.5\n3,1.2,2.2\n7,-1.1,-2.0"), (0, false));
    assert_eq!(label("3,1.5,2.5\n7,-1.5,-2.5\n3,1.2,2.2"), (0, false));
}

#[test]
fn tables_of_values_stay_values() {
    for (columns, place) in [
        ([("rm", REAL), ("lstat", OTHER), ("medv", OTHER)], 2),
        ([("chas", BITS), ("rm", REAL), ("medv", OTHER)], 2),
        ([("x", REAL), ("y", OTHER), ("price", PAY)], 2),
        ([("x", REAL), ("y", OTHER), ("z", OTHER)], 2),
        ([("price", OTHER), ("rooms", AGES), ("area", REAL)], 0),
        ([("area", REAL), ("rooms", THREE), ("price", PAY)], 2),
        ([("rooms", THREE), ("area", REAL), ("price", PAY)], 2),
        ([("x1", REAL), ("q", BITS), ("y", OTHER)], 2),
        ([("x1", REAL), ("x2", OTHER), ("target", OTHER)], 2),
        ([("target", OTHER), ("x1", REAL), ("q", BITS)], 0),
        ([("horsepower", AGES), ("mpg", OTHER), ("weight", PAY)], 1),
        ([("tv", REAL), ("radio", OTHER), ("sales", OTHER)], 2),
        ([("age", AGES), ("bmi", REAL), ("charges", OTHER)], 2),
        ([("", REAL), ("", OTHER), ("", REAL)], 2),
    ] {
        let text = table(&columns, 20, ",");
        assert_eq!(label(&text), (place, true), "{text}");
    }
}

#[test]
fn what_stands_for_a_missing_label_is_no_class() {
    for gap in
        ["None", "none", "-", "--", ".", "?", "null", "N/A", "NaT", "<NA>", "#N/A", "#NV", "(null)", "NaN"]
    {
        for labels in [["a", "b"], ["0", "1"]] {
            let [one, two] = labels;
            let text = format!("u,v,species\n1,2,{one}\n3,4,{two}\n5,6,{gap}\n7,8,{one}\n2,8,{two}");
            let file = TableFile { name: "a.csv".into(), side: None, text: text.clone() };
            let error = read_tables(&[file], &Choice::default()).expect_err(&text).to_string();
            assert!(error.starts_with("line 4: the label (species) is missing"), "{error}");
        }
    }
}

/// 20 points: every fifth is held back, written in a column of this heading as `train` or `test`.
fn sided(heading: &str, train: &str, test: &str, place: usize) -> String {
    let row = |n: usize| {
        let value = if n % 5 == 4 { test } else { train };
        let mut fields = vec![format!("{n}.5"), format!("-{n}.25"), ["a", "b"][n % 2].to_owned()];
        fields.insert(place, value.to_owned());
        fields.join(",")
    };
    let mut names = vec!["u", "v", "label"];
    names.insert(place, heading);
    let heading = if heading.is_empty() { String::new() } else { format!("{}\n", names.join(",")) };
    format!("{heading}{}", (0..20).map(row).collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_column_that_says_the_side_is_honoured_and_named() {
    for (heading, train, test) in [
        ("split", "train", "test"),
        ("dataset", "train", "test"),
        ("DataSet", "Training", "Test"),
        ("set", "train", "val"),
        ("subset", "trn", "tst"),
        ("partition", "train", "dev"),
        ("fold", "training", "holdout"),
        ("Usage", "Training", "PrivateTest"),
        ("part of it", "train", "test"),
        ("is_train", "1", "0"),
        ("is_train", "True", "False"),
        ("isTrain", "yes", "no"),
        ("istrain", "1.0", "0.0"),
        ("train", "T", "F"),
        ("is_test", "0", "1"),
        ("is_validation", "false", "true"),
        ("in_test", "0", "1"),
        ("teilmenge", "Training", "Test"),
        ("split", "entrenamiento", "prueba"),
        // An empty cell is trained on.
        ("split", "", "test"),
        ("is_test", "", "1"),
    ] {
        for place in 0..4 {
            let text = sided(heading, train, test, place);
            let found = read(&text);
            assert_eq!((found.train, found.taken.parting), (Some(16), Parting::Files), "{text}");
            assert_eq!(found.columns[place].role, Role::Side, "{text}");
            assert_eq!(found.taken.sides[0].names.first, [heading], "{text}");
            let held = found.read.points[16..].iter().map(|p| p.x).collect::<Vec<_>>();
            assert_eq!(held, [4.5, 9.5, 14.5, 19.5], "{text}");
        }
    }
    let bare = read(&sided("", "train", "test", 2));
    assert_eq!((bare.train, bare.columns[2].role), (Some(16), Role::Side));
    // Gaps among the others count as training, and the counts are those of the points.
    let gaps = sided("split", "train", "test", 2).replacen("train", "", 3);
    let found = read(&gaps);
    assert_eq!((found.train, found.taken.sides[0].samples, found.taken.sides[1].samples), (Some(16), 16, 4));
    assert_eq!(found.taken.sides[1].side, Side::Test);
    // What is no side is a feature or a class.
    for (heading, one, two) in
        [("test", "1", "0"), ("fold", "1", "2"), ("set", "1", "0"), ("dataset", "a", "b")]
    {
        let text = sided(heading, one, two, 0);
        let file = TableFile { name: "a.csv".into(), side: None, text: text.clone() };
        let columns = minibatch_data::columns_of(&[file], &Choice::default());
        assert_ne!(columns[0].role, Role::Side, "{text}");
    }
}
