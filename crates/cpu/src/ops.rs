//! The kernels. Each is made once for a plan, with all that follows from shapes and machine; running it derives nothing again.

pub(crate) mod arrange;
pub(crate) mod attention;
pub(crate) mod control;
pub(crate) mod elementwise;
pub(crate) mod gather;
pub(crate) mod loss;
pub(crate) mod matmul;
pub(crate) mod measure;
pub(crate) mod norm;
mod places;
mod product;
pub(crate) mod recurrent;
pub(crate) mod reduce;
pub(crate) mod spatial;
pub(crate) mod update;
