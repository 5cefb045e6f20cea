//! Which maps of attention there are, and where their rows and columns lie in time.

use minibatch_session::{Facts, Probe, ProbeKind};

use crate::sequence::{Along, along, axis};

/// Which way a layer of attention looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// A sequence at itself.
    Own,
    /// A decoder at what its encoder made.
    Cross,
    /// Along the rows of an image.
    Rows,
    /// Along its columns.
    Columns,
}

/// A layer of attention: as many maps as it has heads.
#[derive(Clone, PartialEq, Debug)]
pub struct Layer {
    /// Its probe.
    pub probe: usize,
    /// Counted from 1 among those that look the same way.
    pub number: usize,
    /// Which way.
    pub way: Way,
    /// How many sequences a sample is taken apart to.
    pub rows: usize,
    /// Heads.
    pub heads: usize,
    /// Asking steps, along time where they are part of it.
    pub asking: (usize, Option<Along>),
    /// Asked steps.
    pub asked: (usize, Option<Along>),
    /// A step sees itself and those before (or only those before).
    pub causal: bool,
    /// Weights may be negative, or above 1: scores that pass no softmax.
    pub scores: bool,
}

/// All layers of attention in order.
pub fn layers(facts: &Facts) -> Vec<Layer> {
    let steps = axis(facts);
    let mut all: Vec<Layer> = vec![];
    for (probe, p) in facts.probes.iter().enumerate() {
        let (ProbeKind::Attention, &[rows, heads, t, s]) = (p.kind, &p.shape[..]) else { continue };
        let way = way(p);
        let place = |path: &str, len| steps.filter(|_| rows == 1).and_then(|n| along(path, len, n));
        // What a decoder looks at stands in front.
        let asked = if way == Way::Cross { place("encoder", s) } else { place(&p.path, s) };
        let number = 1 + all.iter().filter(|l| l.way == way).count();
        let scores = p.layer == "additive-attention";
        let asking = (t, place(&p.path, t));
        all.push(Layer {
            probe,
            number,
            way,
            rows,
            heads,
            asking,
            asked: (s, asked),
            causal: p.causal,
            scores,
        });
    }
    all
}

fn way(probe: &Probe) -> Way {
    match probe.path.rsplit('.').next() {
        Some("multihead_attn") => Way::Cross,
        Some("row_attention") => Way::Rows,
        Some("column_attention") => Way::Columns,
        _ => Way::Own,
    }
}

/// One head's weights of one row, (asking, asked); empty where there is no look yet.
pub fn weights<'a>(
    facts: &Facts,
    layer: &Layer,
    (row, head): (usize, usize),
    inside: &'a [f32],
) -> &'a [f32] {
    let (p, len) = (&facts.probes[layer.probe], layer.asking.0 * layer.asked.0);
    let first = p.offset + (row.min(layer.rows - 1) * layer.heads + head.min(layer.heads - 1)) * len;
    inside.get(first..first + len).unwrap_or_default()
}

/// Where a map's scale ends: 1, or the largest score.
pub fn reach(layer: &Layer, weights: &[f32]) -> f32 {
    if !layer.scores {
        return 1.0;
    }
    weights.iter().filter(|v| v.is_finite()).fold(1e-6, |m, v| m.max(v.abs()))
}

/// A weight's place on the scale: its root, so that a share among many steps is still seen. Scores keep their sign.
pub fn shade(value: f32, reach: f32) -> f32 {
    let share = value / reach;
    share.abs().sqrt().copysign(share)
}

/// How much a step looks at each step of an axis of `steps`: of one head, or the mean of all that look from there.
pub fn looked(
    facts: &Facts,
    layers: &[Layer],
    step: usize,
    head: Option<(usize, usize)>,
    inside: &[f32],
) -> Vec<f32> {
    let steps = axis(facts).unwrap_or(0);
    let (mut sum, mut count) = (vec![0.0; steps], 0.0f32);
    for layer in layers {
        let (Some(asking), Some(asked)) = (layer.asking.1, layer.asked.1) else { continue };
        let Some(row) = asking.place(step) else { continue };
        for h in (0..layer.heads).filter(|&h| head.is_none_or(|chosen| chosen == (layer.probe, h))) {
            let map = weights(facts, layer, (0, h), inside);
            let reach = reach(layer, map);
            let Some(row) = map.get(row * asked.len..(row + 1) * asked.len) else { continue };
            row.iter().zip(&mut sum[asked.from..]).for_each(|(w, sum)| *sum += w.abs() / reach);
            count += 1.0;
        }
    }
    if count == 0.0 {
        return vec![];
    }
    sum.iter().map(|s| s / count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(paths: &[(&str, [usize; 4])], steps: usize) -> Facts {
        let mut offset = 0;
        let mut facts = Facts { input: vec![steps], tokens: Some(5), ..Facts::default() };
        for (path, shape) in paths {
            let layer = if path.ends_with("score") { "additive-attention" } else { "self-attention" };
            let (path, layer) = ((*path).to_owned(), layer.to_owned());
            let kind = ProbeKind::Attention;
            facts.probes.push(Probe { path, layer, kind, shape: shape.to_vec(), offset, causal: true });
            offset += shape.iter().product::<usize>();
        }
        facts
    }

    #[test]
    fn a_decoder_asks_from_behind_what_its_encoder_reads() {
        let facts = facts(
            &[
                ("layers.0.encoder.0.layers.0.self_attn", [1, 2, 6, 6]),
                ("layers.0.decoder.0.layers.0.self_attn", [1, 2, 4, 4]),
                ("layers.0.decoder.0.layers.0.multihead_attn", [1, 2, 4, 6]),
            ],
            10,
        );
        let all = layers(&facts);
        let from = |a: (usize, Option<Along>)| a.1.map(|a| a.from);
        let places: Vec<_> = all.iter().map(|l| (from(l.asking), from(l.asked))).collect();
        assert_eq!(places, [(Some(0), Some(0)), (Some(6), Some(6)), (Some(6), Some(0))]);
        assert_eq!(
            all.iter().map(|l| (l.way, l.number)).collect::<Vec<_>>(),
            [(Way::Own, 1), (Way::Own, 2), (Way::Cross, 1)]
        );
    }

    #[test]
    fn axial_attention_has_a_row_to_choose_and_no_place_in_time() {
        let facts = Facts {
            input: vec![8, 8, 16],
            tokens: None,
            ..facts(&[("layers.0.row_attention", [8, 4, 8, 8])], 8)
        };
        let all = layers(&facts);
        assert_eq!((all[0].way, all[0].rows, all[0].asking), (Way::Rows, 8, (8, None)));
        let inside: Vec<f32> = (0..8 * 4 * 64).map(|i| i as f32).collect();
        assert_eq!(weights(&facts, &all[0], (2, 1), &inside)[0], (2.0 * 4.0 + 1.0) * 64.0);
        assert_eq!(weights(&facts, &all[0], (0, 0), &[]), [0.0; 0]);
    }

    #[test]
    fn a_step_looks_where_its_row_says() {
        let facts = facts(&[("layers.1.attention", [1, 2, 2, 2])], 2);
        let inside = [1.0, 0.0, 0.2, 0.8, 1.0, 0.0, 0.6, 0.4];
        let all = layers(&facts);
        assert_eq!(looked(&facts, &all, 1, Some((0, 1)), &inside), [0.6, 0.4]);
        let mean = looked(&facts, &all, 1, None, &inside);
        assert!((mean[0] - 0.4).abs() < 1e-6 && (mean[1] - 0.6).abs() < 1e-6, "{mean:?}");
        assert_eq!(looked(&facts, &all, 5, None, &inside), [0.0; 0], "nothing asks from there");
    }

    #[test]
    fn the_scale_shows_small_shares_and_the_sign_of_scores() {
        assert_eq!(shade(0.25, 1.0), 0.5);
        assert_eq!(shade(-4.0, 16.0), -0.5);
        let score = &layers(&facts(&[("layers.0.score", [1, 1, 2, 2])], 2))[0];
        assert_eq!(reach(score, &[-3.0, 2.0]), 3.0);
    }
}
