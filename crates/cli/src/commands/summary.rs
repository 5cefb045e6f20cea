//! `minibatch summary`: what a model comes to, layer by layer.

use minibatch_session::{Keep, Outline};
use serde_json::json;

use crate::Ending;
use crate::args::Summary;
use crate::error::Result;
use crate::experiment;
use crate::output::{Align, bytes, grouped, line, shape, table};

/// Bytes of an f32.
const F32: u64 = 4;

/// Prints the table, or one line of JSON.
///
/// # Errors
/// When there is no such experiment, or it is wrong.
pub fn run(args: &Summary) -> Result<Ending> {
    let experiment = experiment::find(&args.experiment)?;
    experiment::advise(&args.experiment, &experiment)?;
    let outline = experiment.outline().map_err(|source| experiment::wrong(&args.experiment, source))?;
    let training = experiment.memory(None, Keep::NOTHING).ok();
    if args.json {
        line(&as_json(&args.experiment, &outline, training));
    } else {
        print(&outline);
        if let Some(training) = training {
            line(&format!("training       {} of memory on the CPU, about", bytes(training)));
        }
    }
    Ok(Ending::Done)
}

fn print(outline: &Outline) {
    let row = |at: String, kind: &str, out: &[usize], counts: [u64; 3]| {
        let [parameters, multiply_adds, memory] = counts;
        [at, kind.to_owned(), shape(out), grouped(parameters), grouped(multiply_adds), bytes(memory)]
    };
    let mut rows = vec![row("input".into(), "", &outline.input, [0; 3])];
    for r in &outline.rows {
        // Parts stand below what they belong to; its row counts them.
        let at = format!("{}{}", "  ".repeat(r.depth), r.path);
        rows.push(row(at, r.kind, &r.shape, [r.parameters as u64, r.multiply_adds, r.activation_bytes]));
    }
    let titles = [
        ("layer", Align::Left),
        ("kind", Align::Left),
        ("output", Align::Left),
        ("parameters", Align::Right),
        ("multiply-adds", Align::Right),
        ("memory", Align::Right),
    ];
    table(titles, &rows);
    line("");
    let parameters = outline.parameters as u64;
    line(&format!("parameters     {} ({})", grouped(parameters), bytes(F32 * parameters)));
    line(&format!("multiply-adds  {} a sample", grouped(outline.multiply_adds)));
    line(&format!(
        "memory         {} a sample for what training keeps, at most",
        bytes(outline.activation_bytes)
    ));
}

fn as_json(name: &str, outline: &Outline, training: Option<u64>) -> String {
    let layer = |r: &minibatch_session::OutlineRow| {
        json!({
            "layer": r.path, "kind": r.kind, "depth": r.depth, "output": r.shape, "parameters": r.parameters,
            "multiply_adds": r.multiply_adds, "memory": r.activation_bytes,
        })
    };
    json!({
        "experiment": name, "input": outline.input, "layers": outline.rows.iter().map(layer).collect::<Vec<_>>(),
        "parameters": outline.parameters, "multiply_adds": outline.multiply_adds, "memory": outline.activation_bytes, "training_memory": training,
    })
    .to_string()
}
