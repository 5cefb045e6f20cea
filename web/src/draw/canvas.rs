//! A canvas that is sharp on every screen, and drawn at most once a frame.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, ResizeObserver};

/// A canvas ready to draw on, in CSS pixels.
pub struct Surface {
    /// Scaled so that one unit is one CSS pixel.
    pub context: CanvasRenderingContext2d,
    /// CSS pixels across.
    pub width: f64,
    /// CSS pixels down.
    pub height: f64,
}

/// The canvas's 2-d context.
pub fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// A canvas that is in no document, for pictures to be stamped from.
pub fn detached() -> Option<HtmlCanvasElement> {
    document().create_element("canvas").ok()?.dyn_into().ok()
}

/// How many device pixels a CSS pixel has.
pub fn ratio() -> f64 {
    window().device_pixel_ratio().clamp(1.0, 4.0)
}

thread_local! {
    /// The newest answer of [`ask_text_scale`]; nothing before it was first asked.
    static TEXT_SCALE: Cell<Option<f64>> = const { Cell::new(None) };
}

/// How much larger the page's text is than 16 CSS pixels to the rem; text on canvases grows alike. Asked anew whenever
/// a watched element changes its size, not with every drawing: asking makes the browser compute styles.
pub fn text_scale() -> f64 {
    TEXT_SCALE.get().unwrap_or_else(ask_text_scale)
}

fn ask_text_scale() -> f64 {
    let root = document().document_element();
    let style = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    let size = style.and_then(|style| style.get_property_value("font-size").ok());
    let size = size.and_then(|size| size.trim_end_matches("px").parse::<f64>().ok());
    let scale = (size.unwrap_or(16.0) / 16.0).clamp(0.5, 4.0);
    TEXT_SCALE.set(Some(scale));
    scale
}

/// Gives the canvas as many pixels as the screen has where it lies, and clears it. None while it has no place.
pub fn prepare(canvas: &HtmlCanvasElement) -> Option<Surface> {
    let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    prepare_as(canvas, width, height)
}

/// As [`prepare`], for a size in CSS pixels that is known: asking the browser would make it lay out the page there and
/// then.
pub fn prepare_as(canvas: &HtmlCanvasElement, width: f64, height: f64) -> Option<Surface> {
    if width < 1.0 || height < 1.0 {
        return None;
    }
    let ratio = ratio();
    let pixels = ((width * ratio).round() as u32, (height * ratio).round() as u32);
    let context = context(canvas)?;
    if (canvas.width(), canvas.height()) == pixels {
        context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).ok()?;
        context.clear_rect(0.0, 0.0, f64::from(pixels.0), f64::from(pixels.1));
    } else {
        canvas.set_width(pixels.0);
        canvas.set_height(pixels.1);
    }
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    Some(Surface { context, width, height })
}

/// Something to be drawn again when what it shows has changed: at most once an animation frame, however often asked.
#[derive(Clone, Copy)]
pub struct Redraw(StoredValue<Pending, LocalStorage>);

struct Pending {
    draw: Rc<RefCell<dyn FnMut()>>,
    asked: bool,
}

impl Redraw {
    /// Draws with this.
    pub fn new(draw: impl FnMut() + 'static) -> Self {
        Self(StoredValue::new_local(Pending { draw: Rc::new(RefCell::new(draw)), asked: false }))
    }

    /// Asks for a drawing in the next frame. After the component is gone it does nothing.
    pub fn request(self) {
        let first = self.0.try_update_value(|p| !std::mem::replace(&mut p.asked, true));
        if first == Some(true) {
            request_animation_frame(move || self.run());
        }
    }

    fn run(self) {
        let draw = self.0.try_update_value(|p| {
            p.asked = false;
            Rc::clone(&p.draw)
        });
        if let Some(draw) = draw {
            (draw.borrow_mut())();
        }
    }
}

/// Calls `then` with an element's size in CSS pixels, now and whenever it changes, until the component is gone.
pub fn on_size<E>(node: NodeRef<E>, then: impl Fn(f64, f64) + Clone + 'static)
where
    E: html::ElementType,
    E::Output: AsRef<Element> + JsCast + Clone + 'static,
{
    let watching = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn FnMut()>)>);
    Effect::new(move || {
        let Some(element) = node.get() else { return };
        let element: &Element = element.as_ref();
        let element = element.clone();
        let (then, watched) = (then.clone(), element.clone());
        let tell = Closure::<dyn FnMut()>::new(move || {
            ask_text_scale();
            then(f64::from(watched.client_width()), f64::from(watched.client_height()));
        });
        let Ok(observer) = ResizeObserver::new(tell.as_ref().unchecked_ref()) else { return };
        observer.observe(&element);
        watching.set_value(Some((observer, tell)));
    });
    on_cleanup(move || {
        if let Some(Some((observer, _))) = watching.try_update_value(Option::take) {
            observer.disconnect();
        }
    });
}
