//! Edits of nested lists of layers. A place that is not there changes nothing.

use minibatch_session::Block;

/// Which of a block's own lists of layers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// Of a residual block.
    Body,
    /// Of a residual block.
    Shortcut,
    /// Of an encoder-decoder.
    Encoder,
    /// Of an encoder-decoder.
    Decoder,
    /// One of several branches.
    Branch(usize),
}

/// A layer's place, or the gap in front of it: `list` goes down from the outermost list, each time by a block's number
/// and which of its lists.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Place {
    /// The way down to the list.
    pub list: Vec<(usize, Part)>,
    /// The number in the list.
    pub at: usize,
}

impl Part {
    /// Its name in words and ids.
    pub fn id(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Shortcut => "shortcut",
            Self::Encoder => "encoder",
            Self::Decoder => "decoder",
            Self::Branch(_) => "branches",
        }
    }
}

impl Place {
    /// In the outermost list.
    pub fn outer(at: usize) -> Self {
        Self { list: vec![], at }
    }

    /// A place in one of this block's own lists.
    pub fn inner(&self, part: Part, at: usize) -> Self {
        let mut list = self.list.clone();
        list.push((self.at, part));
        Self { list, at }
    }

    /// In the same list, by number.
    pub fn beside(&self, at: usize) -> Self {
        Self { list: self.list.clone(), at }
    }

    /// The block whose list this is in.
    pub fn owner(&self) -> Option<Self> {
        let (&(at, _), list) = self.list.split_last()?;
        Some(Self { list: list.to_vec(), at })
    }

    /// Whether it lies in one of `other`'s own lists.
    pub fn within(&self, other: &Self) -> bool {
        let depth = other.list.len();
        self.list.len() > depth && self.list[..depth] == other.list && self.list[depth].0 == other.at
    }

    /// As an element's id: `3-body-0`.
    pub fn id(&self) -> String {
        let mut id = String::new();
        for (at, part) in &self.list {
            id += &format!("{at}-{}-", part.id());
            if let Part::Branch(i) = part {
                id += &format!("{i}-");
            }
        }
        id + &self.at.to_string()
    }
}

/// The lists a block has.
pub fn parts(block: &Block) -> Vec<Part> {
    match block {
        Block::Residual { .. } => vec![Part::Body, Part::Shortcut],
        Block::EncoderDecoder { .. } => vec![Part::Encoder, Part::Decoder],
        Block::Branches { branches, .. } => (0..branches.len()).map(Part::Branch).collect(),
        _ => vec![],
    }
}

/// One of a block's lists.
pub fn part(block: &Block, part: Part) -> Option<&Vec<Block>> {
    match (block, part) {
        (Block::Residual { body, .. }, Part::Body) => Some(body),
        (Block::Residual { shortcut, .. }, Part::Shortcut) => Some(shortcut),
        (Block::EncoderDecoder { encoder, .. }, Part::Encoder) => Some(encoder),
        (Block::EncoderDecoder { decoder, .. }, Part::Decoder) => Some(decoder),
        (Block::Branches { branches, .. }, Part::Branch(i)) => branches.get(i),
        _ => None,
    }
}

fn part_mut(block: &mut Block, part: Part) -> Option<&mut Vec<Block>> {
    match (block, part) {
        (Block::Residual { body, .. }, Part::Body) => Some(body),
        (Block::Residual { shortcut, .. }, Part::Shortcut) => Some(shortcut),
        (Block::EncoderDecoder { encoder, .. }, Part::Encoder) => Some(encoder),
        (Block::EncoderDecoder { decoder, .. }, Part::Decoder) => Some(decoder),
        (Block::Branches { branches, .. }, Part::Branch(i)) => branches.get_mut(i),
        _ => None,
    }
}

/// The list a place is in.
pub fn list<'a>(blocks: &'a [Block], way: &[(usize, Part)]) -> Option<&'a [Block]> {
    way.iter().try_fold(blocks, |list, &(at, which)| part(list.get(at)?, which).map(Vec::as_slice))
}

fn list_mut<'a>(blocks: &'a mut Vec<Block>, way: &[(usize, Part)]) -> Option<&'a mut Vec<Block>> {
    way.iter().try_fold(blocks, |list, &(at, which)| part_mut(list.get_mut(at)?, which))
}

/// The block at a place.
pub fn get<'a>(blocks: &'a [Block], place: &Place) -> Option<&'a Block> {
    list(blocks, &place.list)?.get(place.at)
}

/// Puts a block into the gap at a place. Whether there is such a gap.
pub fn insert(blocks: &mut Vec<Block>, place: &Place, block: Block) -> bool {
    match list_mut(blocks, &place.list).filter(|list| place.at <= list.len()) {
        Some(list) => {
            list.insert(place.at, block);
            true
        }
        None => false,
    }
}

/// Takes the block at a place out.
pub fn remove(blocks: &mut Vec<Block>, place: &Place) -> Option<Block> {
    let list = list_mut(blocks, &place.list).filter(|list| place.at < list.len())?;
    Some(list.remove(place.at))
}

/// Puts another block in its place. Whether there was one.
pub fn replace(blocks: &mut Vec<Block>, place: &Place, block: Block) -> bool {
    let Some(old) = list_mut(blocks, &place.list).and_then(|list| list.get_mut(place.at)) else {
        return false;
    };
    *old = block;
    true
}

/// Puts a copy behind it; where the copy is.
pub fn duplicate(blocks: &mut Vec<Block>, place: &Place) -> Option<Place> {
    let copy = get(blocks, place)?.clone();
    let behind = place.beside(place.at + 1);
    insert(blocks, &behind, copy).then_some(behind)
}

/// Moves a block to a gap, counted while it is still in its old place; where it is then. A block is not moved into
/// itself, nor to where it is.
pub fn relocate(blocks: &mut Vec<Block>, from: &Place, to: &Place) -> Option<Place> {
    let same = to.list == from.list;
    let stays = same && (to.at == from.at || to.at == from.at + 1);
    let there = list(blocks, &to.list).is_some_and(|list| to.at <= list.len());
    if to.within(from) || stays || !there {
        return None;
    }
    let block = remove(blocks, from)?;
    // What stands behind it in its old list has moved up by one.
    let (mut to, depth) = (to.clone(), from.list.len());
    if same {
        to.at -= usize::from(to.at > from.at);
    } else if to.list.len() > depth && to.list[..depth] == from.list && to.list[depth].0 > from.at {
        to.list[depth].0 -= 1;
    }
    insert(blocks, &to, block).then_some(to)
}

/// Moves a block one gap up or down: within its list, into a block beside it, or out of the one around it.
pub fn shift(blocks: &mut Vec<Block>, place: &Place, down: bool) -> Option<Place> {
    get(blocks, place)?;
    let gaps = gaps(blocks);
    let here = |at: usize| gaps.iter().position(|g| *g == place.beside(at));
    let to = if down { here(place.at + 1)?.checked_add(1)? } else { here(place.at)?.checked_sub(1)? };
    relocate(blocks, place, gaps.get(to)?)
}

/// One more branch, empty. Whether the block has branches.
pub fn add_branch(blocks: &mut Vec<Block>, place: &Place) -> bool {
    let found = list_mut(blocks, &place.list).and_then(|list| list.get_mut(place.at));
    let Some(Block::Branches { branches, .. }) = found else { return false };
    branches.push(vec![]);
    true
}

/// One branch less; the last one stays. Whether it was removed.
pub fn remove_branch(blocks: &mut Vec<Block>, place: &Place, branch: usize) -> bool {
    let found = list_mut(blocks, &place.list).and_then(|list| list.get_mut(place.at));
    let Some(Block::Branches { branches, .. }) = found else { return false };
    let removed = branches.len() > 1 && branch < branches.len();
    if removed {
        branches.remove(branch);
    }
    removed
}

/// Every block's place, each before those in its own lists: the order of an outline's rows.
pub fn places(blocks: &[Block]) -> Vec<Place> {
    let mut found = vec![];
    walk(blocks, &Place::default(), &mut |place, exists| {
        if exists {
            found.push(place);
        }
    });
    found
}

/// Every gap, in the order in which they are shown.
pub fn gaps(blocks: &[Block]) -> Vec<Place> {
    let mut found = vec![];
    walk(blocks, &Place::default(), &mut |place, _| found.push(place));
    found
}

/// Calls for every gap of the list in which `first` is the first place, with whether a block stands behind it.
fn walk(blocks: &[Block], first: &Place, call: &mut impl FnMut(Place, bool)) {
    for (at, block) in blocks.iter().enumerate() {
        let place = first.beside(at);
        call(place.clone(), true);
        for which in parts(block) {
            walk(part(block, which).map_or(&[], Vec::as_slice), &place.inner(which, 0), call);
        }
    }
    call(first.beside(blocks.len()), false);
}
