import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { dense, drawn, uniform, rng, measure } from './workloads.mjs';

// Tensors as the peers draw them, in the shapes that src/jax.mjs has.
const draw = (shapes) => drawn(shapes).map(([numbers, shape]) => tf.tensor(numbers, shape));
const makeParams = (shapes) => draw(shapes).map((t) => tf.variable(t));

const act = { relu: tf.relu, tanh: tf.tanh, sigmoid: tf.sigmoid };

function build(w) {
  const rand = rng(3);
  const B = w.batch;
  if (w.kind === 'mlp') {
    const P = makeParams(dense(w.sizes));
    const x = tf.tensor(uniform(B * w.sizes[0], 1, rand), [B, w.sizes[0]]);
    const out = w.sizes.at(-1);
    const y = w.loss === 'mse'
      ? tf.tensor(uniform(B * out, 1, rand), [B, out])
      : tf.oneHot(tf.tensor1d(Int32Array.from({ length: B }, () => Math.floor(rand() * out)), 'int32'), out).toFloat();
    const f = () => {
      let h = x;
      for (let i = 0; i < P.length; i += 2) {
        h = tf.add(tf.matMul(h, P[i]), P[i + 1]);
        if (i + 2 < P.length) h = act[w.act](h);
        else if (w.outAct) h = act[w.outAct](h);
      }
      return w.loss === 'mse' ? tf.losses.meanSquaredError(y, h) : tf.losses.softmaxCrossEntropy(y, h);
    };
    return f;
  }
  if (w.kind === 'cnn') {
    const [c0, c1, c2] = w.chans;
    const flat = Math.pow(w.size / 4, 2) * c2;
    // This library keeps channels last; they are drawn with channels first, and moved.
    const tensors = draw([[c1, c0, 3, 3], [c1, 1, 1], [c2, c1, 3, 3], [c2, 1, 1], [flat, w.classes], [w.classes]]);
    const side = w.size / 4;
    const moved = [
      tensors[0].transpose([2, 3, 1, 0]), tensors[1].reshape([c1]), tensors[2].transpose([2, 3, 1, 0]), tensors[3].reshape([c2]),
      tensors[4].reshape([c2, side, side, w.classes]).transpose([1, 2, 0, 3]).reshape([flat, w.classes]), tensors[5],
    ];
    const P = moved.map((t) => tf.variable(t));
    const x = tf.tensor(uniform(B * w.size * w.size * c0, 1, rand), [B, c0, w.size, w.size]).transpose([0, 2, 3, 1]);
    const y = tf.oneHot(tf.tensor1d(Int32Array.from({ length: B }, () => Math.floor(rand() * w.classes)), 'int32'), w.classes).toFloat();
    return () => {
      let h = tf.relu(tf.add(tf.conv2d(x, P[0], 1, 'same'), P[1]));
      h = tf.maxPool(h, 2, 2, 'valid');
      h = tf.relu(tf.add(tf.conv2d(h, P[2], 1, 'same'), P[3]));
      h = tf.maxPool(h, 2, 2, 'valid');
      h = tf.add(tf.matMul(tf.reshape(h, [B, flat]), P[4]), P[5]);
      return tf.losses.softmaxCrossEntropy(y, h);
    };
  }
  if (w.kind === 'lstm') {
    const H = w.hidden;
    const P = makeParams([[w.features, 4 * H], [H, 4 * H], [4 * H], [H, w.classes], [w.classes]]);
    const xs = Array.from({ length: w.seq }, () => tf.tensor(uniform(B * w.features, 1, rand), [B, w.features]));
    const y = tf.oneHot(tf.tensor1d(Int32Array.from({ length: B }, () => Math.floor(rand() * w.classes)), 'int32'), w.classes).toFloat();
    const zeros = tf.zeros([B, H]);
    return () => {
      let h = zeros, c = zeros;
      for (const x of xs) {
        const g = tf.add(tf.add(tf.matMul(x, P[0]), tf.matMul(h, P[1])), P[2]);
        const [i, f, o, z] = tf.split(g, 4, 1);
        c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(z)));
        h = tf.mul(tf.sigmoid(o), tf.tanh(c));
      }
      return tf.losses.softmaxCrossEntropy(y, tf.add(tf.matMul(h, P[3]), P[4]));
    };
  }
  if (w.kind === 'gpt') {
    const { d, seq: T, heads: H, vocab: V } = w;
    const shapes = [[V, d], [T, d]];
    for (let l = 0; l < w.layers; l++) shapes.push([d], [d], [d, 3 * d], [3 * d], [d, d], [d], [d], [d], [d, 4 * d], [4 * d], [4 * d, d], [d]);
    shapes.push([d], [d], [d, V]);
    const P = makeParams(shapes);
    for (let l = 0; l < w.layers; l++) for (const k of [0, 6]) P[2 + l * 12 + k].assign(tf.ones([d]));
    P[P.length - 3].assign(tf.ones([d]));
    const ids = tf.tensor1d(Int32Array.from({ length: B * T }, () => Math.floor(rand() * V)), 'int32');
    const y = tf.oneHot(tf.tensor1d(Int32Array.from({ length: B * T }, () => Math.floor(rand() * V)), 'int32'), V).toFloat();
    const mask = tf.tensor(Float32Array.from({ length: T * T }, (_, i) => (i % T > Math.floor(i / T) ? -1e9 : 0)), [1, 1, T, T]);
    const ln = (x, g, b) => {
      const { mean, variance } = tf.moments(x, -1, true);
      return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), g), b);
    };
    const gelu = (x) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.tanh(tf.mul(0.7978845608, tf.add(x, tf.mul(0.044715, tf.mul(x, tf.mul(x, x))))))));
    return () => {
      let x = tf.add(tf.reshape(tf.gather(P[0], ids), [B, T, d]), P[1]);
      for (let l = 0; l < w.layers; l++) {
        const p = P.slice(2 + l * 12, 2 + (l + 1) * 12);
        let h = ln(x, p[0], p[1]);
        const qkv = tf.add(tf.matMul(tf.reshape(h, [B * T, d]), p[2]), p[3]);
        const [q, k, v] = tf.split(qkv, 3, 1).map((t) => tf.transpose(tf.reshape(t, [B, T, H, d / H]), [0, 2, 1, 3]));
        const att = tf.softmax(tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(d / H)), mask));
        const o = tf.reshape(tf.transpose(tf.matMul(att, v), [0, 2, 1, 3]), [B * T, d]);
        x = tf.add(x, tf.reshape(tf.add(tf.matMul(o, p[4]), p[5]), [B, T, d]));
        h = tf.reshape(ln(x, p[6], p[7]), [B * T, d]);
        h = tf.add(tf.matMul(gelu(tf.add(tf.matMul(h, p[8]), p[9])), p[10]), p[11]);
        x = tf.add(x, tf.reshape(h, [B, T, d]));
      }
      const n = P.length;
      const logits = tf.matMul(tf.reshape(ln(x, P[n - 3], P[n - 2]), [B * T, d]), P[n - 1]);
      return tf.losses.softmaxCrossEntropy(y, logits);
    };
  }
  throw new Error(w.kind);
}

export async function run(backend, w, opts) {
  if (backend === 'wasm') setWasmPaths('/');
  if (!(await tf.setBackend(backend))) throw new Error('no backend ' + backend);
  await tf.ready();
  tf.engine().startScope();
  try {
    if (w.kind === 'matmul') {
      const rand = rng(3);
      const a = tf.tensor(uniform(w.n * w.n, 1, rand), [w.n, w.n]);
      const b = tf.tensor(uniform(w.n * w.n, 1, rand), [w.n, w.n]);
      let last = null;
      const r = await measure(() => { last?.dispose(); last = tf.matMul(a, b); }, async () => { await last.data(); }, { warmup: 1, block: 2, ...opts });
      return { ...r, gflops: 2 * w.n ** 3 / r.ms / 1e6 };
    }
    const f = build(w);
    const opt = w.opt === 'sgd' ? tf.train.sgd(w.lr) : tf.train.adam(w.lr);
    let last = null;
    const step = () => { last?.dispose(); last = opt.minimize(f, true); };
    step();
    const first = (await last.data())[0];
    const r = await measure(step, async () => { await last.data(); }, opts);
    return { ...r, first, loss: (await last.data())[0] };
  } finally {
    tf.engine().endScope();
  }
}
