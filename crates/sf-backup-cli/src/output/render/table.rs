//! Tables for people: lists with one line for each item, sheets with one line for each member.

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
    /// The columns that may be broken between words: sentences. Others hold what is copied, such as names and ids.
    wrapping: &'static [&'static str],
    /// The columns that are cut where the screen is narrow: sentences whose end is no loss. `-o wide` shows the whole.
    cutting: &'static [&'static str],
    /// The columns of ids, of which a narrow screen shows the beginning.
    ids: &'static [&'static str],
    /// The columns that are left out where the screen is narrow, the first one first. `-o wide` shows them.
    dropping: &'static [&'static str],
    /// The column that may go below the others, on a line of its own.
    below: Option<&'static str>,
    /// The column with a style for each value, and that style.
    paint: Option<(&'static str, Paint)>,
    /// The columns of which the first that is not empty names the item.
    names: &'static [&'static str],
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
            rows: Vec::new(),
        }
    }

    /// Lets these columns be broken between words where the screen is narrow.
    pub(crate) fn wrapping(self, columns: &'static [&'static str]) -> Self {
        Self { wrapping: columns, ..self }
    }

    /// Lets these columns be cut where the screen is narrow.
    pub(crate) fn cutting(self, columns: &'static [&'static str]) -> Self {
        Self { cutting: columns, ..self }
    }

    /// Lets the ids in these columns be shortened where the screen is narrow.
    pub(crate) fn ids(self, columns: &'static [&'static str]) -> Self {
        Self { ids: columns, ..self }
    }

    /// Lets these columns be left out where the screen is narrow, the first one first.
    pub(crate) fn dropping(self, columns: &'static [&'static str]) -> Self {
        Self { dropping: columns, ..self }
    }

    /// Lets this column have a line of its own below each item where the screen is narrow.
    pub(crate) fn below(self, column: &'static str) -> Self {
        Self { below: Some(column), ..self }
    }

    /// Paints the cells of this column, where colours are wanted.
    pub(crate) fn painted(self, column: &'static str, paint: Paint) -> Self {
        Self { paint: Some((column, paint)), ..self }
    }

    /// Names the items by the first of these columns that is not empty, in place of the first column.
    pub(crate) fn named(self, columns: &'static [&'static str]) -> Self {
        Self { names: columns, ..self }
    }

    /// One more item; cells beyond the last column are left out.
    pub(crate) fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.shown(cells.into_iter().map(|cell| cell.into().escaped()));
    }

    /// The same with cells that have been made fit for a terminal already.
    fn shown(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().take(self.header.len()).collect());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The names of the columns.
    pub(crate) fn columns(&self) -> &[&'static str] {
        &self.header
    }

    /// Sorts the items by a column, if there is one of this name. Items without a value go last.
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

    /// With each text changed.
    pub(crate) fn map(mut self, change: impl Fn(&str) -> String) -> Self {
        self.rows.iter_mut().flatten().for_each(|cell| cell.text = change(&cell.text));
        self
    }

    /// Comma-separated values: every column, also those in which nothing has a value.
    pub(crate) fn csv(&self, header: bool) -> String {
        let header = header.then(|| csv::record(self.header.iter().copied())).into_iter();
        let columns = 0..self.header.len();
        let rows = self.rows.iter().map(|row| csv::record(columns.clone().map(|column| text_of(row, column).trim())));
        header.chain(rows).collect()
    }

    /// The name of each item on a line.
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

/// Whether a column is meant by a name, in any case and with any separators: `BACKUP ID` by `backup-id`.
pub(crate) fn is_column(column: &str, name: &str) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(|character| character.is_alphanumeric()).collect() };
    letters(column).eq_ignore_ascii_case(&letters(name))
}

fn text_of(row: &[Cell], column: usize) -> &str {
    row.get(column).map_or("", |cell| cell.text.as_str())
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
mod tests;
