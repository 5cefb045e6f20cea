//! Why it trains where it does, in words for the standard error.

use minibatch_session::Why;

use crate::output::bytes;

/// Why an experiment is not on the GPU; none where it is.
pub fn words(why: Why) -> Option<String> {
    Some(match why {
        Why::Chosen | Why::Large => return None,
        Why::NoAdapter => "no GPU was found (install a Vulkan, Metal or Direct3D 12 driver)".into(),
        Why::Software => "the only GPU here is software, which is slower than the CPU".into(),
        Why::Small => "a network this small is faster there".into(),
        Why::TooLarge { held, bytes: taken, limit } => {
            let (what, taken, limit) = (held.name(), bytes(taken), bytes(limit));
            format!("{what} take {taken}, and a buffer of this GPU holds {limit}")
        }
        Why::Beyond => "a layer wants more of this GPU than it grants".into(),
        Why::Full => "this GPU's memory does not hold the network and its samples".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::Held;

    #[test]
    fn what_does_not_fit_is_named_as_its_maker_knows_it() {
        let why = Why::TooLarge { held: Held::Samples, bytes: 219_520_000, limit: 134_217_728 };
        let wanted = "the samples take 219.5 MB, and a buffer of this GPU holds 134.2 MB";
        assert_eq!(words(why).as_deref(), Some(wanted));
        assert_eq!(words(Why::Chosen), None);
    }
}
