//! Two kernels as one: a launch of two rows of workgroups, the first of which runs one kernel and the second the other. What the
//! second declares gets names and binding numbers of its own.

use crate::generate::compact;
use crate::source::{self, Variant};
use std::collections::BTreeSet;
use std::path::Path;

/// Added to the binding numbers of the second kernel.
pub const BEHIND: u32 = 10;
/// Added to the names of the second kernel.
pub const SECOND: &str = "_second";
/// The entry point of both.
pub const ENTRY: &str = "both";

/// The text of two variants as one, in the frame of a pair.
pub fn expand(shaders: &Path, frame: &str, [first, second]: [&Variant; 2]) -> Result<String, String> {
    let [first_text, second_text] = [source::expand(shaders, first)?, source::expand(shaders, second)?];
    let second_text = rename(&compact(&second_text), &names(second, &second_text)?);
    let (first_text, call, size) = callable(&compact(&first_text), &first.entry)?;
    let (second_text, second_call, _) = callable(&second_text, &format!("{}{SECOND}", second.entry))?;
    let frame = compact(&source::read(&shaders.join(frame))?);
    let frame = frame.replace("SIZE", &size).replace("FIRST", &call).replace("SECOND", &second_call);
    Ok(first_text + &second_text + &frame)
}

/// Everything that a text declares.
fn names(variant: &Variant, text: &str) -> Result<BTreeSet<String>, String> {
    let title = format!("shaders/{} as half of a pair", variant.file);
    let module = naga::front::wgsl::parse_str(text).map_err(|e| e.emit_to_string_with_path(text, &title))?;
    let mut names: BTreeSet<String> = module.entry_points.iter().map(|e| e.name.clone()).collect();
    names.extend(module.functions.iter().filter_map(|(_, f)| f.name.clone()));
    names.extend(module.global_variables.iter().filter_map(|(_, g)| g.name.clone()));
    names.extend(module.overrides.iter().filter_map(|(_, o)| o.name.clone()));
    // naga keeps no name of a constant that was folded, nor of an alias.
    for line in text.lines() {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty());
        if matches!(words.next(), Some("const" | "alias" | "struct")) {
            names.extend(words.next().map(str::to_owned));
        }
    }
    Ok(names)
}

/// The text with these names changed, wherever they are no fields, and its bindings behind those of the first.
fn rename(text: &str, names: &BTreeSet<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if len == 0 {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(len);
        let field = out.ends_with('.');
        out.push_str(word);
        if !field && names.contains(word) {
            out.push_str(SECOND);
        } else if out.ends_with("@binding") {
            let number = after.trim_start_matches('(').split(')').next().unwrap_or_default();
            let moved = number.parse::<u32>().unwrap_or_default() + BEHIND;
            out.push_str(&format!("({moved})"));
            rest = &after[number.len() + 2..];
            continue;
        }
        rest = after;
    }
    out
}

/// The text with an entry point made a function, how that is called, and the size of its workgroups.
fn callable(text: &str, entry: &str) -> Result<(String, String, String), String> {
    let begin = format!(")\nfn {entry}(");
    let at = text.find(&begin).ok_or(format!("there is no entry point {entry}"))?;
    // Its attributes are the line before.
    let attributes = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let size = text[attributes..at].split_once("workgroup_size(").map(|(_, size)| size.to_owned());
    let size = size.ok_or(format!("{entry} has no size"))?;
    let inside = at + begin.len();
    let end = inside + text[inside..].find(") {").ok_or(format!("{entry} does not begin"))?;
    let (mut parameters, mut arguments) = (vec![], vec![]);
    let declarations = text[inside..end].split("@builtin(").filter(|part| !part.trim().is_empty());
    for parameter in declarations {
        let (builtin, declared) = parameter.split_once(')').ok_or(format!("{entry}: {parameter}"))?;
        parameters.push(declared.trim().trim_end_matches(',').to_owned());
        arguments.push(match builtin {
            "local_invocation_index" => "index".to_owned(),
            "local_invocation_id" => "local_id".to_owned(),
            "workgroup_id" => "group_id".to_owned(),
            "num_workgroups" => "group_count".to_owned(),
            "global_invocation_id" => format!("vec3(group_id.x * ({size}) + index, 0u, 0u)"),
            other => return Err(format!("{entry}: a pair has no {other}")),
        });
    }
    let head = format!("fn {entry}({}", parameters.join(", "));
    let text = format!("{}{head}{}", &text[..attributes], &text[end..]);
    Ok((text, format!("{entry}({})", arguments.join(", ")), size))
}
