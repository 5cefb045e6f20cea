// The workloads, in one place so that every peer trains the same thing; see ../README.md for what each is. Ours are in
// crates/session/src/engine/bench/workloads.rs, PyTorch's in ../torch.py.
export const WORKLOADS = {
  'mlp-2d': { kind: 'mlp', sizes: [2, 4, 2, 1], act: 'tanh', outAct: 'tanh', loss: 'mse', batch: 10, opt: 'sgd', lr: 0.03 },
  'mlp-mnist': { kind: 'mlp', sizes: [784, 128, 10], act: 'relu', loss: 'ce', batch: 64, opt: 'adam', lr: 1e-3 },
  'cnn-28': { kind: 'cnn', chans: [1, 8, 16], size: 28, classes: 10, batch: 32, opt: 'adam', lr: 1e-3 },
  'lstm-seed': { kind: 'lstm', seq: 15, features: 10, hidden: 50, classes: 7, batch: 32, opt: 'adam', lr: 1e-3 },
  'gpt-nano': { kind: 'gpt', vocab: 65, seq: 64, d: 64, heads: 4, layers: 4, batch: 8, opt: 'adam', lr: 1e-3 },
  'matmul-512': { kind: 'matmul', n: 512 },
  'matmul-1024': { kind: 'matmul', n: 1024 },
};

/// T. Ettinger's mulberry32: numbers within [0, 1).
export function rng(seed = 1) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/// So many numbers within `scale` of zero.
export function uniform(n, scale, rand) {
  return Float32Array.from({ length: n }, () => (rand() * 2 - 1) * scale);
}

/// The numbers of each tensor of these shapes, in order, and its shape: zeros where there is one axis, else within 1 / sqrt of all but
/// the last.
export function drawn(shapes) {
  const rand = rng(7);
  return shapes.map((shape) => {
    const n = shape.reduce((a, b) => a * b, 1);
    const inputs = shape.length > 1 ? n / shape[shape.length - 1] : 0;
    return [inputs ? uniform(n, 1 / Math.sqrt(inputs), rand) : new Float32Array(n), shape];
  });
}

/// The shapes of dense layers between these widths: weight and bias of each.
export function dense(sizes) {
  return sizes.slice(1).flatMap((units, i) => [[sizes[i], units], [units]]);
}

/// Runs `step` until `seconds` have passed (after `warmup` steps), and returns
/// {steps, ms}: milliseconds a step. `sync` must wait for the device.
export async function measure(step, sync, { seconds = 4, warmup = 5, block = 5, maxSteps = 100000 } = {}) {
  for (let i = 0; i < warmup; i++) await step();
  await sync();
  let steps = 0;
  const t0 = performance.now();
  do {
    for (let i = 0; i < block; i++) await step();
    await sync();
    steps += block;
  } while (performance.now() - t0 < seconds * 1000 && steps < maxSteps);
  return { steps, ms: (performance.now() - t0) / steps };
}
