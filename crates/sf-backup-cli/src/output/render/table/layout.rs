//! The layout of a list: column widths by content, reduced on a narrow screen.

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Returns the style of a cell from its text.
pub(crate) type Paint = fn(&str) -> Style;

/// The gap between columns.
pub(super) const GAP: usize = 2;
/// Minimum width of a broken column.
pub(super) const NARROWEST: usize = 16;
/// Columns are omitted before a sentence becomes narrower than this.
pub(super) const COMFORTABLE: usize = 32;
/// The indentation of a cell below the others.
pub(super) const INDENT: &str = "    ";

/// How a column is narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shrink {
    /// Cells are broken between words.
    Break,
    /// Cells are truncated.
    Cut,
}

/// The cells of a list.
#[derive(Debug)]
pub(super) struct Grid<'t> {
    pub(super) header: Vec<&'t str>,
    /// How each column may be narrowed; `None` if it must not be.
    pub(super) shrinks: Vec<Option<Shrink>>,
    pub(super) rows: Vec<Vec<&'t str>>,
    /// The style of the header, and of the cells of each column; `None` without colours.
    pub(super) styles: Option<(Style, Vec<Option<Paint>>)>,
}

impl Grid<'_> {
    /// The width of each column if nothing is broken.
    pub(super) fn widths(&self) -> Vec<usize> {
        self.widest(|cell| cell.width())
    }

    /// The width of each column on a screen of this width, none narrowed below `least`; `None` if the screen is too
    /// narrow.
    pub(super) fn fit(&self, width: usize, least: usize) -> Option<Vec<usize>> {
        let natural = self.widths();
        let longest_words =
            self.widest(|cell| cell.split_whitespace().map(UnicodeWidthStr::width).max().unwrap_or_default());
        let floor = least;
        let least =
            natural.iter().zip(&longest_words).zip(&self.shrinks).map(|((natural, word), shrink)| match shrink {
                None => *natural,
                Some(Shrink::Break) => (*natural).min(floor).max(*word),
                Some(Shrink::Cut) => (*natural).min(floor),
            });
        let mut widths: Vec<usize> = least.collect();
        let gaps = GAP * widths.len().saturating_sub(1);
        let mut spare = width.checked_sub(gaps + widths.iter().sum::<usize>())?;
        // Spare columns of characters are distributed one by one.
        while spare > 0 {
            let mut lacking = widths.iter_mut().zip(&natural).filter(|(width, natural)| **width < **natural).peekable();
            if lacking.peek().is_none() {
                break;
            }
            for (width, _) in lacking.take(spare) {
                *width += 1;
                spare -= 1;
            }
        }
        Some(widths)
    }

    /// The lines of the list, optionally with its header; `below` has the additional lines of each row.
    pub(super) fn draw(&self, widths: &[usize], with_header: bool, below: Option<&[Vec<String>]>) -> String {
        let mut text = String::new();
        let header = self.styles.as_ref().map_or(Style::new(), |(header, _)| *header);
        if with_header {
            line(&mut text, self.header.iter().map(|name| (*name, header)), widths);
        }
        for (number, row) in self.rows.iter().enumerate() {
            let columns = row.iter().zip(widths).zip(&self.shrinks);
            let cells: Vec<Vec<String>> = columns
                .map(|((cell, width), shrink)| match shrink {
                    None => vec![(*cell).to_owned()],
                    Some(Shrink::Break) => broken(cell, *width),
                    Some(Shrink::Cut) => vec![cut(cell, *width)],
                })
                .collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or_default();
            let styles: Vec<Style> = row.iter().enumerate().map(|(column, cell)| self.style(column, cell)).collect();
            for index in 0..height {
                let parts = cells.iter().map(|lines| lines.get(index).map_or("", String::as_str));
                line(&mut text, parts.zip(styles.iter().copied()), widths);
            }
            let cell = below.and_then(|below| below.get(number));
            for part in cell.into_iter().flatten() {
                text.push_str(&format!("{INDENT}{part}\n"));
            }
        }
        text
    }

    fn style(&self, column: usize, cell: &str) -> Style {
        let paint = self.styles.as_ref().and_then(|(_, cells)| cells.get(column).copied().flatten());
        paint.map_or(Style::new(), |paint| paint(cell))
    }

    fn widest(&self, measure: impl Fn(&str) -> usize) -> Vec<usize> {
        let columns = self.header.iter().enumerate();
        columns
            .map(|(column, name)| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| measure(cell)).max().unwrap_or_default().max(name.width())
            })
            .collect()
    }
}

fn line<'c>(text: &mut String, cells: impl Iterator<Item = (&'c str, Style)>, widths: &[usize]) {
    let start = text.len();
    for ((cell, style), width) in cells.zip(widths) {
        if style == Style::new() || cell.is_empty() {
            text.push_str(cell);
        } else {
            text.push_str(&format!("{style}{cell}{style:#}"));
        }
        text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + GAP));
    }
    text.truncate(text.trim_end_matches(' ').len().max(start));
    text.push('\n');
}

/// The text, or its start with an ellipsis.
fn cut(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut beginning = String::new();
    for character in text.chars() {
        if beginning.width() + character.width().unwrap_or_default() + 1 > room {
            break;
        }
        beginning.push(character);
    }
    beginning.truncate(beginning.trim_end().len());
    beginning + "\u{2026}"
}

/// Breaks a text between words; a word that is too long has its own line.
pub(super) fn broken(text: &str, room: usize) -> Vec<String> {
    if text.width() <= room {
        return vec![text.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_broken_between_words() {
        assert_eq!(broken("a verylongword b", 6), ["a", "verylongword", "b"]);
        assert_eq!(broken("one two three", 7), ["one two", "three"]);
        assert_eq!(broken("", 6), [""]);
    }

    proptest! {
        /// Lines do not exceed the width if their words do not, and no word is lost or truncated.
        #[test]
        fn lines_fit_and_words_are_whole(
            rows in prop::collection::vec(prop::collection::vec("[a-z]{1,12}( [a-zü漢]{1,9}){0,8}", 3), 1..5),
            wraps in prop::collection::vec(any::<bool>(), 3),
            width in 10_usize..160,
        ) {
            let cells = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
            let shrinks = wraps.iter().map(|wraps| wraps.then_some(Shrink::Break)).collect();
            let grid = Grid { header: vec!["ONE", "TWO", "THREE"], shrinks, rows: cells, styles: None };
            if let Some(widths) = grid.fit(width, NARROWEST) {
                let text = grid.draw(&widths, true, None);
                prop_assert!(text.lines().all(|line| line.width() <= width), "{text}");
                let sorted = |text: &str| {
                    let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
                    words.sort_unstable();
                    words
                };
                let given = rows.concat().join(" ") + " ONE TWO THREE";
                prop_assert_eq!(sorted(&text), sorted(&given));
            } else {
                prop_assert!(grid.widths().iter().sum::<usize>() + 2 * GAP > width);
            }
        }
    }
}
