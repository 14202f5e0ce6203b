//! Tables for people: lists with one line per item, records with one line per member.

mod backup;
pub(crate) mod cell;
mod configuration;
mod csv;
pub(crate) mod describe;
mod drawing;
mod entity;
mod inventory;
mod layout;
pub(crate) mod policy;
mod progress;
mod record;
mod records;
mod short_ids;

use std::fmt::Display;

use crate::output::escape;
use cell::Cell;

pub(crate) use drawing::{Head, Layout};
pub(crate) use layout::Paint;
pub(crate) use record::Record;
pub(crate) use records::records;

/// A list.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    header: Vec<&'static str>,
    /// Columns that may be broken between words: sentences. Other columns contain names and ids, which are copied.
    wrapping: &'static [&'static str],
    /// Columns that are truncated on a narrow screen: sentences whose end is unimportant. `-o wide` prints them
    /// completely.
    cutting: &'static [&'static str],
    /// Columns of ids, which are shortened on a narrow screen.
    ids: &'static [&'static str],
    /// Columns that are omitted on a narrow screen, the first one first. `-o wide` prints them.
    dropping: &'static [&'static str],
    /// The column that may be on a line of its own below the others.
    below: Option<&'static str>,
    /// The column with a style for each value, and that style.
    paint: Option<(&'static str, Paint)>,
    /// The name of an item is the first of these columns that is not empty.
    names: &'static [&'static str],
    /// The columns that are not shown, but by which the items can be sorted.
    hidden: &'static [&'static str],
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(header: &[&'static str]) -> Self {
        Self {
            header: header.to_vec(),
            wrapping: &[],
            cutting: &[],
            ids: &[],
            dropping: &[],
            below: None,
            paint: None,
            names: &[],
            hidden: &[],
            rows: Vec::new(),
        }
    }

    /// Allows breaking these columns between words on a narrow screen.
    pub(crate) fn wrapping(self, columns: &'static [&'static str]) -> Self {
        Self { wrapping: columns, ..self }
    }

    /// Allows truncating these columns on a narrow screen.
    pub(crate) fn cutting(self, columns: &'static [&'static str]) -> Self {
        Self { cutting: columns, ..self }
    }

    /// Allows shortening the ids in these columns on a narrow screen.
    pub(crate) fn ids(self, columns: &'static [&'static str]) -> Self {
        Self { ids: columns, ..self }
    }

    /// Allows omitting these columns on a narrow screen, the first one first.
    pub(crate) fn dropping(self, columns: &'static [&'static str]) -> Self {
        Self { dropping: columns, ..self }
    }

    /// Allows a line of its own for this column on a narrow screen.
    pub(crate) fn below(self, column: &'static str) -> Self {
        Self { below: Some(column), ..self }
    }

    /// Colours the cells of this column, if colours are enabled.
    pub(crate) fn painted(self, column: &'static str, paint: Paint) -> Self {
        Self { paint: Some((column, paint)), ..self }
    }

    /// Sets the columns for the name of an item: the first one that is not empty. By default, the first column.
    pub(crate) fn named(self, columns: &'static [&'static str]) -> Self {
        Self { names: columns, ..self }
    }

    /// Shows these columns only where a wide list is wanted; the items can be sorted by them in any case.
    pub(crate) fn wide_only(self, columns: &'static [&'static str], wide: bool) -> Self {
        Self { hidden: if wide { &[] } else { columns }, ..self }
    }

    /// Adds an item; ignores cells beyond the last column.
    pub(crate) fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.shown(cells.into_iter().map(|cell| cell.into().escaped()));
    }

    /// Adds an item whose cells are already escaped.
    fn shown(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().take(self.header.len()).collect());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The names of the columns, also of those that are not shown.
    pub(crate) fn columns(&self) -> &[&'static str] {
        &self.header
    }

    /// Sorts the items by a column, if it exists. Items without a value are last.
    pub(crate) fn sort(&mut self, name: &str) {
        let Some(column) = self.place(name) else { return };
        let empty = Cell::default();
        let of = |row: &Vec<Cell>| row.get(column).cloned().unwrap_or_default();
        let cells: Vec<Cell> = self.rows.iter().map(of).collect();
        let order = cell::order(cells.iter());
        self.rows.sort_by(|one, other| {
            let (one, other) = (one.get(column).unwrap_or(&empty), other.get(column).unwrap_or(&empty));
            one.text.is_empty().cmp(&other.text.is_empty()).then_with(|| order(one, other))
        });
    }

    /// Changes each text.
    pub(crate) fn map(mut self, change: impl Fn(&str) -> String) -> Self {
        self.rows.iter_mut().flatten().for_each(|cell| cell.text = change(&cell.text));
        self
    }

    /// Comma-separated values: every column, including empty ones.
    pub(crate) fn csv(&self, header: bool) -> String {
        let header = header.then(|| csv::record(self.header.iter().copied())).into_iter();
        let columns = 0..self.header.len();
        let rows = self.rows.iter().map(|row| csv::record(columns.clone().map(|column| text_of(row, column).trim())));
        header.chain(rows).collect()
    }

    /// The name of each item, one per line.
    pub(crate) fn item_names(&self) -> String {
        let first = self.header.get(..1).unwrap_or_default();
        let columns = if self.names.is_empty() { first } else { self.names };
        let places: Vec<usize> = columns.iter().filter_map(|name| self.place(name)).collect();
        let name = |row: &Vec<Cell>| {
            places.iter().map(|place| text_of(row, *place).trim().to_owned()).find(|name| !name.is_empty())
        };
        self.rows.iter().filter_map(name).map(|name| name + "\n").collect()
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| is_column(column, name))
    }
}

/// Whether a name matches a column, in any case and with any separators: `backup-id` matches `BACKUP ID`.
pub(crate) fn is_column(column: &str, name: &str) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(|character| character.is_alphanumeric()).collect() };
    letters(column).eq_ignore_ascii_case(&letters(name))
}

fn text_of(row: &[Cell], column: usize) -> &str {
    row.get(column).map_or("", |cell| cell.text.as_str())
}

/// Escapes untrusted text for a line of a terminal.
pub(crate) fn plain(text: &str) -> String {
    escape::line(text).into_owned()
}

/// A cell for a value that may be absent.
pub(super) fn cell(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
