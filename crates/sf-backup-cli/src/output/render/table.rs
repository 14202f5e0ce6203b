//! Tables for people: lists with one line for each item, sheets with one line for each member.

mod backup;
mod configuration;
pub(crate) mod describe;
mod entity;
mod inventory;
mod layout;
pub(crate) mod policy;
mod progress;
mod record;
mod records;

use std::fmt::Display;

use anstyle::Style;

use crate::output::escape;
use layout::{Grid, INDENT, broken};

pub(crate) use layout::Paint;
pub(crate) use record::Record;
pub(crate) use records::records;

/// A list.
#[derive(Debug)]
pub(crate) struct Table {
    header: Vec<&'static str>,
    /// The columns that may be broken between words: sentences. Others hold what is copied, such as names and ids.
    wrapping: &'static [&'static str],
    /// The column that may go below the others, on a line of its own.
    below: Option<&'static str>,
    /// The column with a style for each value, and that style.
    paint: Option<(&'static str, Paint)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(header: &[&'static str]) -> Self {
        Self { header: header.to_vec(), wrapping: &[], below: None, paint: None, rows: Vec::new() }
    }

    /// Lets these columns be broken between words where the screen is narrow.
    pub(crate) fn wrapping(self, columns: &'static [&'static str]) -> Self {
        Self { wrapping: columns, ..self }
    }

    /// Lets this column have a line of its own below each item where the screen is narrow.
    pub(crate) fn below(self, column: &'static str) -> Self {
        Self { below: Some(column), ..self }
    }

    /// Paints the cells of this column, where colours are wanted.
    pub(crate) fn painted(self, column: &'static str, paint: Paint) -> Self {
        Self { paint: Some((column, paint)), ..self }
    }

    /// One more item; cells beyond the last column are left out.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.shown(cells.into_iter().map(|cell| plain(&cell)));
    }

    /// The same with cells that have been made fit for a terminal already.
    fn shown(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().take(self.header.len()).collect());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Lines as long as they are, without colours.
    pub(crate) fn text(&self) -> String {
        self.draw(None, false)
    }

    /// Lines of at most so many columns, or as long as they are.
    pub(crate) fn draw(&self, width: Option<usize>, colored: bool) -> String {
        match width {
            Some(width) => self.fitted(width, colored),
            None => {
                let grid = self.grid(None, colored);
                grid.draw(&grid.widths(), None)
            }
        }
    }

    /// Lines that fit a screen: as they are; or with the wrapping columns broken; or with a column below the others; or,
    /// where not even that is enough, with a line for each cell. No word is ever cut.
    fn fitted(&self, width: usize, colored: bool) -> String {
        let grid = self.grid(None, colored);
        if let Some(widths) = grid.fit(width) {
            return grid.draw(&widths, None);
        }
        let below = self.below.and_then(|name| self.header.iter().position(|column| *column == name));
        let grid = self.grid(below, colored);
        match (below, grid.fit(width)) {
            (Some(below), Some(widths)) => {
                let wraps = self.header.get(below).is_some_and(|name| self.wrapping.contains(name));
                let room = if wraps { width.saturating_sub(INDENT.len()) } else { usize::MAX };
                let cells = self.rows.iter().map(|row| cell_of(row, below)).map(|cell| match cell {
                    "" => Vec::new(),
                    cell => broken(cell, room),
                });
                grid.draw(&widths, Some(&cells.collect::<Vec<_>>()))
            }
            _ => self.stacked(width),
        }
    }

    fn stacked(&self, width: usize) -> String {
        let records = self.rows.iter().map(|row| {
            let cells = self.header.iter().zip(row);
            let record = cells.fold(Record::default(), |record, (name, cell)| {
                record.shown(name, cell.trim().to_owned(), self.wrapping.contains(name))
            });
            record.fitted(width)
        });
        records.collect::<Vec<_>>().join("\n")
    }

    /// The columns in which any item has something, but not the one that goes below.
    fn grid(&self, below: Option<usize>, colored: bool) -> Grid<'_> {
        let used = |column: &usize| {
            let cell = |row: &Vec<String>| row.get(*column).is_some_and(|cell| !cell.is_empty());
            self.rows.iter().any(cell)
        };
        let columns: Vec<usize> = (0..self.header.len()).filter(used).filter(|column| Some(*column) != below).collect();
        let header: Vec<&str> = columns.iter().filter_map(|column| self.header.get(*column)).copied().collect();
        let paint = |name: &&str| self.paint.filter(|(column, _)| column == name).map(|(_, paint)| paint);
        Grid {
            styles: colored.then(|| (Style::new().bold(), header.iter().map(paint).collect())),
            wraps: header.iter().map(|name| self.wrapping.contains(name)).collect(),
            rows: self.rows.iter().map(|row| columns.iter().map(|column| cell_of(row, *column)).collect()).collect(),
            header,
        }
    }
}

fn cell_of(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", String::as_str)
}

/// Text from elsewhere, fit for a line of a terminal.
pub(crate) fn plain(text: &str) -> String {
    escape::line(text).into_owned()
}

/// What may be absent, as a cell.
pub(super) fn cell(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        let mut table = Table::new(&["NAME", "SIZE", "NOTE"]);
        table.row(["über".to_owned(), "1".to_owned(), String::new()]);
        table.row(["a longer name".to_owned(), "22".to_owned(), String::new()]);
        assert_eq!(table.text(), "NAME           SIZE\nüber           1\na longer name  22\n");
    }

    fn ids() -> Table {
        let mut table = Table::new(&["ID", "PLACE", "NOTE"]).wrapping(&["NOTE"]).below("PLACE");
        table.row(["6b1c2f7e-0000".to_owned(), "a place/with a long name".to_owned(), ["word"; 9].join(" ")]);
        table
    }

    #[test]
    fn a_narrow_screen_breaks_sentences_and_never_ids() {
        let whole = 13 + 2 + 24 + 2 + 44;
        for width in 31..100 {
            let text = ids().fitted(width, false);
            assert!(text.lines().all(|line| line.chars().count() <= width), "{width}: {text}");
            assert!(text.contains("6b1c2f7e-0000") && text.contains("a place/with a long name"), "{text}");
            assert_eq!(text == ids().text(), width >= whole, "{width}: {text}");
            let below = text.contains("\n    a place/with a long name\n");
            assert_eq!(below, width < 13 + 2 + 24 + 2 + 16, "{width}: {text}");
        }
    }

    #[test]
    fn a_very_narrow_screen_gets_a_line_for_each_cell() {
        let mut table = ids();
        table.row(["other".to_owned(), String::new(), "x".to_owned()]);
        let text = table.fitted(30, false);
        assert!(
            text.starts_with("ID:     6b1c2f7e-0000\nPLACE:  a place/with a long name\nNOTE:   word word"),
            "{text}"
        );
        assert!(text.ends_with("\n\nID:    other\nNOTE:  x\n"), "{text}");
    }

    #[test]
    fn colours_change_no_column() {
        let mut table = Table::new(&["STATE", "NAME"]).painted("STATE", |_| anstyle::AnsiColor::Red.on_default());
        table.row(["Stale".to_owned(), "a\u{1b}[0m".to_owned()]);
        assert_eq!(
            table.draw(None, true),
            "\u{1b}[1mSTATE\u{1b}[0m  \u{1b}[1mNAME\u{1b}[0m\n\u{1b}[31mStale\u{1b}[0m  a\\u{1b}[0m\n"
        );
        assert_eq!(table.draw(Some(80), false), table.text());
    }

    #[test]
    fn prose_is_broken_between_words() {
        let record =
            Record::default().prose("Note", Some("one two three four five")).with("Id", Some("a b c d e f g h i j k"));
        assert_eq!(record.fitted(24), "Note:  one two three\n       four five\nId:    a b c d e f g h i j k\n");
    }

    #[test]
    fn a_server_cannot_steer_the_terminal() {
        let mut table = Table::new(&["NAME"]);
        table.row(["a\u{1b}[2Jb\r\nc\u{202e}".to_owned()]);
        assert_eq!(table.text(), "NAME\na\\u{1b}[2Jb\\u{d}\\u{a}c\\u{202e}\n");
    }

    #[test]
    fn a_sheet_leaves_out_what_is_absent() {
        let record =
            Record::default().with("State", Some("Success")).with("Ended", None::<String>).with("Location", Some("x"));
        assert_eq!(record.text(), "State:     Success\nLocation:  x\n");
    }
}
