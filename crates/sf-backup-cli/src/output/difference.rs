//! Differences between texts: hunks, and the number of typing errors.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

/// Number of equal lines around differences.
const CONTEXT: u32 = 3;

/// The hunks that `diff -u` prints for two texts, as lines; empty if they are equal.
pub(crate) fn hunks(before: &str, after: &str) -> Vec<String> {
    let input = InternedInput::new(before, after);
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_no_heuristic(&input);
    let changes: Vec<Hunk> = diff.hunks().collect();
    let near = |a: &Hunk, b: &Hunk| b.before.start - a.before.end <= 2 * CONTEXT;
    changes.chunk_by(near).flat_map(|changes| hunk(&input, changes)).collect()
}

/// The hunk for changes near each other. Has no note about a missing line break at the end.
fn hunk(input: &InternedInput<&str>, changes: &[Hunk]) -> Vec<String> {
    let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return Vec::new() };
    let length = u32::try_from(input.before.len()).unwrap_or(u32::MAX);
    let leading = first.before.start.min(CONTEXT);
    let trailing = (length - last.before.end).min(CONTEXT);
    let whole = |first: &Range<u32>, last: &Range<u32>| numbers(first.start - leading, last.end + trailing);
    let mut lines =
        vec![format!("@@ -{} +{} @@", whole(&first.before, &last.before), whole(&first.after, &last.after))];
    let mut print = |sign: char, side: &[imara_diff::Token], range: Range<u32>| {
        let tokens = side.iter().take(range.end as usize).skip(range.start as usize);
        lines.extend(tokens.map(|token| format!("{sign}{}", input.interner[*token].trim_end_matches('\n'))));
    };
    let mut equal = first.before.start - leading;
    for change in changes {
        print(' ', &input.before, equal..change.before.start);
        print('-', &input.before, change.before.clone());
        print('+', &input.after, change.after.clone());
        equal = change.before.end;
    }
    print(' ', &input.before, equal..equal + trailing);
    lines
}

/// The first line and the number of lines, as `diff -u` writes them.
fn numbers(start: u32, end: u32) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => end.to_string(),
        count => format!("{},{count}", start + 1),
    }
}

/// The candidate most similar to `text`, if any is. Compares only what `part` returns of each, ignoring case.
pub(crate) fn closest<'c>(
    text: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    part: impl Fn(&str) -> &str,
) -> Option<&'c str> {
    let text = text.trim().to_ascii_uppercase();
    let near = candidates
        .into_iter()
        .filter_map(|name| Some((typing_errors(part(&text), &part(name).to_ascii_uppercase())?, name)));
    near.min_by_key(|(errors, _)| *errors).map(|(_, name)| name)
}

/// The number of letters inserted, omitted, replaced or swapped; `None` if there are too many to be similar.
pub(crate) fn typing_errors(typed: &str, meant: &str) -> Option<usize> {
    let length = typed.chars().count();
    let most = length.div_ceil(3).min(6);
    // Bounds the time for very long texts.
    let comparable = length.abs_diff(meant.chars().count()) <= most;
    comparable.then(|| strsim::osa_distance(typed, meant)).filter(|errors| *errors <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_have_three_lines_of_context() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n";
        let after = before.replace("b\n", "B\n").replace("k\n", "");
        assert_eq!(
            hunks(before, &after),
            ["@@ -1,5 +1,5 @@", " a", "-b", "+B", " c", " d", " e", "@@ -8,5 +8,4 @@", " h", " i", " j", "-k", " l"]
        );
        assert_eq!(hunks("", "x\n"), ["@@ -0,0 +1 @@", "+x"]);
        assert_eq!(hunks("x\n", ""), ["@@ -1 +0,0 @@", "-x"]);
        assert_eq!(hunks("x", "x\ny"), ["@@ -1 +1,2 @@", "-x", "+x", "+y"]);
        assert_eq!(hunks("x\n", "x\n"), [] as [&str; 0]);
    }

    #[test]
    fn long_texts_without_a_common_line_are_compared_at_once() {
        let text = |word: &str| (0..200_000).map(|line| format!("{word} {line}\n")).collect::<String>();
        let lines = hunks(&text("a"), &text("b"));
        assert_eq!(lines.len(), 400_001);
        assert_eq!(lines.first().map(String::as_str), Some("@@ -1,200000 +1,200000 @@"));
    }

    proptest::proptest! {
        #[test]
        fn hunks_turn_one_text_into_the_other(before in "([a-c]\n){0,30}", after in "([a-c]\n){0,30}") {
            let mut old = before.lines();
            let mut new = String::new();
            let mut number = 1;
            for hunk in hunks(&before, &after) {
                match hunk.split_at(1) {
                    ("@", _) => {
                        let numbers = hunk.strip_prefix("@@ -").and_then(|rest| rest.split_once(' ')).unwrap().0;
                        let (start, count) = numbers.split_once(',').unwrap_or((numbers, "1"));
                        let start = start.parse::<usize>().unwrap() + usize::from(count == "0");
                        old.by_ref().take(start - number).for_each(|line| new += &format!("{line}\n"));
                        number = start;
                    }
                    ("+", text) => new += &format!("{text}\n"),
                    (sign, text) => {
                        proptest::prop_assert_eq!(old.next(), Some(text));
                        number += 1;
                        if sign == " " {
                            new += &format!("{text}\n");
                        }
                    }
                }
            }
            old.for_each(|rest| new += &format!("{rest}\n"));
            proptest::prop_assert_eq!(new, after);
        }
    }

    #[test]
    fn typing_errors_are_near_and_other_words_are_not() {
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
}
