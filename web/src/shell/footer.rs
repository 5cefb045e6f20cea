//! The bottom line: where it runs, how fast, from which seed, and what to try.

use leptos::prelude::*;

use crate::numbers::pace;
use crate::state::{Page, Status};
use crate::words::{fill, t};

/// Backend, pace, seed and hint.
#[component]
pub fn Footer() -> impl IntoView {
    let page = Page::get();
    let backend = move || page.status.with(backend);
    let why =
        move || page.status.with(|s| s.reason.clone().unwrap_or_else(|| t("footer.backend-help").into()));
    // What was stopped has no pace.
    let pace = Memo::new(move |_| match page.status.with(|s| s.playing) {
        true => page.metrics.with(|m| pace(m.steps_per_second)),
        false => "–".into(),
    });
    let seed = Memo::new(move |_| page.experiment.with(|e| e.seed));
    view! {
        <footer class="footer">
            <span class="backend" data-testid="backend" data-backend=move || page.status.with(|s| s.backend.clone())
                class:waiting=move || page.status.with(|s| s.backend.is_empty()) title=why>
                <span class="dot" aria-hidden="true"></span>{backend}
            </span>
            <span class="pace" title=t("footer.pace-help")>
                <b data-testid="steps-per-second">{pace}</b>" "{t("footer.pace")}
            </span>
            <span class="seed" title=t("footer.seed-help")>{t("footer.seed")}" "<b>{seed}</b></span>
            <span class="hint" role="status" aria-live="polite" title=move || page.hint.get()>{move || page.hint.get()}</span>
        </footer>
    }
}

/// Where it runs, in words.
fn backend(status: &Status) -> String {
    let name = match status.backend.as_str() {
        "" => return t("footer.starting").into(),
        "webgpu" => "WebGPU",
        "cpu" => "CPU",
        other => other,
    };
    let what = match (&status.reason, status.software, status.adapter.trim()) {
        (Some(reason), ..) => reason.clone(),
        (None, true, "") => t("footer.software").into(),
        (None, true, adapter) => format!("{adapter} ({})", t("footer.software")),
        (None, false, "") => return name.into(),
        (None, false, adapter) => adapter.into(),
    };
    fill("footer.backend", &[("name", name), ("what", &what)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backend_is_said_with_its_adapter_or_its_reason() {
        let status = |backend: &str, adapter: &str, software, reason: Option<&str>| {
            let reason = reason.map(str::to_owned);
            super::backend(&Status {
                backend: backend.into(),
                adapter: adapter.into(),
                software,
                reason,
                ..Status::default()
            })
        };
        assert_eq!(status("webgpu", "Apple M3", false, None), "WebGPU · Apple M3");
        assert_eq!(status("webgpu", "", false, None), "WebGPU");
        assert!(status("webgpu", "", true, None).contains(t("footer.software")));
        assert!(status("cpu", "", false, Some("no WebGPU here")).contains("no WebGPU here"));
        assert_eq!(status("", "", false, None), t("footer.starting"));
    }
}
