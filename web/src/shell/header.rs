//! The top line.

use leptos::prelude::*;

use super::areas::Areas;
use super::share::Share;
use crate::gallery::Gallery;
use crate::state::Page;
use crate::words::t;

/// Brand, areas, gallery, sharing, theme and help.
#[component]
pub fn Header() -> impl IntoView {
    let page = Page::get();
    let theme = move || if page.taste.dark.get() { t("header.to-light") } else { t("header.to-dark") };
    view! {
        <header class="header">
            <h1 class="brand"><span class="mark" aria-hidden="true"></span>{t("page.name")}</h1>
            <Areas/>
            <div class="header-actions">
                <Gallery/>
                <Share/>
                <button type="button" class="icon" title=theme aria-label=theme on:click=move |_| page.toggle_theme()>
                    <svg viewBox="0 0 20 20" aria-hidden="true">
                        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6"/>
                        <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor"/>
                    </svg>
                </button>
                <button type="button" class="icon" title=t("help.open") aria-label=t("help.open") on:click=|_| super::help::open()>
                    "?"
                </button>
            </div>
        </header>
    }
}
