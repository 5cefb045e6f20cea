//! The engine in a Web Worker: commands come in by message, events go out the same way, arrays as transferred
//! buffers. The bench page loads the same module in the page itself and calls [`bench`].

mod files;
mod life;
mod post;
mod time;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::DedicatedWorkerGlobalScope;

fn main() {
    if let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
        post::install_panic_hook();
        life::start(scope);
    } else {
        console_error_panic_hook::set_once();
    }
}

/// Measures a workload; gives JSON with `ok`, and `error` where it could not.
#[wasm_bindgen]
pub async fn bench(workload: String, backend: String, seconds: f64) -> String {
    let measured = minibatch_session::bench(&workload, backend == "cpu", seconds, time::now).await;
    let json = match measured {
        Ok(measured) => serde_json::to_value(measured).map(|mut value| {
            value["ok"] = true.into();
            value
        }),
        Err(error) => {
            Ok(serde_json::json!({ "ok": false, "workload": workload, "error": error.to_string() }))
        }
    };
    json.unwrap_or_default().to_string()
}

/// The bits of a workload's or a preset's parameters after so many steps on the CPU, as hexadecimal digits; or what is wrong.
/// For the tests that compare machines.
#[wasm_bindgen]
pub async fn bits(name: String, steps: u32) -> String {
    let bits = minibatch_session::bits(&name, steps, minibatch_session::How::default()).await;
    bits.map_or_else(|error| error.to_string(), |bits| format!("{bits:016x}"))
}

/// Makes every pipeline there is; gives what was refused, or nothing. For the browser test.
#[wasm_bindgen]
pub async fn check_kernels() -> Option<String> {
    minibatch_session::check_kernels().await.err().map(|error| error.to_string())
}
