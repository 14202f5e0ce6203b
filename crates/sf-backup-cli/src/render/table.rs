//! Tables for people: lists with one line for each item, sheets with one line for each member.

mod backup;
mod configuration;
mod entity;
mod inventory;
mod policy;
mod progress;
mod sheets;
pub(crate) mod words;

use std::fmt::Display;

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement};

pub(crate) use sheets::sheets;

/// A list.
#[derive(Debug)]
pub(crate) struct Table {
    header: Vec<&'static str>,
    /// The columns that may be broken over lines: names and sentences. Others hold what is copied, such as ids.
    wrapping: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

/// What stands between columns.
const GAP: usize = 2;
/// A column with less is no help.
const NARROWEST: usize = 16;

impl Table {
    pub(crate) fn new(header: &[&'static str]) -> Self {
        Self { header: header.to_vec(), wrapping: &[], rows: Vec::new() }
    }

    /// Lets these columns be broken over lines where the screen is narrow.
    pub(crate) fn wrapping(self, columns: &'static [&'static str]) -> Self {
        Self { wrapping: columns, ..self }
    }

    /// One more item; cells beyond the last column are left out.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().take(self.header.len());
        self.rows.push(cells.map(|cell| plain(&cell)).collect());
    }

    /// Lines as long as they are.
    pub(crate) fn text(&self) -> String {
        let (header, rows) = self.used();
        lines(&build(Some(header), rows))
    }

    /// Lines that fit a screen: as they are, or with the wrapping columns broken, or, where not even that is enough, with
    /// one line for each cell.
    pub(crate) fn fitted(&self, width: usize) -> String {
        let (header, rows) = self.used();
        let wraps: Vec<bool> = header.iter().map(|name| self.wrapping.contains(name)).collect();
        let mut table = build(Some(header), rows);
        let widths = table.column_max_content_widths();
        let columns = || widths.iter().copied().map(usize::from).zip(&wraps);
        let gaps = GAP * widths.len().saturating_sub(1);
        if gaps + columns().map(|(wide, _)| wide).sum::<usize>() <= width {
            return lines(&table);
        }
        if gaps + columns().map(|(wide, wraps)| if *wraps { wide.min(NARROWEST) } else { wide }).sum::<usize>() > width
        {
            return self.stacked(width);
        }
        table.set_content_arrangement(ContentArrangement::Dynamic);
        // The gap behind the last column is cut off.
        table.set_width(u16::try_from(width + GAP).unwrap_or(u16::MAX));
        for (column, wraps) in table.column_iter_mut().zip(wraps) {
            if !wraps {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        lines(&table)
    }

    fn stacked(&self, width: usize) -> String {
        let (header, rows) = self.used();
        let sheets = rows.map(|row| {
            let cells = header.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
            let rows = cells.map(|(name, cell)| (*name, cell, false)).collect();
            Sheet { rows }.fitted(width)
        });
        sheets.collect::<Vec<_>>().join("\n")
    }

    /// A column in which no item has anything is left out.
    fn used(&self) -> (Vec<&'static str>, impl Iterator<Item = Vec<String>>) {
        let used: Vec<bool> = (0..self.header.len())
            .map(|column| {
                let cell = |row: &Vec<String>| row.get(column).is_some_and(|cell| !cell.is_empty());
                self.rows.iter().any(cell)
            })
            .collect();
        let header = self.header.iter().zip(&used).filter(|(_, used)| **used);
        let header = header.map(|(name, _)| *name).collect();
        let rows = self.rows.iter().map(move |row| {
            let cells = row.iter().zip(&used).filter(|(_, used)| **used);
            cells.map(|(cell, _)| cell.clone()).collect()
        });
        (header, rows)
    }
}

/// One object.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    /// Name, value, and whether the value is prose.
    rows: Vec<(&'static str, String, bool)>,
}

impl Sheet {
    /// One more member, unless it has no value, or an empty one. It stays on one line, so that it can be copied.
    pub(crate) fn with(self, name: &'static str, value: Option<impl Display>) -> Self {
        self.row(name, value, false)
    }

    /// The same for sentences, which may be broken over lines.
    pub(crate) fn prose(self, name: &'static str, value: Option<impl Display>) -> Self {
        self.row(name, value, true)
    }

    /// Lines as long as they are.
    pub(crate) fn text(&self) -> String {
        self.fitted(usize::MAX)
    }

    /// Lines that fit a screen, as far as they may be broken.
    pub(crate) fn fitted(&self, width: usize) -> String {
        let names = self.rows.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or_default();
        let indent = names + 1 + GAP;
        let mut text = String::new();
        for (name, value, prose) in &self.rows {
            let room = if *prose { width.saturating_sub(indent).max(NARROWEST) } else { usize::MAX };
            for (number, line) in broken(value, room).iter().enumerate() {
                let label = if number == 0 { format!("{name}:") } else { String::new() };
                text.push_str(format!("{label:indent$}{line}").trim_end());
                text.push('\n');
            }
        }
        text
    }

    fn row(mut self, name: &'static str, value: Option<impl Display>, prose: bool) -> Self {
        let text = plain(&cell(value));
        if !text.is_empty() {
            self.rows.push((name, text, prose));
        }
        self
    }
}

/// Breaks a text between words; a word that is longer than the room has a line of its own.
pub(crate) fn broken(text: &str, room: usize) -> Vec<String> {
    if text.chars().count() <= room {
        return vec![text.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn build(header: Option<Vec<&'static str>>, rows: impl Iterator<Item = Vec<String>>) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(NOTHING);
    if let Some(header) = header {
        table.set_header(header);
    }
    table.add_rows(rows);
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    table
}

fn lines(table: &comfy_table::Table) -> String {
    let lines = table.lines();
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Text from elsewhere, fit for a terminal: control characters, which could steer it, become spaces.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
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
        let mut table = Table::new(&["ID", "PLACE", "NOTE"]).wrapping(&["PLACE", "NOTE"]);
        table.row(["6b1c2f7e-0000".to_owned(), "a place with a very long name".to_owned(), ["word"; 9].join(" ")]);
        table
    }

    #[test]
    fn a_narrow_screen_breaks_sentences_and_never_ids() {
        for width in 49..100 {
            let text = ids().fitted(width);
            assert!(text.starts_with("ID") && text.contains("\n6b1c2f7e-0000  a place"), "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= width), "{width}: {text}");
            assert_eq!(text == ids().text(), width >= 13 + 2 + 29 + 2 + 44, "{width}: {text}");
        }
    }

    #[test]
    fn a_very_narrow_screen_gets_a_line_for_each_cell() {
        let mut table = ids();
        table.row(["other".to_owned(), String::new(), "x".to_owned()]);
        let text = table.fitted(30);
        assert!(text.starts_with("ID:     6b1c2f7e-0000\nPLACE:  a place with a very long name\n"), "{text}");
        assert!(text.ends_with("\n\nID:    other\nNOTE:  x\n"), "{text}");
    }

    #[test]
    fn prose_is_broken_between_words() {
        let sheet =
            Sheet::default().prose("Note", Some("one two three four five")).with("Id", Some("a b c d e f g h i j k"));
        assert_eq!(sheet.fitted(24), "Note:  one two three\n       four five\nId:    a b c d e f g h i j k\n");
        assert_eq!(broken("a verylongword b", 6), ["a", "verylongword", "b"]);
        assert_eq!(broken("", 6), [""]);
    }

    #[test]
    fn a_server_cannot_steer_the_terminal() {
        let mut table = Table::new(&["NAME"]);
        table.row(["a\u{1b}[2Jb\r\nc\u{9b}".to_owned()]);
        assert_eq!(table.text(), "NAME\na [2Jb  c\n");
    }

    #[test]
    fn a_sheet_leaves_out_what_is_absent() {
        let sheet =
            Sheet::default().with("State", Some("Success")).with("Ended", None::<String>).with("Location", Some("x"));
        assert_eq!(sheet.text(), "State:     Success\nLocation:  x\n");
    }
}
