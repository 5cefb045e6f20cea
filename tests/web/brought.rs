//! Files that people have, dropped on the page: what was taken as what is said and can be changed, and what is read in
//! another area is told where it belongs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::pictures::png;
use crate::site::{Site, index};

const SOON: Duration = Duration::from_secs(30);

/// Drops files and folders of the disk on the page, as the desktop does.
fn drop_paths(site: &Site, paths: &[&Path]) {
    let files: Vec<&str> = paths.iter().map(|path| path.to_str().expect("a path")).collect();
    let items: Vec<Value> = files.iter().map(|_| json!({ "mimeType": "", "data": "" })).collect();
    for kind in ["dragEnter", "dragOver", "drop"] {
        let data = json!({ "items": items, "files": files, "dragOperationsMask": 1 });
        site.page
            .call("Input.dispatchDragEvent", json!({ "type": kind, "x": 300, "y": 300, "data": data }))
            .unwrap();
    }
}

/// A folder of its own below the system's for temporary files.
fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("minibatch-{name}-{}", std::process::id()));
    let _old = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder");
    path
}

fn write(path: PathBuf, bytes: impl AsRef<[u8]>) -> PathBuf {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// A picture of a stroke down (class 0) or across: red, green, blue and opacity of ink and ground.
fn stroke(class: usize, number: usize, ink: [u8; 4], ground: [u8; 4]) -> Vec<u8> {
    png(16, 16, |row, column| {
        let across = if class == 0 { column } else { row };
        if (6..9).contains(&across) && number < 1000 { ink } else { ground }
    })
}

/// Waits for a sentence of what was taken that holds a text, and gives it.
fn taken(site: &Site, holds: &str) -> String {
    let there =
        format!("document.querySelector('[data-testid=taken]')?.innerText.includes({})", json!(holds));
    site.page.wait_for(&there, SOON).unwrap_or_else(|error| {
        let shown: String = site.page.eval("document.body.innerText").unwrap();
        panic!("{error}: {shown}")
    });
    site.page.wait_for("minibatch.call('state').then(s => s.loaded)", SOON).unwrap();
    site.page.text("[data-testid=taken]").unwrap()
}

fn told(site: &Site) -> String {
    site.page.wait_for_element("[data-testid=notice]", SOON).unwrap();
    let told = site.page.text("[data-testid=notice]").unwrap();
    site.page.click("[data-testid=notice] button").unwrap();
    told
}

/// What the footer says is not that files are being read.
fn nothing_is_being_read(site: &Site) {
    let hint: String = site.page.eval("document.querySelector('.hint').innerText").unwrap();
    assert!(!hint.contains("Reading"), "{hint}");
}

/// Red, green and blue of a pixel of the pad.
fn pad_at(site: &Site, x: f64, y: f64) -> Vec<u8> {
    site.page
        .eval(&format!(
            "(c => [...c.getContext('2d').getImageData(c.width * {x}, c.height * {y}, 1, 1).data].slice(0, 3))(document.querySelector('[data-testid=draw]'))"
        ))
        .unwrap()
}

/// Draws a line down the middle of the pad.
fn draw(site: &Site) {
    let [x, y, wide, high]: [f64; 4] = site
        .page
        .eval("(r => [r.left, r.top, r.width, r.height])(document.querySelector('[data-testid=draw]').getBoundingClientRect())")
        .unwrap();
    site.page.drag((x + wide / 2.0, y + high * 0.2), (x + wide / 2.0, y + high * 0.8), 8).unwrap();
    site.page.wait_for("document.querySelector('.draw-paper.own')", SOON).unwrap();
    site.page
        .wait_for("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(true))))", SOON)
        .unwrap();
}

#[test]
fn a_folder_with_a_split_is_learned_from_and_the_pad_is_as_its_images_are() {
    let site = Site::open(&index("cpu"), true);
    site.call("load", json!("digits"));
    let root = folder("pets");
    let clear = [255, 255, 255, 0];
    // More in one folder than a browser lists at once.
    for (side, counts) in [("train", [120, 20]), ("test", [8, 8]), ("val", [2, 2])] {
        for (class, count) in counts.into_iter().enumerate() {
            for number in 0..count {
                let name = format!("data/{side}/{}/{number}.png", ["cat", "dog"][class]);
                write(root.join(name), stroke(class, number, [255, 255, 255, 255], clear));
            }
        }
    }
    write(root.join("data/.DS_Store"), b"\0\0\0\x01Bud1");
    drop_paths(&site, &[&root.join("data")]);
    let said = taken(&site, "140 training, 16 test and 4 validation images of 2 classes (cat and dog)");
    assert!(said.contains("train, test and val") && said.contains("val is held back too"), "{said}");
    assert!(said.contains("Transparent drawings lie on black"), "{said}");
    let samples = site.call("state", json!({}))["experiment"]["model"]["samples"].clone();
    assert_eq!((&samples["train"], &samples["test"]), (&json!(140), &json!(20)));
    site.call("step", json!({ "n": 40 }));
    assert!(
        site.metric("test_accuracy") > 0.9,
        "strokes down and across are told apart: {}",
        site.metric("test_accuracy")
    );
    // White on black, as they are.
    draw(&site);
    assert_eq!((pad_at(&site, 0.5, 0.5), pad_at(&site, 0.1, 0.1)), (vec![255; 3], vec![0; 3]));
    // Mixed on demand, and back.
    let choose = |id: &str| {
        let script = format!(
            "(s => {{ s.value = '{id}'; s.dispatchEvent(new Event('change', {{ bubbles: true }})); }})(document.querySelector('[data-testid=taken] ~ label select'))"
        );
        site.page.run(&script).unwrap();
    };
    choose("mixed");
    let said = taken(&site, "128 training and 32 test");
    assert!(said.contains("is left aside"), "{said}");
    choose("files");
    taken(&site, "140 training, 16 test");

    // Black on opaque white: the pad is white, its ink black, and the answer right.
    let root = folder("ink");
    for class in 0..2 {
        for number in 0..20 {
            let name = format!("{}/{number}.png", ["across", "down"][1 - class]);
            write(root.join(name), stroke(class, number, [0, 0, 0, 255], [255; 4]));
        }
    }
    drop_paths(&site, &[&root.join("across"), &root.join("down")]);
    let said = taken(&site, "32 training and 8 test images of 2 classes (across and down)");
    assert!(said.contains("no split"), "{said}");
    site.call("step", json!({ "n": 60 }));
    draw(&site);
    assert_eq!((pad_at(&site, 0.5, 0.5), pad_at(&site, 0.1, 0.1)), (vec![0; 3], vec![255; 3]));
    // The answer to the drawing is the class whose strokes run as it does.
    let best = "document.querySelector('[data-testid=scores] li.best')?.innerText ?? ''";
    site.page.wait_for(&format!("({best}).includes('down')"), SOON).unwrap_or_else(|error| {
        let shown: String = site.page.eval(best).unwrap();
        panic!("{error}: a line down is taken for {shown:?}")
    });
    nothing_is_being_read(&site);
    site.quiet();
}

const IRIS: &str = "sepal_length,sepal_width,petal_length,petal_width,species\n5.1,3.5,1.4,0.2,setosa\n7.0,3.2,4.7,1.4,versicolor\n\
    6.3,3.3,6.0,2.5,virginica\n4.9,3.0,1.4,0.2,setosa\n6.4,3.2,4.5,1.5,versicolor\n5.8,2.7,5.1,1.9,virginica\n";

#[test]
fn what_belongs_elsewhere_says_where_and_tables_say_their_columns() {
    let site = Site::open(&index("cpu"), true);
    let root = folder("tables");
    let iris = write(root.join("iris.csv"), IRIS);
    let bare = write(root.join("bare.csv"), IRIS.split_once('\n').expect("a heading").1);
    let nine: String = (0..30).map(|n| format!("{n},2.5,3,4,5,6,7,8,9,{}\n", n % 2)).collect();
    let nine = write(root.join("nine.csv"), nine);
    let text = write(root.join("night.txt"), "It was, as they say, a dark night.\n".repeat(30));
    let cat = write(root.join("cat/1.png"), stroke(0, 1, [0, 0, 0, 255], [255; 4]));
    let dog = write(root.join("dog/1.png"), stroke(1, 1, [0, 0, 0, 255], [255; 4]));
    site.call("load", json!("digits"));
    for (path, belongs) in [
        (&iris, "table of 4"),
        (&bare, "table of 4"),
        (&nine, "table of 8"),
        (&text, "a text: Language reads texts"),
    ] {
        drop_paths(&site, &[path]);
        let told = told(&site);
        assert!(told.contains(belongs), "{told}");
        assert!(told.contains("Points reads tables") || told.contains("Language"), "{told}");
        nothing_is_being_read(&site);
    }
    site.call("step", json!({ "n": 1 }));
    assert_eq!(site.metric("step"), 1.0, "the run goes on");

    site.call("load", json!("spiral"));
    drop_paths(&site, &[cat.parent().expect("cat"), dog.parent().expect("dog")]);
    let said = told(&site);
    assert!(said.contains("Images reads them"), "{said}");
    // One picture, the folder of one class, pixels of any heading.
    let digits: String = (0..40).map(|n| format!("{}{}\n", n % 10, format!(",{n}").repeat(784))).collect();
    let digits = write(root.join("mnist_train.csv"), digits);
    for path in [&*cat, cat.parent().expect("cat"), &*digits] {
        drop_paths(&site, &[path]);
        let said = told(&site);
        assert!(said.contains("Images reads"), "{said}");
        nothing_is_being_read(&site);
    }
    drop_paths(&site, &[&text]);
    let said = told(&site);
    assert!(said.contains("Language reads texts"), "{said}");
    nothing_is_being_read(&site);
    site.call("step", json!({ "n": 1 }));
    assert_eq!(site.metric("step"), 1.0, "the run goes on");

    // Four features: which two is asked, and nothing taken before that.
    drop_paths(&site, &[&iris]);
    site.page.wait_for("document.querySelector('#import[open] .import-columns')", SOON).unwrap();
    let asked = site.page.text("import-error").unwrap();
    assert!(asked.contains("4 features (sepal_length, sepal_width, petal_length, petal_width)"), "{asked}");
    assert_eq!(site.experiment().data.points.len(), 0);
    site.page
        .run("(s => { s.value = '2'; s.dispatchEvent(new Event('change', { bubbles: true })); })(document.querySelector('#import .import-columns select'))")
        .unwrap();
    site.page.click("import-take").unwrap();
    let said = taken(&site, "6 points imported: petal_length across, sepal_width up; label: species");
    assert!(
        said.contains("setosa, versicolor and virginica") && said.contains("Left out: sepal_length"),
        "{said}"
    );

    // The label first is a class, the index is named, and the label can be taken as a value.
    let first = write(
        root.join("first.csv"),
        ",class,x1,x2\n0,0,1.5,2.5\n1,1,-1.5,-2.5\n2,0,1.2,2.2\n3,1,-1.1,-2.0\n",
    );
    drop_paths(&site, &[&first]);
    let said = taken(&site, "4 points imported: x1 across, x2 up; label: class (classes 0 and 1)");
    assert!(said.contains("numbers the rows and is left out"), "{said}");
    assert!(!site.experiment().data.own_regression);
    site.page.run("document.querySelector('.retake').open = true").unwrap();
    site.page
        .run("(s => { s.value = 'values'; s.dispatchEvent(new Event('change', { bubbles: true })); })(document.querySelectorAll('.retake select')[3])")
        .unwrap();
    taken(&site, "label: class (values to predict)");
    assert!(site.experiment().data.own_regression);

    // A choice that cannot be is told, and the control stays where it is and shows what is in force.
    let named =
        write(root.join("named.csv"), "sample_id,x1,x2,label\nA1,1.5,2.5,0\nA2,-1.5,-2.5,1\nA3,1.2,2.2,0\n");
    drop_paths(&site, &[&named]);
    taken(&site, "3 points imported: x1 across, x2 up; label: label");
    site.page.run("document.querySelector('.retake').open = true").unwrap();
    site.page
        .run("(s => { s.dataset.kept = 'yes'; s.value = '0'; s.dispatchEvent(new Event('change', { bubbles: true })); })(document.querySelector('.retake select'))")
        .unwrap();
    let said = told(&site);
    assert!(said.contains("\"A1\" is not a number"), "{said}");
    let shown = "(s => s.dataset.kept == 'yes' && s.value == '1')(document.querySelector('.retake select'))";
    site.page.wait_for(shown, SOON).unwrap();

    // Two tables keep their sides.
    let line = |i: usize, y: usize| format!("{},{},{y}\n", i % 2, i % 5);
    let train: String = (0..20).map(|i| line(i, 1)).collect();
    let test: String = (0..6).map(|i| line(i, 4)).collect();
    let train = write(root.join("train.csv"), format!("class,a,b\n{train}"));
    let test = write(root.join("test.csv"), format!("class,a,b\n{test}"));
    drop_paths(&site, &[&test, &train]);
    let said = taken(&site, "20 training and 6 test points");
    assert!(said.contains("train.csv and test.csv"), "{said}");
    let data = site.experiment().data;
    assert_eq!((data.own_train, data.points.len()), (Some(20), 26));
    assert!(data.points[..20].iter().all(|p| p.y == 1.0), "a test point is trained on");
    site.quiet();
}

#[test]
fn a_text_is_read_whatever_its_name_is() {
    let site = Site::open(&index("cpu"), true);
    let root = folder("texts");
    let verse = |word: &str| format!("down the {word} went the rabbit, and out again.\n").repeat(40);
    site.call("load", json!("language"));
    for (name, word) in
        [("poem.py", "hole"), ("alice.log", "path"), ("README", "lane"), ("page.html", "stairs")]
    {
        drop_paths(&site, &[&write(root.join(name), verse(word))]);
        let read = format!(
            "minibatch.call('state').then(s => JSON.stringify(s.experiment).includes('the {word} went'))"
        );
        site.page.wait_for(&read, SOON).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    // What systems add to a folder is no reason not to read its text.
    let book = root.join("book");
    write(book.join("book.txt"), verse("well"));
    for added in ["desktop.ini", "Thumbs.db", ".DS_Store"] {
        write(book.join(added), b"\0\0\0\x01Bud1");
    }
    drop_paths(&site, &[&book]);
    let read = "minibatch.call('state').then(s => JSON.stringify(s.experiment).includes('the well went'))";
    site.page.wait_for(read, SOON).unwrap();
    site.quiet();
}
