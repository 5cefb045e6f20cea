//! The worker's life: commands in, ticks, messages out.

use futures_channel::mpsc;
use minibatch_session::{Command, Event, Session, Wait};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::post::post;
use crate::time::{Breath, now, sleep};

/// The longest sleep, so that a command is heard soon.
const LONGEST_SLEEP_MS: f64 = 8.0;

/// Listens for commands and says so.
pub fn start(scope: DedicatedWorkerGlobalScope) {
    let (sender, receiver) = mpsc::unbounded();
    let back = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        let text = message.data().as_string().unwrap_or_default();
        match serde_json::from_str::<Command>(&text) {
            Ok(command) => drop(sender.unbounded_send(command)),
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

async fn live(scope: DedicatedWorkerGlobalScope, mut commands: mpsc::UnboundedReceiver<Command>) {
    let mut session = Session::new(now);
    let breath = Breath::new().ok();
    let mut wait = Wait::Command;
    loop {
        match (wait, &breath) {
            (Wait::Now, Some(breath)) => breath.take().await,
            (Wait::Now, None) => sleep(0.0).await,
            (Wait::Ms(ms), _) => sleep(ms.min(LONGEST_SLEEP_MS)).await,
            (Wait::Command, _) => match commands.recv().await {
                Ok(command) => session.command(command).await,
                Err(_) => return,
            },
        }
        while let Ok(command) = commands.try_recv() {
            session.command(command).await;
        }
        wait = session.tick().await;
        session.take_messages().iter().for_each(|message| post(&scope, message));
    }
}
