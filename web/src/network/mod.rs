//! Around the network's picture: what each layer is, and what they come to.

mod foot;
mod layer_bar;
mod layer_sheet;

pub use foot::NetworkFoot;
pub use layer_bar::LayerBar;
