//! What somebody may have meant.

/// The candidate that is most like what was typed, if one is like it at all. Letters count in any case, and only as much of a
/// candidate as `part` leaves of it; so of the text.
pub(crate) fn closest<'c>(
    text: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    part: impl Fn(&str) -> &str,
) -> Option<&'c str> {
    let text = text.trim().to_ascii_uppercase();
    let text = part(&text);
    let most = most(text);
    let near = candidates.into_iter().map(|name| (distance(text, &part(name).to_ascii_uppercase(), most), name));
    near.filter_map(|(distance, name)| Some((distance?, name)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How far two texts are from each other, if they are alike at all.
pub(crate) fn distance_within(text: &str, other: &str) -> Option<usize> {
    distance(text, other, most(text))
}

/// How many letters may be wrong: a third of them.
fn most(text: &str) -> usize {
    text.chars().count().div_ceil(3).min(6)
}

/// How many letters must be put in, taken out or replaced to make one of the other; `None` if more than `most`.
fn distance(one: &str, other: &str, most: usize) -> Option<usize> {
    let other: Vec<char> = other.chars().collect();
    if one.chars().count().abs_diff(other.len()) > most {
        return None;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut left = line + 1;
        let mut new = vec![left];
        for ((above_left, above), wanted) in row.iter().zip(row.iter().skip(1)).zip(&other) {
            left = (above_left + usize::from(letter != *wanted)).min(above + 1).min(left + 1);
            new.push(left);
        }
        row = new;
    }
    row.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn typos_are_near_and_other_words_are_not() {
        let near = |text| {
            closest(text, ["FABRIC_E_TIMEOUT", "FABRIC_E_NOT_READY", "E_FAIL"], |name| {
                name.strip_prefix("FABRIC_E_").unwrap_or(name)
            })
        };
        assert_eq!(near("FABRIC_E_TIMOUT"), Some("FABRIC_E_TIMEOUT"));
        assert_eq!(near(" tiemout"), Some("FABRIC_E_TIMEOUT"));
        assert_eq!(near("e_fial"), Some("E_FAIL"));
        assert_eq!(near("not ready"), Some("FABRIC_E_NOT_READY"));
        for other in ["", "x", "FABRIC_E_", "0x80071C73", "FABRIC_E_SOMETHING_ELSE"] {
            assert_eq!(near(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn distances_are_a_metric(one in "[ab]{0,6}", other in "[ab]{0,6}") {
            let far = distance(&one, &other, 9).unwrap();
            prop_assert_eq!(distance(&other, &one, 9), Some(far));
            prop_assert_eq!(far == 0, one == other);
            prop_assert!(far <= one.len().max(other.len()));
        }
    }
}
