//! `minibatch adapters`: the GPUs of this machine.

use minibatch_session::adapters;
use serde_json::json;

use crate::Ending;
use crate::args::Listing;
use crate::error::Result;
use crate::output::{Align, line, table};

/// Prints them, the one that is used marked.
///
/// # Errors
/// When nobody reads what is printed.
pub fn run(args: &Listing) -> Result<Ending> {
    let (all, used) = pollster::block_on(adapters());
    let is_used = |i: usize| used == Some(i);
    if args.json {
        for (i, a) in all.iter().enumerate() {
            let entry =
                json!({ "adapter": a.name, "api": a.backend, "software": a.software, "used": is_used(i) });
            line(&entry.to_string())?;
        }
        return Ok(Ending::Done);
    }
    if all.is_empty() {
        eprintln!(
            "no GPU was found: install a Vulkan, Metal or Direct3D 12 driver; training runs on the CPU"
        );
        return Ok(Ending::Done);
    }
    let kind = |software: bool| if software { "software" } else { "hardware" }.to_owned();
    let mark = |i: usize| if is_used(i) { "*" } else { "" }.to_owned();
    let rows: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(i, a)| [mark(i), a.name.clone(), a.backend.clone(), kind(a.software)])
        .collect();
    let titles =
        [("", Align::Left), ("adapter", Align::Left), ("interface", Align::Left), ("kind", Align::Left)];
    table(titles, &rows)?;
    Ok(Ending::Done)
}
