//! What must hold of a page whatever was done to it: it is not blank, it answers, it trains, and nothing was thrown.

use std::time::{Duration, Instant};

use minibatch_data::Rng;
use serde_json::Value;

use crate::site::Site;

/// How long a page may take to answer a question about itself.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a batch may take before another network is asked for instead.
const BATCH: Duration = Duration::from_secs(8);

/// One of them.
pub fn pick<'a, T: ?Sized>(rng: &mut Rng, all: &[&'a T]) -> &'a T {
    all[below(rng, all.len())]
}

/// A number below `n`, 0 where `n` is 0.
pub fn below(rng: &mut Rng, n: usize) -> usize {
    (rng.next_u32() as usize).checked_rem(n).unwrap_or(0)
}

/// Faults are collected with what led to them, so that one run names them all.
#[derive(Default)]
pub struct Faults {
    seen: usize,
    found: Vec<String>,
}

impl Faults {
    /// Looks the page over after `deed`. A network that is slow is no fault if another takes its place when asked for.
    pub fn check(&mut self, site: &Site, deed: &str) {
        let began = Instant::now();
        let mut found = self.thrown(site);
        if let Err(why) = alive(site) {
            found.push(why);
        }
        for fault in found {
            eprintln!("{fault}\n  after: {deed}\n  looked over in {:?}", began.elapsed());
            self.found.push(format!("{fault}\n  after: {deed}"));
        }
    }

    /// Notes a fault that was found otherwise.
    pub fn note(&mut self, fault: String, deed: &str) {
        eprintln!("{fault}\n  after: {deed}");
        self.found.push(format!("{fault}\n  after: {deed}"));
    }

    /// What was thrown or logged as an error since the last look.
    fn thrown(&mut self, site: &Site) -> Vec<String> {
        let errors = site.page.console_errors();
        let new = errors.iter().skip(self.seen).map(|error| format!("in the console: {error}")).collect();
        self.seen = errors.len();
        new
    }

    /// Fails if there was any.
    pub fn none(self) {
        assert!(self.found.is_empty(), "{} faults:\n{}", self.found.len(), self.found.join("\n"));
    }
}

/// Says what is wrong with a page that should answer, show something and train.
fn alive(site: &Site) -> Result<(), String> {
    let page = &site.page;
    let seen =
        "(() => { const main = document.querySelector('.page, .embed'), box = main?.getBoundingClientRect();
        return [document.body.innerText.trim().length, box ? box.width * box.height : 0,
            [...document.querySelectorAll('canvas')].filter(c => c.width && c.height).length]; })()";
    let (text, area, canvases): (usize, f64, usize) =
        page.eval_within(seen, ANSWER).map_err(|e| format!("the page does not answer: {e}"))?;
    if text < 40 || area < 1.0 || canvases == 0 {
        return Err(format!("the page is blank: {text} letters, {area} square pixels, {canvases} canvases"));
    }
    let step = "minibatch.call('step', { n: 1 }).then(() => 'done', e => 'refused: ' + e.message)";
    let mut answer = page.eval_within::<String>(step, BATCH);
    // The last deed may have been an edit that was still on its way, which rightly ends what was asked before it came.
    for _ in 0..2 {
        if answer.as_ref().is_ok_and(|told| told.contains("came in between")) {
            answer = page.eval_within(step, BATCH);
        }
    }
    match answer {
        Ok(told) if told == "done" => return Ok(()),
        // A plane without points, a draft that does not fit, an engine that was stopped: the page says so where one looks.
        Ok(told) => {
            let said: Option<String> = page
                .eval_within("document.querySelector('[data-testid=notice]')?.innerText ?? null", ANSWER)
                .map_err(|e| e.to_string())?;
            if said.is_none() {
                return Err(format!("it does not train and no notice says why: {told}"));
            }
        }
        Err(_) => {}
    }
    let load = "minibatch.call('load', 'xor').then(() => minibatch.call('step', { n: 1 })).then(() => 'done', e => e.message)";
    match page.eval_within::<String>(load, ANSWER) {
        Ok(told) if told == "done" => Ok(()),
        other => Err(format!("it does not train, and another network does not come: {other:?}")),
    }
}

/// The experiment and the step, to be compared.
pub fn standing(site: &Site) -> Option<(Value, Value)> {
    let ask = "Promise.all([minibatch.call('state'), minibatch.call('metrics')]).then(([s, m]) => [s.experiment, m.step])";
    site.page.eval_within(ask, ANSWER).ok()
}
