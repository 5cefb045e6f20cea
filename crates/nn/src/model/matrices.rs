//! Which parameters are matrices inside the network: what Muon moves.

use super::layout::{Layout, Parameter};
use crate::{Block, Matrix};

impl Layout {
    /// The matrices inside the network, see [`Parameter::inner`]; a kernel (out, in, height, width) is one of
    /// (out, in height width), as Jordan has it.
    pub fn matrices(&self) -> Vec<Matrix> {
        let of = |p: &Parameter| {
            let rows = p.shape[0];
            Matrix { offset: p.offset, rows, columns: p.len() / rows }
        };
        self.parameters.iter().filter(|p| p.inner).map(of).collect()
    }

    /// The layers whose results are the model's are not inside of it.
    pub(super) fn set_outputs_apart(&mut self, blocks: &[Block]) {
        let mut outputs = vec![];
        self.outputs("layers", blocks, &mut outputs);
        for p in &mut self.parameters {
            let owned =
                |path: &String| p.name.strip_prefix(path.as_str()).is_some_and(|r| r.starts_with('.'));
            p.inner &= !outputs.iter().any(owned);
        }
    }

    /// The paths of the last dense layers or convolutions: one, or one for each branch. A model that ends in another
    /// layer with matrices, a recurrent one for example, has no output layer of its own.
    fn outputs(&self, path: &str, blocks: &[Block], found: &mut Vec<String>) {
        let mut number: usize = blocks.iter().map(Block::modules).sum();
        for block in blocks.iter().rev() {
            number -= block.modules();
            let path = format!("{path}.{number}");
            match block {
                Block::Linear { .. } | Block::Conv2d { .. } | Block::ConvTranspose2d { .. } => {
                    found.push(path);
                    return;
                }
                Block::EncoderDecoder { decoder, .. } => {
                    return self.outputs(&format!("{path}.decoder"), decoder, found);
                }
                Block::Branches { branches, .. } => {
                    let each = branches.iter().enumerate();
                    return each.for_each(|(i, b)| self.outputs(&format!("{path}.branches.{i}"), b, found));
                }
                _ if self.parameters.iter().any(|p| p.inner && p.name.starts_with(&format!("{path}."))) => {
                    return;
                }
                _ => {}
            }
        }
    }
}
