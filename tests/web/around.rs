//! Ways around the page that must not cost an experiment: past the controls, from family to family and back; and the pace
//! and the loss that a newcomer meets.

use std::time::Duration;

use serde_json::json;

use crate::site::{Site, index};

const SOON: Duration = Duration::from_secs(30);

fn open(preset: &str) -> Site {
    Site::open(&format!("{}#v=1&preset={preset}", index("cpu")), false)
}

/// The preset of the page, by what it trains.
fn is(site: &Site, preset: &str) {
    let wanted = minibatch_session::preset(preset).unwrap();
    let same = |site: &Site| site.experiment() == wanted;
    for _ in 0..100 {
        if same(site) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{preset} is not there: {:?}", site.experiment());
}

/// Breaks where the link's target is taken for an experiment's address.
#[test]
fn the_way_past_the_controls_leaves_the_experiment() {
    let site = open("spiral");
    site.page.run("document.querySelector('.skip').focus()").unwrap();
    site.page.press_key("Enter").unwrap();
    std::thread::sleep(Duration::from_millis(500));
    is(&site, "spiral");
    assert!(
        site.page.eval::<bool>("!!document.activeElement.closest('main')").unwrap(),
        "nothing in it has focus"
    );
    site.quiet();
}

/// Breaks where going to another family leaves no way back, or the way back loses what was there.
#[test]
fn the_browser_goes_back_from_family_to_family() {
    let site = open("spiral");
    let area = |name: &str| {
        let button =
            format!("[...document.querySelectorAll('.areas button')].find(b => b.innerText == '{name}')");
        site.page.run(&format!("{button}.click()")).unwrap();
    };
    area("Images");
    is(&site, "digits");
    site.page.wait_for("location.hash.includes('digits')", SOON).unwrap();
    site.page.run("history.back()").unwrap();
    is(&site, "spiral");
    site.page.run("history.forward()").unwrap();
    is(&site, "digits");
    site.quiet();
}

/// Breaks where small networks are through before anybody sees them learn, and where a family keeps another's speed.
#[test]
fn points_are_trained_at_a_pace_to_be_watched_and_the_rest_at_full_speed() {
    let site = open("spiral");
    let shown = "document.querySelector('.speed').innerText";
    assert!(site.page.eval::<String>(shown).unwrap().contains("200"));
    site.call("play", json!({}));
    std::thread::sleep(Duration::from_secs(2));
    site.call("pause", json!({}));
    let steps = site.metric("step");
    assert!((20.0..=600.0).contains(&steps), "{steps} steps in two seconds");
    site.call("load", json!("parity"));
    site.page.wait_for(&format!("{shown}.includes('Full speed')"), SOON).unwrap();
    assert!(site.refused("speed", json!(-1)).contains("-1"));
    site.quiet();
}

/// Breaks where the list of losses lacks the one that is used.
#[test]
fn the_loss_chosen_is_the_loss_shown() {
    for (preset, wanted) in
        [("m2", "Sum of squared errors"), ("digits", "Auto: Cross-entropy"), ("sine", "Squared error")]
    {
        let site = open(preset);
        let shown = "[...document.querySelectorAll('select')].map(s => s.selectedOptions[0]?.text ?? '')";
        let shown: Vec<String> = site.page.eval(shown).unwrap();
        assert!(shown.iter().any(|s| s.ends_with(wanted)), "{preset}: {shown:?}");
        site.quiet();
    }
}
