//! The worker's life: commands in, ticks, messages out.

use futures_channel::mpsc;
use minibatch_session::{Command, Event, Session, Wait};
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

/// What the page said: a command in JSON, or files.
enum Said {
    Command(Box<Command>),
    Files(JsValue),
}

async fn hear(session: &mut Session, said: Said) {
    match said {
        Said::Command(command) => session.command(*command).await,
        Said::Files(files) => take(session, &files).await,
    }
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
    let breath = Breath::new().ok();
    let mut wait = Wait::Command;
    loop {
        match (wait, &breath) {
            (Wait::Now, Some(breath)) => breath.take().await,
            (Wait::Now, None) => sleep(0.0).await,
            (Wait::Ms(ms), _) => sleep(ms.min(LONGEST_SLEEP_MS)).await,
            (Wait::Command, _) => match commands.recv().await {
                Ok(said) => hear(&mut session, said).await,
                Err(_) => return,
            },
        }
        while let Ok(said) = commands.try_recv() {
            hear(&mut session, said).await;
        }
        wait = session.tick().await;
        session.take_messages().iter().for_each(|message| post(&scope, message));
    }
}
