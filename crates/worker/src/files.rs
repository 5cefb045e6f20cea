//! Files that the learner dropped: `{files: [{name, buffer}], area, mix}`. Images are decoded by the browser, one at a
//! time.

use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use minibatch_session::data::{Decoded, Dropped, ImageFile};
use minibatch_session::{Area, Session};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, DedicatedWorkerGlobalScope, ImageBitmap, OffscreenCanvas, OffscreenCanvasRenderingContext2d,
};

/// The longest side at which an image is looked at; larger ones are drawn smaller.
const LONGEST: u32 = 512;

/// Takes files in, or refuses them: what is wrong is told, and the run goes on. Whether it took them.
pub async fn take(session: &mut Session, said: &JsValue) -> bool {
    let taken = try_take(session, said).await;
    taken.map_err(|message| session.refuse_files(message)).is_ok()
}

async fn try_take(session: &mut Session, said: &JsValue) -> Result<(), String> {
    let field = |name: &str| Reflect::get(said, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let files: Vec<Dropped> = Array::from(&field("files")).iter().filter_map(|file| dropped(&file)).collect();
    let area = field("area").as_string().and_then(|id| Area::ALL.into_iter().find(|area| area.id() == id));
    let name = files.first().map_or_else(String::new, |f| f.name.clone());
    let mix = field("mix").is_truthy();
    let images = session.take_files(files, area.unwrap_or(Area::Images), mix)?;
    if images.is_empty() {
        return Ok(());
    }
    for image in &images {
        let decoded = decode(image)
            .await
            .map_err(|_| format!("{}: the browser cannot read this image; take it out", image.name))?;
        session.take_image(&decoded, image.side)?;
    }
    session.take_images(name)
}

fn dropped(file: &JsValue) -> Option<Dropped> {
    let name = Reflect::get(file, &"name".into()).ok()?.as_string()?;
    let buffer: ArrayBuffer = Reflect::get(file, &"buffer".into()).ok()?.dyn_into().ok()?;
    Some(Dropped { name, bytes: Uint8Array::new(&buffer).to_vec() })
}

async fn decode(image: &ImageFile) -> Result<Decoded, JsValue> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let bytes = Array::of1(&Uint8Array::from(&image.bytes[..]));
    let blob = Blob::new_with_u8_array_sequence(&bytes)?;
    let bitmap: ImageBitmap =
        JsFuture::from(scope.create_image_bitmap_with_blob(&blob)?).await?.dyn_into()?;
    let longest = bitmap.width().max(bitmap.height()).max(1);
    let part = f64::from(LONGEST.min(longest)) / f64::from(longest);
    let side = |length: u32| ((f64::from(length) * part).round() as u32).max(1);
    let (width, height) = (side(bitmap.width()), side(bitmap.height()));
    let canvas = OffscreenCanvas::new(width, height)?;
    let context = canvas.get_context("2d")?.ok_or("no canvas")?;
    let context: OffscreenCanvasRenderingContext2d = context.dyn_into()?;
    let (w, h) = (f64::from(width), f64::from(height));
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, w, h)?;
    bitmap.close();
    let pixels = context.get_image_data(0.0, 0.0, w, h)?;
    let (label, rgba) = (image.label.clone(), pixels.data().0);
    Ok(Decoded { label, width: width as usize, height: height as usize, rgba })
}
