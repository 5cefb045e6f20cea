//! The worker's life: commands in, ticks, messages out.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use futures_channel::mpsc;
use minibatch_session::{Command, Event, Session, Wait, heap};
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::files::take;
use crate::post::post;
use crate::time::{Breath, now, sleep};

/// The longest sleep, so that a command is heard soon.
const LONGEST_SLEEP_MS: f64 = 8.0;

/// More bytes than this are worth a new worker, where they were needed for nothing.
const SWOLLEN: u64 = 512 << 20;

/// What a run may take. WebAssembly's memory ends at 4 GiB; the rest is for what is read and told.
const ROOM: u64 = 3 << 30;

/// What the page said: a command in JSON, or files.
enum Said {
    Command(Box<Command>),
    Files(JsValue),
}

/// Does what was said, and tells at once what comes of it: what follows may take long.
async fn hear(session: &mut Session, scope: &DedicatedWorkerGlobalScope, said: Said) {
    match said {
        Said::Command(command) => {
            if let Command::Load { generation, .. } = &*command {
                post(scope, &Event::Building { generation: *generation }.into());
            }
            session.command(*command).await;
        }
        Said::Files(files) => {
            let taken = take(session, &files).await;
            if !taken && heap() > SWOLLEN {
                session.take_messages().iter().for_each(|message| post(scope, message));
                post(scope, &Event::Swollen { heap: heap() }.into());
            }
        }
    }
    session.take_messages().iter().for_each(|message| post(scope, message));
}

/// All that waits, without the experiments that another one comes after: those would be built for nobody.
fn waiting(commands: &mut mpsc::UnboundedReceiver<Said>, first: Option<Said>) -> Vec<Said> {
    let mut all: Vec<Said> = first.into_iter().collect();
    while let Ok(said) = commands.try_recv() {
        all.push(said);
    }
    let load = |said: &Said| matches!(said, Said::Command(c) if matches!(**c, Command::Load { .. }));
    let last = all.iter().rposition(load);
    let mut at = 0..;
    all.retain(|said| at.next() == last || !load(said));
    all
}

/// Listens for commands and says so.
pub fn start(scope: DedicatedWorkerGlobalScope) {
    let (sender, receiver) = mpsc::unbounded();
    let back = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        let data = message.data();
        let Some(text) = data.as_string() else { return drop(sender.unbounded_send(Said::Files(data))) };
        match serde_json::from_str::<Command>(&text) {
            Ok(command) => drop(sender.unbounded_send(Said::Command(Box::new(command)))),
            Err(error) => {
                let message = format!("the engine does not know this command: {error}");
                post(&back, &Event::Failed { message, fatal: false }.into());
            }
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(&scope, &Event::Listening.into());
    spawn_local(live(scope, receiver));
}

async fn live(scope: DedicatedWorkerGlobalScope, mut commands: mpsc::UnboundedReceiver<Said>) {
    let mut session = Session::new(now);
    session.limit_memory(Some(ROOM));
    let breath = Breath::new().ok();
    let mut wait = Wait::Command;
    let mut heard = None;
    loop {
        match (wait, &breath) {
            (Wait::Now, Some(breath)) => breath.take().await,
            (Wait::Now, None) => sleep(0.0).await,
            (Wait::Ms(ms), _) => sleep(ms.min(LONGEST_SLEEP_MS)).await,
            (Wait::Command, _) => match first(commands.recv(), session.lost()).await {
                Some(Ok(said)) => heard = Some(said),
                Some(Err(_)) => return,
                // The device is lost, and nobody asked.
                None => {}
            },
        }
        for said in waiting(&mut commands, heard.take()) {
            hear(&mut session, &scope, said).await;
        }
        wait = session.tick().await;
        session.take_messages().iter().for_each(|message| post(&scope, message));
    }
}

/// What comes of one future, or none once the other is through before it.
async fn first<T>(wanted: impl Future<Output = T>, other: impl Future<Output = ()>) -> Option<T> {
    let (mut wanted, mut other) = (pin!(wanted), pin!(other));
    std::future::poll_fn(|context| match wanted.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => other.as_mut().poll(context).map(|()| None),
    })
    .await
}
