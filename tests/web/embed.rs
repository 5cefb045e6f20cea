//! The page in somebody's slide.

use std::time::Duration;

use minibatch_tests::browser::{Browser, BrowserOptions};
use minibatch_tests::server;

use crate::site::READY;

/// A deck with a frame, as an instructor writes it; it counts its own keys.
const DECK: &str = r##"<!doctype html><meta charset="utf-8"><title>deck</title><link rel="icon" href="data:,">
<body style="margin:0"><iframe id="frame" src="some/folder/embed.html?view=VIEW&show=play,step,reset&theme=dark&backend=cpu#v=1&data=xor"
  width="480" height="270" style="border:0"></iframe>
<script>window.keys = []; onkeydown = e => keys.push(e.key);</script>"##;

#[test]
fn every_view_works_in_a_frame_and_leaves_the_deck_alone() {
    let views = ["boundary", "network", "loss", "full"];
    let site = views.iter().fold(server::dist(), |site, view| {
        site.with(&format!("/deck-{view}.html"), DECK.replace("VIEW", view))
    });
    let server = server::serve(site);
    let browser = Browser::launch(BrowserOptions::default()).unwrap();
    for (view, wanted) in views.iter().zip(["output", "network", "loss-chart", "network"]) {
        let page = browser.page(&server.url(&format!("/deck-{view}.html"))).unwrap();
        let inside = "document.getElementById('frame').contentWindow";
        page.wait_for(&format!("{inside}.minibatch"), READY).unwrap();
        page.run(&format!("{inside}.minibatch.ready")).unwrap();
        let find = |id: &str| format!("{inside}.document.querySelector('[data-testid=\"{id}\"]')");
        let seen: bool = page.eval(&format!("{}.getBoundingClientRect().height > 60", find(wanted))).unwrap();
        assert!(seen, "{view}: {wanted} is not seen");
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
