//! What the learner should know, in one bar that lies over the page and moves nothing.

use leptos::prelude::*;
use minibatch_session::{Cause, Experiment, mended};

use crate::state::{Busy, Notice, Page, cause};
use crate::words::{fill, t};

/// The notice in force.
#[component]
pub fn Notices() -> impl IntoView {
    let page = Page::get();
    view! {
        <div class="notices" role="alert">
            {move || page.trouble.get().map(|notice| told(page, notice))}
            {move || page.notice.get().map(|notice| told(page, notice))}
            {move || page.busy.get().map(|busy| taking(page, busy))}
        </div>
    }
}

fn told(page: Page, notice: Notice) -> AnyView {
    match notice {
        Notice::Mistake(text) => plain(page, "mistake", text).into_any(),
        Notice::Hint(text) => plain(page, "tip", text).into_any(),
        Notice::Diverged { step, learning_rate, good_step, cause } => {
            diverged(page, step, learning_rate, good_step, &cause).into_any()
        }
        Notice::Fatal(text) => fatal(page, text).into_any(),
    }
}

/// What takes so long, and the way to break it off.
fn taking(page: Page, busy: Busy) -> impl IntoView {
    let (key, seconds) = match busy {
        Busy::Building(seconds) => ("busy.building", seconds),
        Busy::Working(seconds) => ("busy.working", seconds),
    };
    view! {
        // The seconds are not read out one by one.
        <div class="notice tip" data-testid="busy" aria-live="off">
            <p>{fill(key, &[("seconds", &seconds.to_string())])}</p>
            <button type="button" data-testid="break-off" title=t("busy.stop-help") on:click=move |_| page.break_off()>
                {t("busy.stop")}
            </button>
        </div>
    }
}

fn plain(page: Page, class: &'static str, text: String) -> impl IntoView {
    view! {
        <div class=format!("notice {class}") data-testid="notice">
            <p>{text}</p>
            <button type="button" class="icon" title=t("notice.close") aria-label=t("notice.close")
                on:click=move |_| page.notice.set(None)>"×"</button>
        </div>
    }
}

fn diverged(page: Page, step: u32, rate: f32, good_step: u32, why: &Cause) -> impl IntoView {
    let text = cause::told(step, rate, why);
    // The cause's own mend comes first. Where it has none, smaller steps do.
    let mend = page.experiment.with_untracked(|e| mended(e, why)).map(|new| {
        let label = cause::mend(why, &new, good_step);
        view! {
            <button type="button" class="primary" data-testid="mend" on:click=move |_| page.edit(|e| e.clone_from(&new))>
                {label}
            </button>
        }
    });
    let first = if mend.is_some() { "" } else { "primary" };
    let good = good_step.to_string();
    let back = fill("notice.back", &[("good", &good)]);
    let tenth = tenth(rate);
    let slower = fill("notice.slower", &[("good", &good), ("rate", &tenth.to_string())]);
    view! {
        <div class="notice diverged" data-testid="notice">
            <p><b>{t("notice.diverged-title")}</b>" "{text}</p>
            <div class="actions">
                {mend}
                <button type="button" class=first data-testid="recover-slower" on:click=move |_| page.recover(tenth)>
                    {slower}
                </button>
                <button type="button" data-testid="recover" on:click=move |_| page.recover(rate)>{back}</button>
                <button type="button" on:click=move |_| drop(page.reset())>{t("notice.reset")}</button>
            </div>
        </div>
    }
}

fn fatal(page: Page, text: String) -> impl IntoView {
    // What has failed twice may fail again: other ways are offered too.
    let again = page.errands.with_value(|e| e.falls.1 > 1);
    view! {
        <div class="notice fatal" data-testid="notice">
            <p><b>{t("notice.fatal-title")}</b>" "{text}</p>
            <div class="actions">
                <button type="button" class="primary" data-testid="restart" on:click=move |_| drop(page.start())>
                    {t("notice.restart")}
                </button>
                {again.then(|| view! {
                    <button type="button" data-testid="restart-cpu" on:click=move |_| page.start_on_cpu()>
                        {t("notice.restart-cpu")}
                    </button>
                    <button type="button" data-testid="restart-default"
                        on:click=move |_| drop(page.open(Experiment::default()))>{t("notice.restart-default")}</button>
                })}
            </div>
        </div>
    }
}

/// A tenth, without the dust of 32 bits: 0.03 gives 0.003.
fn tenth(rate: f32) -> f32 {
    let text = format!("{:e}", rate);
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    format!("{digits}e{}", power - 1).parse().unwrap_or(rate / 10.0)
}

#[cfg(test)]
mod tests {
    use super::tenth;

    #[test]
    fn a_tenth_is_what_one_would_type() {
        assert_eq!([tenth(0.03), tenth(3.0), tenth(10.0), tenth(0.0)], [0.003, 0.3, 1.0, 0.0]);
    }
}
