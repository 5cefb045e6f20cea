//! What the programs print: a line of JSON for each workload, ours and the peers' alike.

use super::workloads::{FIRST_WITHIN, workload};
use crate::json::{number, text};

/// One workload on one library.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The library and where it ran: "minibatch native:cpu", "jax:wasm".
    pub peer: String,
    /// The workload.
    pub workload: String,
    /// Milliseconds a step, GFLOP/s of a product; or why there is nothing.
    pub value: Result<f64, String>,
}

impl Row {
    /// Reads a line; nothing where it is none of a workload. Our own program does not say whose it is.
    ///
    /// A step whose first loss is not the one all begin with computes something else, and counts for nothing.
    pub fn read(line: &str) -> Option<Self> {
        let name = text(line, "workload")?;
        let known = workload(name)?;
        let own = || Some(format!("minibatch native:{}", text(line, "backend")?));
        let peer = text(line, "peer").map(String::from).or_else(own)?;
        let value = match (text(line, "error"), number(line, "gflops"), number(line, "ms")) {
            (Some(error), _, _) => Err(error.split("\\n").next().unwrap_or(error).to_string()),
            (None, Some(gflops), _) => Ok(gflops),
            (None, None, Some(ms)) => Ok(ms),
            (None, None, None) => Err("it printed no time".into()),
        };
        let value = value.and_then(|value| match (known.first, number(line, "first")) {
            (Some(wanted), Some(first)) if (first - wanted).abs() <= FIRST_WITHIN => Ok(value),
            (Some(wanted), first) => Err(format!(
                "its first loss is {}, not {wanted}: it computes something else",
                first.map_or("none".into(), |first| first.to_string())
            )),
            (None, _) => Ok(value),
        });
        Some(Row { peer, workload: name.into(), value })
    }

    /// Whether it is ours.
    pub fn is_ours(&self) -> bool {
        self.peer.starts_with("minibatch")
    }
}

/// What `peer` reached in a workload.
pub fn value(rows: &[Row], peer: &str, workload: &str) -> Option<f64> {
    rows.iter().find(|row| row.peer == peer && row.workload == workload)?.value.clone().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_all_programs_are_read() {
        let ours =
            r#"{"workload":"mlp-2d","backend":"cpu","steps":5,"ms":0.003,"first":0.34998834,"loss":0.1}"#;
        let row = Row::read(ours).unwrap();
        assert_eq!(
            row,
            Row { peer: "minibatch native:cpu".into(), workload: "mlp-2d".into(), value: Ok(0.003) }
        );
        let product =
            r#"{"ok":true,"peer":"torch:cpu","workload":"matmul-1024","steps":20,"ms":50.1,"gflops":41.7}"#;
        assert_eq!(Row::read(product).unwrap().value, Ok(41.7));
        assert_eq!(Row::read(r#"{"chromium":"156.0"}"#), None);
    }

    #[test]
    fn a_step_that_computes_something_else_counts_for_nothing() {
        for first in ["2.304538", "null"] {
            let line = format!(r#"{{"peer":"x","workload":"cnn-28","ms":1,"first":{first}}}"#);
            let error = Row::read(&line).unwrap().value.unwrap_err();
            assert!(error.contains("2.306691"), "{error}");
        }
        let failed =
            r#"{"ok":false,"peer":"tfjs:wasm","workload":"cnn-28","error":"Error: no kernel\n  at x"}"#;
        assert_eq!(Row::read(failed).unwrap().value, Err("Error: no kernel".into()));
    }
}
