// Before the page runs: the theme and whether it is bare, so that nothing flashes, and a word should the page not come.
"use strict";
(() => {
  const query = new URLSearchParams(location.search);
  const asked = query.get("theme");
  let kept = null;
  try { kept = localStorage.getItem("minibatch.theme"); } catch { /* not in a sandboxed frame */ }
  const theme = [asked, kept].find(name => name === "light" || name === "dark");
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = theme ?? system;
  // A frame of pair.html, which has the head and the transport for both.
  document.documentElement.toggleAttribute("data-bare", query.get("bare") === "1");

  // The page says that its files are missing, until this comes.
  document.documentElement.toggleAttribute("data-booted", true);

  const fail = why => {
    const boot = document.getElementById("boot");
    if (boot) boot.textContent =
      `Minibatch could not be loaded (${why}). It needs a browser of 2023 or later with WebAssembly; check the connection and reload the page.`;
  };
  addEventListener("error", event => fail(event.message ?? "a file is missing"), true);
  addEventListener("unhandledrejection", event => fail(event.reason?.message ?? event.reason));
  addEventListener("securitypolicyviolation", event => {
    if (/script|worker|connect/.test(event.effectiveDirective))
      fail(`the page's Content-Security-Policy forbids it: ${event.effectiveDirective} ${event.blockedURI}`);
  });
  addEventListener("DOMContentLoaded", () => {
    if (location.protocol === "file:") fail("it was opened as a file; a browser runs it only from a web server");
  });
  setTimeout(() => fail("it has not come within 30 seconds"), 30000);
})();
