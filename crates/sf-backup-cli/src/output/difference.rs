//! Differences between texts: as a patch, and as a number of typing errors.

use std::time::Duration;

use similar::TextDiff;

/// Bounds the search for common lines in texts far longer than any policy; the rest counts as replaced.
const SEARCH: Duration = Duration::from_secs(1);

/// The lines of the hunks that `diff -u` prints for two texts; empty if they are equal.
pub(crate) fn hunks(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::configure().timeout(SEARCH).diff_lines(before, after);
    let mut diff = diff.unified_diff();
    diff.missing_newline_hint(false);
    diff.iter_hunks().flat_map(|hunk| hunk.to_string().lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The candidate most like `text`, if any is similar. Only what `part` returns of each is compared, in any case.
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

/// The number of letters inserted, left out, replaced or swapped; `None` if too many for the texts to be similar.
pub(crate) fn typing_errors(typed: &str, meant: &str) -> Option<usize> {
    let length = typed.chars().count();
    let most = length.div_ceil(3).min(6);
    // Bounds the time for endless texts.
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
