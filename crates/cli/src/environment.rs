//! What the environment holds before the first Vulkan instance.

/// Variables by which somebody steers Mesa's layer that picks a device; it stays where one is set.
const STEERED: [&str; 3] = ["NODEVICE_SELECT", "MESA_VK_DEVICE_SELECT", "DRI_PRIME"];

/// Keeps Mesa's layer that picks a device out: it looks for a display, and writes to the standard error where there is none.
/// Which device is taken, wgpu decides in any case. To be called first in `main`, while there is one thread.
pub fn prepare() {
    if cfg!(target_os = "linux") && STEERED.iter().all(|name| std::env::var_os(name).is_none()) {
        set("NODEVICE_SELECT", "1");
    }
}

#[allow(
    unsafe_code,
    reason = "setting a variable is unsound only while another thread may read it, and there is none yet"
)]
fn set(name: &str, value: &str) {
    // SAFETY: called at the start of `main`, before any thread is started.
    unsafe { std::env::set_var(name, value) }
}
