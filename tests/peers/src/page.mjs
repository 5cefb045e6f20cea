// One peer and one workload, as the address says: ?peer=jax:wasm&workload=mlp-2d&seconds=4 sets window.result.
import { WORKLOADS } from './workloads.mjs';
const q = new URLSearchParams(location.search);
const [lib, backend] = q.get('peer').split(':');
const name = q.get('workload');
try {
  const mod = lib === 'tfjs' ? await import('./tfjs.mjs') : await import('./jax.mjs');
  const r = await mod.run(backend, WORKLOADS[name], { seconds: Number(q.get('seconds') || 4) });
  window.result = { ok: true, peer: q.get('peer'), workload: name, ...r };
} catch (e) {
  window.result = { ok: false, peer: q.get('peer'), workload: name, error: String(e?.stack || e).slice(0, 400) };
}
