//! Launches that do not wait for each other, two in one: a card has room for both, and a browser takes longer to hand one over
//! than a card to run it.

use minibatch_graph::Home;

use crate::kernels::{Access, BEHIND, PAIRS, Pair, SECOND};
use crate::launch::Launch;
use crate::limits::Limits;

/// Workgroups that one does the work of, where that saves a launch.
const FEW: u32 = 8;

/// The same launches, those joined that can be: neighbours, for which there is a kernel, of which neither touches what the other
/// writes, and which together keep to the device's limits.
pub(crate) fn paired(launches: Vec<Launch>, limits: &Limits) -> Vec<Launch> {
    let mut all: Vec<Launch> = vec![];
    for launch in launches {
        let pair = all.last().and_then(|last| both(last, &launch));
        match pair.filter(|pair| limits.check(pair).is_ok()) {
            Some(pair) => {
                all.pop();
                all.push(pair);
            }
            None => all.push(launch),
        }
    }
    all
}

/// Two launches as one, if they can be.
fn both(first: &Launch, second: &Launch) -> Option<Launch> {
    let of = [first.kernel, second.kernel];
    let &Pair { both: kernel, single, .. } = PAIRS.iter().find(|pair| pair.of == of)?;
    let info = kernel.info();
    let groups = if single { 1 } else { first.groups.max(second.groups) };
    // One workgroup goes over as much as some would, but not over as much as many.
    if single && (first.groups > 1 || second.groups > FEW) {
        return None;
    }
    let alone = first.second.is_none() && second.second.is_none() && first.scratch + second.scratch == 0;
    if !alone || meet(first, second) {
        return None;
    }
    let size = [first, second].map(size).into_iter().max()?;
    let halves = [sized(first, size)?, sized(second, size)?];
    let mut constants = vec![];
    for (own, ending) in halves.into_iter().zip(["", SECOND]) {
        for (name, value) in own {
            let same = |known: &str| known.strip_suffix(ending) == Some(name);
            match info.overrides.iter().find(|(known, _)| same(known)) {
                Some((known, _)) => constants.push((*known, value)),
                // What the pair leaves out it cannot do.
                None if value == 0.0 => {}
                None => return None,
            }
        }
    }
    let home = |number: u32| {
        let (launch, number) = if number < BEHIND { (first, number) } else { (second, number - BEHIND) };
        let place = launch.kernel.info().storage().position(|(known, _)| known == number)?;
        launch.buffers.get(place).cloned()
    };
    let buffers: Vec<Home> = info.storage().map(|(number, _)| home(number)).collect::<Option<_>>()?;
    Some(Launch {
        kernel,
        constants,
        params: first.params.clone(),
        second: Some(second.params.clone()),
        buffers,
        scratch: 0,
        groups,
    })
}

/// The invocations of a launch's workgroups.
fn size(launch: &Launch) -> u64 {
    launch.kernel.info().wants(&launch.constants).0.iter().product()
}

/// The overrides of a launch in workgroups of this size; none where it cannot have them.
fn sized(launch: &Launch, size: u64) -> Option<Vec<(&'static str, f64)>> {
    let mut constants = launch.constants.clone();
    for (name, value) in &mut constants {
        // What goes by elements goes in any size.
        if *name == "WORKGROUP" {
            *value = size as f64;
        }
    }
    let sizes = launch.kernel.info().wants(&constants).0;
    (sizes == [size, 1, 1]).then_some(constants)
}

/// Whether one writes what the other reads or writes.
fn meet(first: &Launch, second: &Launch) -> bool {
    let uses = |launch: &Launch, only_written: bool| -> Vec<Home> {
        let storage = launch.kernel.info().storage().zip(&launch.buffers);
        let wanted = storage.filter(|((_, access), _)| !only_written || *access == Access::ReadWrite);
        wanted.map(|(_, home)| home.clone()).collect()
    };
    let touches = |a: &Launch, b: &Launch| {
        let written = uses(a, true);
        uses(b, false).iter().any(|home| written.contains(home))
    };
    touches(first, second) || touches(second, first)
}
