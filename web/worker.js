// The engine's worker: its script and its WebAssembly are fetched side by side.
const wasm = fetch(new URL("./minibatch-worker_bg.wasm", import.meta.url));
// The script says what became of it, where it comes to that.
wasm.catch(() => {});
const { default: init } = await import("./minibatch-worker.js");
await init({ module_or_path: wasm });
