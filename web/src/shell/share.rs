//! The experiment to pass on: as an address, or as a frame for a slide.

use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::state::Page;
use crate::widgets::{Pop, close_all};
use crate::words::t;

/// Copies the address, or the HTML of a frame.
#[component]
pub fn Share() -> impl IntoView {
    let page = Page::get();
    let link = move || page.experiment.with(|_| page.address());
    view! {
        <Pop label=t("share.open") class="share right" face=|| t("share.name")>
            <label class="field wide">
                <span class="field-name">{t("share.link")}</span>
                <input type="text" readonly=true prop:value=link/>
            </label>
            <div class="actions">
                <button type="button" class="primary" on:click=move |_| copy(page, page.address(), t("share.link-copied"))>
                    {t("share.copy-link")}
                </button>
                <button type="button" on:click=move |_| copy(page, frame(&page.address()), t("share.frame-copied"))>
                    {t("share.copy-frame")}
                </button>
            </div>
            <p class="note">{t("share.note")}</p>
        </Pop>
    }
}

/// The HTML that puts the experiment into a slide.
fn frame(address: &str) -> String {
    let (page, hash) = address.split_once('#').map_or((address, ""), |(page, hash)| (page, hash));
    let page = page.split('?').next().unwrap_or_default().trim_end_matches("index.html");
    let hash = if hash.is_empty() { String::new() } else { format!("#{}", hash.replace('&', "&amp;")) };
    format!(
        "<iframe src=\"{page}embed.html?view=full&amp;show=play,step,reset,epoch{hash}\" width=\"960\" height=\"540\" \
        style=\"border:0\" allow=\"clipboard-write\" title=\"Minibatch\"></iframe>"
    )
}

fn copy(page: Page, text: String, done: &'static str) {
    close_all(None);
    spawn_local(async move {
        // Without a secure context there is no clipboard at all.
        let there = js_sys::Reflect::has(&window().navigator(), &"clipboard".into()).unwrap_or(false);
        let copied =
            there && JsFuture::from(window().navigator().clipboard().write_text(&text)).await.is_ok();
        page.hint.set(if copied { done } else { t("share.not-copied") }.into());
    });
}

#[cfg(test)]
mod tests {
    use super::frame;

    #[test]
    fn a_frame_holds_the_experiment_and_not_the_query() {
        let html = frame("http://127.0.0.1:8080/some/index.html?backend=cpu#v=1&data=spiral");
        assert!(html.contains("\"http://127.0.0.1:8080/some/embed.html?view=full"), "{html}");
        assert!(html.contains("#v=1&amp;data=spiral\""), "{html}");
        assert!(frame("https://host/x/").contains("\"https://host/x/embed.html?"));
    }
}
