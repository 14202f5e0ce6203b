//! Differences between two texts, as `diff -u` shows them.

/// Lines around a difference that are shown with it.
const AROUND: usize = 3;
/// From how many pairs of lines on texts are not searched for what they share: no policy is so long.
const PAIRS: usize = 4_000_000;

/// A line of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'a> {
    Both(&'a str),
    Before(&'a str),
    After(&'a str),
}

/// The hunks that make `before` into `after`; nothing if they are the same.
pub(crate) fn hunks(before: &str, after: &str) -> Vec<String> {
    let lines = compared(&before.lines().collect::<Vec<_>>(), &after.lines().collect::<Vec<_>>());
    let mut shown = Vec::new();
    let mut at = 0;
    while let Some(first) = lines.iter().skip(at).position(|line| !matches!(line, Line::Both(_))).map(|more| at + more)
    {
        let mut last = first;
        for (index, line) in lines.iter().enumerate().skip(first) {
            match line {
                Line::Both(_) if index > last + 2 * AROUND => break,
                Line::Both(_) => {}
                _ => last = index,
            }
        }
        let (start, end) = (first.saturating_sub(AROUND).max(at), (last + AROUND + 1).min(lines.len()));
        hunk(&lines, start, end, &mut shown);
        at = end;
    }
    shown
}

fn hunk(lines: &[Line<'_>], start: usize, end: usize, shown: &mut Vec<String>) {
    let count = |lines: &[Line<'_>], skip: fn(&Line<'_>) -> bool| lines.iter().filter(|line| !skip(line)).count();
    let only_after: fn(&Line<'_>) -> bool = |line| matches!(line, Line::After(_));
    let only_before: fn(&Line<'_>) -> bool = |line| matches!(line, Line::Before(_));
    let (earlier, rest) = lines.split_at(start);
    let (inside, _) = rest.split_at(end - start);
    let range = |skip| {
        let (from, many) = (count(earlier, skip), count(inside, skip));
        // An empty range stands after the line that it names.
        let from = if many == 0 { from } else { from + 1 };
        if many == 1 { from.to_string() } else { format!("{from},{many}") }
    };
    shown.push(format!("@@ -{} +{} @@", range(only_after), range(only_before)));
    shown.extend(inside.iter().map(|line| match line {
        Line::Both(text) => format!(" {text}"),
        Line::Before(text) => format!("-{text}"),
        Line::After(text) => format!("+{text}"),
    }));
}

/// The lines of both, those that they share once, in as long a run as there is.
fn compared<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<Line<'a>> {
    let width = after.len() + 1;
    let shared = if before.len().saturating_mul(after.len()) > PAIRS { Vec::new() } else { table(before, after) };
    let longest = |i: usize, j: usize| shared.get(i * width + j).copied().unwrap_or(0);
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    loop {
        match (before.get(i), after.get(j)) {
            (Some(one), Some(other)) if one == other && !shared.is_empty() => {
                lines.push(Line::Both(one));
                (i, j) = (i + 1, j + 1);
            }
            (Some(one), other) if other.is_none() || longest(i + 1, j) >= longest(i, j + 1) => {
                lines.push(Line::Before(one));
                i += 1;
            }
            (_, Some(other)) => {
                lines.push(Line::After(other));
                j += 1;
            }
            _ => return lines,
        }
    }
}

/// How many lines the rests from each pair of places on share.
fn table(before: &[&str], after: &[&str]) -> Vec<u32> {
    let width = after.len() + 1;
    let mut shared = vec![0_u32; (before.len() + 1) * width];
    for (i, one) in before.iter().enumerate().rev() {
        for (j, other) in after.iter().enumerate().rev() {
            let at = |index: usize| shared.get(index).copied().unwrap_or(0);
            let best = if one == other {
                at((i + 1) * width + j + 1) + 1
            } else {
                at((i + 1) * width + j).max(at(i * width + j + 1))
            };
            if let Some(cell) = shared.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_looks_as_one_knows_it() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n";
        let after = before.replace("b\n", "B\n").replace("k\n", "");
        assert_eq!(
            hunks(before, &after),
            ["@@ -1,5 +1,5 @@", " a", "-b", "+B", " c", " d", " e", "@@ -8,5 +8,4 @@", " h", " i", " j", "-k", " l"]
        );
        assert_eq!(hunks("", "x\n"), ["@@ -0,0 +1 @@", "+x"]);
        assert_eq!(hunks("x\n", ""), ["@@ -1 +0,0 @@", "-x"]);
        assert_eq!(hunks("x\n", "x\n"), [] as [&str; 0]);
    }

    #[test]
    fn endless_texts_are_replaced_as_a_whole() {
        let (before, after) = ("x\n".repeat(3_000), "x\n".repeat(2_999));
        assert_eq!(hunks(&before, &after).len(), 6_000);
    }

    /// Does what the hunks say.
    fn patched(before: &str, hunks: &[String]) -> String {
        let before: Vec<&str> = before.lines().collect();
        let (mut at, mut after) = (0, Vec::new());
        for line in hunks {
            if let Some(range) = line.strip_prefix("@@ -") {
                let range = range.split(' ').next().unwrap();
                let (from, many) = range.split_once(',').unwrap_or((range, "1"));
                let from = from.parse::<usize>().unwrap() - usize::from(many != "0");
                after.extend(&before[at..from]);
                at = from;
                continue;
            }
            match line.split_at(1) {
                (" ", text) => {
                    assert_eq!(before[at], text);
                    after.push(before[at]);
                    at += 1;
                }
                ("-", text) => {
                    assert_eq!(before[at], text);
                    at += 1;
                }
                (_, text) => after.push(text),
            }
        }
        after.extend(&before[at..]);
        after.iter().map(|line| format!("{line}\n")).collect()
    }

    fn text() -> impl Strategy<Value = String> {
        prop::collection::vec("[abc]\n", 0..30).prop_map(|lines| lines.concat())
    }

    proptest! {
        #[test]
        fn the_hunks_make_one_of_the_other(before in text(), after in text()) {
            prop_assert_eq!(patched(&before, &hunks(&before, &after)), after);
        }
    }
}
