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
use layout::{Grid, INDENT, Shrink, broken};

pub(crate) use layout::Paint;
pub(crate) use record::Record;
pub(crate) use records::records;

/// A list.
#[derive(Debug)]
pub(crate) struct Table {
    header: Vec<&'static str>,
    /// The columns that may be broken between words: sentences. Others hold what is copied, such as names and ids.
    wrapping: &'static [&'static str],
    /// The columns that are cut where the screen is narrow: sentences whose end is no loss. `-o wide` shows the whole.
    cutting: &'static [&'static str],
    /// The column that may go below the others, on a line of its own.
    below: Option<&'static str>,
    /// The column with a style for each value, and that style.
    paint: Option<(&'static str, Paint)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(header: &[&'static str]) -> Self {
        Self { header: header.to_vec(), wrapping: &[], cutting: &[], below: None, paint: None, rows: Vec::new() }
    }

    /// Lets these columns be broken between words where the screen is narrow.
    pub(crate) fn wrapping(self, columns: &'static [&'static str]) -> Self {
        Self { wrapping: columns, ..self }
    }

    /// Lets these columns be cut where the screen is narrow.
    pub(crate) fn cutting(self, columns: &'static [&'static str]) -> Self {
        Self { cutting: columns, ..self }
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
        self.draw_in(&self.layout(width), true, colored)
    }

    /// How the table is laid out on a screen of that width, for more of the same list to follow in the same columns: as it is; or
    /// with the wrapping columns broken; or with a column below the others; or, where not even that is enough, with a line for
    /// each cell. No word is ever cut.
    pub(crate) fn layout(&self, width: Option<usize>) -> Layout {
        let columns = self.used(None);
        let grid = self.grid(&columns, false);
        let Some(screen) = width else {
            return Layout::Columns { widths: grid.widths(), columns, below: None, screen: None };
        };
        if let Some(widths) = grid.fit(screen) {
            return Layout::Columns { widths, columns, below: None, screen: width };
        }
        let below = self.below.and_then(|name| self.header.iter().position(|column| *column == name));
        let columns = self.used(below);
        match (below, self.grid(&columns, false).fit(screen)) {
            (Some(_), Some(widths)) => Layout::Columns { widths, columns, below, screen: width },
            _ => Layout::Records { screen },
        }
    }

    /// Whether a layout that was made for other items of the list has a place for all that these have.
    pub(crate) fn suits(&self, layout: &Layout) -> bool {
        match layout {
            Layout::Columns { columns, below, .. } => self.used(*below).iter().all(|column| columns.contains(column)),
            Layout::Records { .. } => true,
        }
    }

    /// The items in a layout; with the header, or as a continuation. Cells that are wider than their column stick out.
    pub(crate) fn draw_in(&self, layout: &Layout, header: bool, colored: bool) -> String {
        let (columns, widths, below, screen) = match layout {
            Layout::Columns { columns, widths, below, screen } => (columns, widths, *below, *screen),
            Layout::Records { screen } => {
                return format!("{}{}", if header { "" } else { "\n" }, self.stacked(*screen));
            }
        };
        let mut grid = self.grid(columns, colored);
        if screen.is_none() {
            grid.shrinks.fill(None);
        }
        let cells = below.map(|below| {
            let wraps = self.header.get(below).is_some_and(|name| self.wrapping.contains(name));
            let room = screen.filter(|_| wraps).map_or(usize::MAX, |screen| screen.saturating_sub(INDENT.len()));
            let cells = self.rows.iter().map(|row| cell_of(row, below)).map(|cell| match cell {
                "" => Vec::new(),
                cell => broken(cell, room),
            });
            cells.collect::<Vec<_>>()
        });
        grid.draw(widths, header, cells.as_deref())
    }

    fn shrink(&self, column: &str) -> Option<Shrink> {
        let is = |columns: &[&str]| columns.contains(&column);
        if is(self.cutting) { Some(Shrink::Cut) } else { is(self.wrapping).then_some(Shrink::Break) }
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
    fn used(&self, below: Option<usize>) -> Vec<usize> {
        let used = |column: &usize| {
            let cell = |row: &Vec<String>| row.get(*column).is_some_and(|cell| !cell.is_empty());
            self.rows.iter().any(cell)
        };
        (0..self.header.len()).filter(used).filter(|column| Some(*column) != below).collect()
    }

    fn grid(&self, columns: &[usize], colored: bool) -> Grid<'_> {
        let header: Vec<&str> = columns.iter().filter_map(|column| self.header.get(*column)).copied().collect();
        let paint = |name: &&str| self.paint.filter(|(column, _)| column == name).map(|(_, paint)| paint);
        Grid {
            styles: colored.then(|| (Style::new().bold(), header.iter().map(paint).collect())),
            shrinks: header.iter().map(|name| self.shrink(name)).collect(),
            rows: self.rows.iter().map(|row| columns.iter().map(|column| cell_of(row, *column)).collect()).collect(),
            header,
        }
    }
}

/// Where the cells of a list stand.
#[derive(Debug, Clone)]
pub(crate) enum Layout {
    /// In columns, of which one may stand below the others.
    Columns { columns: Vec<usize>, widths: Vec<usize>, below: Option<usize>, screen: Option<usize> },
    /// On a line each.
    Records { screen: usize },
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
            let text = ids().draw(Some(width), false);
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
        let text = table.draw(Some(30), false);
        assert!(
            text.starts_with("ID:     6b1c2f7e-0000\nPLACE:  a place/with a long name\nNOTE:   word word"),
            "{text}"
        );
        assert!(text.ends_with("\n\nID:    other\nNOTE:  x\n"), "{text}");
    }

    #[test]
    fn more_rows_follow_in_the_columns_of_the_first_ones() {
        let page = |rows: &[[&str; 3]]| {
            let mut table = Table::new(&["NAME", "SIZE", "NOTE"]).wrapping(&["NOTE"]);
            rows.iter().for_each(|row| table.row(row.map(str::to_owned)));
            table
        };
        let first = page(&[["abcd", "1", ""]]);
        let layout = first.layout(None);
        assert_eq!(first.draw_in(&layout, true, false), first.text());
        let second = page(&[["a longer name", "2", ""], ["b", "3", ""]]);
        assert!(second.suits(&layout));
        assert_eq!(second.draw_in(&layout, false, false), "a longer name  2\nb     3\n");
        assert!(!page(&[["c", "4", "a note"]]).suits(&layout));

        // No word is cut, and no line is longer than the screen if its words are not.
        let layout = page(&[["a", "1", "some words that are there"]]).layout(Some(30));
        let text = page(&[["b", "2", "more words than there is room for"]]).draw_in(&layout, false, false);
        assert_eq!(text, "b     2     more words than\n            there is room for\n");
        let layout = page(&[["a name that is far too long", "1", ""]]).layout(Some(20));
        assert_eq!(page(&[["b", "2", ""]]).draw_in(&layout, false, false), "\nNAME:  b\nSIZE:  2\n");
    }

    #[test]
    fn a_cutting_column_keeps_each_item_on_its_line() {
        let mut table = Table::new(&["ID", "REASON"]).cutting(&["REASON"]);
        table.row(["6b1c2f7e".to_owned(), "one two three four five six".to_owned()]);
        assert_eq!(table.draw(Some(29), false), "ID        REASON\n6b1c2f7e  one two three four\u{2026}\n");
        assert_eq!(table.draw(Some(80), false), table.text());
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
    fn a_record_omits_absent_values() {
        let record =
            Record::default().with("State", Some("Success")).with("Ended", None::<String>).with("Location", Some("x"));
        assert_eq!(record.text(), "State:     Success\nLocation:  x\n");
    }
}
