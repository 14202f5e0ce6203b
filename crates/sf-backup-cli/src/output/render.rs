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

/// What `-o` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Text, fitted to the width of the terminal
    Table,
    /// Text with more columns
    Wide,
    /// JSON, as the API returns it
    Json,
    /// The same as YAML
    Yaml,
    /// Lists as comma-separated values (RFC 4180) with all columns of 'wide'; cells that look like formulas are not
    /// escaped
    Csv,
    /// Lists as one name or id per line, for pipes
    Name,
}

/// How results are printed: for people, as the API's own JSON, as the same in YAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Table,
    Json,
    Yaml,
}

/// For whom lists are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ListForm {
    /// Columns.
    #[default]
    Columns,
    /// Comma-separated values.
    Csv,
    /// A name or an id on each line.
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

    /// Whether lists have the columns that are rarely wanted.
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

/// How a result for people is seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    pub(crate) now: Timestamp,
    /// With the columns that are rarely wanted.
    pub(crate) wide: bool,
    /// With bars of ASCII characters.
    pub(crate) ascii: bool,
}

impl View {
    /// How long ago something was, for a list: `3h`.
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
    /// What is said where the cluster has nothing to tell.
    const NOTHING: &'static str;

    /// Masks secrets that a cluster should not have returned.
    fn hide(&mut self) {}

    /// The members of the response, one line each; `None` if there is none.
    fn record(&self, view: &View) -> Option<Record>;

    /// How the run ends, if the response reports a failure.
    fn verdict(&self) -> Option<Exit> {
        None
    }
}

/// An item of a list.
pub(crate) trait Listed: Serialize + Sized {
    /// The note for an empty list.
    const NOTHING: &'static str;
    /// Whether the list has to be read to its end before the first item is known.
    const IS_SORTED_HERE: bool = false;

    /// The list, one line for each item.
    fn table(items: &[Self], view: &View) -> Table;

    /// Masks secrets that a cluster should not have returned.
    fn hide(&mut self) {}

    /// Puts a list in order, where the server's is not one.
    fn sort(_: &mut [Self]) {}

    /// Notes about the items.
    fn warnings(_: &[Self]) -> Vec<String> {
        Vec::new()
    }

    /// The command that a person is likely to want next, if the items tell it.
    fn next(_: &[Self]) -> Option<String> {
        None
    }
}

/// A value as JSON or YAML; as JSON where a table is wanted and there is none.
pub(crate) fn document(format: Format, value: &impl Serialize) -> Result<String, Failure> {
    match format {
        Format::Yaml => yaml::text(value),
        Format::Json | Format::Table => json::text(value),
    }
}
