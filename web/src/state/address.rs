//! An address as it arrives: mail, chat programs and hands change it on the way. What it says exactly is taken exactly; where
//! that leaves something unread, the text is mended step by step until as much as possible means something, and the rest is
//! named.

use minibatch_session::{PRESETS, did_you_mean};

use super::tfp;
use super::url::{self, Opened, Pair, decode, shorten};

/// The views an embedded page may show.
pub const VIEWS: [&str; 4] = ["full", "boundary", "network", "loss"];

/// The controls that may stay in an embedded page.
pub const CONTROLS: [&str; 11] =
    ["play", "step", "reset", "next-epoch", "epoch", "lr", "speed", "data", "output", "metrics", "layers"];

/// Keys of the page itself, not of the experiment.
const PAGE_KEYS: [&str; 7] = ["view", "show", "theme", "backend", "bare", "left", "right"];

/// Keys that others hang on every address.
const TRACKERS: [&str; 17] = [
    "fbclid",
    "gclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "twclid",
    "ttclid",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "igshid",
    "igsh",
    "ref",
    "ref_src",
    "si",
    "_gl",
];

/// Whether others hang this key on addresses.
fn tracks(key: &str) -> bool {
    TRACKERS.contains(&key) || key.starts_with("utm_")
}

/// Characters that have no width and come along when text is copied.
pub const WIDTHLESS: [char; 7] =
    ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{200e}'];

/// How often a whole address may have been encoded once more.
const MOST_ENCODINGS: usize = 3;

/// What an address says by its query and its hash.
pub fn open(search: &str, hash: &str) -> Opened {
    let mut best = meaning(exact(search), exact(hash));
    for times in 0..=MOST_ENCODINGS {
        if best.problems.is_empty() {
            break;
        }
        let opened = meaning(loose(search, times), loose(hash, times));
        if opened.problems.len() < best.problems.len() {
            best = opened;
        }
    }
    best
}

/// The value of one of the page's own keys, wherever in the address it stands. The last one counts.
pub fn page_value(search: &str, hash: &str, key: &str) -> Option<String> {
    let mut all = loose(hash, 0).into_iter().chain(loose(search, 0)).rev();
    all.find(|(k, _)| k == key).map(|(_, value)| value.trim_matches(url::STRAY).to_owned())
}

/// The keys of a pair's address.
const HALVES: [&str; 3] = ["left", "right", "seed"];

/// The sides of a pair's address, as they are written, in its hash or else in its query: `left`, `right` and `seed`; and what
/// else stands there, named.
pub fn halves(search: &str, hash: &str) -> (Vec<Pair>, Vec<String>) {
    let own = |(key, _): &Pair| HALVES.contains(&key.as_str());
    let (within, beside) = (halves_of(hash), halves_of(search));
    let strange = |(key, value): &Pair| {
        if own(&(key.clone(), String::new())) {
            return None;
        }
        if PAGE_KEYS.contains(&key.as_str()) {
            return page_problem(key, value);
        }
        let nearby = did_you_mean(key, HALVES);
        (!tracks(key) && key != "v").then(|| {
            format!("{}: there is no such key{nearby}; there are {}", shorten(key), HALVES.join(", "))
        })
    };
    let problems = beside.iter().chain(&within).filter_map(strange).collect();
    let mut pairs: Vec<Pair> = within.into_iter().filter(own).collect();
    let missing: Vec<Pair> =
        beside.into_iter().filter(|pair| own(pair) && pairs.iter().all(|(key, _)| *key != pair.0)).collect();
    pairs.extend(missing);
    (pairs, problems)
}

fn halves_of(hash: &str) -> Vec<Pair> {
    let known = |pairs: &[Pair]| {
        pairs.iter().all(|(key, _)| HALVES.contains(&key.as_str()) || PAGE_KEYS.contains(&key.as_str()))
    };
    let first = exact(hash);
    if known(&first) {
        return first;
    }
    // A side is encoded once within the whole, so that the whole is decoded at most once before.
    (0..=1).map(|times| decoded(hash, times)).find(|pairs| known(pairs)).unwrap_or(first)
}

/// The same after so many decodings of the whole, with ampersands as they were before they were written for HTML.
fn decoded(text: &str, times: usize) -> Vec<Pair> {
    let mut text = text.to_owned();
    (0..times).for_each(|_| text = decode(&text));
    exact(&plain(&text))
}

/// The pairs of a text of the form `a=1&b=2`, percent signs decoded.
pub fn exact(text: &str) -> Vec<Pair> {
    let text = text.trim_start_matches(['#', '?']);
    text.split('&').filter(|part| !part.is_empty()).map(|part| pair(part, true)).collect()
}

fn pair(part: &str, encoded: bool) -> Pair {
    let (key, value) = part.split_once('=').unwrap_or((part, ""));
    let key = if encoded { decode(key) } else { key.into() };
    // Forms write a space as +; our own addresses write a + as %2B.
    let value = if encoded && matches!(key.as_str(), "names" | "model") {
        value.replace('+', " ")
    } else {
        value.into()
    };
    (canonical(&key), if encoded { decode(&value) } else { value })
}

/// The known key that differs in case alone, else the key as it is.
fn canonical(key: &str) -> String {
    let trimmed = key.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let known = keys().find(|known| known.eq_ignore_ascii_case(trimmed));
    known.map_or_else(|| key.to_owned(), str::to_owned)
}

/// Every key that an address may have.
pub fn keys() -> impl Iterator<Item = &'static str> {
    url::KEYS.iter().map(|(key, _)| *key).chain(PAGE_KEYS).chain(tfp::keys())
}

/// The same of a text that was changed on its way, decoded as a whole so many times before.
fn loose(text: &str, times: usize) -> Vec<Pair> {
    let mut text = text.to_owned();
    (0..times).for_each(|_| text = decode(&text));
    let text = plain(&text);
    split(&text).into_iter().map(|part| pair(part, times == 0)).collect()
}

/// A text without characters of no width, and with its ampersands, which may have been written for HTML more than once.
fn plain(text: &str) -> String {
    let mut text = text.replace(WIDTHLESS, "");
    for _ in 0..MOST_ENCODINGS {
        for entity in ["&amp;", "&AMP;", "&#38;", "&#038;", "&#x26;", "&#X26;"] {
            text = text.replace(entity, "&");
        }
    }
    text
}

/// Parts of a text, each with its key: parted by `&` before any name and `=`, and by other marks before a known key.
fn split(text: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let mut begins = vec![0];
    for (at, mark) in text.char_indices().filter(|(_, c)| "&?#;,| \n\r\t".contains(*c)) {
        let rest = text[at + 1..].trim_start_matches(['&', '?', '#', ' ', '\n', '\r', '\t']);
        let name: String =
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect();
        let assigned = rest[name.len()..].starts_with('=') && !name.is_empty();
        let known = keys().any(|key| key.eq_ignore_ascii_case(&name));
        if assigned && (known || mark == '&') {
            cuts.push(at);
            begins.push(text.len() - rest.len());
        }
    }
    cuts.push(text.len());
    let parts = begins.iter().zip(&cuts[1..]).map(|(&begin, &end)| text.get(begin..end).unwrap_or_default());
    parts
        .map(|part| part.trim_matches(['#', '?', '&', ' ', '\n', '\r', '\t']))
        .filter(|part| !part.is_empty())
        .collect()
}

/// What the pairs of the query and the hash mean.
fn meaning(query: Vec<Pair>, mut hash: Vec<Pair>) -> Opened {
    let ours = |(key, _): &Pair| !PAGE_KEYS.contains(&key.as_str());
    let page: Vec<Pair> = query.iter().chain(&hash).filter(|pair| !ours(pair)).cloned().collect();
    hash.retain(ours);
    let mut query: Vec<Pair> = query.into_iter().filter(|pair| ours(pair) && !tracks(&pair.0)).collect();
    if query.iter().all(|(key, _)| key == "v") {
        // A number that makes browsers fetch the page anew.
        query.clear();
    }
    // A preset's name alone.
    if let [(key, value)] = &hash[..]
        && value.is_empty()
        && PRESETS.iter().any(|p| p.name.eq_ignore_ascii_case(key))
    {
        hash = vec![("preset".into(), key.to_lowercase())];
    }
    let pairs = [query, hash].concat();
    let mut opened = if tfp::is_one(&pairs) {
        let theirs = tfp::read(&pairs);
        // A stray key of theirs does not make an address of ours one of theirs.
        let ours = url::read_pairs(&pairs);
        let fewer = ours.problems.len() < theirs.problems.len();
        if fewer { ours } else { theirs }
    } else {
        url::read_pairs(&pairs)
    };
    opened.problems.extend(page.iter().filter_map(|(key, value)| page_problem(key, value)));
    opened
}

/// What is wrong with one of the page's own values.
fn page_problem(key: &str, value: &str) -> Option<String> {
    let wrong = |value: &str, known: &[&str]| {
        let value = value.trim_matches(url::STRAY);
        let is = known.iter().any(|k| k.eq_ignore_ascii_case(value)) || value.is_empty();
        let nearby = did_you_mean(value, known.iter().copied());
        (!is).then(|| {
            format!(
                "{key}={}: there is no such {key}{nearby}; there are {}",
                shorten(value),
                known.join(", ")
            )
        })
    };
    match key {
        "view" => wrong(value, &VIEWS),
        "show" => value.split(',').find_map(|name| wrong(name, &CONTROLS)),
        "theme" => wrong(value, &["light", "dark", "auto"]),
        "backend" => wrong(value, &["webgpu", "gpu", "cpu", "auto"]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::url::write;
    use minibatch_session::{Activation, Experiment, preset};

    /// What every form of an address must open.
    fn wanted() -> Experiment {
        let mut e = preset("spiral").expect("a preset");
        e.training.learning_rate = 0.25;
        e.seed = 7;
        e
    }

    #[test]
    fn an_address_that_was_changed_on_its_way_is_read_as_it_was_meant() {
        let once = url::encode("v=1&preset=spiral&lr=0.25&seed=7").replace('=', "%3D").replace('&', "%26");
        let twice = url::encode(&once);
        let forms: Vec<(&str, String)> = vec![
            ("", "#v=1&preset=spiral&lr=0.25&seed=7".into()),
            ("", "#v=1&amp;preset=spiral&amp;lr=0.25&amp;seed=7".into()),
            ("", "#v=1&amp;amp;preset=spiral&amp;amp;lr=0.25&amp;amp;seed=7".into()),
            ("", "#v=1&#38;preset=spiral&#38;lr=0.25&#38;seed=7".into()),
            ("", "#v=1&#x26;preset=spiral&#x26;lr=0.25&#x26;seed=7".into()),
            ("", format!("#{once}")),
            ("", format!("#{twice}")),
            ("", "#v=1%26preset=spiral%26lr=0.25%26seed=7".into()),
            ("", "#v=1%26amp%3Bpreset%3Dspiral%26amp%3Blr%3D0.25%26amp%3Bseed%3D7".into()),
            ("?v=1&preset=spiral&lr=0.25&seed=7", String::new()),
            ("?v=1&amp;preset=spiral&amp;lr=0.25&amp;seed=7", String::new()),
            ("?preset=spiral", "#lr=0.25&seed=7".into()),
            ("?seed=7&utm_source=mail&fbclid=x", "#preset=spiral&lr=0.25".into()),
            ("", "#v=1&preset=spiral?lr=0.25&seed=7".into()),
            ("", "#v=1&preset=spiral#lr=0.25&seed=7".into()),
            ("", "#?v=1&preset=spiral&lr=0.25&seed=7".into()),
            ("", "#V=1&Preset=Spiral&LR=0.25&SEED=7".into()),
            ("", "#v=1&preset=SPIRAL&lr=0.25&seed=7".into()),
            ("", "#v=1&preset=spi%0Aral&lr=0.25&seed=7".into()),
            ("", "#v=1&preset=spiral&%0Alr=0.25&seed=7".into()),
            ("", "#v=1&preset=spiral%20&lr=%200.25&seed=7%0A".into()),
            ("", "#v=1&preset=spiral +&lr=+0.25&seed=7+".into()),
            ("", "#v=1&\u{200b}preset=spi\u{200b}ral&lr=0.25&seed=7\u{feff}".into()),
            ("", "#v=1&preset=spiral%E2%80%8B&lr=0.25&seed=7".into()),
            ("", "#v=1&preset=spiral lr=0.25 seed=7".into()),
            ("", "#v=1;preset=spiral;lr=0.25;seed=7".into()),
        ];
        for (search, hash) in &forms {
            let opened = open(search, hash);
            assert_eq!((opened.problems, opened.experiment), (vec![], wanted()), "{search}{hash}");
        }
        for end in
            [".", ",", ")", "]", "}", "\"", "'", ">", "!", "?", ";", ":", ").", "\u{201d}", " ", "%29", "%22"]
        {
            for text in ["#v=1&lr=0.25&seed=7&preset=spiral", "#v=1&lr=0.25&preset=spiral&seed=7"] {
                let opened = open("", &format!("{text}{end}"));
                assert_eq!((opened.problems, opened.experiment), (vec![], wanted()), "{text}{end}");
            }
        }
        assert_eq!(open("", "#spiral").experiment, preset("spiral").expect("a preset"));
    }

    #[test]
    fn layers_in_json_survive_the_same() {
        let mut e = preset("c2").expect("a preset");
        e.model.as_mut().expect("layers").layers.remove(1);
        let text = write(&e);
        // What is written behind it is read too.
        let rate =
            open("", &format!("#{}", url::encode(&format!("{text}&lr=0.5")).replace("model%3D", "model=")));
        assert!(rate.experiment.training.learning_rate == 0.5 || !rate.problems.is_empty(), "{rate:?}");
        let forms = [
            format!("#{text}"),
            format!("#{}", text.replace('&', "&amp;")),
            format!("#{}", url::encode(&text).replace('=', "%3D").replace('&', "%26")),
            format!("#{}", decode(&text)),
            format!("#{text})."),
        ];
        for form in forms {
            let opened = open("", &form);
            assert_eq!((opened.problems, opened.experiment), (vec![], e.clone()), "{form}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_named_with_the_nearest() {
        let table: [(&str, &str, &[&str]); 16] = [
            ("", "#v=1&dta=spiral", &["dta", "did you mean data?"]),
            ("", "#v=1&data=sprial", &["sprial", "did you mean spiral?"]),
            ("", "#v=1&opt=adamm", &["did you mean adam"]),
            ("", "#v=1&layers=8:rellu", &["rellu", "did you mean relu?"]),
            ("", "#lrr=0.1", &["lrr", "did you mean lr?"]),
            ("?dta=spiral", "", &["dta", "did you mean data?"]),
            ("?veiw=boundary", "", &["veiw", "did you mean view?"]),
            ("?view=boundry", "", &["boundry", "did you mean boundary?"]),
            ("?show=play,stop", "", &["stop", "did you mean step?"]),
            ("?theme=black", "", &["black", "light, dark, auto"]),
            ("?backend=webgl", "", &["webgl", "did you mean webgpu"]),
            ("", "#nothing", &["nothing"]),
            ("", "#v=1&momentum=0.5", &["momentum", "sgd does not read it"]),
            ("", "#v=1&own=0,1,0;1,0,1", &["own", "data.kind is circle"]),
            ("", "#learningRate=0.1&datset=xor", &["datset", "did you mean dataset?"]),
            ("", "#activation=rleu&batchSize=10", &["rleu", "did you mean relu?"]),
        ];
        for (search, hash, parts) in table {
            let opened = open(search, hash);
            let told = opened.problems.join("; ");
            assert!(parts.iter().all(|part| told.contains(part)), "{search}{hash}: {told}");
        }
        let json = r##"#model={"model":{"input":{"shape":[2]},"layers":[{"layer":"linear","unit":1}],"samples":{"kind":"random","train":4,"test":0}},"loss":"mse"}"##;
        let told = open("", json).problems.join("; ");
        assert!(told.contains("model.layers[0].unit; did you mean units?"), "{told}");
    }

    #[test]
    fn tensorflow_playgrounds_addresses_are_changed_on_their_way_too() {
        let theirs = "#activation=relu&batchSize=15&dataset=spiral&learningRate=0.01&networkShape=6,5&noise=5&seed=0.42718";
        let right = open("", theirs);
        assert_eq!(right.problems, Vec::<String>::new());
        assert_eq!(right.experiment.hidden[0].activation, Activation::Relu);
        let forms = [
            theirs.replace('&', "&amp;"),
            theirs.replace("relu", "ReLU").replace("batchSize", "batchsize"),
            format!("#{}", url::encode(&theirs[1..]).replace('=', "%3D").replace('&', "%26")),
            format!("{theirs})."),
        ];
        for form in forms {
            let opened = open("", &form);
            assert_eq!((opened.problems, opened.experiment), (vec![], right.experiment.clone()), "{form}");
        }
        assert_eq!(open(&theirs.replace('#', "?"), "").experiment, right.experiment);
    }

    #[test]
    fn the_pages_own_keys_are_found_wherever_they_stand() {
        let found = |search: &str, hash: &str| page_value(search, hash, "backend");
        assert_eq!(found("?backend=cpu", "#v=1").as_deref(), Some("cpu"));
        assert_eq!(found("?Backend=cpu", "").as_deref(), Some("cpu"));
        assert_eq!(found("", "#v=1&data=spiral?backend=cpu").as_deref(), Some("cpu"));
        assert_eq!(found("?theme=dark&amp;backend=cpu", "").as_deref(), Some("cpu"));
        assert_eq!(found("?theme=dark", "#v=1"), None);
        assert_eq!(open("", "#v=1&data=spiral?backend=cpu").problems, Vec::<String>::new());
    }
}
