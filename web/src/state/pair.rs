//! What `pair.html` opens with: `#left=…&right=…`, each side the text that the ordinary page has behind its own `#`.

use minibatch_session::data::DatasetKind;
use minibatch_session::{Experiment, SampleSource};

use super::boot::asked;
use super::{address, url};

/// One side as its address has it.
#[derive(Clone, PartialEq, Debug)]
pub struct Half {
    /// As it was written; the frame reads it again and says its mistakes itself.
    pub text: String,
    /// What could be read of it.
    pub experiment: Experiment,
    /// What could not, by key and value.
    pub problems: Vec<String>,
}

/// Both sides, with the seed that they share.
#[derive(Clone, PartialEq, Debug)]
pub struct Opened {
    /// Left and right.
    pub halves: [Half; 2],
    /// The one given, or the left side's.
    pub seed: u32,
}

/// Reads the query and the hash. A side that is not there is a copy of the other; what belongs to no side is told on the left.
pub fn read(search: &str, hash: &str) -> Opened {
    let (pairs, strange) = address::halves(search, hash);
    let find = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let (left, right) = (find("left"), find("right"));
    let half = |text: Option<String>| {
        let text = text.unwrap_or_default();
        let url::Opened { experiment, problems, .. } = url::read(&text);
        Half { text, experiment, problems }
    };
    let mut halves = [half(left.clone().or_else(|| right.clone())), half(right.or(left))];
    halves[0].problems.extend(strange);
    let seed = find("seed")
        .and_then(|seed| url::number(seed.trim_matches(url::STRAY)).ok())
        .unwrap_or(halves[0].experiment.seed);
    Opened { halves, seed }
}

/// The hash of two experiments, without the `#`.
pub fn write(left: &Experiment, right: &Experiment) -> String {
    format!("left={}&right={}", url::encode(&url::write(left)), url::encode(&url::write(right)))
}

/// The address of an earlier run beside the present one, from the present one's seed; none where an address cannot hold
/// them: samples from files, and more points of one's own than it has room for.
pub fn beside(earlier: &Experiment, present: &Experiment) -> Option<String> {
    let earlier = Experiment { seed: present.seed, ..earlier.clone() };
    (carried(&earlier) && carried(present))
        .then(|| format!("pair.html{}#{}", query("?"), write(&earlier, present)))
}

/// Whether an address holds all of an experiment.
fn carried(e: &Experiment) -> bool {
    match &e.model {
        Some(model) => !matches!(model.samples, SampleSource::Own { .. }),
        None => e.data.kind != DatasetKind::Own || e.data.points.len() <= url::MOST_POINTS,
    }
}

/// The address of a side's frame. Of two seeds the later one counts.
pub fn frame(half: &Half, seed: u32) -> String {
    format!("index.html?bare=1{}#{}&seed={seed}", query("&"), half.text)
}

/// What of this page's query goes on to the next one.
fn query(first: &'static str) -> String {
    let kept = |key: &'static str| asked(key).map(|value| format!("{key}={}", url::encode(&value)));
    let kept: Vec<_> = ["backend", "theme"].into_iter().filter_map(kept).collect();
    if kept.is_empty() { String::new() } else { format!("{first}{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::data::Point;
    use minibatch_session::{PRESETS, preset};

    #[test]
    fn every_preset_beside_another_comes_back_as_it_was() {
        let right = Experiment { seed: 7, ..preset("c2").expect("a preset") };
        for p in PRESETS {
            let mut left = preset(p.name).expect(p.name);
            left.training.learning_rate = 0.125;
            // Layers of no preset are written out, percent signs within percent signs.
            if let Some(model) = &mut left.model {
                model.layers.remove(0);
            }
            let opened = read("", &write(&left, &right));
            let [l, r] = opened.halves;
            let told = url::read(&url::write(&left));
            assert_eq!((l.experiment, l.problems), (told.experiment, told.problems), "{}", p.name);
            assert_eq!((r.experiment, opened.seed), (right.clone(), left.seed), "{}", p.name);
        }
    }

    #[test]
    fn a_text_with_marks_of_addresses_in_it_comes_back() {
        let mut e = preset("language").expect("a preset");
        if let SampleSource::Task(task) = &mut e.model.as_mut().expect("layers").samples {
            task.text = Some("50%25 of a&b=c #1. ".repeat(60));
        }
        let opened = read("", &write(&e, &e));
        assert_eq!(opened.halves.map(|half| half.experiment), [e.clone(), e]);
    }

    #[test]
    fn one_side_is_enough_and_mistakes_are_named() {
        let opened = read("", "#left=data%3Dxor");
        assert_eq!(opened.halves[0], opened.halves[1]);
        let opened = read("", "#right=preset%3Dspiral&seed=9");
        assert_eq!(opened.halves[0], opened.halves[1]);
        assert_eq!(opened.seed, 9);
        let opened = read("", "#left=preset%3Dspirral&right=lr%3D0.1");
        assert!(opened.halves[0].problems[0].contains("spirral"), "{:?}", opened.halves[0].problems);
        assert_eq!(opened.halves[1].experiment.training.learning_rate, 0.1);
    }

    #[test]
    fn a_query_is_read_and_a_misspelt_side_is_named() {
        let opened = read("?left=data%3Dxor&right=preset%3Dspiral&seed=9&utm_source=mail&backend=cpu", "");
        let right = read("", "#left=data%3Dxor&right=preset%3Dspiral&seed=9");
        assert_eq!(opened, right);
        let told = |search: &str, hash: &str| read(search, hash).halves[0].problems.join("; ");
        assert!(told("", "#left=data%3Dxor&rigth=preset%3Dspiral").contains("did you mean right?"));
        assert!(told("", "#lft=data%3Dxor").contains("lft"));
        assert!(told("?rihgt=data%3Dxor", "#left=data%3Dxor").contains("rihgt"));
        assert!(told("?backend=tpu", "#left=data%3Dxor").contains("tpu"));
    }

    #[test]
    fn an_address_of_two_that_was_changed_on_its_way_is_read_as_it_was_meant() {
        let right = read("", "#left=data%3Dxor%26lr%3D0.1&right=preset%3Dspiral&seed=9");
        let forms = [
            "#left=data%3Dxor%26lr%3D0.1&amp;right=preset%3Dspiral&amp;seed=9",
            "#left%3Ddata%253Dxor%2526lr%253D0.1%26right%3Dpreset%253Dspiral%26seed%3D9",
            "#Left=data%3Dxor%26lr%3D0.1&RIGHT=preset%3Dspiral&seed=9.",
        ];
        for form in forms {
            let opened = read("", form);
            let experiments = |of: &Opened| of.halves.clone().map(|half| half.experiment);
            assert_eq!((experiments(&opened), opened.seed), (experiments(&right), 9), "{form}");
        }
    }

    #[test]
    fn what_no_address_holds_is_known() {
        let mut e = Experiment::default();
        assert!(carried(&e));
        e.data.kind = DatasetKind::Own;
        e.data.points = vec![Point { x: 0.0, y: 0.0, label: 0.0 }; url::MOST_POINTS + 1];
        assert!(!carried(&e));
        let mut e = preset("c2").expect("a preset");
        assert!(carried(&e));
        let own = SampleSource::Own { name: "a.zip".into(), input: vec![1], classes: 2, train: 1, test: 1 };
        e.model.as_mut().expect("layers").samples = own;
        assert!(!carried(&e));
    }
}
