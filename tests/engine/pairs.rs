//! The launches of a card, two in one where they do not wait for each other, train as the CPU does. On this device, which may be
//! software and choose others.

use minibatch_session::{Backend, losses};
use pollster::block_on;

use crate::gpu_device::gpu;

const STEPS: u32 = 3;

/// Breaks where half of a pair runs over another's elements, is bound to another's buffers, or waits for what its twin writes.
#[test]
fn a_cards_launches_train_as_the_cpu_does() {
    let workloads = ["mlp-2d", "mlp-mnist", "cnn-28", "lstm-seed", "gpt-nano"];
    let presets = ["blobs", "e3", "textures", "r1", "parity", "brackets", "modular-addition", "a1", "a4"];
    for name in workloads.into_iter().chain(presets) {
        let mut gpu = gpu();
        gpu.prefer_software(false);
        let trained = |mut backend: Backend| block_on(losses(&mut backend, name, STEPS)).expect(name);
        let [card, cpu] = [Backend::Gpu(Box::new(gpu)), Backend::cpu()].map(trained);
        for (step, (card, cpu)) in card.iter().zip(&cpu).enumerate() {
            let near = (card - cpu).abs() <= 1e-4 * cpu.abs().max(1.0);
            assert!(near, "{name}, step {}: {card} by a card's launches, {cpu} on the CPU", step + 1);
        }
    }
}
