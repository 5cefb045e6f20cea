// Runs every workload on every peer in one headless Chromium and prints a line of JSON for each.
//   node run.mjs [--peers tfjs:wasm,jax:wasm,…] [--workloads mlp-2d,…] [--seconds 4]
//                [--dist FOLDER]   the built site, for the peers minibatch:cpu and minibatch:webgpu
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tmpdir } from 'node:os';
import { execFileSync } from 'node:child_process';
import { WORKLOADS } from './src/workloads.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const word = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const peers = word('peers', 'tfjs:wasm,jax:wasm,tfjs:cpu').split(',');
const workloads = word('workloads', Object.keys(WORKLOADS).join(',')).split(',');
const seconds = word('seconds', '4');
const dist = word('dist', null);
const onPath = (name) => execFileSync('which', [name], { encoding: 'utf8' }).trim();
/// A step of the slowest peer takes 5 s, and eleven are the fewest.
const LONGEST = 180_000;

const bundle = await mkdtemp(join(tmpdir(), 'minibatch-peers-'));
let browser, server;
try {
  await build({
    entryPoints: [join(here, 'src/page.mjs')], bundle: true, splitting: true, format: 'esm', platform: 'browser',
    outdir: bundle, logLevel: 'error', define: { global: 'globalThis' },
    external: ['fs', 'path', 'crypto', 'os', 'util', 'worker_threads', 'perf_hooks'],
  });
  await writeFile(join(bundle, 'index.html'), '<!doctype html><script type="module" src="page.js"></script>');
  server = await serve([bundle, join(here, 'node_modules/@tensorflow/tfjs-backend-wasm/wasm-out')]);
  const flags = [
    '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan',
  ];
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || onPath('chromium'), headless: true, args: flags,
  });
  console.log(JSON.stringify({ chromium: browser.version() }));
  for (const workload of workloads) for (const peer of peers) console.log(JSON.stringify(await measured(peer, workload)));
} finally {
  await browser?.close();
  server?.close();
  await rm(bundle, { recursive: true });
}

/// Serves the first file of this name in the folders, and the site below /minibatch/.
async function serve(folders) {
  const types = { '.js': 'text/javascript', '.html': 'text/html', '.wasm': 'application/wasm' };
  const server = createServer(async (request, response) => {
    let path = new URL(request.url, 'http://x').pathname.replace(/^\/$/, '/index.html');
    let within = folders;
    if (dist && path.startsWith('/minibatch/')) {
      within = [resolve(dist)];
      path = path.slice('/minibatch'.length);
    }
    for (const folder of within) {
      const body = await readFile(join(folder, path)).catch(() => null);
      if (!body) continue;
      response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' });
      return response.end(body);
    }
    response.writeHead(404);
    response.end();
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

/// What the page of this peer says of the workload.
async function measured(peer, workload) {
  const page = await browser.newPage();
  try {
    const [library, backend] = peer.split(':');
    const at = library === 'minibatch' ? `/minibatch/bench.html?backend=${backend}&` : `/?peer=${peer}&`;
    const broken = new Promise((_, fail) => page.on('pageerror', fail));
    await page.goto(`http://127.0.0.1:${server.address().port}${at}workload=${workload}&seconds=${seconds}`);
    // Asked for now and then only: what asks in every frame is measured too.
    await Promise.race([broken, page.waitForFunction(() => window.result, null, { timeout: LONGEST, polling: 250 })]);
    return { ...(await page.evaluate(() => window.result)), peer, workload };
  } catch (error) {
    return { ok: false, peer, workload, error: String(error).slice(0, 300) };
  } finally {
    await page.close();
  }
}
