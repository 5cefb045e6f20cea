//! x
use std::path::PathBuf;
fn main() {
    let mut args = std::env::args().skip(1);
    let (what, to) = (args.next().unwrap(), PathBuf::from(args.next().unwrap()));
    let experiment = if what.ends_with(".json") {
        minibatch_session::Experiment::from_json(&std::fs::read_to_string(&what).unwrap()).unwrap()
    } else {
        minibatch_session::preset(&what).unwrap()
    };
    minibatch_export::write(&experiment, &what, &to, None).unwrap();
}
