//! How results are printed: a table for people, JSON and YAML with the API's own member names for programs.

pub(crate) mod age;
pub(crate) mod audit;
pub(crate) mod chains;
pub(crate) mod json;
pub(crate) mod table;
pub(crate) mod yaml;

use clap::ValueEnum;
use serde::Serialize;
use sf_backup_proto::Timestamp;

use crate::output::exit::Exit;
use crate::output::failure::Failure;
use table::cell::Cell;
use table::{Record, Table};

/// The values of `-o`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Text, fitted to the width of the terminal
    Table,
    /// Text with more columns
    Wide,
    /// JSON, as the API returns it
    Json,
    /// What 'json' prints, as YAML
    Yaml,
    /// Lists as comma-separated values (RFC 4180) with all columns of 'wide'; cells that look like formulas are not
    /// escaped
    Csv,
    /// Lists as one name or id per line, for pipes
    Name,
}

/// The format of results: text, JSON as the API returns it, or the same as YAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Table,
    Json,
    Yaml,
}

/// The format of lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ListForm {
    /// Aligned columns.
    #[default]
    Columns,
    /// Comma-separated values.
    Csv,
    /// One name or id per line.
    Names,
}

impl Output {
    pub(crate) fn format(self) -> Format {
        match self {
            Self::Table | Self::Wide | Self::Csv | Self::Name => Format::Table,
            Self::Json => Format::Json,
            Self::Yaml => Format::Yaml,
        }
    }

    /// Whether lists have additional columns.
    pub(crate) fn is_wide(self) -> bool {
        matches!(self, Self::Wide | Self::Csv | Self::Name)
    }

    pub(crate) fn lists(self) -> ListForm {
        match self {
            Self::Csv => ListForm::Csv,
            Self::Name => ListForm::Names,
            Self::Table | Self::Wide | Self::Json | Self::Yaml => ListForm::Columns,
        }
    }
}

/// The view of a result for people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    pub(crate) now: Timestamp,
    /// Whether lists have additional columns.
    pub(crate) wide: bool,
    /// Whether bars are drawn in ASCII.
    pub(crate) ascii: bool,
}

impl View {
    /// The age of something, for a list: `3h`.
    pub(crate) fn age_cell(&self, at: Option<Timestamp>) -> Cell {
        at.map_or_else(Cell::default, |at| Cell::valued(age::age(self.now, at), self.now.unix() - at.unix()))
    }

    /// When something is due, for a list.
    pub(crate) fn due_cell(&self, at: Option<Timestamp>) -> Cell {
        at.map_or_else(Cell::default, |at| Cell::valued(self.due(at), at.unix()))
    }

    /// When something is due: `in 3h`, `now`, `overdue 3h`.
    pub(crate) fn due(&self, at: Timestamp) -> String {
        let age = age::age(self.now, at);
        match age.starts_with("in ") {
            true => age,
            false if at >= self.now => "now".to_owned(),
            false => format!("overdue {age}"),
        }
    }

    /// A time and how long ago it was: `2024-03-09T04:10:22Z (3h ago)`.
    pub(crate) fn ago(&self, at: Timestamp) -> String {
        let age = age::age(self.now, at);
        if age.starts_with("in ") { format!("{at} ({age})") } else { format!("{at} ({age} ago)") }
    }
}

/// A single response.
pub(crate) trait SingleView: Serialize {
    /// The message if the cluster has nothing to return.
    const NOTHING: &'static str;

    /// Masks secrets that a cluster should not have returned.
    fn hide(&mut self) {}

    /// The members of the response, one per line; `None` if there is none.
    fn record(&self, view: &View) -> Option<Record>;

    /// The exit code, if the response reports a failure.
    fn verdict(&self) -> Option<Exit> {
        None
    }
}

/// An item of a list.
pub(crate) trait Listed: Serialize + Sized {
    /// The message for an empty list.
    const NOTHING: &'static str;
    /// Whether the whole list must be read before the first item is printed.
    const IS_SORTED_HERE: bool = false;

    /// The list with one line per item.
    fn table(items: &[Self], view: &View) -> Table;

    /// Masks secrets that a cluster should not have returned.
    fn hide(&mut self) {}

    /// Sorts a list that the server does not sort.
    fn sort(_: &mut [Self]) {}

    /// Warnings about the items.
    fn warnings(_: &[Self]) -> Vec<String> {
        Vec::new()
    }

    /// A command to suggest next, if the items determine one.
    fn next(_: &[Self]) -> Option<String> {
        None
    }
}

/// A value as JSON or YAML; as JSON if a table is requested and there is none.
pub(crate) fn document(format: Format, value: &impl Serialize) -> Result<String, Failure> {
    match format {
        Format::Yaml => yaml::text(value),
        Format::Json | Format::Table => json::text(value),
    }
}
