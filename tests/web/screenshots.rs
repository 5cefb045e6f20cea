//! Pictures of the page, for people to look at: `cargo xtask screenshots` says where they are. The test also fails where a
//! picture would be plainly wrong: something wider than the window, or a page that shows nothing.

use std::path::PathBuf;

use serde_json::json;

use crate::site::Site;

/// Name, width, height, pixels each, phone.
const SIZES: [(&str, u32, u32, f64, bool); 4] = [
    ("1280x720", 1280, 720, 1.0, false),
    ("480x270", 480, 270, 1.0, false),
    ("phone", 390, 844, 2.0, true),
    ("1024x768", 1024, 768, 1.0, false),
];

pub fn folder() -> PathBuf {
    std::env::var_os("MINIBATCH_SCREENSHOTS")
        .map_or_else(|| std::env::temp_dir().join("minibatch-screenshots"), PathBuf::from)
}

/// Whether somebody will look at the pictures: they show a network that has learnt, and wait for what comes within a second.
pub fn asked() -> bool {
    std::env::var_os("MINIBATCH_SCREENSHOTS").is_some()
}

/// Lets what is drawn now and then be drawn.
pub fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(if asked() { 1000 } else { 150 }));
}

#[test]
fn screenshots_of_every_size_in_both_themes() {
    let site = Site::open("/index.html", true);
    site.call("load", json!("spiral"));
    site.call("step", json!({ "n": 1200 }));
    for theme in ["light", "dark"] {
        site.page.set_color_scheme(theme).unwrap();
        for (name, width, height, dpr, mobile) in SIZES {
            site.page.set_viewport(width, height, dpr, mobile).unwrap();
            site.call("step", json!({ "n": 1 }));
            settle();
            let wide: u32 = site.page.eval("document.documentElement.scrollWidth").unwrap();
            assert!(wide <= width, "{name}: the page is {wide} pixels wide");
            site.page.screenshot(&folder().join(format!("spiral-{name}-{theme}.png"))).unwrap();
        }
    }
    site.page.set_viewport(1280, 720, 1.0, false).unwrap();
    site.page.set_color_scheme("light").unwrap();
    for preset in ["circle", "xor", "gauss", "blobs", "plane", "multi-gauss"] {
        site.call("load", json!(preset));
        site.call("step", json!({ "n": 300 }));
        std::thread::sleep(std::time::Duration::from_millis(500));
        site.page.screenshot(&folder().join(format!("{preset}.png"))).unwrap();
    }
    site.quiet();
}

#[test]
fn screenshots_of_the_frame_in_a_slide() {
    for view in ["boundary", "network", "loss", "full"] {
        let path = format!("/embed.html?view={view}&show=play,reset,epoch&theme=light&preset=spiral");
        let site = Site::open(&path, true);
        site.page.set_viewport(480, 270, 2.0, false).unwrap();
        site.call("step", json!({ "n": 300 }));
        settle();
        site.page.screenshot(&folder().join(format!("embed-{view}.png"))).unwrap();
        site.quiet();
    }
}
