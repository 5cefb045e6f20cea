//! The page's clock.

use std::time::Duration;

use futures_channel::oneshot::channel;
use leptos::prelude::*;

/// Milliseconds since the page began.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}

/// Waits so many milliseconds.
pub async fn sleep(ms: f64) {
    let (done, wait) = channel();
    let after = Duration::from_micros((ms.clamp(0.0, 1e6) * 1000.0) as u64);
    set_timeout(
        move || {
            // Who waited may be gone.
            let _ = done.send(());
        },
        after,
    );
    let _ = wait.await;
}
