//! The store's errors, and what a plan does when its variables change under it.

use minibatch_cpu::{Cpu, CpuError};
use minibatch_graph::{Binary, DType, Graph, Op};

fn doubles() -> Graph {
    let mut graph = Graph::new();
    let x = graph.variable("x", [3], DType::F32).unwrap();
    let y = graph.add_node(Op::Binary(Binary::Add), &[x, x]).unwrap();
    graph.output("y", y).unwrap();
    graph
}

#[test]
fn variables_are_created_written_read_and_copied() {
    let mut cpu = Cpu::<f32>::new();
    cpu.set_f32("a", &[1.0, 2.0, 3.0]);
    cpu.write_f32("a", 1, &[5.0]).unwrap();
    assert_eq!(cpu.read_f32("a").unwrap(), [1.0, 5.0, 3.0]);
    cpu.copy("a", "b").unwrap();
    cpu.set_f32("a", &[7.0]);
    assert_eq!(cpu.read_f32("b").unwrap(), [1.0, 5.0, 3.0]);
    assert_eq!(
        cpu.copy("a", "b"),
        Err(CpuError::WrongSize { name: "b".into(), wanted: 1, got: 3 }),
        "a copy never changes a variable's size"
    );
    cpu.set_u32("n", &[1, 2]);
    cpu.write_u32("n", 0, &[9]).unwrap();
    assert_eq!(cpu.read_u32("n").unwrap(), [9, 2]);
    assert_eq!(
        cpu.read_f32("n"),
        Err(CpuError::WrongType { name: "n".into(), wanted: DType::F32, got: DType::U32 })
    );
    let past = CpuError::PastTheEnd { name: "n".into(), len: 2, offset: 1, count: 2 };
    assert_eq!(cpu.write_u32("n", 1, &[0, 0]), Err(past));
    assert!(cpu.write_u32("n", usize::MAX, &[0, 0]).is_err());
    assert_eq!(cpu.read_f32("none"), Err(CpuError::Unknown { name: "none".into() }));
}

#[test]
fn compiling_makes_missing_variables_and_refuses_wrong_ones() {
    let mut cpu = Cpu::<f32>::new();
    let mut plan = cpu.compile(&doubles()).unwrap();
    assert_eq!(cpu.read_f32("x").unwrap(), [0.0; 3]);
    cpu.set_f32("x", &[1.0, 2.0, 3.0]);
    cpu.run(&mut plan, 1).unwrap();
    assert_eq!(cpu.read_f32("y").unwrap(), [2.0, 4.0, 6.0]);
    let mut other = Cpu::<f32>::new();
    other.set_f32("x", &[1.0]);
    let error = other.compile(&doubles()).unwrap_err();
    assert_eq!(error, CpuError::WrongSize { name: "x".into(), wanted: 3, got: 1 });
}

#[test]
fn a_variable_replaced_after_compiling_is_an_error_not_a_panic() {
    let mut cpu = Cpu::<f32>::new();
    let mut plan = cpu.compile(&doubles()).unwrap();
    cpu.set_f32("x", &[1.0]);
    assert_eq!(cpu.run(&mut plan, 1), Err(CpuError::WrongSize { name: "x".into(), wanted: 3, got: 1 }));
    cpu.set_u32("x", &[1, 2, 3]);
    assert!(matches!(cpu.run(&mut plan, 1), Err(CpuError::WrongType { .. })));
    let foreign = Cpu::<f32>::new().run(&mut plan, 1);
    assert_eq!(foreign, Err(CpuError::ForeignPlan { name: "x".into() }));
}
