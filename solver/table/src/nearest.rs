//! The name that one mistyped was meant to be.

/// The candidate nearest to `name` by edits, if one is near: letters swapped, missing, of the other case, or a part of it.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let other = candidate.to_lowercase();
            let edits = strsim::damerau_levenshtein(&lower, &other);
            let contained = lower.len() >= 3 && other.contains(&lower)
                || other.len() >= 3 && lower.contains(&other);
            (if contained { edits.min(2) } else { edits }, candidate)
        })
        .filter(|&(edits, candidate)| {
            edits <= (candidate.chars().count().max(lower.chars().count()) / 3).clamp(1, 4)
        })
        .min_by_key(|&(edits, _)| edits)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        let names = ["width", "height", "bottom", "sidewall_from_normal"];
        assert_eq!(nearest("widht", names), Some("width"));
        assert_eq!(nearest("Height", names), Some("height"));
        assert_eq!(nearest("sidewall", names), Some("sidewall_from_normal"));
        assert_eq!(nearest("colour", names), None);
    }
}
