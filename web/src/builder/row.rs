//! One layer of the list, the heading of a block's own list, and what is wrong with a layer.

use leptos::prelude::*;
use minibatch_session::{Block, OutlineRow};

use super::drag;
use super::editor::Editor;
use super::focus::focus;
use super::lines::Line;
use super::mistake::{Mistake, Seat};
use super::names::{Figure, face, shape_text};
use super::settings::settings;
use super::state::Builder;
use super::tree::{Part, Place};
use crate::words::{fill, named, t};

/// A layer: its name, what it comes to, its settings when they are open.
#[component]
pub fn Row(
    /// Where it is.
    place: Place,
) -> impl IntoView {
    let builder = Builder::get();
    let (id, depth) = (place.id(), place.list.len());
    let place = StoredValue::new(place);
    let line = Memo::new(move |_| place.with_value(|place| found(builder, place)));
    let block = Memo::new(move |_| line.with(|l| l.as_ref().map(|(block, _)| block.clone())));
    let names = Memo::new(move |_| block.with(|b| b.as_ref().map(face).unwrap_or_default()));
    let figure = move || {
        line.with(|l| l.as_ref().and_then(|(_, k)| k.as_ref().map(|k| number(builder.figure.get(), k))))
    };
    let is = move |signal: RwSignal<Option<Place>>| {
        Memo::new(move |_| signal.with(|p| place.with_value(|here| p.as_ref() == Some(here))))
    };
    let open = is(builder.open);
    let tab = Memo::new(move |_| builder.anchor.with(|p| place.with_value(|here| p.as_ref() == Some(here))));
    let wrong = Memo::new(move |_| {
        builder.mistake.with(|m| {
            let here = |m: &Mistake| place.with_value(|p| matches!(&m.seat, Seat::Layer(at) if at == p));
            m.as_ref().is_some_and(|m| !m.doubt && here(m))
        })
    });
    let moving = Memo::new(move |_| {
        builder.drag.with(|d| {
            d.as_ref()
                .is_some_and(|d| place.with_value(|p| d.to.is_some() && (d.from == *p || p.within(&d.from))))
        })
    });
    let label = move || {
        let (name, remark) = names.get();
        let shape = line.with(|l| l.as_ref().and_then(|(_, k)| k.as_ref().map(|k| shape_text(&k.shape))));
        let counted = figure().map(|n| format!("{n} {}", named("layers.figure", builder.figure.get().id())));
        let wrong = wrong.get().then(|| t("layers.wrong").to_string());
        let parts = [Some(name), Some(remark).filter(|r| !r.is_empty()), shape, counted, wrong];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    let toggle = move |event: web_sys::MouseEvent| {
        if drag::ends_drag(&event) {
            return;
        }
        builder.palette.set(None);
        if open.get_untracked() {
            return builder.open.set(None);
        }
        builder.open.set(Some(place.get_value()));
        // No click of a pointer: Enter, which leads on to the first setting.
        let first = block.with_untracked(|b| b.as_ref().and_then(|b| settings(b).first()));
        if let (0, Some((id, _))) = (event.detail(), first) {
            focus(format!("layer-setting-{id}"));
        }
    };
    let face = move || {
        let (name, remark) = names.get();
        view! { <span class="layer-name">{name}</span><span class="layer-remark">{remark}</span> }
    };
    let seat = Seat::Layer(place.get_value());
    view! {
        <li class="layer" class:open=move || open.get() class:wrong=move || wrong.get() class:moving=move || moving.get()
            style:--depth=depth.to_string() data-layer=id.clone()>
            <div class="layer-row" title=move || block.with(|b| b.as_ref().map(about))>
                <span class="grip" title=t("layers.drag") aria-hidden="true" on:pointerdown=move |e| drag::begin(builder, &place.get_value(), &e)>
                    <svg viewBox="0 0 8 14"><path d="M2 2h.01M6 2h.01M2 7h.01M6 7h.01M2 12h.01M6 12h.01"></path></svg>
                </span>
                <button type="button" class="layer-head" id=format!("layer-{id}") aria-expanded=move || open.get().to_string()
                    tabindex=move || if tab.get() { "0" } else { "-1" } aria-label=label
                    on:focus=move |_| builder.here.set(Some(place.get_value())) on:click=toggle
                    on:pointerdown=move |e| if e.pointer_type() == "mouse" { drag::begin(builder, &place.get_value(), &e) }>
                    <span class="layer-words">{face}</span>
                    <span class="layer-figure">{figure}</span>
                </button>
                <span class="layer-tools">
                    <button type="button" class="tiny" tabindex="-1" title=t("layers.duplicate") aria-label=t("layers.duplicate")
                        data-tool="duplicate" on:click=move |_| builder.duplicate(&place.get_value())>
                        <svg viewBox="0 0 14 14"><path d="M4.5 4.5h7v7h-7zM9.5 4.5v-2h-7v7h2"></path></svg>
                    </button>
                    <button type="button" class="tiny" tabindex="-1" title=t("layers.remove") aria-label=t("layers.remove")
                        data-tool="remove" on:click=move |_| builder.remove(&place.get_value())>
                        <svg viewBox="0 0 14 14"><path d="M3.5 3.5l7 7M10.5 3.5l-7 7"></path></svg>
                    </button>
                </span>
            </div>
            <Complaint seat=seat/>
            <Show when=move || open.get()><Editor place=place.get_value() block=block/></Show>
        </li>
    }
}

fn about(block: &Block) -> &'static str {
    named("layers.about", super::entries::entry_of(block))
}

/// The layer of a place, and what it comes to.
fn found(builder: Builder, place: &Place) -> Option<(Block, Option<OutlineRow>)> {
    builder.lines.with(|lines| {
        lines.iter().find_map(|line| match line {
            Line::Layer { place: at, block, known } if at == place => Some((block.clone(), known.clone())),
            _ => None,
        })
    })
}

fn number(figure: Figure, row: &OutlineRow) -> String {
    figure.text(match figure {
        Figure::Parameters => row.parameters as u64,
        Figure::MultiplyAdds => row.multiply_adds,
        Figure::Memory => row.activation_bytes,
    })
}

/// The heading of a list within a block.
#[component]
pub fn Head(
    /// The block.
    owner: Place,
    /// Which of its lists.
    part: Part,
) -> impl IntoView {
    let builder = Builder::get();
    let depth = owner.list.len() + 1;
    let owner = StoredValue::new(owner);
    let name = match part {
        Part::Branch(i) => fill("layers.part.branch", &[("n", &(i + 1).to_string())]),
        other => named("layers.part", other.id()).to_string(),
    };
    let branch = if let Part::Branch(i) = part { Some(i) } else { None };
    let found = Memo::new(move |_| {
        builder.lines.with(|lines| {
            lines.iter().find_map(|line| match line {
                Line::Head { owner: o, part: p, spare, empty }
                    if *p == part && owner.with_value(|at| o == at) =>
                {
                    Some((*spare, *empty))
                }
                _ => None,
            })
        })
    });
    let spare = move || found.get().is_some_and(|(spare, _)| spare);
    let unchanged = move || {
        let empty =
            found.get().is_some_and(|(_, empty)| empty) && matches!(part, Part::Shortcut | Part::Branch(_));
        empty.then(|| t("layers.part.unchanged"))
    };
    let remove = t("layers.remove-branch");
    view! {
        <li class="layer-part" style:--depth=depth.to_string()>
            <span>{name}</span>
            <small>{unchanged}</small>
            <Show when=spare>
                <button type="button" class="tiny" title=remove aria-label=remove
                    on:click=move |_| builder.remove_branch(&owner.get_value(), branch.unwrap_or_default())>"×"</button>
            </Show>
        </li>
    }
}

/// What is wrong at a seat, with buttons for what would mend it.
#[component]
pub fn Complaint(
    /// Where it is shown.
    seat: Seat,
) -> impl IntoView {
    let builder = Builder::get();
    let text = Memo::new(move |_| {
        builder.mistake.with(|m| m.as_ref().filter(|m| m.seat == seat).map(|m| (m.text.clone(), m.doubt)))
    });
    let mends = move || {
        let all = builder.mends.get();
        let button = move |(i, mend): (usize, super::mends::Mend)| {
            let text = mend.text.clone();
            view! {
                <button type="button" class="small" data-testid=format!("mend-{i}") on:click=move |_| builder.mend(&mend)>{text}</button>
            }
        };
        all.into_iter().enumerate().map(button).collect_view()
    };
    move || {
        text.get().map(|(text, doubt)| {
            view! {
                <div class="layer-mistake" class:doubt=doubt role=if doubt { "status" } else { "alert" } data-testid="layer-mistake">
                    <p>{text}</p>
                    <div class="actions">{mends}</div>
                </div>
            }
        })
    }
}
