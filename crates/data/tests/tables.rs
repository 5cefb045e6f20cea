//! Tables as people have them: which column is the label, an index or a feature, and what is missing.

use minibatch_data::{
    Choice, CsvPoints, Parting, Role, Side, TableFile, TablePoints, columns_of, parse_csv, read_tables,
};

fn table(name: &str, side: Option<Side>, text: &str) -> TableFile {
    TableFile { name: name.into(), side, text: text.into() }
}

fn read(text: &str) -> TablePoints {
    read_tables(&[table("a.csv", None, text)], &Choice::default())
        .unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn roles(text: &str) -> Vec<Role> {
    columns_of(&[table("a.csv", None, text)], &Choice::default()).iter().map(|column| column.role).collect()
}

fn error(text: &str) -> String {
    parse_csv(text).expect_err(text).to_string()
}

const ROWS: [(&str, f32, f32); 6] = [
    ("0", 1.5, 2.5),
    ("1", -1.5, -2.5),
    ("0", 1.2, 2.2),
    ("1", -1.1, -2.0),
    ("0", 1.4, 2.1),
    ("1", -1.9, -2.6),
];

#[test]
fn a_label_that_stands_first_makes_classes_whatever_it_is_called() {
    let wanted: Vec<(f32, f32, f32)> =
        ROWS.iter().map(|&(label, x, y)| (x, y, label.parse().expect("a number"))).collect();
    let found = |read: &CsvPoints| -> Vec<(f32, f32, f32)> {
        read.points.iter().map(|p| (p.x, p.y, p.label)).collect()
    };
    for name in [
        "class",
        "Class",
        "label",
        "LABEL",
        "species",
        "target",
        "category",
        "digit",
        "y",
        "class_label",
        "Target",
        "q",
    ] {
        for mark in [",", ";", "\t"] {
            for first in [true, false] {
                let line = |label: &str, x: &str, y: &str| match first {
                    true => [label, x, y].join(mark),
                    false => [x, y, label].join(mark),
                };
                let rows: Vec<String> =
                    ROWS.iter().map(|(label, x, y)| line(label, &x.to_string(), &y.to_string())).collect();
                let text = format!("{}\n{}\n", line(name, "x1", "x2"), rows.join("\n"));
                let read = read(&text).read;
                assert!(!read.regression, "{text}");
                assert_eq!(read.class_names, ["0", "1"], "{text}");
                assert_eq!(found(&read), wanted, "{text}");
            }
        }
    }
    // The review's own, and without a heading.
    assert!(!read("class,x1,x2\n0,1.5,2.5\n1,-1.5,-2.5\n0,1.2,2.2\n1,-1.1,-2.0").read.regression);
    assert_eq!(read("0,1.5,2.5\n1,-1.5,-2.5\n0,1.2,2.2").read.class_names, ["0", "1"]);
    // The heading wins over the place: here the last column counts from 0.
    assert_eq!(roles("species,a,b\n3,1.5,0\n7,2.5,1\n3,1.5,1"), [Role::Label, Role::X, Role::Y]);
    assert_eq!(roles("a,label,b\n1.5,3,0\n2.5,7,1\n1.5,3,1"), [Role::X, Role::Label, Role::Y]);
    // Names anywhere are the label.
    assert_eq!(roles("1.5,cat,2\n2.5,dog,3\n1.5,cat,1"), [Role::X, Role::Label, Role::Y]);
    // Classes written as floats are classes.
    assert!(!read("class,a,b\n0.0,1.5,2.5\n1.0,2.5,3.5\n2.0,1.1,0.5\n0.0,1,2").read.regression);
}

#[test]
fn numbers_to_predict_are_values() {
    for text in [
        "rooms,area,price\n2,50.5,1000\n3,70,1500\n2,55,1100",
        "a,b,target\n1,2,0.5\n2,3,0.75\n1,5,1",
        "x1,x2,y\n1.5,2,0.5\n2.5,3,0.75\n1.5,5,1.25",
        "x,y,value\n0,0,1\n0,0,0",
        "1.5,2,0.5\n2.5,3,0.75",
    ] {
        let read = read(text);
        assert!(read.read.regression, "{text}");
        assert_eq!(read.columns[2].role, Role::Label, "{text}");
    }
}

#[test]
fn what_numbers_the_rows_is_named_and_left_out() {
    let rest = [Role::X, Role::Y, Role::Label];
    for (text, place) in [
        (",x1,x2,label\n0,1.5,2.5,a\n1,-1.5,-2.5,b\n2,1,2,a", 0),
        // Shuffled, as a split leaves them.
        (",x1,x2,label\n17,1.5,2.5,a\n4,-1.5,-2.5,b\n9,1,2,a", 0),
        ("Unnamed: 0,x1,x2,label\n0,1.5,2.5,0\n1,-1.5,-2.5,1", 0),
        ("id,x1,x2,label\n11,1.5,2.5,0\n12,-1.5,-2.5,1", 0),
        ("Index,x1,x2,label\n1,1.5,2.5,0\n2,-1.5,-2.5,1", 0),
        ("PassengerId,age,fare,survived\n1,22,7.25,0\n2,38,71.3,1\n3,26,7.9,1", 0),
        ("sample_id;x1;x2;label\nA01;1,5;2,5;0\nA02;-1,5;-2,5;1", 0),
        ("x1,x2,label,id\n1.5,2.5,0,7\n-1.5,-2.5,1,8", 3),
        ("1,1.5,2.5,a\n2,-1.5,-2.5,b\n3,1,2,a", 0),
        ("\"\",\"0\",\"1\",\"2\"\n0,1.5,2.5,a\n1,2.5,3.5,b", 0),
    ] {
        let mut wanted = rest.to_vec();
        wanted.insert(place, Role::Index);
        assert_eq!(read(text).columns.iter().map(|c| c.role).collect::<Vec<_>>(), wanted, "{text}");
    }
    assert_eq!(
        error("id,x,label\n1,0.5,a\n2,0.7,b"),
        "the table has one feature (x) beside the label (label) and the row numbers (id); the plane shows two: add a column"
    );
}

#[test]
fn what_is_missing_is_named_with_its_line() {
    for gap in ["NaN", "nan", "NA", "N/A", "?", "null", "NULL", "<NA>"] {
        for (labels, at) in [(["a", "b"], 4), (["0", "1"], 4), (["0.5", "1.25"], 4)] {
            let [one, two] = labels;
            let text = format!("u,v,species\n1,2,{one}\n3,4,{two}\n5,6,{gap}\n7,8,{one}\n2,8,{two}");
            let said = format!(
                "line {at}: the label (species) is missing (\"{gap}\"); fill it in, or leave the line out"
            );
            assert_eq!(error(&text), said);
        }
        let feature = format!("u,v,species\n1,2,a\n3,{gap},b\n5,6,a\n7,7,b");
        assert_eq!(
            error(&feature),
            format!("line 3: y (v) is missing (\"{gap}\"); fill it in, or leave the line out")
        );
    }
    assert_eq!(error("u,v,species\n1,2,a\n3,4,"), "line 3: label is empty (expected x, y, label)");
}

#[test]
fn more_features_than_two_are_named_and_two_can_be_chosen() {
    let iris = "sepal_length,sepal_width,petal_length,petal_width,species\n5.1,3.5,1.4,0.2,setosa\n7.0,3.2,4.7,1.4,versicolor\n\
                6.3,3.3,6.0,2.5,virginica\n4.9,3.0,1.4,0.2,setosa";
    assert_eq!(
        error(iris),
        "the table has 4 features (sepal_length, sepal_width, petal_length, petal_width) beside the label (species); the \
         plane shows two: choose which"
    );
    let file = [table("iris.csv", None, iris)];
    let choice = Choice { x: Some(2), y: Some(3), ..Choice::default() };
    let chosen = read_tables(&file, &choice).expect("two are chosen");
    assert_eq!((chosen.read.points[1].x, chosen.read.points[1].y), (4.7, 1.4));
    assert_eq!(chosen.read.class_names, ["setosa", "versicolor", "virginica"]);
    assert_eq!(chosen.columns[0].role, Role::Other);
    // Another label, and what it means.
    let width = Choice { label: Some(3), values: Some(true), x: Some(0), y: Some(1), ..Choice::default() };
    assert!(read_tables(&file, &width).expect("a value").read.regression);
    let classes = Choice { values: Some(false), ..width };
    assert_eq!(read_tables(&file, &classes).expect("classes").read.class_names, ["0.2", "1.4", "2.5"]);
    assert!(error("1,2,3,4\n5,6,7,8").contains("3 features (column 1, column 2, column 3)"));
}

#[test]
fn quotes_commas_ends_and_notes_do_not_matter() {
    let wanted = read("class,x1,x2\n0,1.5,2.5\n1,-1.5,-2.5\n0,1,2").read;
    for text in [
        "\u{feff}class;x1;x2\r\n0;1,5;2,5\r\n1;-1,5;-2,5\r\n0;1;2\r\n",
        "# from a sensor\n\"class\",\"x1\",\"x2\"\n\"0\",\"1.5\",\"2.5\"\n\n1,-1.5,-2.5\n# end\n0,1,2",
        "class\tx1\tx2\t\n0\t1.5\t2.5\t\n1\t-1.5\t-2.5\t\n0\t1\t2\t",
        "class,x1,x2,,\n0,1.5,2.5,,\n1,-1.5,-2.5,,\n0,1,2,,",
        "class x1 x2\n0 1.5  2.5\n1 -1.5 -2.5\n0 1 2",
        "class,x1,x2\r0,1.5,2.5\r1,-1.5,-2.5\r0,1,2",
    ] {
        assert_eq!(read(text).read, wanted, "{text:?}");
    }
    let long: String =
        (0..15_000).map(|i| format!("{},{},{}\n", i % 3, f64::from(i) / 7.0, i % 11)).collect();
    let long = read(&format!("class,a,b\n{long}"));
    assert_eq!((long.read.points.len(), long.read.class_names.len()), (15_000, 3));
}

#[test]
fn tables_of_both_sides_keep_them() {
    let rows = |from: u8, n: u8| -> String {
        (from..from + n).map(|i| format!("{},{}.5,{i}\n", ["cat", "dog"][usize::from(i % 2)], i)).collect()
    };
    let head = "class,a,b\n";
    let train = table("train.csv", Some(Side::Train), &format!("{head}{}", rows(0, 6)));
    let test = table("test.csv", Some(Side::Test), &format!("{head}{}", rows(100, 4)));
    let both = [test.clone(), train.clone()];
    let read = read_tables(&both, &Choice::default()).expect("both");
    assert_eq!((read.train, read.read.points.len(), read.taken.parting), (Some(6), 10, Parting::Files));
    assert!(
        read.read.points[..6].iter().all(|point| point.y < 100.0),
        "training first, and no test among it"
    );
    let mixed = read_tables(&both, &Choice { mix: true, ..Choice::default() }).expect("mixed");
    assert_eq!((mixed.train, mixed.taken.parting, mixed.taken.sides.len()), (None, Parting::Mixed, 2));
    // A test without answers is left out, and other columns are named.
    let bare = table("test.csv", Some(Side::Test), "a,b\n1.5,2\n2.5,3");
    let left = read_tables(&[train.clone(), bare], &Choice::default()).expect("the training table");
    assert_eq!((left.train, left.read.points.len(), left.taken.unlabelled), (None, 6, 1));
    let other = table("test.csv", Some(Side::Test), "class,a,b,c\n0,1,2,3\n1,2,3,4");
    let error =
        read_tables(&[train.clone(), other], &Choice::default()).expect_err("other columns").to_string();
    assert_eq!(
        error,
        "test.csv, it has 4 columns, which are not the 3 of train.csv; drop tables of the same columns together"
    );
    let wrong = table("test.csv", Some(Side::Test), "class,a,b\ncat,1,?\ndog,2,3");
    let error = read_tables(&[train, wrong], &Choice::default()).expect_err("a gap").to_string();
    assert!(error.starts_with("test.csv, line 2: y (b) is missing"), "{error}");
    // A column may say the side.
    let column = "a,b,split,label\n1,2,train,0\n2,3,test,1\n3,4,Train,1\n4,5,val,0\n5,6,train,0";
    let read = read_tables(&[table("a.csv", None, column)], &Choice::default()).expect("a column of sides");
    assert_eq!((read.train, read.columns[2].role), (Some(3), Role::Side));
    assert_eq!(read.read.points.iter().map(|p| p.x).collect::<Vec<_>>(), [1.0, 3.0, 5.0, 2.0, 4.0]);
}
