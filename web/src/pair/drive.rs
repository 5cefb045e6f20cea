//! One transport for both: they train in turns, each the same number of batches, and each turn waits for both.

use std::collections::VecDeque;
use std::time::Duration;

use leptos::prelude::*;
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;

use super::keys;
use super::pace::Pace;
use super::side::{Side, Standing};
use crate::clock::now;
use crate::state::pair::Opened;
use crate::state::random_seed;
use crate::words::t;

/// How often the frames are looked at while nothing trains.
const LOOK: Duration = Duration::from_millis(500);

/// What is asked of both, one after the other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Job {
    /// One batch.
    Step,
    /// Back to the initial weights.
    Reset,
    /// Both anew from this seed.
    Seed(u32),
    /// What was edited in a frame, and where the runs stand.
    Look,
}

/// Both sides and their transport.
#[derive(Clone, Copy)]
pub struct Drive {
    /// Left and right.
    pub sides: [Side; 2],
    /// They train.
    pub playing: RwSignal<bool>,
    /// Changes with the curves.
    pub turns: RwSignal<u32>,
    /// What just happened, in words.
    pub told: RwSignal<String>,
    jobs: StoredValue<VecDeque<Job>>,
    working: StoredValue<bool>,
    pace: StoredValue<Pace>,
}

impl Drive {
    /// Both sides as the address has them.
    pub fn new(opened: &Opened) -> Self {
        Self {
            sides: [0, 1].map(|place| Side::new(place, &opened.halves[place], opened.seed)),
            playing: RwSignal::new(false),
            turns: RwSignal::new(0),
            told: RwSignal::default(),
            jobs: StoredValue::default(),
            working: StoredValue::new(false),
            pace: StoredValue::new(Pace::default()),
        }
    }

    /// Waits for both frames, then follows what is done in them.
    pub fn start(self) {
        for side in self.sides {
            spawn_local(async move {
                side.open().await;
                if let Some(window) = side.window() {
                    keys::listen_in(self, &window);
                }
                self.put(Job::Look);
            });
        }
        let look = move || {
            if !self.working.get_value() && !document().hidden() {
                self.put(Job::Look);
            }
        };
        if let Ok(timer) = set_interval_with_handle(look, LOOK) {
            on_cleanup(move || timer.clear());
        }
    }

    /// Whether both train when asked.
    pub fn ready(self) -> bool {
        self.sides.iter().all(|side| side.standing.with(|s| *s == Standing::Ready))
    }

    /// Plays or pauses.
    pub fn toggle(self) {
        if self.playing.get_untracked() {
            self.playing.set(false);
        } else if untrack(move || self.ready()) {
            self.playing.set(true);
            self.told.set(String::new());
            self.wake();
        }
    }

    /// Pauses for something else.
    pub fn now(self, job: Job) {
        self.playing.set(false);
        self.told.set(String::new());
        self.put(job);
    }

    /// Both anew from another seed.
    pub fn new_seed(self) {
        self.now(Job::Seed(random_seed()));
    }

    fn put(self, job: Job) {
        self.jobs.update_value(|jobs| {
            if job != Job::Look || !jobs.contains(&job) {
                jobs.push_back(job);
            }
        });
        self.wake();
    }

    /// Sees to it that somebody works; there is never more than one.
    fn wake(self) {
        if self.working.get_value() {
            return;
        }
        self.working.set_value(true);
        spawn_local(async move {
            loop {
                let job = self.jobs.try_update_value(VecDeque::pop_front).flatten();
                match job {
                    Some(job) => self.perform(job).await,
                    None if self.playing.get_untracked() => self.turn(self.pace.get_value().n).await,
                    None => break,
                }
            }
            self.working.set_value(false);
        });
    }

    async fn perform(self, job: Job) {
        match job {
            Job::Look => self.look(true).await,
            Job::Step if untrack(move || self.ready()) => self.turn(1).await,
            Job::Step => {}
            Job::Reset => self.reset().await,
            Job::Seed(seed) => {
                self.both("set", json!({ "seed": seed })).await;
                self.reset().await;
            }
        }
    }

    /// So many batches in both.
    async fn turn(self, n: u32) {
        let begun = now();
        let done = self.both("step", json!({ "n": n })).await;
        if done && n == self.pace.get_value().n {
            self.pace.update_value(|pace| pace.note(now() - begun));
        }
        self.look(true).await;
    }

    /// Both back to the initial weights, whatever stopped them before.
    async fn reset(self) {
        let stopped =
            self.sides.map(|side| side.standing.with_untracked(|s| matches!(s, Standing::Stopped(..))));
        if self.both("reset", Value::Null).await {
            for (side, stopped) in self.sides.into_iter().zip(stopped) {
                if stopped {
                    side.standing.set(Standing::Ready);
                }
            }
        }
        self.look(false).await;
    }

    /// Asks both at once and waits for both. Whether both did it; who refused is stopped, and with it the playing.
    async fn both(self, method: &'static str, params: Value) -> bool {
        let asked = self.sides.map(|side| side.opened().then(|| side.ask(method, params.clone())));
        let mut done = true;
        for (side, asked) in self.sides.into_iter().zip(asked) {
            let Some(asked) = asked else { continue };
            let answer = asked.await.unwrap_or_else(|_| Err(t("pair.gone").into()));
            if let Err(why) = answer {
                done = false;
                // An edit in the frame came in between: not its fault, and both begin anew.
                if why != t("api.superseded") {
                    self.playing.set(false);
                    side.standing.set(Standing::Stopped(why, true));
                }
            }
        }
        done
    }

    /// Learns where both are. Where one was rebuilt meanwhile, and `align`, both begin anew.
    async fn look(self, align: bool) {
        for side in self.sides.into_iter().filter(|side| side.opened()) {
            let (state, now) = (side.ask("state", Value::Null), side.ask("metrics", Value::Null));
            let (Ok(Ok(state)), Ok(Ok(now))) = (state.await, now.await) else { continue };
            side.learn(&state, &now);
        }
        self.turns.update(|v| *v += 1);
        let [left, right] = self.sides.map(|side| side.now.get_untracked().step);
        let settled = untrack(move || self.ready()) && self.sides.iter().all(|side| side.loaded.get_value());
        if align && settled && left != right {
            self.told.set(t("pair.anew").into());
            self.put(Job::Reset);
        }
    }
}
