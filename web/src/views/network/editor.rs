//! The small form in which weights and biases are typed.

use leptos::html;
use leptos::prelude::*;
use minibatch_session::data::Feature;
use minibatch_session::{Command, Summary};
use web_sys::{FocusEvent, KeyboardEvent};

use super::links::Link;
use super::pointed::Pointed;
use crate::numbers::parse;
use crate::state::{Page, Unit};
use crate::words::{fill, t};

/// Its width in CSS pixels, as the style sheet has it.
const WIDTH: f64 = 208.0;

/// One value to edit.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// What it is.
    pub label: String,
    /// Its number among all parameters.
    pub index: usize,
    /// Its value when the form opened.
    pub value: f32,
}

/// An open form.
#[derive(Clone, PartialEq, Debug)]
pub struct Edit {
    /// What is edited.
    pub title: String,
    /// Its values: one, or a unit's bias and weights.
    pub fields: Vec<Field>,
    /// Left and top edge within the stage, and the height there is.
    pub at: (f64, f64, f64),
    /// The unit that gets the focus back.
    pub back: Option<(usize, usize)>,
}

impl Edit {
    /// The form for what was pointed at; none for a feature, which has no parameters.
    pub fn of(
        what: Pointed,
        summary: &Summary,
        features: &[Feature],
        parameters: &[f32],
        at: (f64, f64),
        room: (f64, f64),
        back: Option<(usize, usize)>,
    ) -> Option<Self> {
        let field = |what: Pointed, label: String| {
            let index = what.index(summary)?;
            Some(Field { label, index, value: *parameters.get(index)? })
        };
        let fields = match what {
            Pointed::Unit(Unit::Input(_)) => return None,
            Pointed::Unit(Unit::Layer(layer, unit)) => {
                let weight = |input: usize| {
                    let label = match features.get(input).filter(|_| layer == 0) {
                        Some(feature) => fill("view.weight-from", &[("from", feature.title())]),
                        None => fill("view.weight-from-unit", &[("unit", &(input + 1).to_string())]),
                    };
                    field(Pointed::Link(Link { layer, unit, input }), label)
                };
                let bias = field(Pointed::Bias(layer, unit), t("view.bias").into());
                let inputs = summary.layers.get(layer)?.inputs;
                std::iter::once(bias).chain((0..inputs).map(weight)).collect::<Option<Vec<_>>>()?
            }
            Pointed::Bias(..) => vec![field(what, t("view.bias").into())?],
            Pointed::Link(_) => vec![field(what, t("view.weight").into())?],
        };
        let wanted = (fields.len() as f64 * 32.0 + 76.0).min(300.0).min(room.1);
        let left = if at.0 + WIDTH + 12.0 > room.0 { at.0 - WIDTH - 12.0 } else { at.0 + 12.0 };
        let left = left.clamp(0.0, (room.0 - WIDTH).max(0.0));
        let top = (at.1 - 20.0).clamp(0.0, (room.1 - wanted).max(0.0));
        let title = what.title(summary, features);
        Some(Self { title, fields, at: (left, top, wanted), back })
    }
}

/// The form: Enter applies, Escape leaves.
#[component]
pub fn Editor(page: Page, edit: Edit, close: RwSignal<Option<Edit>>) -> impl IntoView {
    let (form, wrong) = (NodeRef::<html::Form>::new(), RwSignal::new(None::<String>));
    let (left, top, room) = edit.at;
    let (back, alone) = (edit.back, edit.fields.len() == 1);
    let leave = move || {
        close.set(None);
        if let Some(unit) = back {
            super::focus_stop(unit);
        }
    };
    let outside = move |e: FocusEvent| {
        use wasm_bindgen::JsCast;
        let to = e.related_target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
        // A form that is being taken away loses the focus too, and is already closed.
        if let Some(Some(form)) = form.try_get_untracked()
            && !form.contains(to.as_ref())
        {
            close.set(None);
        }
    };
    let key = move |e: KeyboardEvent| {
        // What is typed here is no shortcut.
        e.stop_propagation();
        if e.key() == "Escape" {
            e.prevent_default();
            leave();
        }
    };
    let rows = edit.fields.into_iter().enumerate();
    let rows =
        rows.map(|(i, field)| view! { <Row page field first={i == 0} alone wrong leave/> }).collect_view();
    view! {
        <form
            class="network-editor"
            role="dialog"
            aria-label=edit.title.clone()
            style=format!("left:{left:.0}px;top:{top:.0}px;max-height:{room:.0}px")
            node_ref=form
            on:submit=|e| e.prevent_default()
            on:keydown=key
            on:focusout=outside
            on:click=|e| e.stop_propagation()
            on:pointermove=|e| e.stop_propagation()
        >
            <strong>{edit.title.clone()}</strong>
            <div class="network-fields">{rows}</div>
            <p class="network-hint" role="alert" class:wrong=move || wrong.with(Option::is_some)>
                {move || wrong.get().unwrap_or_else(|| t("view.editor-hint").into())}
            </p>
        </form>
    }
}

/// One value.
#[component]
fn Row(
    page: Page,
    field: Field,
    first: bool,
    alone: bool,
    wrong: RwSignal<Option<String>>,
    leave: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let done = RwSignal::new(false);
    Effect::new(move || {
        if let (true, Some(input)) = (first, input.get()) {
            // After this the form is in the page and can hold the focus.
            request_animation_frame(move || {
                let _ = input.focus();
                input.select();
            });
        }
    });
    let (index, shown) = (field.index, number(field.value));
    let before = shown.clone();
    let key = move |e: KeyboardEvent| {
        done.set(false);
        if e.key() != "Enter" {
            return;
        }
        e.prevent_default();
        let text = input.get_untracked().map(|i| i.value()).unwrap_or_default();
        let Some(value) = parse(&text) else {
            wrong.set(Some(fill("view.editor-wrong", &[("text", &text)])));
            return;
        };
        wrong.set(None);
        // What was not changed keeps the digits that are not shown.
        if text != before {
            set_parameter(page, index, value);
        }
        done.set(true);
        if alone {
            leave();
        }
    };
    view! {
        <label class:done=move || done.get()>
            <span>{field.label}</span>
            <input
                type="text"
                inputmode="decimal"
                autocomplete="off"
                value=shown
                node_ref=input
                on:keydown=key
            />
        </label>
    }
}

/// A value as the form shows it: five digits are enough to recognise it.
fn number(value: f32) -> String {
    let size = value.abs();
    if size > 0.0 && !(0.001..10_000.0).contains(&size) {
        format!("{value:.3e}")
    } else {
        format!("{value:.4}")
    }
}

/// Sets it in the engine, and here, so that the line shows it before the engine's next picture.
fn set_parameter(page: Page, index: usize, value: f32) {
    page.send(Command::SetParameter { index, value });
    page.frame.update_value(|frame| {
        if let Some(old) = frame.parameters.get_mut(index) {
            *old = value;
        }
    });
    page.frame_version.update(|v| *v = v.wrapping_add(1));
    page.stir();
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::Experiment;

    fn edit(what: Pointed, at: (f64, f64)) -> Option<Edit> {
        let experiment = Experiment::default();
        let summary = experiment.summary().expect("the default stands");
        let parameters: Vec<f32> = (0..summary.parameters).map(|i| i as f32).collect();
        Edit::of(what, &summary, &experiment.features, &parameters, at, (700.0, 400.0), None)
    }

    #[test]
    fn a_unit_lists_its_bias_and_every_weight() {
        let e = edit(Pointed::Unit(Unit::Layer(1, 1)), (100.0, 100.0)).expect("a form");
        // Layer 1 has 2 inputs and 4 units: 12 parameters; layer 2's second row of 4 weights begins at 16, its biases at 20.
        let indices: Vec<usize> = e.fields.iter().map(|f| f.index).collect();
        assert_eq!(indices, [21, 16, 17, 18, 19]);
        assert!(e.fields.iter().all(|f| f.value == f.index as f32));
    }

    #[test]
    fn a_feature_has_nothing_to_edit() {
        assert_eq!(edit(Pointed::Unit(Unit::Input(0)), (0.0, 0.0)), None);
    }

    #[test]
    fn the_form_stays_on_the_stage() {
        for at in [(0.0, 0.0), (699.0, 399.0), (350.0, 399.0)] {
            let (left, top, height) = edit(Pointed::Unit(Unit::Layer(0, 0)), at).expect("a form").at;
            assert!(left >= 0.0 && left + WIDTH <= 700.0, "{at:?}: left {left}");
            assert!(top >= 0.0 && top + height <= 400.0, "{at:?}: top {top}");
        }
    }
}
