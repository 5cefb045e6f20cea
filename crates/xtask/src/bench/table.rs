//! Tables of Markdown out of what was measured.

use super::measured::{Row, value};
use super::workloads::{WORKLOADS, Workload};

/// Ours on the CPU, in the columns of [`Workload::targets`].
pub const OURS: [&str; 2] = ["minibatch native:cpu", "minibatch:cpu"];
/// The peers in the browser, on the CPU, and how they are called.
const IN_BROWSER: [(&str, &str); 3] =
    [("jax:wasm", "jax-js wasm"), ("tfjs:wasm", "TensorFlow.js wasm"), ("tfjs:cpu", "TensorFlow.js cpu")];
/// What runs on the graphics processor.
const ON_GPU: [(&str, &str); 3] = [
    ("minibatch native:gpu", "Minibatch natively"),
    ("minibatch:webgpu", "Minibatch in Chromium"),
    ("jax:webgpu", "jax-js in Chromium"),
];

/// Ours on the CPU beside what is aimed at and the best of the others, with how many times as fast ours is.
pub fn against_targets(rows: &[Row]) -> String {
    let head = [
        "workload",
        "natively",
        "target",
        "PyTorch",
        "ratio",
        "in Chromium",
        "target",
        "best peer in Chromium",
        "ratio",
    ];
    let of = |w: &Workload| {
        let [native, browser] = OURS.map(|peer| value(rows, peer, w.name));
        let torch = value(rows, "torch:cpu", w.name);
        let best = best_in_browser(rows, w);
        let (peer, reached) = best.map_or((None, None), |(name, reached)| (Some(name), Some(reached)));
        vec![
            named(w),
            cell(native),
            target(w, 0, native),
            cell(torch),
            ratio(w, native, torch),
            cell(browser),
            target(w, 1, browser),
            peer.map_or("–".into(), |peer| format!("{} ({peer})", cell(reached))),
            ratio(w, browser, reached),
        ]
    };
    table(&head, WORKLOADS.iter().map(of))
}

/// The peers in the browser on the CPU; nothing where none of them ran.
pub fn in_browser(rows: &[Row]) -> Option<String> {
    of_peers(rows, &IN_BROWSER)
}

/// What ran on the graphics processor; nothing where nothing did.
pub fn on_gpu(rows: &[Row]) -> Option<String> {
    of_peers(rows, &ON_GPU)
}

fn of_peers(rows: &[Row], peers: &[(&str, &str)]) -> Option<String> {
    let ran = |peer: &str| rows.iter().any(|row| row.peer == peer);
    let peers: Vec<_> = peers.iter().filter(|(peer, _)| ran(peer)).collect();
    let head: Vec<&str> = std::iter::once("workload").chain(peers.iter().map(|(_, name)| *name)).collect();
    let of = |w: &Workload| {
        let values = peers.iter().map(|(peer, _)| cell(value(rows, peer, w.name)));
        std::iter::once(named(w)).chain(values).collect()
    };
    (!peers.is_empty()).then(|| table(&head, WORKLOADS.iter().map(of)))
}

/// What did not run or does not count, a line each.
pub fn faults(rows: &[Row]) -> Vec<String> {
    let told = |row: &Row| Some(format!("{} of {}: {}", row.workload, row.peer, row.value.as_ref().err()?));
    rows.iter().filter_map(told).collect()
}

/// The fastest of the others in the browser, the one that is quoted among them.
fn best_in_browser(rows: &[Row], w: &Workload) -> Option<(&'static str, f64)> {
    let measured = IN_BROWSER.iter().filter_map(|(peer, name)| Some((*name, value(rows, peer, w.name)?)));
    let all = measured.chain(w.quoted.iter().map(|quoted| (quoted.peer, quoted.ms)));
    all.reduce(|a, b| if faster(w, b.1, a.1) { b } else { a })
}

/// Whether `a` is better than `b`: less time, or more GFLOP/s.
fn faster(w: &Workload, a: f64, b: f64) -> bool {
    if w.first.is_some() { a < b } else { a > b }
}

/// How many times as fast ours is as theirs.
fn ratio(w: &Workload, ours: Option<f64>, theirs: Option<f64>) -> String {
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return "–".into() };
    format!("{}×", figure(if w.first.is_some() { theirs / ours } else { ours / theirs }))
}

fn target(w: &Workload, at: usize, reached: Option<f64>) -> String {
    let target = w.targets[at];
    let met = reached.is_some_and(|reached| !faster(w, target, reached));
    format!("{target}{}", if met { ", met" } else { "" })
}

fn named(w: &Workload) -> String {
    format!("{}{}", w.name, if w.first.is_some() { "" } else { ", GFLOP/s" })
}

fn cell(value: Option<f64>) -> String {
    value.map_or("–".into(), figure)
}

/// A number in three digits, whole from a hundred on.
pub fn figure(value: f64) -> String {
    let before = value.abs().log10().floor() as i64 + 1;
    let decimals = if value == 0.0 { 0 } else { (3 - before).max(0) };
    format!("{value:.0$}", decimals as usize)
}

/// A table of Markdown.
pub fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    rows.for_each(|row| text.push_str(&format!("| {} |\n", row.join(" | "))));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(peer: &str, workload: &str, value: f64) -> Row {
        Row { peer: peer.into(), workload: workload.into(), value: Ok(value) }
    }

    fn line<'a>(table: &'a str, name: &str) -> &'a str {
        table.lines().find(|line| line.starts_with(&format!("| {name}"))).unwrap()
    }

    #[test]
    fn ours_stands_beside_targets_and_the_best_of_the_others() {
        let rows = [
            row(OURS[0], "cnn-28", 0.9),
            row(OURS[1], "cnn-28", 5.0),
            row("torch:cpu", "cnn-28", 2.25),
            row("jax:wasm", "cnn-28", 164.4),
            row("tfjs:cpu", "cnn-28", 248.0),
            row(OURS[0], "matmul-1024", 100.0),
            row("torch:cpu", "matmul-1024", 200.0),
            row("jax:wasm", "matmul-1024", 33.4),
            row("tfjs:wasm", "matmul-1024", 39.5),
            row(OURS[1], "mlp-2d", 0.0024),
            row("jax:wasm", "mlp-2d", 0.55),
        ];
        let table = against_targets(&rows);
        assert_eq!(
            line(&table, "cnn-28"),
            "| cnn-28 | 0.900 | 1, met | 2.25 | 2.50× | 5.00 | 4.5 | 164 (jax-js wasm) | 32.9× |"
        );
        assert_eq!(
            line(&table, "matmul-1024"),
            "| matmul-1024, GFLOP/s | 100 | 150 | 200 | 0.500× | – | 38 | 39.5 (TensorFlow.js wasm) | – |"
        );
        assert_eq!(
            line(&table, "mlp-2d"),
            "| mlp-2d | – | 0.002 | – | – | 0.00240 | 0.0025, met | 0.00720 (TensorFlow Playground's own code) | 3.00× |"
        );
        assert_eq!(table.lines().count(), 2 + WORKLOADS.len());
    }

    #[test]
    fn peers_that_did_not_run_have_no_column_and_what_failed_is_told() {
        let failed = Row { value: Err("no kernel".into()), ..row("tfjs:wasm", "cnn-28", 0.0) };
        let rows = [row("jax:wasm", "cnn-28", 164.0), failed];
        let table = in_browser(&rows).unwrap();
        assert!(
            table.starts_with("| workload | jax-js wasm | TensorFlow.js wasm |\n|---|---|---|\n"),
            "{table}"
        );
        assert_eq!(line(&table, "cnn-28"), "| cnn-28 | 164 | – |");
        assert_eq!(faults(&rows), ["cnn-28 of tfjs:wasm: no kernel"]);
        assert_eq!(on_gpu(&rows), None);
    }

    #[test]
    fn numbers_have_three_digits() {
        let numbers = [0.003_094, 0.85, 4.304, 36.91, 164.4, 1499.0].map(figure);
        assert_eq!(numbers, ["0.00309", "0.850", "4.30", "36.9", "164", "1499"]);
    }
}
