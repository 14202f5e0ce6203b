//! Tables for people: lists with one line for each item, sheets with one line for each member.

mod backup;
mod configuration;
mod entity;
mod policy;
mod progress;
mod words;

use std::fmt::Display;

use comfy_table::presets::NOTHING;

/// A list.
#[derive(Debug)]
pub(crate) struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(header: &[&'static str]) -> Self {
        Self { header: header.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| plain(&cell)).collect());
    }

    pub(crate) fn text(&self) -> String {
        // A column in which no item has anything is left out.
        let used: Vec<bool> = (0..self.header.len())
            .map(|column| {
                let cell = |row: &Vec<String>| row.get(column).is_some_and(|cell| !cell.is_empty());
                self.rows.iter().any(cell)
            })
            .collect();
        let pick = |cells: &[String]| -> Vec<String> {
            let cells = cells.iter().zip(&used).filter(|(_, used)| **used);
            cells.map(|(cell, _)| cell.clone()).collect()
        };
        let header: Vec<String> = self.header.iter().map(ToString::to_string).collect();
        let rows = self.rows.iter().map(|row| pick(row));
        lines(Some(pick(&header)), rows)
    }
}

/// One object.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    rows: Vec<(&'static str, String)>,
}

impl Sheet {
    /// One more member, unless it has no value, or an empty one.
    pub(crate) fn with(mut self, name: &'static str, value: Option<impl Display>) -> Self {
        let text = plain(&cell(value));
        if !text.is_empty() {
            self.rows.push((name, text));
        }
        self
    }

    pub(crate) fn text(&self) -> String {
        let rows = self.rows.iter();
        lines(None, rows.map(|(name, value)| vec![format!("{name}:"), value.clone()]))
    }
}

fn lines(header: Option<Vec<String>>, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(NOTHING);
    if let Some(header) = header {
        table.set_header(header);
    }
    table.add_rows(rows);
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    let lines = table.lines();
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Text from elsewhere, fit for a terminal: control characters, which could steer it, become spaces.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// What may be absent, as a cell.
fn cell(value: Option<impl Display>) -> String {
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
