//! What was taken as what, of the files that the learner brought, and controls to take it otherwise.

use leptos::html;
use leptos::prelude::*;
use minibatch_session::data::{Choice, DatasetKind, Parting, Role};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlSelectElement};

use super::bring::bring_again;
use crate::state::imported::column_name;
use crate::state::{Imported, Page, Table};
use crate::widgets::Select;
use crate::words::t;

/// The sentence and the controls, as long as the samples in force are those brought.
#[component]
pub fn Taken() -> impl IntoView {
    let page = Page::get();
    let imported = page.imported;
    let table = Memo::new(move |_| match imported.get() {
        Some(Imported::Table(table)) => {
            let there = |e: &minibatch_session::Experiment| {
                e.model.is_none() && e.data.kind == DatasetKind::Own && e.data.points.len() == table.points
            };
            page.experiment.with(there).then_some(table)
        }
        _ => None,
    });
    let images = Memo::new(move |_| match imported.get() {
        Some(Imported::Images { source, said, parting }) => {
            let there = page.experiment.with(|e| e.model.as_ref().is_some_and(|m| m.samples == source));
            there.then_some((said, parting))
        }
        _ => None,
    });
    let said = Memo::new(move |_| {
        table
            .with(|table| table.as_ref().map(|table| table.said.clone()))
            .or(images.get().map(|(said, _)| said))
    });
    let some_table = Memo::new(move |_| table.with(Option::is_some));
    let split =
        Memo::new(move |_| images.with(|images| images.as_ref().is_some_and(|(_, p)| *p != Parting::Share)));
    let mixed = Memo::new(move |_| images.with(|images| matches!(images, Some((_, Parting::Mixed)))));
    let now = Signal::derive(move || table.get().unwrap_or_default());
    let change = move |choice| page.retake(&now.get_untracked(), choice);
    view! {
        <Show when=move || said.with(Option::is_some)>
            <p class="note" data-testid="taken">{said}</p>
        </Show>
        <Show when=move || some_table.get()>
            <details class="retake">
                <summary>{t("import.change")}</summary>
                <Columns table=now change=change/>
            </details>
        </Show>
        <Show when=move || split.get()>
            <Split mixed=mixed choose=move |mix| bring_again(page, mix)/>
        </Show>
    }
}

/// Which samples are held back: those that the files say, or a share.
#[component]
fn Split(#[prop(into)] mixed: Signal<bool>, choose: impl Fn(bool) + 'static) -> impl IntoView {
    let options = [("files", "import.as-files"), ("mixed", "import.as-mixed")];
    let options: Vec<_> = options.map(|(id, words)| (id.to_owned(), t(words).to_owned())).into();
    let value = Signal::derive(move || if mixed.get() { "mixed" } else { "files" }.to_owned());
    view! {
        <Select label=t("import.split") help=t("import.split-help") value=value options=Signal::derive(move || options.clone())
            choose=move |id| choose(id == "mixed")/>
    }
}

/// A table's columns: which goes across, which up, which is learnt, and as what.
#[component]
pub fn Columns(
    /// The table as it is taken now.
    #[prop(into)]
    table: Signal<Table>,
    /// Takes it otherwise.
    change: impl Fn(Choice) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let names = Memo::new(move |_| {
        table.with(|table| {
            let name = |place: usize| (place.to_string(), column_name(&table.columns, place));
            (0..table.columns.len()).map(name).collect::<Vec<_>>()
        })
    });
    let places = Memo::new(move |_| {
        table.with(|table| {
            [Role::X, Role::Y, Role::Label]
                .map(|role| table.columns.iter().position(|column| column.role == role))
        })
    });
    let of_column = move |label: &'static str, help: &'static str, at: usize| {
        let value = Signal::derive(move || places.get()[at].map_or(String::new(), |place| place.to_string()));
        let choose = move |id: String| {
            let (now, choice) = (places.get_untracked(), table.with_untracked(|table| table.choice));
            let place = id.parse::<usize>().ok();
            let mut wanted = now;
            // Two that change places do so together.
            if let Some(other) = (0..3).find(|&other| other != at && wanted[other] == place) {
                wanted[other] = wanted[at];
            }
            wanted[at] = place;
            let [x, y, label] = wanted;
            // Another label is classes or values as it says itself.
            let values = choice.values.filter(|_| label == now[2]);
            change(Choice { x, y, label, values, ..choice });
        };
        view! { <Select label=label help=help value=value options=names choose=choose/> }
    };
    let meanings = [("classes", "import.as-classes"), ("values", "import.as-values")];
    let meanings: Vec<_> = meanings.map(|(id, words)| (id.to_owned(), t(words).to_owned())).into();
    let meanings = StoredValue::new(meanings);
    let meant = Signal::derive(move || {
        let values = table.with(|table| table.choice.values.unwrap_or(table.values));
        if values { "values" } else { "classes" }.to_owned()
    });
    let choice = move || table.with_untracked(|table| table.choice);
    let (taken, split) = (
        Memo::new(move |_| table.with(|table| table.points > 0)),
        Memo::new(move |_| table.with(|table| table.split)),
    );
    let refused = Memo::new(move |_| table.with(|table| table.refused));
    let node = NodeRef::<html::Div>::new();
    // Where a choice was refused the controls show again what is in force: the same ones, so that the focus stays.
    Effect::new(move |before: Option<u32>| {
        let refused = refused.get();
        if let Some(node) = node.get_untracked().filter(|_| before.is_some_and(|before| before != refused)) {
            let mix = table.with_untracked(|table| table.choice.mix);
            let places = places.get_untracked().map(|place| place.map(|place| place.to_string()));
            let mut values: Vec<String> = places.map(Option::unwrap_or_default).into();
            if taken.get_untracked() {
                values.push(meant.get_untracked());
            }
            values.push(if mix { "mixed" } else { "files" }.to_owned());
            show_again(&node, &values);
        }
        refused
    });
    view! {
        <div class="import-columns" node_ref=node>
            {of_column(t("import.x"), t("import.x-help"), 0)}
            {of_column(t("import.y"), t("import.y-help"), 1)}
            {of_column(t("import.learn"), t("import.learn-help"), 2)}
            <Show when=move || taken.get()>
                <Select label=t("import.meant") help=t("import.meant-help") value=meant
                    options=Signal::derive(move || meanings.get_value())
                    choose=move |id| change(Choice { values: Some(id == "values"), ..choice() })/>
            </Show>
            <Show when=move || split.get()>
                <Split mixed=Signal::derive(move || table.with(|table| table.choice.mix))
                    choose=move |mix| change(Choice { mix, ..choice() })/>
            </Show>
        </div>
    }
}

/// Sets the select boxes below a node to these values, in their order.
fn show_again(node: &Element, values: &[String]) {
    let Ok(boxes) = node.query_selector_all("select") else { return };
    for (place, value) in (0..).zip(values) {
        if let Some(select) = boxes.get(place).and_then(|select| select.dyn_into::<HtmlSelectElement>().ok())
        {
            select.set_value(value);
        }
    }
}
