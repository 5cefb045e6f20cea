//! Where it trains, why there, and how to have it train elsewhere.

use leptos::prelude::*;
use minibatch_session::{Choice, Held, Why};

use crate::state::{Page, Status, choice};
use crate::words::{fill, t};

/// The choice, and the reason in one short sentence.
#[component]
pub fn Backend() -> impl IntoView {
    let page = Page::get();
    let said = move || page.status.with(place);
    let options =
        [(Choice::Auto, t("backend.auto")), (Choice::Gpu, t("backend.gpu")), (Choice::Cpu, t("backend.cpu"))];
    let option = move |(of, name): (Choice, &'static str)| {
        let chosen = move || page.choice.get() == of;
        view! { <option value=choice::id(of) prop:selected=chosen>{name}</option> }
    };
    view! {
        <select class="backend-choice" data-testid="backend-choice" aria-label=t("backend.name") title=t("backend.help")
            on:change:target=move |event| page.choose_backend(&event.target().value())>
            {options.map(option).collect_view()}
        </select>
        <span class="backend" data-testid="backend" data-backend=move || page.status.with(|s| s.backend.clone())
            class:waiting=move || page.status.with(|s| s.backend.is_empty()) title=said>
            <span class="dot" aria-hidden="true"></span>{said}
        </span>
    }
}

/// Where it runs, in words.
pub fn place(status: &Status) -> String {
    let name = match status.backend.as_str() {
        "" => return t("footer.starting").into(),
        "webgpu" => t("backend.gpu"),
        "cpu" => t("backend.cpu"),
        other => other,
    };
    let cpu = status.backend == "cpu";
    let what = match (status.why.filter(|_| cpu).and_then(reason), status.software, status.adapter.trim()) {
        (Some(reason), ..) => reason,
        (None, true, "") if !cpu => t("backend.software-name").into(),
        (None, true, adapter) if !cpu => format!("{adapter} ({})", t("backend.software-name")),
        (None, false, adapter) if !cpu && !adapter.is_empty() => adapter.into(),
        (None, ..) => return name.into(),
    };
    fill("footer.backend", &[("name", name), ("what", &what)])
}

/// Why it is the CPU, where that was not asked for.
pub fn reason(why: Why) -> Option<String> {
    Some(match why {
        Why::Chosen | Why::Large => return None,
        Why::NoAdapter => t("backend.no-adapter").into(),
        Why::Software => t("backend.software").into(),
        Why::Small => t("backend.small").into(),
        Why::Beyond => t("backend.beyond").into(),
        Why::Full => t("backend.full").into(),
        Why::TooLarge { held, bytes, limit } => {
            let what = match held {
                Held::Samples => t("backend.samples"),
                Held::Targets => t("backend.targets"),
                Held::Weights => t("backend.weights"),
                Held::Activations => t("backend.activations"),
            };
            let megabytes = |bytes: u64| format!("{:.0}", bytes as f64 / 1e6);
            let figures = [("what", what), ("bytes", &megabytes(bytes)), ("limit", &megabytes(limit))];
            fill("backend.too-large", &figures)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(backend: &str, adapter: &str, software: bool, why: Why) -> String {
        let why = Some(why);
        place(&Status {
            backend: backend.into(),
            adapter: adapter.into(),
            software,
            why,
            ..Status::default()
        })
    }

    #[test]
    fn the_backend_is_said_with_its_adapter_or_its_reason() {
        assert_eq!(said("webgpu", "Apple M3", false, Why::Large), "WebGPU · Apple M3");
        assert_eq!(said("webgpu", "", false, Why::Large), "WebGPU");
        assert!(said("webgpu", "", true, Why::Chosen).contains(t("backend.software-name")));
        assert_eq!(said("cpu", "", true, Why::Chosen), "CPU");
        assert_eq!(place(&Status::default()), t("footer.starting"));
    }

    /// Breaks where a reason is the engine's own, or longer than a foot.
    #[test]
    fn every_reason_is_one_short_sentence() {
        let too_large = |held| Why::TooLarge { held, bytes: 219_520_000, limit: 134_217_728 };
        let all = [Why::NoAdapter, Why::Software, Why::Small, Why::Beyond, Why::Full];
        let held = [Held::Samples, Held::Targets, Held::Weights, Held::Activations];
        for why in all.into_iter().chain(held.map(too_large)) {
            let text = said("cpu", "", true, why);
            assert!(text.starts_with("CPU · ") && text.len() < 90, "{text}");
            assert!(
                !text.contains("wgpu") && !text.contains("backend=") && !text.contains(['{', ';']),
                "{text}"
            );
        }
        assert!(said("cpu", "", true, too_large(Held::Samples)).contains("220 MB"));
    }
}
