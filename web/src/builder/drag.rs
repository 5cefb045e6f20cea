//! Layers are moved with the pointer: pressed, drawn over a gap, let go.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, MouseEvent, PointerEvent};

use super::state::{Builder, Drag};
use super::tree::{Place, gaps};

/// How far the pointer moves, in CSS pixels, before a press becomes a drag.
const FAR: i32 = 5;
/// How near the edge of the list, in CSS pixels, it begins to scroll, and how far at each move.
const EDGE: f64 = 28.0;

thread_local! {
    /// A drag of a layer's own button ended: the click that ends it is none.
    static ENDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a click only ends a drag.
pub fn ends_drag(click: &MouseEvent) -> bool {
    // A click by Enter counts no presses, and ends none.
    ENDED.take() && click.detail() > 0
}

type Listener = Closure<dyn FnMut(PointerEvent)>;

/// A press on a layer: listens until it is let go.
pub fn begin(builder: Builder, from: &Place, event: &PointerEvent) {
    let Some(target) = event.current_target().and_then(|t| t.dyn_into::<Element>().ok()) else { return };
    if event.button() != 0 || !event.is_primary() {
        return;
    }
    let (from, start, id) = (from.clone(), (event.client_x(), event.client_y()), event.pointer_id());
    let all = gaps(&builder.layers());
    ENDED.set(false);
    // From the start: one quick move leaves the grip behind.
    let _captured = target.set_pointer_capture(id);
    let listeners: Rc<Cell<Vec<(&'static str, Listener)>>> = Rc::default();
    let (origin, origin_place) = (target.clone(), from.clone());
    let moved = Listener::new(move |event: PointerEvent| {
        let far = (event.client_x() - start.0).abs().max((event.client_y() - start.1).abs()) > FAR;
        if !far && builder.drag.with_untracked(Option::is_none) {
            return;
        }
        scroll(&origin, f64::from(event.client_y()));
        let to = nearest(&origin, f64::from(event.client_y()), &all).filter(|to| !to.within(&origin_place));
        let drag = Some(Drag { from: origin_place.clone(), to });
        if builder.drag.with_untracked(|d| *d != drag) {
            builder.drag.set(drag);
        }
    });
    let (held, element) = (Rc::clone(&listeners), target.clone());
    let done = move |event: PointerEvent| {
        for (name, listener) in held.take() {
            let _removed =
                element.remove_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
            // It may be the one that runs.
            listener.forget();
        }
        let Some(drag) = builder.drag.try_update(Option::take).flatten() else { return };
        ENDED.set(element.class_list().contains("layer-head"));
        if let (Some(to), "pointerup") = (drag.to, event.type_().as_str()) {
            builder.relocate(&from, &to);
        }
    };
    let mut all = vec![("pointermove", moved)];
    for name in ["pointerup", "pointercancel"] {
        let done = done.clone();
        all.push((name, Listener::new(done)));
    }
    for (name, listener) in &all {
        let _added = target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
    }
    listeners.set(all);
}

/// The gap nearest to a height in the window.
fn nearest(within: &Element, y: f64, gaps: &[Place]) -> Option<Place> {
    let list = within.closest(".layers").ok().flatten()?;
    let shown = list.query_selector_all("[data-gap]").ok()?;
    let elements = (0..shown.length()).filter_map(|i| shown.item(i)?.dyn_into::<HtmlElement>().ok());
    let distance = |e: &HtmlElement| {
        let bounds = e.get_bounding_client_rect();
        (bounds.top() + bounds.height() / 2.0 - y).abs()
    };
    let found = elements.min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    let id = found.get_attribute("data-gap")?;
    gaps.iter().find(|gap| gap.id() == id).cloned()
}

/// Scrolls the list when the pointer is near its edge.
fn scroll(within: &Element, y: f64) {
    let Some(view) = within.closest(".layers").ok().flatten() else { return };
    let bounds = view.get_bounding_client_rect();
    let by = if y < bounds.top() + EDGE {
        -EDGE
    } else if y > bounds.bottom() - EDGE {
        EDGE
    } else {
        return;
    };
    view.set_scroll_top(view.scroll_top() + by as i32);
}
