//! The name that was meant.

/// The known names nearest to `asked`, several where they are equally near, none where none is near. Case and hyphens count for
/// nothing; among equally near ones a shared beginning decides: `unit` is rather `units` than `init`.
pub fn nearest<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace(['-', '_', ' '], "");
    let asked = plain(asked);
    let distance = |name: &str| {
        let name = plain(name);
        (strsim::damerau_levenshtein(&asked, &name), asked.chars().next() != name.chars().next())
    };
    let mut all: Vec<_> = known.into_iter().map(|name| (distance(name), name)).collect();
    all.retain(|((edits, _), name)| *edits <= 1.max(name.len() / 3));
    let Some(least) = all.iter().map(|(distance, _)| *distance).min() else { return vec![] };
    all.into_iter().filter(|(distance, _)| *distance == least).map(|(_, name)| name).take(3).collect()
}

/// "; did you mean NAME?" with the known names nearest to `asked`, or nothing when none is near.
pub fn did_you_mean<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near = nearest(asked, known);
    if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_and_far_ones_are_not() {
        let known = ["circle", "xor", "spiral", "c2"];
        assert_eq!(did_you_mean("sprial", known), "; did you mean spiral?");
        assert_eq!(did_you_mean("XOR", known), "; did you mean xor?");
        assert_eq!(did_you_mean("unit", ["init", "units"]), "; did you mean units?");
        assert_eq!(did_you_mean("c3", known), "; did you mean c2?");
        assert_eq!(did_you_mean("mnist", known), "");
        assert_eq!(did_you_mean("adamw", ["adam", "adam-w"]), "; did you mean adam-w?");
        assert_eq!(did_you_mean("l3", ["l1", "l2", "seed"]), "; did you mean l1 or l2?");
    }
}
