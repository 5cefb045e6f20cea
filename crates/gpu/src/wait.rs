//! The one difference between the platforms: natively the device only moves on when it is polled; a browser moves it
//! on by itself, and must never be blocked.

/// Lets callbacks run that are due.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn progress(device: &wgpu::Device) {
    device.poll(wgpu::PollType::Poll).ok();
}

/// Lets callbacks run that are due.
#[cfg(target_arch = "wasm32")]
pub(crate) fn progress(_device: &wgpu::Device) {}

/// Blocks until the submit is done and its callbacks have run. True: there is nothing left to wait for.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn block(device: &wgpu::Device, index: &wgpu::SubmissionIndex) -> bool {
    // A wrong index belongs to a submit that was refused, which the mailbox knows.
    device.poll(wgpu::PollType::Wait { submission_index: Some(index.clone()), timeout: None }).ok();
    true
}

/// Returns at once, with false: the browser will wake whoever waits.
#[cfg(target_arch = "wasm32")]
pub(crate) fn block(_device: &wgpu::Device, _index: &wgpu::SubmissionIndex) -> bool {
    false
}

/// How to come by an adapter.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const ADAPTER_HINT: &str = "install a graphics driver with Vulkan; Mesa's software one will do, on Debian or \
                                       Ubuntu `apt-get install mesa-vulkan-drivers`";

/// How to come by an adapter.
#[cfg(target_arch = "wasm32")]
pub(crate) const ADAPTER_HINT: &str = "this browser has no WebGPU, or it is switched off; use a current Chrome, Edge, \
                                       Safari or Firefox, or the CPU backend";
