//! The cases of every op on the CPU: f32 against f64. Besides the CPU it checks the cases, whose tolerance must leave
//! room for rounding in f32 and no more.

use minibatch_cpu::{Cpu, Real};
use minibatch_graph::Op;
use minibatch_tests::cases::{Case, cases, large_cases};
use minibatch_tests::every_op::every_op;

fn run<T: Real>(case: &Case) -> Cpu<T> {
    let mut cpu = Cpu::new();
    case.f32s.iter().for_each(|(name, values)| cpu.set_f32(name, values));
    case.u32s.iter().for_each(|(name, values)| cpu.set_u32(name, values));
    let mut plan = cpu.compile(&case.graph).unwrap_or_else(|e| panic!("{}: {e}", case.name));
    cpu.run(&mut plan, 1).unwrap_or_else(|e| panic!("{}: {e}", case.name));
    cpu
}

fn agree(case: &Case) -> Result<(), String> {
    let (single, double) = (run::<f32>(case), run::<f64>(case));
    assert!(!case.outputs.is_empty() || !case.u32_outputs.is_empty(), "{} compares nothing", case.name);
    for name in &case.outputs {
        let [got, want] = [single.read_f32(name), double.read_f32(name)].map(|v| v.expect("an output"));
        case.compare(name, &got, &want)?;
    }
    for name in &case.u32_outputs {
        let [got, want] = [single.read_u32(name), double.read_u32(name)].map(|v| v.expect("an output"));
        case.compare_words(name, &got, &want)?;
    }
    Ok(())
}

#[test]
fn f32_agrees_with_f64() {
    let wrong: Vec<String> = cases().iter().filter_map(|case| agree(case).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn f32_agrees_with_f64_on_millions() {
    let wrong: Vec<String> = large_cases().filter_map(|case| agree(&case).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_op_has_a_case() {
    let all = cases();
    let has = |op: &str| all.iter().any(|case| case.graph.nodes().iter().any(|node| node.op.name() == op));
    let names: Vec<&str> = every_op().iter().map(Op::name).filter(|&name| !has(name)).collect();
    assert!(names.is_empty(), "no case for {names:?}");
}
