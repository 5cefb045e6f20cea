//! What keys do in the list of layers.

/// What a key is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    /// The focus, one layer up or down.
    Go { down: bool },
    /// The focus, to the first or last.
    Far { last: bool },
    /// The focus, to the block around or the first layer within.
    Depth { inner: bool },
    /// The layer, one gap up or down.
    Shift { down: bool },
    /// The palette, in front of the layer or behind it.
    Add { before: bool },
    /// One more like it.
    Duplicate,
    /// Away with it.
    Remove,
    /// What is open closes.
    Close,
}

/// The keys held down with another.
#[derive(Clone, Copy, Default, Debug)]
pub struct Held {
    /// Alt or Option.
    pub alt: bool,
    /// Control, or Command.
    pub control: bool,
    /// Shift.
    pub shift: bool,
}

/// What a key does on a layer.
pub fn deed(key: &str, held: Held) -> Option<Deed> {
    let Held { alt, control, shift } = held;
    match key {
        "ArrowUp" | "ArrowDown" if alt && !control => Some(Deed::Shift { down: key == "ArrowDown" }),
        "d" | "D" if !alt && (control || shift) => Some(Deed::Duplicate),
        _ if alt || control => None,
        "ArrowUp" | "ArrowDown" => Some(Deed::Go { down: key == "ArrowDown" }),
        "ArrowLeft" | "ArrowRight" => Some(Deed::Depth { inner: key == "ArrowRight" }),
        "Home" | "End" => Some(Deed::Far { last: key == "End" }),
        "a" | "A" | "Insert" => Some(Deed::Add { before: shift }),
        "Delete" | "Backspace" => Some(Deed::Remove),
        "Escape" => Some(Deed::Close),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_one_thing_each() {
        let none = Held::default();
        let (alt, control, shift) =
            (Held { alt: true, ..none }, Held { control: true, ..none }, Held { shift: true, ..none });
        assert_eq!(deed("ArrowDown", none), Some(Deed::Go { down: true }));
        assert_eq!(deed("ArrowUp", alt), Some(Deed::Shift { down: false }));
        assert_eq!(deed("a", none), Some(Deed::Add { before: false }));
        assert_eq!(deed("A", shift), Some(Deed::Add { before: true }));
        assert_eq!(deed("d", none), None, "D alone is the page's: light and dark");
        assert_eq!([deed("d", control), deed("D", shift)], [Some(Deed::Duplicate); 2]);
        assert_eq!(deed("a", control), None, "select all is the browser's");
        assert_eq!(deed("Delete", none), Some(Deed::Remove));
    }
}
