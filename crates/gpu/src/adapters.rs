//! The adapters of this machine, for those who ask what there is.

use crate::AdapterInfo;
use crate::device::{describe, preferred};

/// Every adapter, and the place among them of the one that [`crate::Gpu::request`] opens.
pub async fn adapters() -> (Vec<AdapterInfo>, Option<usize>) {
    let instance = crate::device::instance();
    let all = instance.enumerate_adapters(wgpu::Backends::all()).await;
    let used = instance.request_adapter(&preferred()).await.ok().map(|adapter| adapter.get_info());
    let at = |used: wgpu::AdapterInfo| all.iter().position(|adapter| adapter.get_info() == used);
    let used = used.and_then(at);
    (all.iter().map(describe).collect(), used)
}
