//! The builder's state, and what can be done with the list.

use leptos::prelude::*;
use minibatch_session::{Block, Input, Outline};

use super::focus::focus;
use super::lines::{Line, lines};
use super::mends::{Mend, mends, undone};
use super::mistake::{Mistake, doubtful, locate};
use super::names::{Figure, face};
use super::place::Wanted;
use super::settings::set;
use super::tree::{self, Place};
use crate::state::{History, Page};
use crate::words::{fill, t};

/// A layer on its way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drag {
    /// Which.
    pub from: Place,
    /// The gap it is over.
    pub to: Option<Place>,
}

/// Everything the list of layers knows.
#[derive(Clone, Copy)]
pub struct Builder {
    page: Page,
    /// Input and layers, as they are written.
    pub model: Memo<Option<(Input, Vec<Block>)>>,
    /// The list as it is drawn.
    pub lines: Memo<Vec<Line>>,
    /// What is wrong with it.
    pub mistake: Memo<Option<Mistake>>,
    /// What would put that right.
    pub mends: Memo<Vec<Mend>>,
    /// What the task asks.
    pub wanted: Memo<Option<Wanted>>,
    /// Parameters, multiply-adds and bytes of all layers, where they fit together.
    pub totals: Memo<Option<[u64; 3]>>,
    /// The layer whose settings are open.
    pub open: RwSignal<Option<Place>>,
    /// The layer that Tab leads to; none is the input.
    pub here: RwSignal<Option<Place>>,
    /// The same, as long as there is one at that place.
    pub anchor: Memo<Option<Place>>,
    /// The gap at which the palette is open.
    pub palette: RwSignal<Option<Place>>,
    /// What stands beside each layer.
    pub figure: RwSignal<Figure>,
    /// A layer that is dragged.
    pub drag: RwSignal<Option<Drag>>,
    /// What was done, for screen readers.
    pub said: RwSignal<String>,
}

impl Builder {
    /// The builder of a page.
    pub fn new(page: Page) -> Self {
        let written = move || page.draft.with(|d| d.as_ref().map(|d| d.experiment.clone()));
        let spec = Memo::new(move |_| match written() {
            Some(draft) => draft.model.map(|m| (m, draft.seed)),
            None => page.experiment.with(|e| e.model.clone().map(|m| (m, e.seed))),
        });
        let model =
            Memo::new(move |_| spec.with(|s| s.as_ref().map(|(m, _)| (m.input.clone(), m.layers.clone()))));
        let source =
            Memo::new(move |_| spec.with(|s| s.as_ref().map(|(m, seed)| (m.samples.clone(), *seed))));
        let wanted = Memo::new(move |_| {
            source.track();
            spec.with_untracked(|s| s.as_ref().and_then(|(m, seed)| Wanted::of(m, *seed)))
        });
        let lines = Memo::new(move |_| {
            model.with(|m| m.as_ref().map_or(vec![], |(input, blocks)| lines(input, blocks)))
        });
        let totals = Memo::new(move |_| {
            let outline = model.with(|m| m.as_ref().and_then(|(i, b)| Outline::of(i, b).ok()))?;
            Some([outline.parameters as u64, outline.multiply_adds, outline.activation_bytes])
        });
        let drafted = Memo::new(move |_| {
            page.draft.with(|draft| {
                let draft = draft.as_ref()?;
                let layers = draft.experiment.model.as_ref().map_or(&[][..], |m| &m.layers);
                Some(locate(&draft.mistake, layers))
            })
        });
        // What is doubtful is told where nothing is wrong.
        let advice = Memo::new(move |_| {
            let none = drafted.with(Option::is_none);
            none.then(|| page.experiment.with(|e| e.advice().ok().flatten())).flatten()
        });
        let mistake = Memo::new(move |_| {
            let doubt = advice.with(|a| {
                a.as_ref().map(|advice| {
                    page.experiment
                        .with(|e| doubtful(advice, e.model.as_ref().map_or(&[][..], |m| &m.layers)))
                })
            });
            drafted.get().or(doubt)
        });
        let mends = Memo::new(move |_| {
            let found = mistake.get();
            page.draft.with(|draft| match (draft, found) {
                (Some(draft), Some(found)) => {
                    wanted.with_untracked(|wanted| mends(&draft.experiment, &found, wanted.as_ref()))
                }
                _ => advice.with(|advice| advice.iter().map(undone).collect()),
            })
        });
        let here = RwSignal::new(None::<Place>);
        let anchor = Memo::new(move |_| {
            let here = here.get()?;
            model
                .with(|m| m.as_ref().is_some_and(|(_, layers)| tree::get(layers, &here).is_some()))
                .then_some(here)
        });
        Self {
            page,
            model,
            lines,
            mistake,
            mends,
            wanted,
            totals,
            open: RwSignal::new(None),
            here,
            anchor,
            palette: RwSignal::new(None),
            figure: RwSignal::default(),
            drag: RwSignal::new(None),
            said: RwSignal::new(String::new()),
        }
    }

    /// The builder, from the context.
    pub fn get() -> Self {
        expect_context()
    }

    /// All layers as they are written.
    pub fn layers(&self) -> Vec<Block> {
        self.model.with_untracked(|m| m.as_ref().map_or(vec![], |(_, layers)| layers.clone()))
    }

    /// The block at a place, as it is written.
    pub fn block(&self, place: &Place) -> Option<Block> {
        self.model.with_untracked(|m| m.as_ref().and_then(|(_, layers)| tree::get(layers, place).cloned()))
    }

    /// Puts other layers in place of these, as an edit of its own that can be taken back.
    fn take(&self, layers: Vec<Block>) {
        self.page.history.update_value(History::part);
        self.go_on(layers);
    }

    /// The same, as one edit with one of the same kind just before.
    fn go_on(&self, layers: Vec<Block>) {
        self.page.edit(|e| {
            if let Some(model) = &mut e.model {
                model.layers = layers;
            }
        });
    }

    fn say(&self, key: &'static str, block: Option<&Block>) {
        let name = block.map_or(String::new(), |b| face(b).0);
        self.said.set(fill(key, &[("layer", &name)]));
        self.page.hint.set(self.said.get_untracked());
    }

    /// Puts a layer into a gap. `open`: with its settings open, the first of them in focus.
    pub fn add(&self, place: &Place, block: Block, open: bool) {
        let mut layers = self.layers();
        if !tree::insert(&mut layers, place, block.clone()) {
            return;
        }
        self.take(layers);
        self.palette.set(None);
        self.open.set(open.then(|| place.clone()));
        self.say("layers.said.added", Some(&block));
        self.focus_layer(Some(place.clone()));
    }

    /// Takes a layer out.
    pub fn remove(&self, place: &Place) {
        let mut layers = self.layers();
        let Some(block) = tree::remove(&mut layers, place) else { return };
        let next = [Some(place.clone()), place.at.checked_sub(1).map(|at| place.beside(at)), place.owner()];
        let next = next.into_iter().flatten().find(|p| tree::get(&layers, p).is_some());
        self.close();
        self.take(layers);
        self.say("layers.said.removed", Some(&block));
        self.focus_layer(next);
    }

    /// Puts a copy behind a layer.
    pub fn duplicate(&self, place: &Place) {
        let mut layers = self.layers();
        let Some(copy) = tree::duplicate(&mut layers, place) else { return };
        self.close();
        self.take(layers);
        self.say("layers.said.duplicated", self.block(&copy).as_ref());
        self.focus_layer(Some(copy));
    }

    /// Moves a layer to a gap.
    pub fn relocate(&self, from: &Place, to: &Place) {
        self.moved(|layers| tree::relocate(layers, from, to));
    }

    /// Moves a layer one gap up or down.
    pub fn shift(&self, place: &Place, down: bool) {
        self.moved(|layers| tree::shift(layers, place, down));
    }

    fn moved(&self, to: impl FnOnce(&mut Vec<Block>) -> Option<Place>) {
        let mut layers = self.layers();
        let Some(place) = to(&mut layers) else { return };
        let stays = self.open.with_untracked(Option::is_some);
        self.palette.set(None);
        self.open.set(None);
        self.take(layers);
        self.open.set(stays.then(|| place.clone()));
        self.say("layers.said.moved", self.block(&place).as_ref());
        self.focus_layer(Some(place));
    }

    /// Gives a layer another setting. Whether what was typed says one. `steps`: one of many small steps, which are taken
    /// back together.
    pub fn set(&self, place: &Place, id: &str, typed: &str, steps: bool) -> bool {
        let Some(block) = self.block(place) else { return false };
        let Some(changed) = set(&block, id, typed) else { return false };
        if changed != block {
            let mut layers = self.layers();
            tree::replace(&mut layers, place, changed.clone());
            if steps {
                self.go_on(layers)
            } else {
                self.take(layers)
            }
            self.say("layers.said.changed", Some(&changed));
        }
        true
    }

    /// One more branch.
    pub fn add_branch(&self, place: &Place) {
        let mut layers = self.layers();
        if tree::add_branch(&mut layers, place) {
            self.take(layers);
            self.say("layers.said.changed", self.block(place).as_ref());
        }
    }

    /// One branch less.
    pub fn remove_branch(&self, place: &Place, branch: usize) {
        let mut layers = self.layers();
        if tree::remove_branch(&mut layers, place, branch) {
            self.close();
            self.take(layers);
            self.say("layers.said.changed", self.block(place).as_ref());
            self.focus_layer(Some(place.clone()));
        }
    }

    /// Starts from no layers.
    pub fn empty(&self) {
        self.close();
        self.take(vec![]);
        self.say("layers.said.emptied", None);
        self.focus_layer(None);
    }

    /// Does what mends a mistake.
    pub fn mend(&self, mend: &Mend) {
        self.close();
        self.take(mend.layers.clone());
        self.said.set(mend.text.clone());
        self.focus_layer(self.anchor.get_untracked());
    }

    /// Takes the last edit back, or the last taking back.
    pub fn travel(&self, back: bool) {
        self.close();
        if back {
            self.page.undo()
        } else {
            self.page.redo()
        }
        self.said.set(t(if back { "layers.said.undone" } else { "layers.said.redone" }).into());
    }

    /// Closes settings and palette.
    pub fn close(&self) {
        self.open.set(None);
        self.palette.set(None);
    }

    /// Moves the focus to a layer, or to the input, once it is there.
    pub fn focus_layer(&self, place: Option<Place>) {
        self.here.set(place.clone());
        focus(place.map_or("layer-input".into(), |p| format!("layer-{}", p.id())));
    }
}
