//! What stands above and below each column: name, shape, parameters.

use leptos::prelude::*;

use super::Stage;
use super::plan::{Form, parameters};
use super::rules::Rule;
use crate::draw::canvas::text_scale;
use crate::words::{fill, t};

/// The names over the columns. A convolution's is a button that shows its filters.
#[component]
pub fn Heads(stage: Stage) -> impl IntoView {
    move || {
        let (plan, layout) = (stage.plan.get(), stage.layout.get());
        let (em, mut all) = (16.0 * text_scale(), vec![]);
        for (i, (column, place)) in plan.columns.iter().zip(&layout.places).enumerate() {
            let r = place.whole;
            if r.w <= 0.0 {
                continue;
            }
            let title = column.title();
            let count = parameters(column.parameters);
            let full =
                fill("stacks.layer", &[("layer", &title), ("shape", &column.shape), ("parameters", &count)]);
            let bar = column.stacks.last().is_some_and(|s| s.form == Form::Bar);
            let conv = column
                .stacks
                .last()
                .filter(|s| matches!(s.rule, Some(Rule::Conv(_))))
                .map(|s| s.path.clone());
            let name = view! {
                <b>{if r.w >= 4.2 * em { title.clone() } else { column.name.clone() }}</b><small>{column.shape.clone()}</small>
            };
            let style = format!("left:{:.1}px;top:{:.1}px;width:{:.1}px", r.x, r.y, r.w);
            let foot = (column.parameters > 0).then(|| {
                let style = format!("left:{:.1}px;top:{:.1}px;width:{:.1}px", r.x, r.y + r.h, r.w);
                let number = crate::numbers::grouped(column.parameters as u64);
                view! { <small class="stacks-foot" style=style title=count.clone()>{number}" p."</small> }
            });
            let head = match conv {
                Some(path) => {
                    let chosen = path.clone();
                    view! {
                        <button type="button" class="stacks-head" style=style title=format!("{full}. {}", t("stacks.choose"))
                            data-column=i aria-pressed=move || (stage.conv.get().as_ref() == Some(&chosen)).to_string()
                            on:click=move |_| stage.conv.set(Some(path.clone()))>{name}</button>
                    }
                    .into_any()
                }
                None => {
                    view! { <div class="stacks-head" class:thin=bar style=style title=full data-column=i>{name}</div> }
                        .into_any()
                }
            };
            all.push(view! { {head}{foot} });
        }
        all
    }
}
