//! Features in one file and labels in another, as people write them: "x_train.csv" and "y_train.csv".

use super::Side;
use super::csv::{clean, lines};
use super::side::words;
use super::sides::last;
use super::unpack::Item;

/// Names of features, and beside each that of its labels.
const PAIRS: [(&str, &str); 6] = [
    ("x", "y"),
    ("features", "labels"),
    ("features", "targets"),
    ("images", "labels"),
    ("data", "labels"),
    ("inputs", "targets"),
];

/// Tables as they are, but for pairs of features and labels, line by line: each pair is one table whose label stands
/// first.
pub(super) fn features_and_labels(tables: Vec<(Item, Option<Side>)>) -> Vec<(Item, Option<Side>)> {
    let mut left: Vec<Option<(Item, Option<Side>)>> = tables.into_iter().map(Some).collect();
    let mut out = Vec::new();
    for place in 0..left.len() {
        let Some((table, side)) = left[place].take() else { continue };
        let others = left.iter().enumerate().skip(place + 1);
        let pairs =
            others.filter_map(|(other, pair)| Some((other, &pair.as_ref().filter(|p| p.1 == side)?.0)));
        let joined = pairs.filter_map(|(other, pair)| Some((other, join(&table, pair)?))).next();
        match joined {
            Some((other, joined)) => {
                left[other] = None;
                out.push((joined, side));
            }
            None => out.push((table, side)),
        }
    }
    out
}

/// One table of two, where their names say that they are a pair and they have as many lines.
fn join(a: &Item, b: &Item) -> Option<Item> {
    let names = [&a.name, &b.name].map(|name| words(last(name)));
    let swapped = |with: &(&str, &str), names: [&Vec<String>; 2]| -> bool {
        let of = |word: &String, known: &str| match word.strip_prefix(known) {
            // "xtrain" too.
            Some(rest) => rest.is_empty() || known.len() == 1 && super::side::named(rest).is_some(),
            None => false,
        };
        let [features, labels] = names;
        let place = features.iter().position(|word| of(word, with.0));
        place.is_some_and(|place| {
            labels.len() == features.len()
                && of(&labels[place], with.1)
                && (0..features.len()).all(|i| i == place || features[i] == labels[i])
        })
    };
    let fits = |names: [&Vec<String>; 2]| PAIRS.iter().any(|pair| swapped(pair, names));
    let (features, labels) = match () {
        () if fits([&names[0], &names[1]]) => (a, b),
        () if fits([&names[1], &names[0]]) => (b, a),
        () => return None,
    };
    let [text, answers] = [features, labels].map(|item| String::from_utf8_lossy(&item.bytes).into_owned());
    let (rows, answers) = (lines(&text), lines(&answers));
    let mark = [';', '\t', ',']
        .into_iter()
        .find(|&mark| rows.first().is_some_and(|(_, line)| line.contains(mark)))?;
    // The label is the last value of its line: pandas writes the row's number before it.
    let value = |line: &str| clean(line.rsplit([';', '\t', ',']).next().unwrap_or_default()).to_owned();
    let is_number = |field: &str| clean(field).parse::<f64>().is_ok();
    let headed = rows.first().is_some_and(|(_, line)| !line.split(mark).any(is_number))
        || rows.len() == answers.len() && rows.first().is_some_and(|(_, line)| line.starts_with(mark));
    let (rows, heading) = match headed {
        true => (&rows[1..], rows.first().map(|(_, line)| *line)),
        false => (&rows[..], None),
    };
    // Labels have a heading of their own where they have a line more.
    let answers = answers.get(answers.len().checked_sub(rows.len()).filter(|more| *more <= 1)?..)?;
    let mut joined = String::with_capacity(text.len() + 8 * rows.len());
    if let Some(heading) = heading {
        joined.push_str(&format!("label{mark}{heading}\n"));
    }
    for ((_, row), (_, answer)) in rows.iter().zip(answers) {
        joined.push_str(&format!("{}{mark}{row}\n", value(answer)));
    }
    Some(Item { name: features.name.clone(), bytes: joined.into_bytes(), archive: features.archive.clone() })
}
