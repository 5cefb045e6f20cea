//! The image tasks: what they are, and their samples.

use super::about::About;
use super::{TaskConfig, TaskKind};
use crate::images::{
    DIGITS, Draw, FABRICS, Order, SHAPES, TEXTURES, draw_all, draw_digit, draw_fabric, draw_shape,
    draw_texture,
};
use crate::{DataError, SampleSet};

/// What there is to know of an image task; none of another.
pub(crate) fn about(kind: TaskKind) -> Option<About> {
    let (id, title, sentence) = match kind {
        TaskKind::Shapes => (
            "shapes",
            "Shapes",
            "A picture in colour of 32 by 32 pixels comes in; is it a circle, a square, a triangle or a star?",
        ),
        TaskKind::Digits => (
            "digits",
            "Digits",
            "A digit of 28 by 28 pixels comes in, drawn by strokes as a hand would; which of the ten is it?",
        ),
        TaskKind::Textures => (
            "textures",
            "Textures",
            "Stripes on 32 by 32 pixels come in; which of eight ways do they run, whatever their width and contrast?",
        ),
        TaskKind::Fabrics => (
            "fabrics",
            "Fabrics",
            "A woven pattern in two colours on 32 by 32 pixels comes in: stripes that lie or stand, checks, or dots?",
        ),
        _ => return None,
    };
    Some(About { id, title, sentence, citation: None, length: None, symbols: None, delay: None, noise: true })
}

/// The samples of an image task; none of another. Shapes and fabrics are (3, 32, 32), digits (1, 28, 28), textures
/// (1, 32, 32).
pub(crate) fn samples(config: &TaskConfig, seed: u64) -> Option<Result<SampleSet, DataError>> {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let (shape, names, draw): (_, Vec<String>, Draw) = match config.task {
        TaskKind::Shapes => (SHAPES, names(&["circle", "square", "triangle", "star"]), draw_shape),
        TaskKind::Digits => (DIGITS, (0..10).map(|digit| digit.to_string()).collect(), draw_digit),
        TaskKind::Textures => (
            TEXTURES,
            names(&["0°", "22.5°", "45°", "67.5°", "90°", "112.5°", "135°", "157.5°"]),
            draw_texture,
        ),
        TaskKind::Fabrics => (FABRICS, names(&["lying", "standing", "checks", "dots"]), draw_fabric),
        _ => return None,
    };
    let order = Order {
        shape,
        names,
        counts: [config.train as usize, config.test as usize],
        noise: f64::from(config.noise),
        stream: super::streams(config.task),
    };
    Some(Ok(draw_all(order, draw, seed)))
}
