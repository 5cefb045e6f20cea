// Starts what its own tag names: the engine in a worker, and beside it the page. Each is fetched and compiled while the other is.
"use strict";
const { page, wasm, worker } = document.querySelector("script[data-page]").dataset;
if (worker) {
  try {
    const started = new Worker(worker, { type: "module" });
    // What it says before the page listens is kept for it; see engine.rs.
    const heard = [];
    started.onmessage = started.onerror = event => heard.push(event);
    window.minibatchEngine = { worker: started, heard };
  } catch { /* the page tries again, and says why it cannot */ }
}
const { default: init } = await import(page);
await init({ module_or_path: wasm });
