//! Prints lists and objects: fitted to the screen for people, as comma-separated values or names for programs.

use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::ListForm;
use crate::output::render::table::{Head, Layout, Record, Table, is_column};

/// The columns of the outcomes of changes.
pub(crate) const OUTCOME_COLUMNS: &[&str] = &["ENTITY", "OUTCOME", "STATE", "TOOK", "LSN", "ERROR"];

impl Terminal<'_> {
    /// Prints a list.
    pub(crate) fn table(&mut self, table: &Table) -> Result<(), Failure> {
        self.check_sort(table.columns())?;
        self.one_of_tables(table)
    }

    /// Prints lists of different items, separated by blank lines; for programs only the first.
    pub(crate) fn tables(&mut self, tables: &[Table]) -> Result<(), Failure> {
        let tables = if self.is_for_programs() { tables.get(..1).unwrap_or(tables) } else { tables };
        let columns: Vec<&str> = tables.iter().flat_map(Table::columns).copied().collect();
        self.check_sort(&columns)?;
        for (number, table) in tables.iter().filter(|table| tables.len() == 1 || !table.is_empty()).enumerate() {
            self.remark(if number == 0 { "" } else { "\n" })?;
            self.one_of_tables(table)?;
        }
        Ok(())
    }

    /// Prints one of several lists, whose columns have been [checked](Self::check_sort): sorts it if it has the column.
    pub(crate) fn one_of_tables(&mut self, table: &Table) -> Result<(), Failure> {
        self.rows(table, &mut None)
    }

    /// Prints the next items of a list in the layout of the first ones, which is chosen here. Starts a new header if
    /// that layout does not fit.
    pub(crate) fn rows(&mut self, table: &Table, layout: &mut Option<Layout>) -> Result<(), Failure> {
        let mut table = table.clone().map(|text| self.localized(text).into_owned());
        if let Some(name) = &self.lists.sort_by {
            table.sort(name);
        }
        let is_first = layout.is_none();
        let text = match self.lists.form {
            ListForm::Columns if table.is_empty() => return Ok(()),
            ListForm::Columns => self.columns(&table, layout),
            ListForm::Csv => {
                *layout = Some(table.layout(None));
                table.csv(is_first && !self.lists.no_headers)
            }
            ListForm::Names => table.item_names(),
        };
        // The cells were escaped one by one.
        self.painted(&text)
    }

    fn columns(&self, table: &Table, layout: &mut Option<Layout>) -> String {
        let colored = self.options.paints && !self.is_redirected();
        let head = if self.lists.no_headers { Head::None } else { Head::Columns };
        match layout {
            Some(layout) if table.suits(layout) => table.draw_in(layout, Head::Continued, colored),
            _ => {
                // `-o wide` accepts long lines, and a file has no width.
                let width = self.console.width.filter(|_| !self.options.wide && !self.is_redirected());
                let layout = layout.insert(table.layout(width));
                table.draw_in(layout, head, colored)
            }
        }
    }

    /// Whether all items must be known before the first is printed.
    pub(crate) fn sorts(&self) -> bool {
        self.lists.sort_by.is_some()
    }

    /// Whether lists are for programs, which expect nothing else on standard output.
    pub(crate) fn is_for_programs(&self) -> bool {
        self.lists.form != ListForm::Columns
    }

    /// Rejects a column to sort by that is not one of these.
    pub(crate) fn check_sort(&self, columns: &[&str]) -> Result<(), Failure> {
        match &self.lists.sort_by {
            Some(name) if !columns.iter().any(|column| is_column(column, name)) => {
                let mut known: Vec<&str> = Vec::new();
                for column in columns {
                    if !known.contains(column) {
                        known.push(column);
                    }
                }
                let known = known.join(", ");
                Err(Failure::Usage(format!("--sort-by {name}: there is no such column; the columns are {known}")))
            }
            _ => Ok(()),
        }
    }

    /// Prints an object: fitted to the screen for people, as a list of one item for programs.
    pub(crate) fn record(&mut self, record: &Record) -> Result<(), Failure> {
        if self.is_for_programs() {
            return self.one_of_tables(&record.table());
        }
        let record = record.clone().map(|text| self.localized(text).into_owned());
        let text = match self.console.width {
            Some(width) => record.fitted(width),
            None => record.text(),
        };
        self.result(&text)
    }

    /// Prints a part of a result that is not a list, such as a sum: to standard error if lists are for programs.
    pub(crate) fn remark(&mut self, text: &str) -> Result<(), Failure> {
        if self.is_for_programs() {
            text.lines().filter(|line| !line.is_empty()).for_each(|line| self.note(line));
            return Ok(());
        }
        let text = self.localized(text).into_owned();
        self.result(&text)
    }

    /// Prints an object that is part of a result: to standard error if lists are for programs.
    pub(crate) fn remark_record(&mut self, record: &Record) -> Result<(), Failure> {
        if self.is_for_programs() { self.remark(&record.text()) } else { self.record(record) }
    }
}
