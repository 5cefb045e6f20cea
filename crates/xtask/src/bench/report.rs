//! What is written into docs/benchmarks.md.

use super::Found;
use super::growth::{TOLERANCE, grown};
use super::workloads::{WORKLOADS, Workload};
use super::{machine, table};

/// The part between the marks: where and when, the tables, what did not run. `seconds` were given to each workload.
pub fn written(found: &Found, seconds: f64) -> String {
    let mut text = format!(
        "One run on {}, commit {}: {}, {}. {} Each workload ran {seconds} s in each. {}.\n",
        machine::today(),
        machine::commit(),
        machine::processor(),
        machine::system(),
        sentence(&found.versions),
        found.watch.told(),
    );
    text.push_str("\n### On the CPU\n\n");
    text.push_str(
        "Milliseconds a step, or GFLOP/s of a product; natively and in PyTorch a thread for each processor, in Chromium one. A ratio says \
         how many times as fast ours is.\n\n",
    );
    text.push_str(&table::against_targets(&found.rows));
    for quoted in WORKLOADS.iter().filter_map(quoted) {
        text.push_str(&format!("\nQuoted, not measured in this run: {quoted}.\n"));
    }
    if let Some(peers) = table::in_browser(&found.rows) {
        text.push_str(&format!("\nAll peers in Chromium on the CPU:\n\n{peers}"));
    }
    if let Some(gpu) = table::on_gpu(&found.rows) {
        text.push_str(&format!(
            "\n### On the graphics processor\n\nWhere it is software (llvmpipe natively, SwiftShader in Chromium) read the columns as ratios: a \
             launch takes 0.1 to 0.3 ms there.\n\n{gpu}"
        ));
    }
    if !found.series.is_empty() {
        text.push_str(&scale(found));
    }
    let left_out: Vec<String> = found.lacking.iter().cloned().chain(table::faults(&found.rows)).collect();
    if !left_out.is_empty() {
        text.push_str("\nLeft out:\n\n");
        left_out.iter().for_each(|line| text.push_str(&format!("- {}\n", line.replace('\n', " "))));
    }
    text
}

fn scale(found: &Found) -> String {
    let faults: Vec<String> = found.series.iter().flat_map(|series| series.faults()).collect();
    let verdict = if faults.is_empty() {
        format!("No doubling costs more than {TOLERANCE} times what its arithmetic grows by.")
    } else {
        format!("Worse than their arithmetic grows are: {}.", faults.join("; "))
    };
    format!(
        "\n### A step against its size\n\nThe CPU backend natively, the batch, the width or the length doubled five times, all else as in the \
         workloads. The time is that of the fastest block of steps within a second. The dashed lines grow as the arithmetic does (floating-point \
         operations, reckoned from the step's graph); slopes are powers of the size. {verdict}\n\n\
         ![Milliseconds a training step against batch, width and length](scale.svg)\n\n{}",
        grown(&found.series)
    )
}

fn quoted(workload: &Workload) -> Option<String> {
    let quoted = workload.quoted.as_ref()?;
    Some(format!("{} at {} ms for {} ({})", quoted.peer, quoted.ms, workload.name, quoted.measured))
}

fn sentence(versions: &[String]) -> String {
    if versions.is_empty() { String::new() } else { format!("With {}.", versions.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::super::measured::Row;
    use super::*;

    #[test]
    fn the_page_says_when_and_where_and_what_is_missing() {
        let mut found = Found { versions: vec!["PyTorch 2.15.0".into()], ..Found::default() };
        found.lacking.push("nothing ran in Chromium: no Node was found\n  to mend it: install it".into());
        found.rows.push(Row { peer: "torch:cpu".into(), workload: "mlp-2d".into(), value: Ok(0.135) });
        found.watch.products = vec![vec![90.0, 100.0, 110.0], vec![99.0]];
        let text = written(&found, 3.0);
        for wanted in [
            &format!("One run on {}", machine::today()),
            "With PyTorch 2.15.0. Each workload ran 3 s",
            "gave 100 GFLOP/s before the runs and 99 after",
            "| mlp-2d | – | 0.002 | 0.135 |",
            "TensorFlow Playground's own code at 0.0072 ms for mlp-2d (November 2026",
            "- nothing ran in Chromium: no Node was found   to mend it: install it\n",
        ] {
            assert!(text.contains(wanted), "{wanted:?} is not in:\n{text}");
        }
        assert!(!text.contains("scale.svg") && !text.contains("graphics processor"), "{text}");
    }
}
