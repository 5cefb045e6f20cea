//! Addresses, files and calls as nobody should send them, by seed: nothing is thrown, no page is blank or stuck, and what is
//! refused loses no run. A few in the ordinary run, 300 in the long one.

use std::fmt::Write;

use minibatch_data::Rng;
use minibatch_session::PRESETS;
use serde_json::json;

use crate::site::{Site, index};
use crate::sound::{Faults, below, pick, standing};

/// How many of each kind.
const COUNT: usize = if cfg!(feature = "long") { 100 } else { 12 };
/// Another seed tries others; a failure names its input in full.
const SEED: u64 = 20_261_127;

const ADDRESSES: &[&str] = &[
    "v=1&data=spiral&layers=8:tanh,8:tanh&opt=adam&lr=0.01",
    "v=1&data=own&own=1,2,0;-1,-2,1;0.5,0.5,0&names=cat;dog",
    "v=1&data=blobs3&in=x,y,x-squared&layers=4:relu:0.1:kaiming-uniform&batch=3&schedule=cosine&total=100&min=0.001",
    "activation=relu&batchSize=5&dataset=xor&learningRate=0.1&regularization=L2&noise=20&networkShape=5,3&seed=0.5&percTrainData=70&x=true&y=false&problem=classification",
    "v=1&model=%7B%22model%22%3A%7B%22input%22%3A%7B%22shape%22%3A%5B4%5D%7D%2C%22layers%22%3A%5B%7B%22layer%22%3A%22linear%22%2C%22units%22%3A2%7D%5D%2C%22samples%22%3A%7B%22kind%22%3A%22random%22%2C%22train%22%3A20%2C%22test%22%3A5%7D%7D%7D",
    "v=1&data=plane&target=value&loss=mse&opt=muon&l1=0.1&l2=3&clip=1&clip-value=0.1&seed=7",
];

/// What is put where a value, a key or a byte stood.
const SCRAPS: &[&str] = &[
    "NaN",
    "Infinity",
    "-Infinity",
    "1e39",
    "-1",
    "0",
    "1e-45",
    "99999999999999999999",
    "0x10",
    "null",
    "undefined",
    "[]",
    "{}",
    "&amp;",
    "&&",
    "==",
    "%",
    "%00",
    "%zz",
    "%25",
    "%0A",
    "\u{200b}",
    "é",
    "🦀",
    "ж",
    "'",
    "\"",
    "<script>throw 1</script>",
    "../..",
    "true",
    " ",
    "+",
    ";",
    ":",
    ",",
    "#",
    "?",
    "model=",
    "preset=",
    "layers=",
    "layers=1,1,1,1,1,1,1,1,1,1",
    "own=",
];

/// Breaks a text in one to four places.
fn broken(rng: &mut Rng, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + below(rng, 4) {
        let at = below(rng, chars.len() + 1);
        let to = (at + below(rng, 12)).min(chars.len());
        match below(rng, 5) {
            0 => drop(chars.splice(at..to, [])),
            1 => {
                let again: Vec<char> = chars[at..to].repeat(2);
                drop(chars.splice(at..to, again));
            }
            2 => drop(chars.splice(at..to, pick(rng, SCRAPS).chars())),
            3 => drop(chars.splice(at..at, pick(rng, SCRAPS).chars())),
            _ => chars[at..to].reverse(),
        }
    }
    chars.into_iter().collect()
}

/// An address below the site: a hash mostly, at times a query, an entity for every `&`, or all of it escaped.
fn address(rng: &mut Rng) -> String {
    let preset = format!("v=1&preset={}&batch=7", PRESETS[below(rng, PRESETS.len())].name);
    let text = if below(rng, 3) == 0 { preset } else { (*pick(rng, ADDRESSES)).to_owned() };
    let text = broken(rng, &text);
    match below(rng, 6) {
        0 => format!("/index.html?backend=cpu&{text}"),
        1 => format!("/index.html?backend=cpu#{}", text.replace('&', "&amp;")),
        2 => {
            let escaped = text.bytes().fold(String::new(), |mut all, byte| {
                let _ = write!(all, "%{byte:02X}");
                all
            });
            format!("/index.html?backend=cpu#{escaped}")
        }
        3 => format!(
            "/embed.html?backend=cpu&view={}#{text}",
            pick(rng, &["full", "boundary", "boundry", "loss", ""])
        ),
        _ => format!("/index.html?backend=cpu#{text}"),
    }
}

#[test]
fn broken_addresses_open_a_page_that_trains() {
    let mut rng = Rng::with_stream(SEED, 1);
    let site = Site::open(&index("cpu"), true);
    let mut faults = Faults::default();
    for _ in 0..COUNT {
        let path = address(&mut rng);
        // Always a new document: a change of the hash alone would keep the page that stood there.
        site.page.navigate("about:blank").unwrap();
        site.page.navigate(&site.server.url(&path)).unwrap();
        let ready = site.page.wait_for(
            "window.minibatch && minibatch.ready.then(() => true, () => true)",
            std::time::Duration::from_secs(20),
        );
        if let Err(why) = ready {
            faults.note(format!("never ready: {why}"), &path);
        } else {
            faults.check(&site, &path);
        }
    }
    faults.none();
}

/// The bytes of a file and its name, sound or broken.
fn file(rng: &mut Rng) -> (String, Vec<u8>) {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x02\x08\x06\0\0\0".to_vec();
    let idx = [vec![0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 2], vec![9; 16]].concat();
    let kinds: [(&str, Vec<u8>); 8] = [
        ("points.csv", b"x,y,label\n1,2,0\n-1,-2,1\n0.5,1,0\n-0.5,-1,1\n".to_vec()),
        (
            "iris.csv",
            b"sepal,width,petal,breadth,species\n5.1,3.5,1.4,0.2,a\n6,2,4,1,b\n5,3,1,0.1,a\n6.5,3,5,2,b\n"
                .to_vec(),
        ),
        ("train-images-idx3-ubyte", idx),
        ("cat/1.png", png),
        ("letters.zip", b"PK\x03\x04\x14\0\0\0\0\0and then nothing".to_vec()),
        (
            "book.txt",
            b"the quick brown fox jumps over the lazy dog. the end of it. and on it goes, and on.".to_vec(),
        ),
        ("numbers.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x04\0\x43\xbe\xb7\xe8\x01\0\0\0".to_vec()),
        ("pixels.csv", b"label,p0,p1,p2,p3\n0,0,10,20,30\n1,255,255,0,0\n0,1,2,3,4\n1,9,9,9,9\n".to_vec()),
    ];
    let (name, mut bytes) = kinds[below(rng, kinds.len())].clone();
    let name = if below(rng, 4) == 0 { broken(rng, name) } else { name.to_owned() };
    for _ in 0..below(rng, 6) {
        let at = below(rng, bytes.len() + 1);
        let to = (at + below(rng, 9)).min(bytes.len());
        match below(rng, 4) {
            0 => drop(bytes.splice(at..to, [])),
            1 => drop(bytes.splice(at..at, pick(rng, SCRAPS).bytes())),
            2 => bytes[at..to].iter_mut().for_each(|b| *b = rng.next_u32() as u8),
            _ => bytes.extend_from_within(at..to),
        }
    }
    (name, bytes)
}

#[test]
fn broken_files_lose_no_run() {
    let mut rng = Rng::with_stream(SEED, 2);
    let site = Site::open(&index("cpu"), true);
    let mut faults = Faults::default();
    for i in 0..COUNT {
        if i % 5 == 0 {
            site.call("load", json!(pick(&mut rng, &["xor", "digits", "parity", "language"])));
        }
        let files: Vec<(String, Vec<u8>)> = (0..1 + below(&mut rng, 3)).map(|_| file(&mut rng)).collect();
        let deed =
            format!("{:?}", files.iter().map(|(n, b)| (n, String::from_utf8_lossy(b))).collect::<Vec<_>>());
        let before = standing(&site);
        site.drop_files(&files);
        std::thread::sleep(std::time::Duration::from_millis(400));
        // Whatever was made of them, waiting ends.
        let waits = "!document.body.innerText.includes('Reading your files')";
        if site.page.wait_for(waits, std::time::Duration::from_secs(10)).is_err() {
            faults.note("it reads the files for ever".into(), &deed);
        }
        let after = standing(&site);
        let same = |a: &Option<(serde_json::Value, serde_json::Value)>| a.as_ref().map(|a| a.0.clone());
        if same(&before) == same(&after) && before != after {
            faults.note(
                format!("the run is lost though the experiment is the same: {before:?}, {after:?}"),
                &deed,
            );
        }
        faults.check(&site, &deed);
    }
    faults.none();
}

/// A value as a script may write it.
fn value(rng: &mut Rng) -> String {
    const VALUES: &[&str] = &[
        "NaN",
        "Infinity",
        "-1",
        "0",
        "1.5",
        "1e39",
        "null",
        "undefined",
        "() => 3",
        "Symbol('x')",
        "10n",
        "'x'",
        "''",
        "[]",
        "{}",
        "[[1, 2]]",
        "new Float32Array(3)",
        "document.body",
        "true",
        "{ n: 2 }",
        "{ n: NaN }",
        "{ m: 3 }",
        "{ n: '3' }",
        "{ n: 1e12 }",
        "'spiral'",
        "'spirale'",
        "{ preset: 'xor' }",
        "{ preset: 7 }",
        "{ experiment: {} }",
        "{ experiment: [] }",
        "{ experiment: { dta: 1 } }",
        "{ experiment: { hidden: [{ units: -1 }] } }",
        "{ points: [[1, 2], [3]] }",
        "{ points: 'x' }",
        "{ steps_per_second: NaN }",
        "{ 'training.learning_rate': NaN }",
        "{ 'training.learning_rate': 1e39 }",
        "{ 'data.kind': 'circles' }",
        "{ '': 1 }",
        "{ 'hidden.99.units': 3 }",
        "{ 'a.b.c': {} }",
        "(() => { const o = {}; o.o = o; return o; })()",
        "new Proxy({}, { get() { throw 1; } })",
    ];
    (*pick(rng, VALUES)).to_owned()
}

#[test]
fn broken_calls_settle_and_what_is_refused_changes_nothing() {
    const METHODS: &[&str] = &[
        "'load'",
        "'play'",
        "'pause'",
        "'step'",
        "'reset'",
        "'best'",
        "'set'",
        "'state'",
        "'metrics'",
        "'predict'",
        "'probes'",
        "'speed'",
        "'presets'",
        "'memory'",
        "'dance'",
        "''",
        "null",
        "3",
        "{}",
        "undefined",
    ];
    let mut rng = Rng::with_stream(SEED, 3);
    let site = Site::open(&index("cpu"), true);
    let mut faults = Faults::default();
    for _ in 0..COUNT {
        let call = format!("minibatch.call({}, {})", pick(&mut rng, METHODS), value(&mut rng));
        site.page.run("minibatch.call('pause')").unwrap();
        let before = standing(&site);
        // Whatever is given: a promise that settles. A step of 1e12 may take its time: it is ended by a pause.
        let script = format!(
            "(async () => {{ const late = new Promise(r => setTimeout(r, 3000, 'late'));
                const call = (async () => {call})().then(() => 'done', e => e instanceof Error && e.message ? 'refused' : 'refused without a word: ' + e);
                const first = await Promise.race([call, late]);
                if (first != 'late') return first;
                await minibatch.call('pause');
                return 'late, ' + await Promise.race([call, new Promise(r => setTimeout(r, 3000, 'and never'))]); }})()"
        );
        match site.page.eval::<String>(&script) {
            Ok(told) if told.ends_with("never") || told.contains("without a word") => {
                faults.note(told, &call)
            }
            Ok(told) if told == "refused" && before != standing(&site) => {
                faults
                    .note(format!("refused, and yet it changed {before:?} to {:?}", standing(&site)), &call);
            }
            Ok(_) => {}
            Err(error) => faults.note(error.to_string(), &call),
        }
        faults.check(&site, &call);
    }
    faults.none();
}
