//! The unit pointed at, taken apart: its window, the filter, the sum.

use leptos::prelude::*;

use super::Stage;
use super::pointed::{At, name, stack};
use super::reckon::{How, Parts, Reckoning, reckon};
use crate::draw::colour::{css, mix};
use crate::draw::theme::{Theme, theme};
use crate::numbers::signed;
use crate::state::Page;
use crate::words::{fill, named, t};

/// Filters larger than this are shown as colours alone.
const WRITTEN: usize = 7;
/// The most channels that are listed one by one.
const LISTED: usize = 64;

/// A card with the numbers of the unit pointed at; nothing while there is none.
#[component]
pub fn Detail(stage: Stage) -> impl IntoView {
    let page = Page::get();
    let channel = RwSignal::new(None::<usize>);
    // The map pointed at has its own strongest channel.
    Effect::new(move |_| {
        let _map = stage.at.get().map(|at| (at.column, at.stack, at.unit.map));
        if channel.get_untracked().is_some() && !stage.pinned.get_untracked() {
            channel.set(None);
        }
    });
    let reckoned = Memo::new(move |_| {
        page.frame_version.track();
        let (at, plan) = (stage.at.get()?, stage.plan.get());
        let stack = stack(&plan, &at)?;
        let seen = page.frame.with_value(|f| reckon(stack, &f.inside, &f.parameters, at.unit, channel.get()));
        seen.map(|r| (at, r))
    });
    move || {
        page.taste.dark.track();
        reckoned.get().map(|(at, r)| card(stage, channel, at, r))
    }
}

fn card(stage: Stage, channel: RwSignal<Option<usize>>, at: At, r: Reckoning) -> impl IntoView {
    let (plan, layout) = (stage.plan.get(), stage.layout.get());
    let place = layout.places.get(at.column).map(|p| p.whole).unwrap_or_default();
    // Where it hides neither the unit nor its window.
    let left = place.x + place.w / 2.0 > layout.width * 0.55;
    let title = name(&plan, &at);
    let value = signed(r.value);
    let parts = r.parts.map(|parts| view! { <Reckoned parts=parts value=r.value channel=channel/> });
    view! {
        <div class="stacks-detail" class:left=left data-testid="unit" data-value=r.value.to_string()>
            <p><span>{title}</span><b>{value}</b></p>
            {parts}
        </div>
    }
}

#[component]
fn Reckoned(parts: Parts, value: f32, channel: RwSignal<Option<usize>>) -> impl IntoView {
    let theme = theme();
    let columns = parts.window.count[1];
    let written = columns <= WRITTEN && parts.window.count[0] <= WRITTEN;
    let seen = grid(&theme, &parts.seen, columns, parts.reach, written, "seen");
    let (number, shown) = ((parts.channel + 1).to_string(), signed(value));
    match parts.how {
        How::Pool { max, value } => {
            let line = if max { "stacks.largest" } else { "stacks.mean" };
            let line = fill(line, &[("value", &shown)]);
            view! {
                <div class="stacks-sums">{seen}</div>
                <p class="stacks-line" data-testid="unit-sum" data-result=value.to_string()>{line}</p>
            }
            .into_any()
        }
        How::Conv { filter, reach, sum, activation } => {
            let weights: Vec<Option<f32>> = filter.iter().copied().map(Some).collect();
            let weights = grid(&theme, &weights, columns, reach, written, "filter");
            let part = sum.channels.get(parts.channel).copied().unwrap_or(0.0);
            let several = sum.channels.len() > 1;
            let of = several.then(|| {
                fill("stacks.channel-of", &[("channel", &number), ("count", &sum.channels.len().to_string())])
            });
            let most = sum.channels.iter().fold(0.0f64, |m, v| m.max(v.abs())).max(f64::MIN_POSITIVE);
            let cells = sum.channels.iter().take(LISTED).enumerate().filter(|_| several).map(|(i, v)| {
                let colour = theme.scale.at((v / most) as f32).unwrap_or(theme.faint);
                let number = (i + 1).to_string();
                let label = fill("stacks.channel", &[("channel", &number), ("value", &signed(*v as f32))]);
                view! {
                    <button type="button" class="stacks-share" style=format!("background:{}", css(colour, 1.0))
                        aria-pressed=(i == parts.channel).to_string() aria-label=label.clone() title=label data-sum=v.to_string()
                        on:click=move |_| channel.set(Some(i))></button>
                }
            });
            let total: f64 = sum.channels.iter().sum();
            let f = named("activation", activation.id());
            let linear = activation.id() == "linear";
            let after = if linear { sum.total } else { f64::from(value) };
            let [all, bias, before, after] = alike([total, sum.bias, sum.total, after]);
            let words =
                [("sum", all.as_str()), ("bias", &bias), ("total", &before), ("f", f), ("value", &after)];
            let line = fill(if linear { "stacks.sum" } else { "stacks.sum-f" }, &words);
            view! {
                <div class="stacks-sums">
                    {seen}<i>"×"</i>{weights}<i>"="</i><b data-part=part.to_string()>{signed(part as f32)}</b>
                </div>
                {of.map(|of| view! { <p class="stacks-of">{of}</p> })}
                <div class="stacks-shares">{cells.collect_view()}</div>
                <p class="stacks-line" data-testid="unit-sum" data-sum=total.to_string() data-bias=sum.bias.to_string()
                    data-result=sum.value.to_string()>{line}</p>
            }
            .into_any()
        }
    }
}

/// Numbers in rows, each on its colour; those in the padding are empty.
fn grid(
    theme: &Theme,
    values: &[Option<f32>],
    columns: usize,
    reach: f32,
    written: bool,
    which: &'static str,
) -> impl IntoView + use<> {
    let cells: Vec<_> = values
        .iter()
        .map(|v| {
            let colour =
                v.and_then(|v| theme.scale.at(v / reach)).map_or(theme.panel, |c| mix(theme.panel, c, 0.62));
            let text = v.filter(|_| written).map(short).unwrap_or_default();
            let title = v.map_or(t("stacks.padding").into(), |v| v.to_string());
            view! {
                <span class:padding=v.is_none() style=format!("background:{}", css(colour, 1.0)) title=title
                    data-number=v.unwrap_or(0.0).to_string()>{text}</span>
            }
        })
        .collect();
    let style = format!("grid-template-columns:repeat({columns},auto)");
    view! { <div class="stacks-grid" class:colours=!written data-which=which style=style>{cells}</div> }
}

/// Numbers of one sum with as many decimals each, so that it adds up as it is read.
fn alike(values: [f64; 4]) -> [String; 4] {
    let most = values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    let decimals = if most >= 100.0 { 2 } else { 4 };
    values.map(|v| {
        let size = format!("{:.decimals$}", v.abs());
        let zero = size.bytes().all(|b| matches!(b, b'0' | b'.'));
        if v < 0.0 && !zero { format!("−{size}") } else { size }
    })
}

/// Two decimals in as few characters as they take.
fn short(v: f32) -> String {
    let size = v.abs();
    let text = if size >= 100.0 {
        format!("{size:.0}")
    } else if size >= 10.0 {
        format!("{size:.1}")
    } else {
        format!("{size:.2}")
    };
    let text = text.strip_prefix("0.").map_or(text.clone(), |rest| format!(".{rest}"));
    match text.as_str() {
        ".00" => "0".into(),
        _ if v < 0.0 => format!("−{text}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{alike, short};

    #[test]
    fn a_sum_adds_up_as_it_is_printed() {
        let texts = alike([0.0239, 0.1049, 0.1288, 0.1288]);
        assert_eq!(texts, ["0.0239", "0.1049", "0.1288", "0.1288"]);
        assert_eq!(alike([-150.5, 0.25, -150.25, -1e-9]), ["−150.50", "0.25", "−150.25", "0.00"]);
    }

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let cases =
            [(0.5, ".50"), (-0.123, "−.12"), (0.001, "0"), (1.25, "1.25"), (-12.34, "−12.3"), (250.4, "250")];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
    }
}
