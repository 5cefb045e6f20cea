//! `minibatch presets`: the experiments that come along.

use minibatch_session::PRESETS;
use serde_json::json;

use crate::Ending;
use crate::args::Listing;
use crate::error::Result;
use crate::experiment::{find, wrong};
use crate::output::{Align, grouped, line, shape, table};

/// Prints them, one a line.
///
/// # Errors
/// When a preset is wrong, which none is.
pub fn run(args: &Listing) -> Result<Ending> {
    let mut rows = vec![];
    for preset in PRESETS {
        let name = preset.name;
        let experiment = find(name)?;
        let outline = experiment.outline().map_err(|source| wrong(name, source))?;
        let layers = outline.rows.iter().filter(|r| r.depth == 0).count();
        let optimizer = experiment.training.optimizer.kind.id();
        if args.json {
            let entry = json!({
                "preset": name, "input": outline.input, "layers": layers, "parameters": outline.parameters,
                "optimizer": optimizer,
            });
            line(&entry.to_string());
        }
        let parameters = grouped(outline.parameters as u64);
        rows.push([
            name.to_owned(),
            shape(&outline.input),
            layers.to_string(),
            parameters,
            optimizer.to_owned(),
        ]);
    }
    if !args.json {
        let titles = [
            ("preset", Align::Left),
            ("input", Align::Left),
            ("layers", Align::Right),
            ("parameters", Align::Right),
            ("optimizer", Align::Left),
        ];
        table(titles, &rows);
    }
    Ok(Ending::Done)
}
