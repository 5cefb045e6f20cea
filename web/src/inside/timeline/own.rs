//! A sample of the learner's own: typed in the vocabulary's symbols, shown at once.

use std::sync::Arc;

use leptos::prelude::*;
use minibatch_session::{Facts, Shown};

use crate::sequence::sample;
use crate::sequence::text::{Fit, compose, fit, parse};
use crate::state::Page;
use crate::words::{fill, t};

/// So many names of a vocabulary are told.
const TOLD: usize = 24;

/// A vocabulary's names in a row, not too many.
pub fn told(names: &[String]) -> String {
    let more = if names.len() > TOLD { " …" } else { "" };
    format!("{}{more}", names[..names.len().min(TOLD)].join(" "))
}

/// What to say about what was typed, and the sample where it is one.
fn read(text: &str, facts: &Facts) -> Result<(Vec<f32>, String), String> {
    let tokens = parse(text, &facts.vocabulary)
        .map_err(|what| fill("timeline.unknown", &[("what", &what), ("known", &told(&facts.vocabulary))]))?;
    let length = facts.input.first().copied().unwrap_or(0);
    let (tokens, how) = fit(tokens, length, &facts.vocabulary);
    let said = match how {
        Fit::Whole => String::new(),
        Fit::Padded(n, with) => {
            let name = facts.vocabulary.get(with as usize).cloned().unwrap_or_default();
            let words = [("n", n.to_string()), ("with", name), ("length", length.to_string())];
            fill("timeline.padded", &words.each_ref().map(|(k, v)| (*k, v.as_str())))
        }
        Fit::Cut(n) => fill("timeline.cut", &[("n", &n.to_string()), ("length", &length.to_string())]),
    };
    Ok((tokens.into_iter().map(|t| t as f32).collect(), said))
}

/// A field whose text is the sample shown.
#[component]
pub fn OwnSample(facts: Arc<Facts>) -> impl IntoView {
    let page = Page::get();
    if facts.vocabulary.is_empty() {
        return None;
    }
    let said = RwSignal::new(Ok(String::new()));
    let own = move || page.sample.with(|s| matches!(s, Shown::Own(_)));
    // The text of the sample shown stands in the empty field, so that one sees how samples are written.
    let shown = {
        let facts = Arc::clone(&facts);
        Memo::new(move |_| {
            page.frame_version.track();
            page.frame.with_value(|f| {
                let tokens: Vec<u32> = sample(&facts, &f.inside).iter().map(|&t| t as u32).collect();
                // A field has one line.
                compose(&tokens, &facts.vocabulary).replace('\n', "↵")
            })
        })
    };
    let text = RwSignal::new(String::new());
    let typed = move |event: web_sys::Event| {
        let written = event_target_value(&event);
        text.set(written.clone());
        if written.is_empty() {
            said.set(Ok(String::new()));
            return page.show_sample(Shown::Row(0));
        }
        said.set(read(&written, &facts).map(|(values, how)| {
            page.show_sample(Shown::Own(values));
            how
        }));
    };
    let back = move |_| {
        text.set(String::new());
        said.set(Ok(String::new()));
        page.show_sample(Shown::Row(0));
    };
    // Another sample was chosen elsewhere: what is typed is shown no more.
    Effect::new(move |_| {
        if page.sample.with(|s| matches!(s, Shown::Row(_))) && said.with_untracked(Result::is_ok) {
            text.set(String::new());
            said.set(Ok(String::new()));
        }
    });
    Some(view! {
        <div class="own-sample">
            <label title=t("timeline.own-help")>
                <span>{t("timeline.own")}</span>
                <input type="text" data-testid="own-sample" autocomplete="off" autocapitalize="off" spellcheck="false"
                    placeholder=move || shown.get() prop:value=move || text.get() on:input=typed/>
            </label>
            <Show when=own>
                <button type="button" class="small" title=t("timeline.own-back-help") on:click=back>{t("timeline.own-back")}</button>
            </Show>
            <small role="status" class:error=move || said.with(Result::is_err)>
                {move || said.get().unwrap_or_else(|why| why)}
            </small>
        </div>
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let vocabulary = ["(", ")", "·"].map(str::to_owned).to_vec();
        Facts { vocabulary, tokens: Some(3), input: vec![4], ..Facts::default() }
    }

    #[test]
    fn what_is_typed_becomes_a_sample_or_a_kind_word() {
        let (sample, said) = read("()", &facts()).expect("it is known");
        assert_eq!(sample, [0.0, 1.0, 2.0, 2.0]);
        assert!(said.contains('2') && said.contains('·') && said.contains('4'), "{said}");
        let why = read("(x", &facts()).expect_err("x is none of them");
        assert!(why.contains("x") && why.contains("( ) ·"), "{why}");
        assert!(read("()()()", &facts()).expect("known").1.contains('2'), "two are cut");
        assert_eq!(read("()()", &facts()).expect("known").1, "");
    }
}
