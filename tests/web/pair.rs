//! Two experiments beside each other, in lockstep.

use std::time::Duration;

use minibatch_tests::browser::Page;
use minibatch_tests::server;
use serde_json::{Value, json};

use crate::site::{READY, Site, index};

const SOON: Duration = Duration::from_secs(30);
/// The frame of a side.
const LEFT: &str = "document.querySelector('[data-testid=left] iframe').contentWindow";
const RIGHT: &str = "document.querySelector('[data-testid=right] iframe').contentWindow";

/// `pair.html` of two hashes on the CPU.
fn address(left: &str, right: &str) -> String {
    let encode = |text: &str| text.replace('%', "%25").replace('=', "%3D").replace('&', "%26");
    format!("/some/folder/pair.html?backend=cpu#left={}&right={}", encode(left), encode(right))
}

/// Opens two hashes once both can be trained.
fn open(left: &str, right: &str) -> Site {
    let site = Site::open_early(&address(left, right), true, server::dist());
    site.page.wait_for("document.querySelector('[data-testid=play]')?.disabled === false", READY).unwrap();
    site
}

fn ask(page: &Page, side: &str, method: &str) -> Value {
    page.eval(&format!("{side}.minibatch.call({})", json!(method))).unwrap()
}

fn step(page: &Page, side: &str) -> u64 {
    ask(page, side, "metrics")["step"].as_u64().expect("a step")
}

/// Both steps, once nothing is under way.
fn settled(page: &Page) -> (u64, u64) {
    let both = |page: &Page| (step(page, LEFT), step(page, RIGHT));
    let mut last = both(page);
    for _ in 0..50 {
        std::thread::sleep(Duration::from_millis(300));
        let now = both(page);
        if now == last {
            return now;
        }
        last = now;
    }
    panic!("it does not come to rest: {last:?}");
}

#[test]
fn two_rates_train_in_lockstep_and_what_differs_is_told() {
    let site = open("v=1&data=xor&lr=0.03&seed=7", "v=1&data=xor&lr=0.1&seed=7");
    let page = &site.page;
    assert_eq!(page.text("differs").unwrap().trim(), "learning rate 0.03 | 0.1");
    page.click("play").unwrap();
    page.wait_for(&format!("{LEFT}.minibatch.call('metrics').then(m => m.step > 50)"), SOON).unwrap();
    // While it trains neither is more than a turn ahead, and a turn is short.
    let apart: u64 = page
        .eval(&format!(
            "(async () => {{ let most = 0; for (let i = 0; i < 20; i++) {{
                const [a, b] = await Promise.all([{LEFT}, {RIGHT}].map(w => w.minibatch.call('metrics')));
                most = Math.max(most, Math.abs(a.step - b.step) / Math.max(a.step, b.step));
                await new Promise(r => setTimeout(r, 50)); }} return Math.ceil(most * 100) }})()"
        ))
        .unwrap();
    assert!(apart < 80, "one side runs {apart}% ahead");
    page.click("play").unwrap();
    let (left, right) = settled(page);
    assert_eq!(left, right);
    assert!(left > 50, "{left}");
    page.wait_for(
        &format!("document.querySelector('[data-testid=step-count]').innerText.replace(',', '') == '{left}'"),
        SOON,
    )
    .unwrap();
    page.press_key("s").unwrap();
    page.wait_for(&format!("{RIGHT}.minibatch.call('metrics').then(m => m.step == {})", left + 1), SOON)
        .unwrap();
    assert_eq!(settled(page), (left + 1, left + 1), "a key takes one batch in both");
    page.click("reset").unwrap();
    page.wait_for(&format!("{RIGHT}.minibatch.call('metrics').then(m => m.step == 0)"), SOON).unwrap();
    assert_eq!(settled(page), (0, 0));
    site.quiet();
}

#[test]
fn the_same_twice_has_the_same_losses_and_the_seed_is_shared() {
    let same = "v=1&data=spiral&layers=8,8";
    let site = open(&format!("{same}&seed=3"), same);
    let page = &site.page;
    let losses = |page: &Page| {
        [LEFT, RIGHT].map(|side| {
            let now = ask(page, side, "metrics");
            (now["train_loss"].as_f64().expect("a loss"), now["test_loss"].as_f64().expect("a loss"))
        })
    };
    let seeds = |page: &Page| {
        [LEFT, RIGHT].map(|side| ask(page, side, "state")["experiment"]["seed"].as_u64().expect("a seed"))
    };
    assert_eq!(seeds(page), [3, 3], "the left side's");
    let text = page.text("differs").unwrap();
    assert!(text.contains("Nothing differs"), "{text}");
    for _ in 0..5 {
        page.click("step").unwrap();
    }
    page.wait_for(&format!("{RIGHT}.minibatch.call('metrics').then(m => m.step == 5)"), SOON).unwrap();
    assert_eq!(settled(page), (5, 5));
    let first = losses(page);
    assert_eq!(first[0], first[1]);
    page.run(
        "{ const seed = document.querySelector('[data-testid=seed]'); seed.value = '11';
        seed.dispatchEvent(new Event('change', { bubbles: true })); }",
    )
    .unwrap();
    page.wait_for(
        &format!(
            "Promise.all([{LEFT}, {RIGHT}].map(w => w.minibatch.call('state')))
            .then(all => all.every(s => s.loaded && s.experiment.seed == 11))"
        ),
        SOON,
    )
    .unwrap();
    assert_eq!(settled(page), (0, 0), "another seed begins both anew");
    let other = losses(page);
    assert_eq!(other[0], other[1]);
    assert_ne!(other[0], first[0]);
    page.wait_for("location.hash.includes('seed%3D11')", SOON).unwrap();
    site.quiet();
}

#[test]
fn an_edit_in_one_frame_begins_both_anew() {
    let site = open("v=1&data=xor", "v=1&data=xor");
    let page = &site.page;
    page.click("step").unwrap();
    page.wait_for(&format!("{RIGHT}.minibatch.call('metrics').then(m => m.step == 1)"), SOON).unwrap();
    page.click("play").unwrap();
    page.wait_for(&format!("{RIGHT}.minibatch.call('metrics').then(m => m.step > 10)"), SOON).unwrap();
    page.run(&format!("{RIGHT}.document.querySelector('[data-testid=add-layer]').click()")).unwrap();
    page.wait_for("document.querySelector('[data-testid=differs]').innerText.includes('layer 3')", SOON)
        .unwrap();
    page.wait_for("document.querySelector('[data-testid=status]').innerText.includes('step 0')", SOON)
        .unwrap();
    page.wait_for(&format!("{RIGHT}.minibatch.call('metrics').then(m => m.step > 10)"), SOON).unwrap();
    page.click("play").unwrap();
    let (left, right) = settled(page);
    assert_eq!(left, right, "and train on together");
    // A key in a frame is a key for both.
    page.run(&format!("{LEFT}.focus()")).unwrap();
    page.press_key("s").unwrap();
    page.wait_for(&format!("{RIGHT}.minibatch.call('metrics').then(m => m.step == {})", left + 1), SOON)
        .unwrap();
    assert_eq!(settled(page), (left + 1, left + 1));
    site.quiet();
}

#[test]
fn a_broken_side_is_told() {
    let site = open("preset=spirral", "v=1&data=xor");
    let text: String = site.page.eval("document.querySelector('[data-testid=left]').innerText").unwrap();
    assert!(text.contains("spirral"), "{text}");
    let inside: String =
        site.page.eval(&format!("{LEFT}.document.querySelector('[data-testid=notice]').innerText")).unwrap();
    assert!(inside.contains("spirral"), "{inside}");

    // A side that leaves the numbers stops both, and a reset mends it.
    let site = open("v=1&data=plane&lr=30&layers=4:linear", "v=1&data=plane&lr=0.01&layers=4:linear");
    let page = &site.page;
    page.click("play").unwrap();
    page.wait_for("document.querySelector('[data-testid=status]').innerText.startsWith('Left')", SOON)
        .unwrap();
    let playing = "document.querySelector('[data-testid=play]').ariaPressed";
    assert_eq!(page.eval::<String>(playing).unwrap(), "false");
    page.click("reset").unwrap();
    page.wait_for("document.querySelector('[data-testid=play]').disabled === false", SOON).unwrap();
    assert_eq!(settled(page), (0, 0));
}

#[test]
fn a_side_that_does_not_open_is_waited_for_by_name() {
    // The right side's frame has another query, and finds no page there.
    let built = std::fs::read_to_string(xtask::build::dist().join("pair.html")).unwrap();
    let site = server::dist().with("/pair.html", built.replace("</body>", "<script>
        new MutationObserver(() => { const f = document.querySelector('[data-testid=right] iframe');
            if (f && !f.src.includes('nowhere')) f.src = 'nowhere.html'; }).observe(document, { childList: true, subtree: true });
        </script></body>"));
    let site = Site::open_early("/pair.html?backend=cpu#left=data%3Dxor", true, site);
    let page = &site.page;
    page.wait_for(&format!("{LEFT}.minibatch?.ready.then(() => true)"), READY).unwrap();
    page.wait_for(
        "document.querySelector('[data-testid=status]').innerText.includes('Waiting for the right side')",
        SOON,
    )
    .unwrap();
    assert!(page.eval::<bool>("document.querySelector('[data-testid=play]').disabled").unwrap());
}

#[test]
fn an_earlier_run_is_opened_beside_the_present_one() {
    let site = Site::open(&index("cpu"), true);
    site.call("step", json!({ "n": 200 }));
    site.call("set", json!({ "training.learning_rate": 0.3, "hidden.0.units": 7, "seed": 5 }));
    site.page.wait_for("document.querySelector('.past-runs .beside[href]')", SOON).unwrap();
    let href: String = site.page.eval("document.querySelector('.past-runs .beside').href").unwrap();
    assert!(href.contains("/pair.html?backend=cpu#left="), "{href}");
    let hash = href.split_once(".html").expect("a page").1;
    site.page.navigate(&site.server.url(&format!("/pair.html{hash}"))).unwrap();
    site.page.wait_for("document.querySelector('[data-testid=play]')?.disabled === false", READY).unwrap();
    let items: Vec<String> = site
        .page
        .eval("[...document.querySelectorAll('[data-testid=differs] li')].map(li => li.innerText)")
        .unwrap();
    assert_eq!(items, ["layer 1 units 4 | 7", "learning rate 0.03 | 0.3"]);
    let seeds = [LEFT, RIGHT].map(|side| ask(&site.page, side, "state")["experiment"]["seed"].clone());
    assert_eq!(seeds, [5, 5], "the present one's seed");
    site.quiet();
}
