//! One object with a line for each member.

use std::fmt::Display;

use unicode_width::UnicodeWidthStr;

use super::cell::Cell;
use super::layout::{GAP, NARROWEST, broken};
use super::{Table, cell, plain};

/// One object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    /// Name, value, and whether the value is prose.
    pub(super) rows: Vec<(&'static str, String, bool)>,
}

impl Record {
    /// Adds a member, unless its value is absent or empty. It stays on one line, so that it can be copied.
    pub(crate) fn with(self, name: &'static str, value: Option<impl Display>) -> Self {
        self.row(name, value, false)
    }

    /// Adds a member with a sentence, which may be broken over lines.
    pub(crate) fn prose(self, name: &'static str, value: Option<impl Display>) -> Self {
        self.row(name, value, true)
    }

    /// The lines in full length.
    pub(crate) fn text(&self) -> String {
        self.fitted(usize::MAX)
    }

    /// The lines fitted to a screen, as far as they may be broken.
    pub(crate) fn fitted(&self, width: usize) -> String {
        let names = self.rows.iter().map(|(name, ..)| name.width()).max().unwrap_or_default();
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

    /// Changes each value.
    pub(crate) fn map(mut self, change: impl Fn(&str) -> String) -> Self {
        self.rows.iter_mut().for_each(|(_, value, _)| *value = change(value));
        self
    }

    /// The record as a list with one item.
    pub(crate) fn table(&self) -> Table {
        let header: Vec<&'static str> = self.rows.iter().map(|(name, ..)| *name).collect();
        let mut table = Table::new(&header);
        table.shown(self.rows.iter().map(|(_, value, _)| Cell::from(value.clone())));
        table
    }

    fn row(self, name: &'static str, value: Option<impl Display>, prose: bool) -> Self {
        self.shown(name, plain(&cell(value)), prose)
    }

    /// Adds a member whose text is already escaped.
    pub(super) fn shown(mut self, name: &'static str, text: String, prose: bool) -> Self {
        if !text.is_empty() {
            self.rows.push((name, text, prose));
        }
        self
    }
}
