//! What one block tells by itself.

use minibatch_nn::{Block, Pair, RecurrentOutput};

use crate::code::{Call, pair};

/// Whether the block has a decoder that looks at an encoder.
pub fn looks_back(block: &Block) -> bool {
    match block {
        Block::EncoderDecoder { .. } => true,
        Block::Residual { body, shortcut } => body.iter().chain(shortcut).any(looks_back),
        Block::Branches { branches, .. } => branches.iter().flatten().any(looks_back),
        _ => false,
    }
}

/// Whether the script's module says itself what is padding behind it.
pub fn through(block: &Block) -> bool {
    matches!(block, Block::Residual { .. } | Block::Branches { .. } | Block::EncoderDecoder { .. })
}

/// How many axes come out of a block, the batch's among them.
pub fn rank_after(block: &Block, rank: usize) -> usize {
    match block {
        Block::Flatten => 2,
        Block::Reshape { shape } => shape.len() + 1,
        Block::Embedding { .. } => rank + 1,
        Block::Recurrent { output: RecurrentOutput::Last, .. } | Block::LastStep | Block::MeanOverSteps => 2,
        Block::Residual { body, .. } => body.iter().fold(rank, |rank, block| rank_after(block, rank)),
        Block::Branches { branches, .. } => {
            branches.first().map_or(rank, |b| b.iter().fold(rank, |rank, block| rank_after(block, rank)))
        }
        Block::EncoderDecoder { decoder, .. } => {
            decoder.iter().fold(rank, |rank, block| rank_after(block, rank))
        }
        _ => rank,
    }
}

/// `bias=False` where there is none.
pub fn without_bias(module: Call, bias: bool) -> Call {
    if bias { module } else { module.named("bias", "False") }
}

/// A convolution's settings, where they are not the defaults.
pub fn windows(
    module: Call,
    stride: Pair,
    padding: Pair,
    output_padding: [usize; 2],
    dilation: Pair,
    groups: usize,
) -> Call {
    module
        .unless([1, 1], "stride", stride.0, pair)
        .unless([0, 0], "padding", padding.0, pair)
        .unless([0, 0], "output_padding", output_padding, pair)
        .unless([1, 1], "dilation", dilation.0, pair)
        .unless(1, "groups", groups, |n| n.to_string())
}

/// A pool with windows of one size.
pub fn pool(name: &str, kernel: Pair, stride: Option<Pair>, padding: Pair) -> Call {
    let module = Call::new(name).arg(pair(kernel.0));
    let module = match stride {
        Some(stride) => module.unless(kernel.0, "stride", stride.0, pair),
        None => module,
    };
    module.unless([0, 0], "padding", padding.0, pair)
}
