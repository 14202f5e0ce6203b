//! Draws a list on a screen: selects the columns, their widths, and the column below.

use std::borrow::Cow;

use anstyle::Style;

use super::layout::{COMFORTABLE, Grid, INDENT, NARROWEST, Shrink, broken};
use super::record::Record;
use super::{Table, short_ids, text_of};

/// What is printed above items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    /// The names of the columns.
    Columns,
    /// Nothing: headers are disabled.
    None,
    /// The previous items.
    Continued,
}

/// The layout of a list.
#[derive(Debug, Clone)]
pub(crate) enum Layout {
    /// In columns, one of which may be below the others; with short or complete ids.
    Columns { columns: Vec<usize>, widths: Vec<usize>, below: Option<usize>, screen: Option<usize>, short: bool },
    /// One cell per line.
    Records { screen: usize },
}

impl Table {
    /// Chooses the layout for a screen of this width, also for later items of the same list. In order of preference:
    /// unchanged; with short ids; without some columns; with truncated or broken columns; with a column below the
    /// others; one cell per line. Names are never truncated.
    pub(crate) fn layout(&self, width: Option<usize>) -> Layout {
        let all = self.used(&[]);
        let Some(screen) = width else {
            let widths = self.grid(&all, false).widths();
            return Layout::Columns { widths, columns: all, below: None, screen: None, short: false };
        };
        let layout = |columns, widths, below, short| Layout::Columns { columns, widths, below, screen: width, short };
        if let Some(widths) = self.grid(&all, false).fit(screen, usize::MAX) {
            return layout(all, widths, None, false);
        }
        let short = self.with_short_ids();
        let mut left_out = Vec::new();
        let mut next = self.dropping.iter().filter_map(|name| self.place(name));
        loop {
            let columns = self.used(&left_out);
            if let Some(widths) = short.grid(&columns, false).fit(screen, COMFORTABLE) {
                return layout(columns, widths, None, true);
            }
            let Some(place) = next.next() else { break };
            left_out.push(place);
        }
        let columns = self.used(&left_out);
        if let Some(widths) = short.grid(&columns, false).fit(screen, NARROWEST) {
            return layout(columns, widths, None, true);
        }
        let below = self.below.and_then(|name| self.place(name));
        left_out.extend(below);
        let columns = self.used(&left_out);
        match (below, short.grid(&columns, false).fit(screen, NARROWEST)) {
            (Some(_), Some(widths)) => layout(columns, widths, below, true),
            _ => Layout::Records { screen },
        }
    }

    /// Whether these items fit a layout that was chosen for others of the list.
    pub(crate) fn suits(&self, layout: &Layout) -> bool {
        match layout {
            Layout::Columns { columns, below, screen, .. } => {
                let dropped = |place: &usize| {
                    screen.is_some() && self.header.get(*place).is_some_and(|name| self.dropping.contains(name))
                };
                let mut used = self.used(below.as_slice()).into_iter();
                used.all(|column| columns.contains(&column) || dropped(&column))
            }
            Layout::Records { .. } => true,
        }
    }

    /// Draws the items in a layout. Cells that are wider than their column extend beyond it.
    pub(crate) fn draw_in(&self, layout: &Layout, head: Head, colored: bool) -> String {
        let (columns, widths, below, screen, short) = match layout {
            Layout::Columns { columns, widths, below, screen, short } => (columns, widths, *below, *screen, *short),
            Layout::Records { screen } => {
                return format!("{}{}", if head == Head::Continued { "\n" } else { "" }, self.stacked(*screen));
            }
        };
        let table = if short { Cow::Owned(self.with_short_ids()) } else { Cow::Borrowed(self) };
        let mut grid = table.grid(columns, colored);
        if screen.is_none() {
            grid.shrinks.fill(None);
        }
        let cells = below.map(|below| {
            let wraps = self.header.get(below).is_some_and(|name| self.wrapping.contains(name));
            let room = screen.filter(|_| wraps).map_or(usize::MAX, |screen| screen.saturating_sub(INDENT.len()));
            let cells = self.rows.iter().map(|row| text_of(row, below)).map(|cell| match cell {
                "" => Vec::new(),
                cell => broken(cell, room),
            });
            cells.collect::<Vec<_>>()
        });
        grid.draw(widths, head == Head::Columns, cells.as_deref())
    }

    /// With ids shortened to unique prefixes.
    fn with_short_ids(&self) -> Self {
        let mut table = self.clone();
        for place in self.ids.iter().filter_map(|name| self.place(name)) {
            let length = short_ids::length(self.rows.iter().filter_map(|row| row.get(place)));
            let cells = table.rows.iter_mut().filter_map(|row| row.get_mut(place));
            cells.for_each(|cell| short_ids::short(cell, length));
        }
        table
    }

    fn shrink(&self, column: &str) -> Option<Shrink> {
        let is = |columns: &[&str]| columns.contains(&column);
        if is(self.cutting) { Some(Shrink::Cut) } else { is(self.wrapping).then_some(Shrink::Break) }
    }

    fn stacked(&self, width: usize) -> String {
        let records = self.rows.iter().map(|row| {
            let cells = self.header.iter().zip(row).filter(|(name, _)| !self.hidden.contains(name));
            let record = cells.fold(Record::default(), |record, (name, cell)| {
                record.shown(name, cell.text.trim().to_owned(), self.wrapping.contains(name))
            });
            record.fitted(width)
        });
        records.collect::<Vec<_>>().join("\n")
    }

    /// The columns with any value, except those that are hidden or omitted.
    fn used(&self, left_out: &[usize]) -> Vec<usize> {
        let used = |column: &usize| self.rows.iter().any(|row| !text_of(row, *column).is_empty());
        let shown = self.header.iter().enumerate().filter(|(_, name)| !self.hidden.contains(name));
        shown.map(|(column, _)| column).filter(|column| !left_out.contains(column)).filter(used).collect()
    }

    fn grid(&self, columns: &[usize], colored: bool) -> Grid<'_> {
        let header: Vec<&str> = columns.iter().filter_map(|column| self.header.get(*column)).copied().collect();
        let paint = |name: &&str| self.paint.filter(|(column, _)| column == name).map(|(_, paint)| paint);
        Grid {
            styles: colored.then(|| (Style::new().bold(), header.iter().map(paint).collect())),
            shrinks: header.iter().map(|name| self.shrink(name)).collect(),
            rows: self.rows.iter().map(|row| columns.iter().map(|column| text_of(row, *column)).collect()).collect(),
            header,
        }
    }
}
