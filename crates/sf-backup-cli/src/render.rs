//! How results are printed: a table for people, JSON and YAML with the API's own member names for programs.

pub(crate) mod json;
pub(crate) mod table;
mod yaml;

use clap::ValueEnum;
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use table::{Sheet, Table};

/// How results are printed: for people, as the API's own JSON, as the same in YAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Yaml,
}

/// A single answer.
pub(crate) trait Answer: Serialize {
    /// What is said where the cluster has nothing to tell.
    const NOTHING: &'static str;

    /// The answer's members, one line each; `None` where there is none.
    fn sheet(&self) -> Option<Sheet>;

    /// How the run ends, if what the answer tells is a failure.
    fn verdict(&self) -> Option<Exit> {
        None
    }
}

/// An item of a list.
pub(crate) trait Listed: Serialize + Sized {
    /// What is said of an empty list.
    const NOTHING: &'static str;

    /// The list, one line for each item.
    fn table(items: &[Self]) -> Table;

    /// Puts a list in order, where the server's is not one.
    fn sort(_: &mut [Self]) {}

    /// What must be said of the items besides.
    fn warnings(_: &[Self]) -> Vec<String> {
        Vec::new()
    }
}

/// A value as JSON or YAML; as JSON where a table is wanted and there is none.
pub(crate) fn document(format: Format, value: &impl Serialize) -> Result<String, Failure> {
    match format {
        Format::Yaml => yaml::text(value),
        Format::Json | Format::Table => json::text(value),
    }
}
