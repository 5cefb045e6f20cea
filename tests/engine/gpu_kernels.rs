//! Every kernel against the CPU in f32, over the cases' awkward shapes; and the products' kernels against each other.

use crate::gpu_device::gpu;
use minibatch_cpu::Cpu;
use minibatch_gpu::{Gpu, GpuError, Product, Work};
use minibatch_graph::control;
use minibatch_tests::cases::{Case, cases, large_cases};
use pollster::block_on;

/// A case's float variables and its integer ones, after a run.
type Results = (Vec<Vec<f32>>, Vec<Vec<u32>>);

/// Runs a case on the CPU and leaves its variables there.
fn on_cpu(case: &Case) -> Cpu<f32> {
    let mut cpu = Cpu::new();
    case.f32s.iter().for_each(|(name, values)| cpu.set_f32(name, values));
    case.u32s.iter().for_each(|(name, values)| cpu.set_u32(name, values));
    let mut plan = cpu.compile(&case.graph).unwrap_or_else(|e| panic!("{}: {e}", case.name));
    cpu.run(&mut plan, 1).unwrap_or_else(|e| panic!("{}: {e}", case.name));
    cpu
}

/// Runs a case on the GPU and removes its variables again. Outputs are filled with a sentinel before, so that a launch
/// that never happened shows.
fn on_gpu(gpu: &mut Gpu, case: &Case) -> Result<Results, GpuError> {
    case.f32s.iter().try_for_each(|(name, values)| gpu.set_f32(name, values))?;
    case.u32s.iter().try_for_each(|(name, values)| gpu.set_u32(name, values))?;
    for (name, node) in case.graph.outputs() {
        gpu.set_u32(name, &vec![0x7fc0_dead; case.graph.shape(*node).numel()])?;
    }
    let plan = block_on(gpu.compile(&case.graph))?;
    gpu.submit(&[Work::Run(&plan, 1)], &[])?;
    let floats = case.outputs.iter().map(|name| block_on(gpu.read_f32(name))).collect::<Result<_, _>>()?;
    let words = case.u32_outputs.iter().map(|name| block_on(gpu.read_u32(name))).collect::<Result<_, _>>()?;
    let set = case.f32s.iter().map(|v| &v.0).chain(case.u32s.iter().map(|v| &v.0));
    let outputs = case.graph.outputs().iter().map(|o| &o.0);
    set.chain(outputs).for_each(|name| gpu.remove(name));
    Ok((floats, words))
}

/// The first differences of a case.
fn check(gpu: &mut Gpu, case: &Case) -> Result<(), String> {
    let cpu = on_cpu(case);
    let (floats, words) = on_gpu(gpu, case).map_err(|e| format!("{}: {e}", case.name))?;
    for (name, got) in case.outputs.iter().zip(&floats) {
        case.compare(name, got, &cpu.read_f32(name).map_err(|e| e.to_string())?)?;
    }
    for (name, got) in case.u32_outputs.iter().zip(&words) {
        case.compare_words(name, got, &cpu.read_u32(name).map_err(|e| e.to_string())?)?;
    }
    Ok(())
}

fn check_all(gpu: &mut Gpu, cases: impl Iterator<Item = Case>) {
    let wrong: Vec<String> = cases.filter_map(|case| check(gpu, &case).err()).collect();
    assert!(wrong.is_empty(), "{} cases differ from the CPU:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(gpu.lost(), None);
}

#[test]
fn every_op_gives_what_the_cpu_gives() {
    check_all(&mut gpu(), cases().into_iter());
}

/// A real device shares rows and tiles where a software one, as this may be, gives each invocation its own: breaks where
/// the launches that this device does not choose are wrong.
#[test]
fn every_op_gives_the_same_by_launches_of_the_other_kind_of_device() {
    let mut gpu = gpu();
    let other = !gpu.adapter().software;
    gpu.prefer_software(other);
    check_all(&mut gpu, cases().into_iter());
}

/// Breaks where a kernel wants larger workgroups than a phone's GPU has, or does less in smaller ones.
#[test]
#[cfg_attr(not(feature = "long"), ignore = "takes its time: cargo xtask test --long")]
fn every_op_gives_the_same_in_the_small_workgroups_of_a_phone() {
    for software in [false, true] {
        let adapter = block_on(minibatch_gpu::Adapter::find()).unwrap_or_else(|error| panic!("{error}"));
        let mut gpu = block_on(adapter.as_on_a_phone().open()).unwrap_or_else(|error| panic!("{error}"));
        gpu.prefer_software(software);
        assert!(block_on(gpu.check_kernels()).is_ok_and(|checked| checked > 60));
        // A software device, which this may be, ends an invocation after 65,535 rounds: so long a row takes 256 of them.
        let too_long = |case: &Case| case.name.contains("batch norm [1, 4300013]");
        check_all(&mut gpu, cases().into_iter().chain(large_cases()).filter(|case| !too_long(case)));
    }
}

/// A grid of one workgroup an element would pass 65,535: what breaks where a kernel does not stride.
#[test]
fn many_elements_give_what_the_cpu_gives() {
    check_all(&mut gpu(), large_cases());
}

/// Breaks where a tile's edge, a transposition or an epilogue is wrong in one of them.
#[test]
fn every_product_kernel_agrees_with_the_plain_one() {
    let mut gpu = gpu();
    let of_products = |case: &Case| ["matmul", "weight_grad"].iter().any(|op| case.name.starts_with(op));
    let products = || cases().into_iter().filter(of_products);
    assert!(products().count() > 20, "the products' cases are gone, or have another name");
    let mut wrong = vec![];
    for case in products() {
        gpu.prefer_product(Some(Product::Small));
        let (plain, _) = on_gpu(&mut gpu, &case).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        for product in Product::ALL {
            gpu.prefer_product(Some(product));
            let (got, _) = on_gpu(&mut gpu, &case).unwrap_or_else(|e| panic!("{}: {e}", case.name));
            let compared = case.outputs.iter().zip(got.iter().zip(&plain));
            let errors = compared.filter_map(|(name, (got, plain))| case.compare(name, got, plain).err());
            wrong.extend(errors.map(|e| format!("{product:?}: {e}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Breaks where the device refuses a shader that no case here uses.
#[test]
fn the_device_takes_every_kernel() {
    assert!(block_on(gpu().check_kernels()).expect("all kernels") >= 20);
}

/// Breaks where a word of the control block moves and the shaders do not follow.
#[test]
fn the_shaders_control_block_is_the_graphs() {
    let words = [
        ("STEP", control::STEP),
        ("EPOCH", control::EPOCH),
        ("CURSOR", control::CURSOR),
        ("SEED", control::SEED),
        ("LR", control::LR),
        ("BIAS1", control::BIAS1),
        ("BIAS2", control::BIAS2),
        ("BASE_LR", control::BASE_LR),
        ("SCHEDULE", control::SCHEDULE),
        ("PERIOD", control::PERIOD),
        ("GAMMA", control::GAMMA),
        ("TOTAL", control::TOTAL),
        ("MIN_LR", control::MIN_LR),
        ("WARMUP", control::WARMUP),
        ("L1", control::L1),
        ("L2", control::L2),
        ("BETA1", control::BETA1),
        ("BETA2", control::BETA2),
    ];
    let wgsl = include_str!("../../shaders/shared/control.wgsl");
    let wanted: Vec<String> = words.iter().map(|(name, word)| format!("const {name} = {word}u;")).collect();
    let found: Vec<&str> = wgsl.lines().filter(|line| line.starts_with("const")).collect();
    assert_eq!(found, wanted);
}
