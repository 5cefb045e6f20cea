//! A picture made pixel by pixel, kept on a canvas of its own so that it can be drawn at any size.

use wasm_bindgen::Clamped;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::canvas::{context, detached};

/// Pixels and the canvas that shows them; both are kept from frame to frame.
pub struct Raster {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Raster {
    /// An empty picture that is in no document.
    pub fn new() -> Option<Self> {
        Self::on(detached()?)
    }

    /// An empty picture on this canvas, whose pixels become the picture's.
    pub fn on(canvas: HtmlCanvasElement) -> Option<Self> {
        let context = context(&canvas)?;
        Some(Self { canvas, context, width: 0, height: 0, pixels: vec![] })
    }

    /// The canvas it is on.
    pub fn canvas(&self) -> &HtmlCanvasElement {
        &self.canvas
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Makes it this size. Pixels keep their values only when the size stays.
    pub fn resize(&mut self, width: usize, height: usize) {
        if (self.width, self.height) != (width, height) {
            (self.width, self.height) = (width, height);
            self.pixels.clear();
            self.pixels.resize(width * height * 4, 0);
            self.canvas.set_width(width as u32);
            self.canvas.set_height(height as u32);
        }
    }

    /// Red, green, blue and opacity of each pixel, row-major.
    pub fn pixels(&mut self) -> &mut [u8] {
        &mut self.pixels
    }

    /// Shows the pixels. A browser that has no memory for them shows the last ones.
    pub fn show(&self) {
        if self.width == 0 || self.height == 0 {
            return;
        }
        let data = ImageData::new_with_u8_clamped_array_and_sh(
            Clamped(&self.pixels),
            self.width as u32,
            self.height as u32,
        );
        if let Ok(data) = data {
            let _ = self.context.put_image_data(&data, 0.0, 0.0);
        }
    }
}
