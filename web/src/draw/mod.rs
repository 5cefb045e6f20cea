//! Colours and canvases: everything that turns values into pixels, and nothing that knows the page.

pub mod canvas;
pub mod colour;
pub mod heatmap;
pub mod picture;
pub mod points;
pub mod raster;
pub mod theme;

pub use points::{draw_feature, draw_points_thumbnail};
