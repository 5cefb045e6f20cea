//! Files on their way to the engine. The page keeps those that images were read from: a worker that takes the place of another
//! reads them again.

use futures_channel::oneshot::Receiver;
use js_sys::{Array, ArrayBuffer, Object, Reflect};
use leptos::prelude::*;
use minibatch_session::SampleSource;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::waits::{Answer, Wait};
use super::{Brought, Notice, Page, task};
use crate::words::t;

/// Files that images were read from.
#[derive(Clone)]
pub struct Kept {
    /// What the experiment holds of them.
    source: SampleSource,
    files: Vec<Brought>,
    /// Their own split was left aside.
    mix: bool,
    /// The worker that has the images; none while it is to read them.
    worker: Option<u32>,
}

impl Page {
    /// Sends the files brought last to the engine; `mix`: their own split is left aside.
    pub fn send_files(&self, mix: bool) {
        self.errands.update_value(|e| e.mix = mix);
        self.hint.set(t("bring.reading").into());
        self.post_files(self.files.get_value(), mix);
    }

    fn post_files(&self, files: Vec<Brought>, mix: bool) {
        let page = *self;
        spawn_local(async move {
            let area = page.experiment.with_untracked(task::area);
            let sent = match read(&files, area.id(), mix).await {
                Ok((said, buffers)) => page.engine.with_value(|engine| engine.send_files(&said, &buffers)),
                Err(error) => Err(crate::engine::say(&error)),
            };
            if let Err(why) = sent {
                page.hint.set(String::new());
                page.notice.set(Some(Notice::Mistake(why)));
                page.restored();
            }
        });
    }

    /// Images were read from the files sent last: keeps those for another worker.
    pub(super) fn keep_files(&self, source: &SampleSource) {
        let files = self.files.get_value();
        self.errands.update_value(|e| {
            let (mix, worker) = (e.mix, Some(e.worker));
            e.images = Some(Kept { source: source.clone(), files, mix, worker });
        });
    }

    /// Where the experiment's images are not in the engine there is, but their files are in the page: sends these first. What
    /// it gives hears of the build that comes after.
    pub(super) fn restore(&self) -> Option<Receiver<Answer>> {
        let (files, receiver) = self.errands.try_update_value(|e| {
            let (worker, generation) = (e.worker, e.generation);
            let kept = e.images.as_mut().filter(|kept| self.wants(kept))?;
            // Asked for once: what does not come back is refused by the build.
            let asked = kept.worker.replace(worker) == Some(worker);
            if asked && !e.restoring {
                return None;
            }
            let files = (!asked).then(|| (kept.files.clone(), kept.mix));
            e.restoring = true;
            if let Some(timer) = e.rebuild.take() {
                timer.clear();
            }
            Some((files, e.waits.add(Wait::Load(generation))))
        })??;
        self.status.update(|s| (s.playing, s.loaded) = (false, false));
        self.hint.set(t("bring.reading").into());
        if let Some((files, mix)) = files {
            self.post_files(files, mix);
        }
        Some(receiver)
    }

    /// Whether these are the images of the present experiment.
    fn wants(&self, kept: &Kept) -> bool {
        self.experiment.with_untracked(|e| e.model.as_ref().is_some_and(|model| model.samples == kept.source))
    }

    /// The build that is wanted now waits for its files. It may be another's that they are still being read for.
    pub(super) fn reads(&self) -> bool {
        self.errands.with_value(|e| e.restoring && e.images.as_ref().is_some_and(|kept| self.wants(kept)))
    }

    /// Files have been read, or could not be. Whether they had been sent again for a build, which comes now, unless the learner
    /// has gone on to something else meanwhile.
    pub(super) fn restored(&self) -> bool {
        let waited = self.errands.try_update_value(|e| std::mem::take(&mut e.restoring)) == Some(true);
        let wanted = self.errands.with_value(|e| e.images.as_ref().is_some_and(|kept| self.wants(kept)));
        if waited && wanted {
            self.hint.set(String::new());
            drop(self.build(true));
        }
        waited
    }
}

/// `{files: [{name, buffer}], area, mix}`, and the buffers to hand over.
async fn read(files: &[Brought], area: &str, mix: bool) -> Result<(Object, Array), JsValue> {
    let (list, buffers) = (Array::new(), Array::new());
    for Brought { path, file } in files {
        let buffer: ArrayBuffer = JsFuture::from(file.array_buffer()).await?.dyn_into()?;
        let object = Object::new();
        Reflect::set(&object, &"name".into(), &path.into())?;
        Reflect::set(&object, &"buffer".into(), &buffer)?;
        list.push(&object);
        buffers.push(&buffer);
    }
    let said = Object::new();
    Reflect::set(&said, &"files".into(), &list)?;
    Reflect::set(&said, &"area".into(), &area.into())?;
    Reflect::set(&said, &"mix".into(), &mix.into())?;
    Ok((said, buffers))
}
