//! The CPU backend's plans.

use minibatch_session::{Backend, How, PRESETS, Plan, WORKLOADS, repeated};

use crate::counting::alone;

/// Runs in a row, of which none takes memory.
const TIMES: u32 = 5;

/// Breaks where a kernel makes a list each time it runs, or asking whether a plan still fits its variables does.
#[test]
fn a_plan_that_repeats_takes_no_memory() {
    let alone = alone();
    let mut faults = vec![];
    for name in WORKLOADS.into_iter().chain(PRESETS.iter().map(|preset| preset.name)) {
        for threads in [1, 2] {
            let how = How::default().in_threads(threads);
            let (mut backend, plans) = pollster::block_on(repeated(name, how)).unwrap();
            let Backend::Cpu(cpu, _) = &mut backend else { panic!("the CPU was asked for") };
            for (i, plan) in plans.iter().enumerate() {
                let Plan::Cpu(plan) = plan else { panic!("the CPU was asked for") };
                let mut plan = plan.borrow_mut();
                cpu.run(&mut plan, 1).unwrap();
                let taken = alone.taken(|| (0..TIMES).for_each(|_| cpu.run(&mut plan, 1).unwrap())).1;
                if taken.calls > 0 {
                    faults.push(format!("{name} in {threads} threads, plan {i}: {taken:?} in {TIMES} runs"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
