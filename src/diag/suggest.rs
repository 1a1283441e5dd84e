//! "Did you mean": the nearest of the names that would have been right.

/// The candidate nearest to `wrong`, if one is near enough to be meant (a third of its letters at most differ).
///
/// Case and the difference between `-` and `_` count half; the first of several equally near ones wins.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(wrong);
    let length = wrong.chars().count();
    let limit = (length / 3).clamp(1, 4);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        // The distance is at least the difference in length, which is cheap to know.
        if candidate == wrong || candidate.chars().count().abs_diff(length) > limit {
            continue;
        }
        let distance = strsim::osa_distance(&folded, &fold(candidate));
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn fold(text: &str) -> String {
    text.to_lowercase().replace('-', "_")
}
