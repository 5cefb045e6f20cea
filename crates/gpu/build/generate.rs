//! Writes the Rust: the enum `Kernel`, what is known of each, and the structs of their parameters.

use crate::pair::{BEHIND, SECOND};
use crate::reflect::{Access, Kernel, Params};
use crate::source::Pair;
use std::fmt::Write;

/// The code of `kernels.rs`, or a complaint when two uniform structs share a name but not their fields.
pub fn generate(kernels: &[Kernel], pairs: &[Pair]) -> Result<String, String> {
    let mut out = String::from("// Generated from shaders/ by build.rs.\n\n");
    let mut params: Vec<&Params> = vec![];
    for kernel in kernels {
        match params.iter().find(|p| p.name == kernel.params.name) {
            None => params.push(&kernel.params),
            Some(known) if **known == kernel.params => {}
            Some(known) => {
                return Err(format!("shaders/{}: {} differs between kernels", kernel.file, known.name));
            }
        }
    }
    params.iter().for_each(|p| write_params(&mut out, p));
    write_enum(&mut out, kernels);
    let rows = pairs.iter().map(|pair| {
        let [first, second] = pair.of.each_ref().map(|name| camel(name));
        let both = camel(&pair.name);
        format!(
            "    Pair {{ of: [Kernel::{first}, Kernel::{second}], both: Kernel::{both}, single: {} }},\n",
            pair.single
        )
    });
    let rows: String = rows.collect();
    write!(
        out,
        "\n/// Where the binding numbers of a pair's second kernel begin.\npub(crate) const BEHIND: u32 = {BEHIND};\n\n/// What \
         its overrides end in.\npub(crate) const SECOND: &str = {SECOND:?};\n\n/// Every pair of kernels whose launches can \
         be joined.\npub(crate) const PAIRS: &[Pair] = &[\n{rows}];\n"
    )
    .expect("a string takes all");
    Ok(out)
}

fn write_params(out: &mut String, params: &Params) {
    let name = &params.name;
    let mut fields = String::new();
    let mut words = vec![];
    for (field, float) in &params.fields {
        writeln!(fields, "    pub {field}: {},", if *float { "f32" } else { "u32" })
            .expect("a string takes all");
        words.push(if *float { format!("p.{field}.to_bits()") } else { format!("p.{field}") });
    }
    writeln!(
        out,
        "/// The uniform struct of this name.\npub(crate) struct {name} {{\n{fields}}}\n\nimpl From<{name}> for Vec<u32> \
         {{\n    fn from(p: {name}) -> Self {{\n        vec![{}]\n    }}\n}}\n",
        words.join(", ")
    )
    .expect("a string takes all");
}

fn write_enum(out: &mut String, kernels: &[Kernel]) {
    let (mut members, mut all, mut arms) = (String::new(), String::new(), String::new());
    for kernel in kernels {
        let name = camel(&kernel.name);
        writeln!(members, "    /// `{}` of `shaders/{}`.\n    {name},", kernel.entry, kernel.file)
            .expect("a string takes all");
        write!(all, "Kernel::{name}, ").expect("a string takes all");
        let bindings: Vec<String> =
            kernel.bindings.iter().map(|(n, a)| format!("({n}, {})", access(a))).collect();
        let overrides = kernel.sizes.overrides.iter().map(|(name, value)| format!("({name:?}, {value})"));
        let [x, y, z] = &kernel.sizes.workgroup;
        let shared = kernel.sizes.shared.iter().map(|(bytes, count)| format!("({bytes}, {count})"));
        writeln!(
            arms,
            "            Kernel::{name} => &KernelInfo {{ name: {:?}, entry: {:?}, bindings: &[{}], \
             overrides: &[{}], workgroup: [{x}, {y}, {z}], shared: &[{}], source: {:?} }},",
            kernel.name,
            kernel.entry,
            bindings.join(", "),
            overrides.collect::<Vec<_>>().join(", "),
            shared.collect::<Vec<_>>().join(", "),
            compact(&kernel.source),
        )
        .expect("a string takes all");
    }
    write!(
        out,
        "/// Every variant of every kernel.\n#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]\npub(crate) enum Kernel \
         {{\n{members}}}\n\nimpl Kernel {{\n    /// All of them.\n    pub const ALL: &[Kernel] = &[{all}];\n\n    /// What \
         the build found out about it.\n    pub fn info(self) -> &'static KernelInfo {{\n        match self \
         {{\n{arms}        }}\n    }}\n}}\n"
    )
    .expect("a string takes all");
}

fn access(access: &Access) -> String {
    match access {
        Access::Uniform(words) => format!("Access::Uniform({words})"),
        Access::Read => "Access::Read".into(),
        Access::ReadWrite => "Access::ReadWrite".into(),
    }
}

/// `matmul_small` as `MatmulSmall`.
fn camel(name: &str) -> String {
    let word = |w: &str| w[..1].to_uppercase() + &w[1..];
    name.split('_').filter(|w| !w.is_empty()).map(word).collect()
}

/// Without comments and indentation: a learner downloads it.
pub fn compact(source: &str) -> String {
    let lines = source.lines().map(|line| line.split("//").next().unwrap_or("").trim());
    lines.filter(|line| !line.is_empty()).fold(String::new(), |text, line| text + line + "\n")
}
