// bench.html?workload=NAME&backend=webgpu|cpu&seconds=S sets window.result; see docs/benchmarks.md.
// bench.html?bits=NAME,…&steps=N: the bits of each one's parameters after so many steps on the CPU.
"use strict";
const query = new URLSearchParams(location.search);
const workload = query.get("workload") ?? "mlp-2d";
let result;
try {
  const { default: init, bench, bits } = await import("./minibatch-worker.js");
  await init({ module_or_path: "./minibatch-worker_bg.wasm" });
  const names = query.get("bits");
  if (names) {
    result = { ok: true, bits: {} };
    for (const name of names.split(",")) {
      result.bits[name] = await bits(name, Number(query.get("steps") ?? 50));
      // The page answers in between.
      await new Promise(done => setTimeout(done));
    }
  } else {
    const seconds = Number(query.get("seconds") ?? 4);
    result = JSON.parse(await bench(workload, query.get("backend") ?? "webgpu", seconds));
  }
} catch (error) {
  result = { ok: false, workload, error: String(error?.message ?? error) };
}
document.getElementById("answer").textContent = JSON.stringify(result, null, 2);
window.result = result;
