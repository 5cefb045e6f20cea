//! `minibatch adapters`: the GPUs of this machine.

use minibatch_session::adapters;
use serde_json::json;

use crate::Ending;
use crate::args::Listing;
use crate::error::Result;
use crate::output::{Align, line, note, table};

/// Prints them, and which of them is used when: a software one only where it is asked for.
///
/// # Errors
/// None: without a GPU that is what is told.
pub fn run(args: &Listing) -> Result<Ending> {
    let (all, used) = pollster::block_on(adapters());
    let opened = |i: usize| used == Some(i);
    let is_used = |i: usize| opened(i) && !all[i].software;
    if args.json {
        for (i, a) in all.iter().enumerate() {
            let entry = json!({ "adapter": a.name, "api": a.backend, "software": a.software, "used": is_used(i), "opened": opened(i) });
            line(&entry.to_string());
        }
        return Ok(Ending::Done);
    }
    if all.is_empty() {
        note("no GPU was found: install a Vulkan, Metal or Direct3D 12 driver; training runs on the CPU");
        return Ok(Ending::Done);
    }
    let kind = |software: bool| if software { "software" } else { "hardware" }.to_owned();
    let trains = |i: usize| match (is_used(i), opened(i)) {
        (true, _) => "large networks",
        (false, true) => "with --backend gpu",
        (false, false) => "",
    };
    let rows: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(i, a)| [a.name.clone(), a.backend.clone(), kind(a.software), trains(i).to_owned()])
        .collect();
    let titles = [
        ("adapter", Align::Left),
        ("interface", Align::Left),
        ("kind", Align::Left),
        ("trains", Align::Left),
    ];
    table(titles, &rows);
    Ok(Ending::Done)
}
