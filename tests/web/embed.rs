//! The page in somebody's slide.

use std::time::Duration;

use minibatch_tests::browser::{Browser, BrowserOptions};
use minibatch_tests::server;

use crate::site::READY;

/// A deck with a frame, as an instructor writes it; it counts its own keys.
const DECK: &str = r##"<!doctype html><meta charset="utf-8"><title>deck</title><link rel="icon" href="data:,">
<body style="margin:0"><iframe id="frame" src="some/folder/embed.html?view=VIEW&show=play,step,reset&theme=dark&backend=cpu#v=1&HASH"
  width="480" height="270" style="border:0"></iframe>
<script>window.keys = []; onkeydown = e => keys.push(e.key);</script>"##;

#[test]
fn every_view_works_in_a_frame_and_leaves_the_deck_alone() {
    const FRAMES: [(&str, &str, &str); 9] = [
        ("boundary", "data=xor", "output"),
        ("network", "data=xor", "network"),
        ("loss", "data=xor", "loss-chart"),
        ("full", "data=xor", "network"),
        ("boundary", "preset=digits", "scores"),
        ("network", "preset=digits", "stacks"),
        ("loss", "preset=r2", "loss-chart"),
        ("full", "preset=r2", "lanes"),
        ("full", "preset=brackets", "lanes"),
    ];
    let deck = |view: &str, hash: &str| DECK.replace("VIEW", view).replace("HASH", hash);
    let site = FRAMES.iter().enumerate().fold(server::dist(), |site, (i, (view, hash, _))| {
        site.with(&format!("/deck-{i}.html"), deck(view, hash))
    });
    let server = server::serve(site);
    let browser = Browser::launch(BrowserOptions::default()).unwrap();
    for (i, (view, hash, wanted)) in FRAMES.into_iter().enumerate() {
        let page = browser.page(&server.url(&format!("/deck-{i}.html"))).unwrap();
        let view = format!("{view} of {hash}");
        let inside = "document.getElementById('frame').contentWindow";
        page.wait_for(&format!("{inside}.minibatch"), READY).unwrap();
        page.run(&format!("{inside}.minibatch.ready")).unwrap();
        let find = |id: &str| format!("{inside}.document.querySelector('[data-testid=\"{id}\"]')");
        page.wait_for(&format!("{}?.getBoundingClientRect().height > 60", find(wanted)), READY)
            .unwrap_or_else(|e| panic!("{view}: {wanted} is not seen: {e}"));
        if wanted == "scores" {
            let answers =
                format!("{inside}.document.querySelectorAll('[data-testid=scores] li').length == 10");
            page.wait_for(&answers, READY)
                .unwrap_or_else(|e| panic!("{view}: no answer without the inside: {e}"));
        }
        let metrics = format!("{inside}.minibatch.call('metrics')");
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(
            page.eval::<f64>(&format!("{metrics}.then(m => m.step)")).unwrap(),
            0.0,
            "{view}: it waits"
        );
        assert_eq!(page.eval::<String>("document.activeElement.tagName").unwrap(), "BODY", "{view}: focus");
        let theme: String = page.eval(&format!("{inside}.document.documentElement.dataset.theme")).unwrap();
        assert_eq!(theme, "dark");
        page.run(&format!("{}.click()", find("play"))).unwrap();
        page.wait_for(&format!("{metrics}.then(m => m.step > 5)"), READY).unwrap();
        // A key while the frame has the focus must reach nobody in it.
        page.run(&format!("{}.click(); {inside}.focus()", find("play"))).unwrap();
        page.wait_for(&format!("{inside}.minibatch.call('state').then(s => !s.playing)"), READY).unwrap();
        page.press_key("s").unwrap();
        page.press_key("Space").unwrap();
        std::thread::sleep(Duration::from_millis(200));
        let playing: bool =
            page.eval(&format!("{inside}.minibatch.call('state').then(s => s.playing)")).unwrap();
        assert!(!playing, "{view}: the frame took a key");
        assert_eq!(page.eval::<u32>("history.length").unwrap(), 2, "{view}: the frame wrote history");
        let errors = page.console_errors();
        assert!(errors.is_empty(), "{view}: {errors:?}");
    }
}
