//! What is drawn of a model of images: a column a layer, in each the stacks of maps that come out.

use minibatch_session::{Experiment, Facts, ProbeKind};

use super::rules::{Known, Rule, known};
use crate::draw::picture::image_shape;
use crate::words::{fill, t};

/// How a layer's numbers are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// The sample itself.
    Picture,
    /// (maps, rows, columns).
    Maps,
    /// One number a unit.
    Cells,
    /// One thin bar: numbers that only changed their order.
    Bar,
    /// The answer: a number a class.
    Answer,
}

/// Numbers of a layer that are drawn together.
#[derive(Clone, PartialEq, Debug)]
pub struct Stack {
    /// The layer's place; empty for the input.
    pub path: String,
    /// The branch it is the end of, or how they are joined; empty where there are none.
    pub branch: String,
    /// What its own layer is called: "Conv 3×3".
    pub title: String,
    /// How it is drawn.
    pub form: Form,
    /// (maps, rows, columns); units are maps of one pixel.
    pub shape: [usize; 3],
    /// Where its numbers begin in a look inside.
    pub offset: usize,
    /// How it came about.
    pub rule: Option<Rule>,
    /// What it came from: its place, where its numbers begin, its shape.
    pub source: Option<(String, usize, [usize; 3])>,
}

impl Stack {
    /// Its numbers out of a look inside.
    pub fn values<'a>(&self, inside: &'a [f32]) -> Option<&'a [f32]> {
        inside.get(self.offset..self.offset + self.shape.iter().product::<usize>())
    }

    /// How many pictures it is.
    pub fn tiles(&self) -> usize {
        match self.form {
            Form::Picture | Form::Bar => 1,
            Form::Maps | Form::Cells | Form::Answer => self.shape[0],
        }
    }
}

/// A layer.
#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    /// What it is called.
    pub name: String,
    /// What tells it from its like: "3×3".
    pub more: String,
    /// What goes out, as it is written: "8×28×28".
    pub shape: String,
    /// Numbers that are trained.
    pub parameters: usize,
    /// Its stacks, its own result last.
    pub stacks: Vec<Stack>,
}

impl Column {
    /// Its name in full.
    pub fn title(&self) -> String {
        titled(&self.name, &self.more)
    }
}

fn titled(name: &str, more: &str) -> String {
    if more.is_empty() { name.into() } else { format!("{name} {more}") }
}

/// What a row of layers within a layer is called.
fn branch(part: &str) -> String {
    match part.strip_prefix("branches.").and_then(|n| n.parse::<usize>().ok()) {
        Some(n) => fill("stacks.branch", &[("number", &(n + 1).to_string())]),
        None => crate::words::named("stacks", if part == "body" { "body" } else { "shortcut" }).into(),
    }
}

/// All that is drawn.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    /// The layers, the sample first, the answer last.
    pub columns: Vec<Column>,
    /// What classes are called.
    pub classes: Vec<String>,
}

/// The columns of a model; none before it is built, or when what is built is not what is written.
pub fn plan(facts: &Facts, experiment: &Experiment) -> Option<Plan> {
    let spec = experiment.model.as_ref()?;
    let model = experiment.model().ok()?;
    let outline = experiment.outline().ok()?;
    let all = known(&spec.layers, &model.layout);
    let find = |path: &str| {
        facts.probes.iter().find(|p| {
            p.path == path && p.kind == if path.is_empty() { ProbeKind::Input } else { ProbeKind::Output }
        })
    };
    let stack = |path: &str, branch: &str, known: Option<&Known>| {
        let probe = find(path)?;
        let (form, shape) = form(&probe.shape, probe.layer.as_str());
        let source = known.and_then(|k| find(&k.source)).and_then(|p| Some((p, image_shape(&p.shape)?)));
        let source = source.map(|(p, shape)| (p.path.clone(), p.offset, shape));
        let rule = known.and_then(|k| k.rule.clone()).filter(|_| form == Form::Maps && source.is_some());
        let (path, branch) = (path.to_owned(), branch.to_owned());
        let title = known.map(|k| titled(k.title.0, &k.title.1)).unwrap_or_default();
        Some(Stack { path, branch, title, form, shape, offset: probe.offset, rule, source })
    };
    let mut columns = vec![Column {
        name: t("stacks.input").into(),
        more: String::new(),
        shape: written(&facts.input),
        parameters: 0,
        stacks: stack("", "", None).into_iter().collect(),
    }];
    for row in outline.rows.iter().filter(|r| r.depth == 0) {
        let known = all.get(&row.path)?;
        if find(&row.path).is_some_and(|p| p.shape != row.shape) {
            return None;
        }
        let branches = known.rows.iter().filter_map(|(part, last)| stack(last, &branch(part), all.get(last)));
        let mut stacks: Vec<Stack> = branches.collect();
        let join = match (known.rows.len(), row.kind) {
            (0, _) => "",
            (_, "residual") => t("stacks.added"),
            _ => t("stacks.joined"),
        };
        stacks.extend(stack(&row.path, join, Some(known)));
        let (name, more) = known.title.clone();
        columns.push(Column {
            name: name.into(),
            more,
            shape: written(&row.shape),
            parameters: row.parameters,
            stacks,
        });
    }
    if let Some(p) = facts.probes.iter().find(|p| p.kind == ProbeKind::Answer && p.shape.len() == 1) {
        let stack = Stack {
            path: p.path.clone(),
            branch: String::new(),
            title: String::new(),
            form: Form::Answer,
            shape: [p.len(), 1, 1],
            offset: p.offset,
            rule: None,
            source: None,
        };
        columns.push(Column {
            name: t("stacks.answer").into(),
            more: String::new(),
            shape: written(&p.shape),
            parameters: 0,
            stacks: vec![stack],
        });
    }
    Some(Plan { columns, classes: facts.class_names.clone() })
}

fn form(shape: &[usize], layer: &str) -> (Form, [usize; 3]) {
    match (image_shape(shape), layer) {
        (Some(shape), "input") => (Form::Picture, shape),
        (Some(shape), _) => (Form::Maps, shape),
        (None, "flatten" | "reshape" | "permute") => (Form::Bar, [shape.iter().product(), 1, 1]),
        (None, _) => (Form::Cells, [shape.iter().product(), 1, 1]),
    }
}

fn written(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}

/// The largest size of any number, for a scale that is the same on both sides of 0; 1 where all are 0.
pub fn reach(values: &[f32]) -> f32 {
    let most = values.iter().copied().filter(|v| v.is_finite()).fold(0.0f32, |m, v| m.max(v.abs()));
    if most > 0.0 { most } else { 1.0 }
}

/// A column's parameters in words.
pub fn parameters(count: usize) -> String {
    let count = crate::numbers::grouped(count as u64);
    fill("stacks.parameters", &[("count", &count)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::{Probe, preset};

    /// What the engine would say of a preset: outputs of all layers, one after the other.
    pub fn facts_of(experiment: &Experiment) -> Facts {
        let outline = experiment.outline().expect("it fits");
        let mut at = 0;
        let mut probe = |path: &str, layer: &str, kind, shape: &[usize]| {
            let p = Probe {
                path: path.into(),
                layer: layer.into(),
                kind,
                shape: shape.into(),
                offset: at,
                causal: false,
            };
            at += p.len();
            p
        };
        let mut probes = vec![probe("", "input", ProbeKind::Input, &outline.input)];
        probes.extend(outline.rows.iter().map(|r| probe(&r.path, r.kind, ProbeKind::Output, &r.shape)));
        let last = outline.rows.last().expect("layers").shape.clone();
        probes.push(probe("answer", "answer", ProbeKind::Answer, &last));
        Facts { input: outline.input, probes, ..Facts::default() }
    }

    #[test]
    fn a_column_for_each_layer_between_sample_and_answer() {
        let e = preset("digits").expect("a preset");
        let plan = plan(&facts_of(&e), &e).expect("a plan");
        let forms: Vec<Form> = plan.columns.iter().map(|c| c.stacks[0].form).collect();
        use Form::{Answer, Bar, Cells, Maps, Picture};
        assert_eq!(forms, [Picture, Maps, Maps, Maps, Maps, Bar, Cells, Answer]);
        assert_eq!(plan.columns[1].parameters, 80);
        assert_eq!(plan.columns[1].shape, "8×28×28");
        let conv = &plan.columns[3].stacks[0];
        assert_eq!(conv.source.as_ref().map(|s| s.2), Some([8, 14, 14]), "it comes from the pool before");
    }

    #[test]
    fn what_is_built_must_be_what_is_written() {
        let e = preset("digits").expect("a preset");
        let other = preset("shapes").expect("a preset");
        assert_eq!(plan(&facts_of(&other), &e), None);
    }

    #[test]
    fn every_layer_of_the_presets_has_a_name() {
        for name in ["digits", "shapes", "textures", "c2"] {
            let e = preset(name).expect("a preset");
            for column in plan(&facts_of(&e), &e).expect("a plan").columns {
                assert!(
                    column.name.chars().next().is_some_and(char::is_uppercase),
                    "{} of {name}",
                    column.name
                );
            }
        }
    }

    #[test]
    fn scales_end_at_the_largest_number() {
        assert_eq!(reach(&[0.5, -2.0, f32::NAN]), 2.0);
        assert_eq!(reach(&[0.0]), 1.0);
    }
}
