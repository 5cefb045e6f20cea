//! CSV of pixels, and decoded images made small.

use minibatch_data::{
    Decoded, Dropped, Found, Holding, SampleSet, Small, Taken, assemble, assemble_small, read_files, shrink,
};

fn csv(text: &str) -> Result<SampleSet, String> {
    let file = Dropped { name: "mine.csv".into(), bytes: text.into() };
    match read_files(vec![file], Holding { test_share: 0.5, ..Holding::default() }) {
        Ok((Found::Samples(set), _)) => Ok(set),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.to_string()),
    }
}

/// Lines of a label and 2 x 2 pixels (or the other way round) as lines of 8 x 8 of them, whose other pixels are 0: fewer
/// than 8 x 8 numbers on a line are taken for measurements.
fn wide(text: &str) -> String {
    let widen = |line: &str| {
        let Some(mark) = line.chars().find(|c| ";,\t".contains(*c)) else { return line.to_owned() };
        let heading = line.contains("1x1") || line.contains("p1") || line.contains("label");
        let fill = |i: usize| if heading { format!("q{i}") } else { "0".into() };
        let more: Vec<String> = (0..60).map(fill).collect();
        let fields: Vec<&str> = line.split(mark).collect();
        let [front, back] = [&fields[..3], &fields[3..]].map(|half| half.join(&mark.to_string()));
        format!("{front}{mark}{}{mark}{back}", more.join(&mark.to_string()))
    };
    text.lines().map(widen).collect::<Vec<_>>().join("\n")
}

/// The images of a set by class, each as whole hundredths.
fn by_class(text: &str) -> Vec<(String, Vec<u32>)> {
    let set = csv(text).expect("readable");
    let size = set.inputs.len() / set.targets.len();
    let image = |pixels: &[f32]| pixels.iter().map(|pixel| (pixel * 100.0).round() as u32).collect();
    let named = set.targets.iter().map(|&class| set.class_names[class as usize].clone());
    let mut all: Vec<_> = named.zip(set.inputs.chunks_exact(size).map(image)).collect();
    all.sort();
    all
}

/// The four pixels that [`wide`] leaves at both ends: it parts a line after its third value.
fn ends(images: Vec<(String, Vec<u32>)>, front: usize) -> Vec<(String, Vec<u32>)> {
    let ends = |pixels: &[u32]| [&pixels[..front], &pixels[front + 60..]].concat();
    images.into_iter().map(|(name, pixels)| (name, ends(&pixels))).collect()
}

fn expected(images: &[(&str, [u32; 4])]) -> Vec<(String, Vec<u32>)> {
    images.iter().map(|(name, pixels)| ((*name).to_owned(), pixels.to_vec())).collect()
}

#[test]
fn labels_stand_first_or_last_with_and_without_heading() {
    let wanted = expected(&[("0", [0, 0, 100, 0]), ("1", [20, 0, 0, 100])]);
    for (front, text) in [
        (2, "label,1x1,1x2,2x1,2x2\n0,0,0,255,0\n1,51,0,0,255\n"),
        (2, "0,0,0,255,0\n1,51,0,0,255"),
        (3, "p1;p2;p3;p4;class\r\n0;0;255;0;0\r\n51;0;0;255;1\r\n"),
        (3, "0\t0\t255\t0\t0\n51\t0\t0\t255\t1"),
        (2, "\u{feff}0,0,0,1,0\n\n1,0.2,0,0,1.0\n"),
        (2, "\"0\",\"0\",\"0\",\"255\",\"0\"\n1.0, 51, 0, 0, 255"),
        (2, "0,0,0,16,0\n1,3.2,0,0,16"),
    ] {
        assert_eq!(ends(by_class(&wide(text)), front), wanted, "{text:?}");
    }
    let named = expected(&[("cat", [0, 0, 100, 0]), ("dog", [20, 0, 0, 100])]);
    assert_eq!(ends(by_class(&wide("cat,0,0,255,0\ndog,51,0,0,255")), 2), named);
    assert_eq!(ends(by_class(&wide("0,0,255,0,cat\n51,0,0,255,dog")), 3), named);
    // Small pictures are known by their heading, and a column that numbers the rows is left out.
    assert_eq!(by_class("label,1x1,1x2,2x1,2x2\n0,0,0,255,0\n1,51,0,0,255"), wanted);
    for numbered in [
        ",label,pixel0,pixel1,pixel2,pixel3\n0,0,0,0,255,0\n1,1,51,0,0,255",
        "id,pixel0,pixel1,pixel2,pixel3,label\n5,0,0,255,0,0\n6,51,0,0,255,1",
    ] {
        assert_eq!(by_class(numbered), wanted, "{numbered:?}");
    }
}

#[test]
fn the_column_that_counts_is_the_label() {
    let names = |text: &str| csv(&wide(text)).expect(text).class_names;
    // The last column varies too, but only the first counts from 0 without a gap; and the other way round.
    assert_eq!(names("0,9,9,9,3\n1,9,9,9,7\n2,9,9,9,200"), ["0", "1", "2"]);
    assert_eq!(names("3,9,9,9,1\n7,9,9,9,2\n200,9,9,9,3"), ["1", "2", "3"]);
    // Classes in order of size, not of the alphabet.
    assert_eq!(names("10,9,9,9,9\n9,9,9,9,9\n1,9,9,9,9"), ["1", "9", "10"]);
}

#[test]
fn a_train_and_a_test_file_keep_their_sides() {
    let file = |name: &str, text: &str| Dropped { name: name.into(), bytes: wide(text).into_bytes() };
    let both = vec![
        file("mnist_test.csv", "0,9,9,9,9\n1,9,9,9,9"),
        file("mnist_train.csv", "0,1,1,1,1\n1,255,1,1,1"),
    ];
    let Ok((Found::Samples(set), _)) = read_files(both, Holding::default()) else { panic!("readable") };
    assert_eq!((set.train, set.test, set.targets), (2, 2, vec![0.0, 1.0, 0.0, 1.0]));
}

#[test]
fn three_colours_pixel_by_pixel_or_apart() {
    // Red falls to the right, green is even, blue is dark: 2 x 2.
    let wanted: Vec<u32> = vec![78, 75, 78, 75, 39, 39, 39, 39, 4, 4, 4, 4];
    let together = "1,200,100,10,190,100,10,200,100,10,190,100,10";
    let apart = "1,200,190,200,190,100,100,100,100,10,10,10,10";
    for row in [together, apart] {
        let heading = (0..12).map(|i| format!("pixel{i}")).collect::<Vec<_>>().join(",");
        let set =
            csv(&format!("label,{heading}\n0,{}\n{row}\n{row}", ["0"; 12].join(","))).expect("readable");
        assert_eq!(set.input, [3, 2, 2]);
        let brightest = set.inputs.chunks_exact(12).find(|image| image[0] > 0.5).expect("the second line");
        // The largest value is 200: pixels are of 0 to 255.
        assert_eq!(brightest.iter().map(|p| (p * 100.0).round() as u32).collect::<Vec<_>>(), wanted, "{row}");
    }
}

#[test]
fn wrong_lines_are_named() {
    let error = |text: &str| csv(&wide(text)).expect_err("wrong");
    assert_eq!(
        error("0,1,2,3,4\n1,1,2,3"),
        "mine.csv, line 2: 64 values, but line 1 has 65; give every line as many"
    );
    assert_eq!(
        error("label,a1,b1,c1,d1\n0,1,2,3,4\n\n1,1,x,3,4"),
        "mine.csv, line 4: \"x\" in column 3 is no pixel; pixels are 0 to 255"
    );
    assert!(error("0,1,2,3,4\n1,1,256,3,4").contains("line 2: \"256\" in column 3"));
    assert!(error("0,1,2,3,4\n1,1,-1,3,4").contains("line 2: \"-1\" in column 3"));
    assert!(error("0,1,2,3,4\n1,1,NaN,3,4").contains("line 2: \"NaN\" in column 3"));
    assert!(error("0,1,2,3,4\n1,1,,3,4").contains("line 2: \"\" in column 3"));
    assert!(error("label,1,2,3,p1\n0,1,2,3,4\n,1,2,3,4").contains("line 3: the label is empty"));
    for gap in ["NaN", "?", "NA", "null"] {
        let text = format!("label,1,2,3,p1\n0,1,2,3,4\n{gap},1,2,3,4");
        assert!(error(&text).contains(&format!("line 3: the label is missing (\"{gap}\")")), "{gap}");
    }
    let square = csv(&["0", "1", "0"].map(|l| format!("{l},{}", ["1"; 65].join(","))).join("\n"))
        .expect_err("65 pixels");
    assert!(
        square.starts_with("mine.csv, line 1: 66 values: a label and 65 pixels, which make no"),
        "{square}"
    );
    assert!(
        error("0.5,1,2,3,0.5\n0.7,1,2,3,0.1").starts_with("mine.csv: neither the first nor the last column")
    );
    assert!(error("label,a1,b1,c1,d1\n").starts_with("mine.csv has no rows of pixels"));
    assert!(error("label,a1,b1,c1,d1\n1,2,3,4,5").starts_with("1 image(s) found; at least 2 are needed"));
    let many: String = (0..1001).map(|row| format!("c{row},1,2,3,4\n")).collect();
    assert!(
        error(&format!("label,a1,b1,c1,d1\n{many}")).starts_with("there are 1001 classes, at most 1000 fit")
    );
    let bare = csv(&format!(
        "{}\n{}",
        (0..16).map(|i| format!("pixel{i}")).collect::<Vec<_>>().join(","),
        ["7"; 16].join(",")
    ));
    assert!(bare.expect_err("no label").starts_with("mine.csv has no label: its columns are 4 x 4 pixels"));
}

fn decoded(label: &str, width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 4]) -> Decoded {
    let rgba = (0..height).flat_map(|row| (0..width).map(move |column| (row, column)));
    Decoded {
        label: label.into(),
        width,
        height,
        rgba: rgba.flat_map(|(row, column)| pixel(row, column)).collect(),
    }
}

#[test]
fn shrinking_averages_areas() {
    // A chessboard of single pixels is even grey from afar.
    let board = decoded("b", 64, 64, |row, column| {
        let value = if (row + column) % 2 == 0 { 255 } else { 0 };
        [value, value, value, 255]
    });
    let Small { pixels, .. } = shrink(&board, 8, 1).expect("an image");
    assert!(pixels.iter().all(|pixel| (pixel - 0.5).abs() < 1e-6), "{pixels:?}");
    // The mean stays, whatever the sizes: here 7 pixels go to 5.
    let slope = decoded("s", 7, 7, |_, column| [column as u8 * 40, 0, 0, 255]);
    let Small { pixels, .. } = shrink(&slope, 5, 3).expect("an image");
    let red = pixels[..25].iter().sum::<f32>() / 25.0;
    assert!((red - 120.0 / 255.0).abs() < 1e-6, "the mean of red became {red}");
    assert!(pixels[..5].is_sorted() && pixels[25..].iter().all(|&pixel| pixel == 0.0));
}

#[test]
fn proportions_stay_and_gaps_take_the_border() {
    // Twice as wide as high, blue with a white middle, onto a square: bands of blue above and below.
    let wide = decoded("w", 40, 20, |row, column| {
        if (5..15).contains(&row) && (10..30).contains(&column) { [255; 4] } else { [0, 0, 255, 255] }
    });
    let Small { pixels, .. } = shrink(&wide, 8, 3).expect("an image");
    let rows: Vec<f32> = (0..8).map(|row| pixels[row * 8 + 4]).collect();
    assert_eq!(rows, [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0], "red down the middle");
    assert!(pixels[128..].iter().all(|&blue| blue == 1.0));
    // One pixel is enough; what is transparent stays so.
    let clear = shrink(&decoded("c", 1, 1, |_, _| [0, 0, 0, 0]), 4, 1).expect("an image");
    assert!(
        clear.pixels.iter().all(|&pixel| pixel == 0.0) && clear.clear == [1.0; 16] && clear.ink.is_none()
    );
    let line = decoded("l", 300, 1, |_, _| [255, 0, 0, 255]);
    assert_eq!(shrink(&line, 28, 1).expect("an image").pixels.len(), 784);
}

#[test]
fn assembling_sorts_the_classes() {
    let plain = |label: &str, value: u8| decoded(label, 6, 6, move |_, _| [value, value, value, 255]);
    let images = [plain("dog", 255), plain("cat", 0), plain("dog", 255), plain("cat", 0)];
    let holding = Holding { test_share: 0.5, seed: 3, ..Holding::default() };
    let set = assemble(&images, 4, 3, holding).expect("four images");
    assert_eq!(
        (set.class_names, set.input, set.train, set.test),
        (vec!["cat".into(), "dog".into()], vec![3, 4, 4], 2, 2)
    );
    for (image, target) in set.inputs.chunks_exact(48).zip(&set.targets) {
        assert!(image.iter().all(|pixel| (pixel - target).abs() < 1e-6), "dogs are white, cats black");
    }
    let error = |images: &[Decoded], side, channels| {
        assemble(images, side, channels, holding).expect_err("wrong").to_string()
    };
    assert_eq!(error(&images, 3, 1), "images can be made 4 to 256 pixels wide, not 3");
    assert_eq!(error(&images, 8, 4), "images can have 1 channel (grey) or 3 (red, green, blue), not 4");
    assert!(error(&images[..1], 8, 1).starts_with("1 image(s) found"));
    assert!(
        error(&[images[0].clone(), images[2].clone()], 8, 1)
            .starts_with("every image is of the class \"dog\"")
    );
    let torn = Decoded { width: usize::MAX, ..images[0].clone() };
    assert!(
        error(&[torn, images[1].clone()], 8, 1).contains("has 144 bytes for 18446744073709551615 x 6 pixels")
    );
    let small = Small { label: "a".into(), side: None, pixels: vec![0.0; 3], clear: vec![], ink: None };
    let odd =
        assemble_small(vec![small], 4, 1, holding, &mut Taken::default()).expect_err("wrong").to_string();
    assert_eq!(odd, "an image of \"a\" has 3 numbers instead of 16; make it small anew");
}

/// Images of a stroke down the middle in these inks, on a ground of this opacity and colour.
fn strokes(inks: &[u8], ground: [u8; 4]) -> Vec<Decoded> {
    let images = inks.iter().enumerate().map(|(i, &ink)| {
        let label = ["a", "b"][i % 2];
        decoded(label, 32, 32, move |row, column| {
            let across = if i % 2 == 0 { column } else { row };
            if (14..18).contains(&across) { [ink, ink, ink, 255] } else { ground }
        })
    });
    images.collect()
}

#[test]
fn ink_is_seen_on_the_ground_that_is_chosen_for_all() {
    for channels in [1, 3] {
        for (inks, ground) in [
            (&[255u8, 255, 255, 255][..], 0.0),
            (&[0, 0, 0, 0], 1.0),
            (&[200, 180, 255, 220], 0.0),
            (&[0, 40, 90, 10], 1.0),
            // Light and dark ink in one set: neither is lost.
            (&[255, 0, 255, 0], 0.5),
        ] {
            // What lies under the transparent parts says nothing: white, black.
            for under in [[255, 255, 255, 0], [0, 0, 0, 0]] {
                let images = strokes(inks, under);
                let set = assemble(&images, 16, channels, Holding { test_share: 0.5, ..Holding::default() });
                let set = set.expect("four images");
                for image in set.inputs.chunks_exact(channels * 256) {
                    assert_eq!(image[0], ground, "{inks:?}: the corner is ground");
                    let seen = image.iter().map(|value| (value - ground).abs()).fold(0.0, f32::max);
                    assert!(seen > 0.4, "{inks:?}: ink {seen} from its ground {ground}");
                }
            }
            // Opaque images keep the ground they have.
            let opaque = strokes(inks, [30, 30, 30, 255]);
            let set = assemble(&opaque, 16, channels, Holding { test_share: 0.5, ..Holding::default() });
            assert!((set.expect("four images").inputs[0] - 30.0 / 255.0).abs() < 1e-6);
        }
    }
}

#[test]
fn the_ground_loses_as_few_images_as_can_be_and_blank_ones_are_counted() {
    let read = |inks: &[u8]| {
        let images: Vec<Small> =
            strokes(inks, [0; 4]).iter().map(|image| shrink(image, 16, 1).expect("an image")).collect();
        let mut taken = Taken::default();
        let holding = Holding { test_share: 0.5, ..Holding::default() };
        let set = assemble_small(images, 16, 1, holding, &mut taken).expect("images");
        let seen =
            |image: &[f32]| image.iter().map(|value| (value - image[0]).abs()).fold(0.0, f32::max) > 0.1;
        (set.inputs.chunks_exact(256).filter(|image| seen(image)).count(), taken)
    };
    for inks in [
        &[255u8, 0, 128, 255, 0, 128][..],
        &[255, 255, 0, 0, 128, 128, 128],
        &[0, 64, 128, 255],
        &[128, 128, 128, 128],
        &[255, 128, 255, 128],
        &[0, 128, 0, 128],
        &[0, 100, 160, 255],
    ] {
        let (seen, taken) = read(inks);
        assert_eq!((seen, taken.blank), (inks.len(), 0), "{inks:?} on {:?}", taken.ground);
    }
    // Ink of every lightness: whatever the ground is, some is lost, as little as can be, and what shows nothing is counted.
    let inks: Vec<u8> = (0..=16).map(|n| (n * 255 / 16) as u8).collect();
    let (seen, taken) = read(&inks);
    assert!(seen >= 14 && taken.blank >= 1, "{seen} seen, {} blank", taken.blank);
    // Light and dark ink in one drawing show on grey.
    let both = decoded("a", 32, 32, |row, column| match (row, column / 4) {
        (10..20, 3) => [255; 4],
        (10..20, 4) => [0, 0, 0, 255],
        _ => [0; 4],
    });
    let images: Vec<Small> = ["a", "b", "a", "b"]
        .map(|label| Small { label: label.into(), ..shrink(&both, 16, 1).expect("an image") })
        .into();
    let mut taken = Taken::default();
    assemble_small(images, 16, 1, Holding::default(), &mut taken).expect("images");
    assert_eq!(taken.blank, 0);
}
