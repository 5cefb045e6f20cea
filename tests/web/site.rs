//! The site in a browser, opened and ready.

use std::time::Duration;

use minibatch_session::Experiment;
use minibatch_tests::browser::{Browser, BrowserOptions, Page};
use minibatch_tests::server::{self, Server};
use serde_json::{Value, json};

/// How long the engine may take to be ready: every pipeline is compiled on a software adapter.
pub const READY: Duration = Duration::from_secs(120);

/// Keeps hold of the page's workers, so that a test can speak to them as the page does.
const HOLD_WORKERS: &str = "{ const Own = Worker; window.workers = [];
    window.Worker = class extends Own { constructor(...a) { super(...a); workers.push(this); } }; }";

/// A page of the built site.
pub struct Site {
    pub server: Server,
    pub page: Page,
    /// Open as long as the page is.
    _browser: Browser,
}

impl Site {
    /// Opens `path` once the engine is ready. `webgpu`: whether the browser has it.
    pub fn open(path: &str, webgpu: bool) -> Self {
        let site = Self::open_early(path, webgpu, server::dist());
        site.ready();
        site
    }

    /// Opens `path` of a site and does not wait for its engine.
    pub fn open_early(path: &str, webgpu: bool, site: server::Site) -> Self {
        let server = server::serve(site);
        let browser = Browser::launch(BrowserOptions { webgpu }).unwrap();
        let page = browser.blank().unwrap();
        page.set_init_script(HOLD_WORKERS).unwrap();
        page.navigate(&server.url(path)).unwrap();
        Self { server, page, _browser: browser }
    }

    /// Waits until there is something to call, and calls succeed.
    pub fn ready(&self) {
        self.page.wait_for("window.minibatch", READY).unwrap();
        self.page.run("minibatch.ready").unwrap();
    }

    /// `minibatch.call(method, params)`.
    pub fn call(&self, method: &str, params: Value) -> Value {
        self.page.eval(&format!("minibatch.call({}, {params})", json!(method))).unwrap()
    }

    /// The message with which a call is refused.
    pub fn refused(&self, method: &str, params: Value) -> String {
        let script = format!(
            "minibatch.call({}, {params}).then(v => 'not refused: ' + JSON.stringify(v), e => e.message)",
            json!(method)
        );
        self.page.eval(&script).unwrap()
    }

    /// Drops files of these names and bytes on the page, as a learner would.
    pub fn drop_files<N: serde::Serialize>(&self, files: &[(N, Vec<u8>)]) {
        let list = serde_json::to_string(files).expect("written");
        let script = format!(
            "(() => {{ const data = new DataTransfer();
              for (const [name, bytes] of {list}) data.items.add(new File([new Uint8Array(bytes)], name));
              document.querySelector('.page').dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }})); }})()"
        );
        self.page.run(&script).unwrap();
    }

    /// One figure of `metrics`.
    pub fn metric(&self, name: &str) -> f64 {
        let metrics = self.call("metrics", json!({}));
        metrics[name].as_f64().unwrap_or_else(|| panic!("{name} in {metrics}"))
    }

    /// The experiment the page shows.
    pub fn experiment(&self) -> Experiment {
        let state = self.call("state", json!({}));
        serde_json::from_value(state["experiment"].clone()).expect("the state holds an experiment")
    }

    /// The losses after each of `steps` batches: train and test, as the page gives them.
    pub fn losses(&self, steps: u32) -> Vec<(f64, f64)> {
        self.page
            .eval(&format!(
                "(async () => {{ const losses = []; for (let i = 0; i < {steps}; i++) {{
                    await minibatch.call('step', {{n: 1}}); const m = await minibatch.call('metrics');
                    losses.push([m.train_loss, m.test_loss]); }} return losses; }})()"
            ))
            .unwrap()
    }

    /// Fails if anything was written to the console as an error.
    pub fn quiet(&self) {
        let errors = self.page.console_errors();
        assert!(errors.is_empty(), "the console has errors: {errors:?}");
    }
}

/// As if the GPU's work took so long to be told: `onSubmittedWorkDone` and `mapAsync` of every worker answer later.
pub fn late(ms: u32) -> String {
    format!(
        "{{ const Own = window.Worker; window.Worker = class extends Own {{ constructor(url, options) {{
            const source = `const wait = f => async function (...a) {{ const r = await f.apply(this, a);
                await new Promise(done => setTimeout(done, {ms})); return r; }};
                if (self.GPUQueue) GPUQueue.prototype.onSubmittedWorkDone = wait(GPUQueue.prototype.onSubmittedWorkDone);
                if (self.GPUBuffer) GPUBuffer.prototype.mapAsync = wait(GPUBuffer.prototype.mapAsync);
                import(${{JSON.stringify(String(new URL(url, location.href)))}});`;
            super(URL.createObjectURL(new Blob([source], {{type: 'text/javascript'}})), options); }} }}; }}"
    )
}

/// `index.html` on a backend.
pub fn index(backend: &str) -> String {
    format!("/index.html?backend={backend}")
}
