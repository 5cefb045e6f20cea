//! A small picture of what an experiment learns from: drawn from the very samples, so that it never lies.

use leptos::prelude::*;
use minibatch_session::data::{
    DatasetKind, Rng, TEST_SAMPLES, TRAIN_SAMPLES, Task, TaskConfig, samples, thumbnail,
};
use minibatch_session::{Experiment, SampleSource};
use web_sys::HtmlCanvasElement;

use crate::draw::canvas::prepare;
use crate::draw::colour::{Rgb, css, mix};
use crate::draw::draw_points_thumbnail;
use crate::draw::raster::Raster;
use crate::draw::theme::{Theme, theme};

/// What is drawn.
#[derive(Clone, PartialEq, Debug)]
pub enum Picture {
    /// Points in the plane.
    Points(DatasetKind),
    /// Images side by side, each (channels, rows, columns) in \[0, 1].
    Images {
        /// Channels, rows, columns.
        shape: [usize; 3],
        /// All images one after the other.
        values: Vec<f32>,
    },
    /// Numbers over steps, (steps, features); time runs to the right.
    Steps {
        /// How many features each step has.
        features: usize,
        /// The numbers.
        values: Vec<f32>,
    },
    /// Symbols, a line a sample.
    Symbols(Vec<Vec<String>>),
}

/// How many images stand side by side.
const IMAGES: usize = 3;
/// The most numbers across and down: a strip of more could not be seen.
const MOST: usize = 48;

/// The picture of an experiment.
pub fn picture(e: &Experiment) -> Picture {
    let Some(spec) = &e.model else { return Picture::Points(e.data.kind) };
    let numbers = |n: usize| {
        let mut rng = Rng::new(u64::from(e.seed));
        (0..n).map(|_| rng.range(-1.0, 1.0) as f32).collect::<Vec<f32>>()
    };
    let shape = &spec.input.shape;
    match &spec.samples {
        SampleSource::Task(config) => of_task(config, e.seed),
        SampleSource::Table { inputs, .. } => {
            Picture::Steps { features: shape.iter().product(), values: inputs.concat() }
        }
        SampleSource::Random { .. } | SampleSource::Own { .. } => {
            let features = shape.last().copied().unwrap_or(1).clamp(4, MOST / 2);
            let steps = (shape.iter().product::<usize>() / features.max(1)).clamp(8, MOST);
            Picture::Steps { features, values: numbers(steps * features) }
        }
    }
}

fn of_task(config: &TaskConfig, seed: u32) -> Picture {
    let few = TaskConfig { train: *TRAIN_SAMPLES.start(), test: *TEST_SAMPLES.start(), ..config.clone() };
    let Ok(set) = samples(&few, seed) else { return Picture::Symbols(vec![]) };
    let row: usize = set.input.iter().product();
    match (set.tokens, &set.input[..]) {
        (Some(_), _) => {
            let name = |v: &f32| set.vocabulary.get(*v as usize).cloned().unwrap_or_default();
            let lines = set.inputs.chunks(row).take(3).map(|line| line.iter().map(name).collect());
            Picture::Symbols(lines.collect())
        }
        (None, &[c, h, w]) => {
            Picture::Images { shape: [c, h, w], values: set.inputs[..IMAGES.min(set.train) * row].to_vec() }
        }
        (None, shape) => {
            let features = shape.last().copied().unwrap_or(1).max(1);
            Picture::Steps { features, values: set.inputs[..row].to_vec() }
        }
    }
}

/// Draws it.
pub fn draw(canvas: &HtmlCanvasElement, picture: &Picture) -> Option<()> {
    let theme = theme();
    match picture {
        Picture::Points(kind) => {
            let classes = match kind.task(&[]) {
                Task::Classification { classes } => Some(classes),
                Task::Regression => None,
            };
            draw_points_thumbnail(canvas, &thumbnail(*kind), classes);
        }
        Picture::Images { shape, values } => images(canvas, *shape, values, &theme)?,
        Picture::Steps { features, values } => steps(canvas, *features, values, &theme)?,
        Picture::Symbols(lines) => symbols(canvas, lines, &theme)?,
    }
    Some(())
}

fn images(canvas: &HtmlCanvasElement, [c, h, w]: [usize; 3], values: &[f32], theme: &Theme) -> Option<()> {
    let surface = prepare(canvas)?;
    let count = (values.len() / (c * h * w)).max(1);
    let gap = 4.0;
    let side = ((surface.width - gap * (count + 1) as f64) / count as f64).min(surface.height - 2.0 * gap);
    let left = (surface.width - count as f64 * (side + gap) + gap) / 2.0;
    for (i, image) in values.chunks_exact(c * h * w).enumerate() {
        let mut raster = Raster::new()?;
        raster.resize(w, h);
        for (at, pixel) in raster.pixels().chunks_exact_mut(4).enumerate() {
            let colour: Rgb = match c {
                3 => [0, 1, 2].map(|channel| (image[channel * h * w + at].clamp(0.0, 1.0) * 255.0) as u8),
                _ => mix(theme.panel, theme.ink, image[at]),
            };
            pixel[..3].copy_from_slice(&colour);
            pixel[3] = 255;
        }
        raster.show();
        let (x, y) = (left + i as f64 * (side + gap), (surface.height - side) / 2.0);
        let picture = raster.canvas();
        surface.context.draw_image_with_html_canvas_element_and_dw_and_dh(picture, x, y, side, side).ok()?;
    }
    Some(())
}

fn steps(canvas: &HtmlCanvasElement, features: usize, values: &[f32], theme: &Theme) -> Option<()> {
    let surface = prepare(canvas)?;
    let steps = (values.len() / features.max(1)).max(1);
    let reach = values.iter().fold(1e-6f32, |m, v| m.max(v.abs()));
    if features == 1 {
        // A single series is a line.
        surface.context.set_stroke_style_str(&css(theme.accent, 1.0));
        surface.context.set_line_width(1.6);
        surface.context.begin_path();
        for (t, v) in values.iter().enumerate() {
            let x = 6.0 + t as f64 / (steps - 1).max(1) as f64 * (surface.width - 12.0);
            surface.context.line_to(x, surface.height * (0.5 - 0.4 * f64::from(v / reach)));
        }
        surface.context.stroke();
        return Some(());
    }
    let mut raster = Raster::new()?;
    raster.resize(steps, features);
    for (at, pixel) in raster.pixels().chunks_exact_mut(4).enumerate() {
        let value = values[at % steps * features + at / steps];
        pixel[..3].copy_from_slice(&theme.scale.at(value / reach)?);
        pixel[3] = 255;
    }
    raster.show();
    surface.context.set_image_smoothing_enabled(false);
    let (w, h) = (surface.width - 8.0, surface.height - 8.0);
    surface.context.draw_image_with_html_canvas_element_and_dw_and_dh(raster.canvas(), 4.0, 4.0, w, h).ok()
}

fn symbols(canvas: &HtmlCanvasElement, lines: &[Vec<String>], theme: &Theme) -> Option<()> {
    let surface = prepare(canvas)?;
    let size = 12.0;
    surface.context.set_font(&format!("{size}px ui-monospace, Menlo, Consolas, monospace"));
    surface.context.set_text_baseline("middle");
    for (i, line) in lines.iter().enumerate() {
        let colour = if i == 0 { theme.ink } else { theme.faint };
        surface.context.set_fill_style_str(&css(colour, 1.0));
        let y = surface.height / 2.0 + (i as f64 - (lines.len() - 1) as f64 / 2.0) * size * 1.5;
        let text: String = line.concat().replace('␣', " ");
        surface.context.fill_text(&text, 6.0, y).ok()?;
    }
    Some(())
}

/// The picture of an experiment, kept in the theme's colours.
#[component]
pub fn PictureOf(
    /// Whose.
    picture: Picture,
) -> impl IntoView {
    let page = crate::state::Page::get();
    let canvas = NodeRef::<leptos::html::Canvas>::new();
    let picture = StoredValue::new(picture);
    Effect::new(move |_| {
        let _dark = page.taste.dark.get();
        if let Some(canvas) = canvas.get() {
            // The theme's colours are in force at the next frame.
            request_animation_frame(move || {
                let _drawn = picture.with_value(|picture| draw(&canvas, picture));
            });
        }
    });
    view! { <canvas class="card-picture" node_ref=canvas aria-hidden="true"></canvas> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::{PRESETS, preset};

    #[test]
    fn every_preset_has_a_picture_of_its_own_kind() {
        for p in PRESETS {
            match picture(&preset(p.name).expect(p.name)) {
                Picture::Points(_) => assert!(preset(p.name).expect(p.name).model.is_none()),
                Picture::Images { shape: [c, h, w], values } => {
                    assert_eq!(values.len(), IMAGES * c * h * w, "{}", p.name);
                    assert!(values.iter().any(|v| *v > 0.5), "{}: nothing to see", p.name);
                }
                Picture::Steps { features, values } => {
                    assert!(features > 0 && values.len() >= 2 * features, "{}", p.name);
                    assert!(values.iter().any(|v| v.abs() > 0.01), "{}", p.name);
                }
                Picture::Symbols(lines) => {
                    assert!(lines.len() == 3 && lines.iter().all(|l| l.len() > 2), "{}: {lines:?}", p.name);
                }
            }
        }
    }
}
