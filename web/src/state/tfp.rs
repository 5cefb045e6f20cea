//! Addresses of TensorFlow Playground, opened as what they meant there: half the squared error behind a tanh (or a plain
//! output in regression), plain gradient descent, uniform weights within 0.5 and biases of 0.1.

use minibatch_session::data::{DatasetKind, Feature};
use minibatch_session::{Activation, Experiment, Init, Layer, LossKind, MAX_LAYERS, MAX_UNITS, did_you_mean};

use super::url::{Opened, Pair, STRAY, number, shorten};

/// Keys that only its addresses have. Any of them, without our `v`, marks one.
const MARKS: [&str; 11] = [
    "activation",
    "batchSize",
    "dataset",
    "regDataset",
    "learningRate",
    "regularization",
    "regularizationRate",
    "networkShape",
    "percTrainData",
    "problem",
    "initZero",
];

/// The features' keys there. The cosines were in its addresses, though never on its page.
const FEATURES: [(&str, Feature); 9] = [
    ("x", Feature::X),
    ("y", Feature::Y),
    ("xSquared", Feature::XSquared),
    ("ySquared", Feature::YSquared),
    ("xTimesY", Feature::XTimesY),
    ("sinX", Feature::SinX),
    ("sinY", Feature::SinY),
    ("cosX", Feature::CosX),
    ("cosY", Feature::CosY),
];

/// Keys that change nothing here, or are read below without a mark of their own. Those that hide a control end in `_hide`.
const OTHERS: [&str; 7] =
    ["noise", "seed", "showTestData", "discretize", "collectStats", "tutorial", "hideText"];

/// Every key of its addresses.
pub fn keys() -> impl Iterator<Item = &'static str> {
    MARKS.into_iter().chain(OTHERS).chain(FEATURES.map(|(key, _)| key))
}

/// Whether pairs are those of one of its addresses.
pub fn is_one(pairs: &[Pair]) -> bool {
    !pairs.iter().any(|(key, _)| key == "v") && pairs.iter().any(|(key, _)| MARKS.contains(&key.as_str()))
}

/// The keys and values of such an address, the last of each key in force.
struct Keys(Vec<(String, String)>, Vec<String>);

impl Keys {
    fn text(&self, key: &str, default: &str) -> String {
        let found = self.0.iter().rev().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
        let value = found.map(|value| value.trim_matches(STRAY)).filter(|value| !value.is_empty());
        value.unwrap_or(default).into()
    }

    fn flag(&mut self, key: &str, default: bool) -> bool {
        let text = self.text(key, if default { "true" } else { "false" });
        match text.to_lowercase().as_str() {
            "true" => true,
            "false" => false,
            _ => {
                self.problem(key, &text, "give true or false");
                default
            }
        }
    }

    fn problem(&mut self, key: &str, value: &str, why: &str) {
        self.1.push(format!("{}={}: {why}", shorten(key), shorten(value)));
    }

    /// Names the keys that it does not have.
    fn unknown(&mut self) {
        for (key, value) in self.0.clone() {
            let known = key == "v" || key.ends_with("_hide") || keys().any(|known| known == key);
            if !known {
                let why = format!("there is no such key{}", did_you_mean(&key, keys()));
                self.problem(&key, &value, &why);
            }
        }
    }

    fn number(&mut self, key: &str, default: f32, low: f32, high: f32) -> f32 {
        let text = self.text(key, &default.to_string());
        match number::<f32>(&text) {
            Ok(value) if (low..=high).contains(&value) => value,
            Ok(value) => {
                let taken = if value.is_finite() { value.clamp(low, high) } else { default };
                self.problem(key, &text, &format!("it may be {low} to {high}; {taken} is taken"));
                taken
            }
            Err(why) => {
                self.problem(key, &text, &why);
                default
            }
        }
    }

    fn choice<T: Copy>(&mut self, key: &str, known: &[(&str, T)]) -> T {
        let text = self.text(key, known[0].0);
        if let Some((_, value)) = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text)) {
            return *value;
        }
        let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        let nearby = did_you_mean(&text, names.iter().copied());
        self.problem(key, &text, &format!("there is no such one{nearby}; there are {}", names.join(", ")));
        known[0].1
    }
}

/// What one of its addresses means here.
pub fn read(pairs: &[Pair]) -> Opened {
    let mut keys = Keys(pairs.to_vec(), vec![]);
    keys.unknown();
    let mut e = Experiment { loss: LossKind::HalfMse, ..Experiment::default() };
    let regression = keys.choice("problem", &[("classification", false), ("regression", true)]);
    let classes = [
        ("circle", DatasetKind::Circle),
        ("xor", DatasetKind::Xor),
        ("gauss", DatasetKind::Gauss),
        ("spiral", DatasetKind::Spiral),
    ];
    let targets = [("reg-plane", DatasetKind::Plane), ("reg-gauss", DatasetKind::MultiGauss)];
    e.data.kind =
        if regression { keys.choice("regDataset", &targets) } else { keys.choice("dataset", &classes) };
    e.data.samples = if regression { 1200 } else { 500 };
    e.data.noise = keys.number("noise", 0.0, 0.0, 50.0);
    e.data.train_share = keys.number("percTrainData", 50.0, 10.0, 90.0) / 100.0;
    e.seed = seed(&keys.text("seed", ""));
    let mut is_on = |(key, feature): (&str, Feature)| {
        keys.flag(key, matches!(feature, Feature::X | Feature::Y)).then_some(feature)
    };
    e.features = FEATURES.into_iter().filter_map(&mut is_on).collect();
    if e.features.is_empty() {
        e.features = vec![Feature::X, Feature::Y];
    }
    let init = if keys.flag("initZero", false) { Init::Zeros } else { Init::Playground };
    e.output_init = init;
    e.hidden = layers(&mut keys, init);
    let rate = keys.number("regularizationRate", 0.0, 0.0, 100.0);
    let (l1, l2) =
        keys.choice("regularization", &[("none", (0.0, 0.0)), ("L1", (1.0, 0.0)), ("L2", (0.0, 1.0))]);
    e.training.l1 = l1 * rate;
    e.training.l2 = l2 * rate;
    e.training.learning_rate = keys.number("learningRate", 0.03, 0.0, 100.0);
    e.training.batch_size = keys.number("batchSize", 10.0, 1.0, 1200.0) as u32;
    let (discretise, show_test) = (keys.flag("discretize", false), keys.flag("showTestData", false));
    Opened { experiment: e, problems: keys.1, discretise: Some(discretise), show_test: Some(show_test) }
}

fn layers(keys: &mut Keys, init: Init) -> Vec<Layer> {
    let activation = keys.choice(
        "activation",
        &[
            ("tanh", Activation::Tanh),
            ("relu", Activation::Relu),
            ("sigmoid", Activation::Sigmoid),
            ("linear", Activation::Linear),
        ],
    );
    // An empty list there is a network without hidden layers; a missing one is the default.
    let written = keys.0.iter().rev().find(|(key, _)| key == "networkShape").map(|(_, value)| value.clone());
    let shape = written.unwrap_or_else(|| "4,2".into()).trim_matches(STRAY).to_owned();
    let units: Result<Vec<u32>, String> =
        shape.split(',').filter(|part| !part.trim().is_empty()).map(number).collect();
    let layer = |units| Layer { units, activation, dropout: 0.0, init };
    let default = || vec![layer(4), layer(2)];
    match units {
        Err(why) => {
            keys.problem("networkShape", &shape, &why);
            default()
        }
        Ok(units) if units.len() > MAX_LAYERS || units.iter().any(|n| !(1..=MAX_UNITS).contains(n)) => {
            let limits = format!("up to {MAX_LAYERS} layers of 1 to {MAX_UNITS} units fit");
            keys.problem("networkShape", &shape, &limits);
            default()
        }
        Ok(units) => units.into_iter().map(layer).collect(),
    }
}

/// Seeds there are any text, mostly a fraction like 0.42718. The digits serve; any other text is hashed (FNV-1a).
fn seed(text: &str) -> u32 {
    let digits = text.trim().trim_start_matches("0.");
    if text.is_empty() {
        return Experiment::default().seed;
    }
    let hash =
        |text: &str| text.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(16_777_619));
    digits.parse().unwrap_or_else(|_| hash(text))
}

#[cfg(test)]
mod tests {
    use super::super::address::exact;
    use super::*;

    fn read(text: &str) -> Opened {
        super::read(&exact(text))
    }

    fn is_one(text: &str) -> bool {
        super::is_one(&exact(text))
    }

    const SHARED: &str = "#activation=relu&regularization=L2&batchSize=15&dataset=spiral&regDataset=reg-plane\
        &learningRate=0.01&regularizationRate=0.003&noise=15&networkShape=6,5&seed=0.42718&showTestData=true\
        &discretize=true&percTrainData=70&x=true&y=false&xTimesY=true&xSquared=false&ySquared=false&cosX=false\
        &sinX=true&cosY=false&sinY=false&collectStats=false&problem=classification&initZero=false&hideText=false\
        &playButton_hide=true";

    #[test]
    fn a_shared_address_opens_as_what_it_meant() {
        assert!(is_one(SHARED));
        let opened = read(SHARED);
        assert_eq!(opened.problems, Vec::<String>::new());
        assert_eq!((opened.discretise, opened.show_test), (Some(true), Some(true)));
        let e = opened.experiment;
        e.validate().expect("valid");
        assert_eq!((e.data.kind, e.data.samples, e.data.noise), (DatasetKind::Spiral, 500, 15.0));
        assert_eq!((e.data.train_share, e.seed), (0.7, 42718));
        assert_eq!(e.features, [Feature::X, Feature::XTimesY, Feature::SinX]);
        let layer =
            |units| Layer { units, activation: Activation::Relu, dropout: 0.0, init: Init::Playground };
        assert_eq!(e.hidden, [layer(6), layer(5)]);
        assert_eq!((e.output_init, e.loss), (Init::Playground, LossKind::HalfMse));
        let t = e.training;
        assert_eq!((t.learning_rate, t.batch_size, t.l1, t.l2), (0.01, 15, 0.0, 0.003));
    }

    #[test]
    fn what_is_missing_is_its_default_and_what_is_too_much_is_cut() {
        let opened =
            read("problem=regression&noise=80&regularization=L1&regularizationRate=0.1&initZero=true");
        assert!(
            opened.problems[0].starts_with("noise=80") && opened.problems.len() == 1,
            "{:?}",
            opened.problems
        );
        let e = opened.experiment;
        assert_eq!((e.data.kind, e.data.samples, e.data.noise), (DatasetKind::Plane, 1200, 50.0));
        assert_eq!((e.training.l1, e.training.l2, e.output_init), (0.1, 0.0, Init::Zeros));
        assert_eq!(e.hidden.iter().map(|l| l.units).collect::<Vec<_>>(), [4, 2]);
        assert!(read("networkShape=").experiment.hidden.is_empty());
    }

    #[test]
    fn what_cannot_be_is_named() {
        let opened = read("networkShape=3,900&dataset=moon&learningRate=fast");
        assert_eq!(opened.problems.len(), 3, "{:?}", opened.problems);
        opened.experiment.validate().expect("the rest still stands");
        let many = format!("networkShape={}&x=flase&datasett=xor", vec!["5"; 300].join(","));
        let opened = read(&many);
        let told = opened.problems.join("; ");
        assert!(
            told.len() < 400 && told.contains("flase") && told.contains("did you mean dataset?"),
            "{told}"
        );
    }

    #[test]
    fn our_own_addresses_are_not_taken_for_its() {
        assert!(!is_one("#v=1&noise=5&seed=3"));
        assert!(!is_one("#noise=5&lr=0.1"));
        assert!(!is_one(""));
        assert!(is_one("networkShape=4"));
    }
}
