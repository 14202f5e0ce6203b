//! Prints lists page by page as they arrive: memory holds one page, however long the list.

use sf_backup_proto::{Paged, Pager};

use crate::cluster::session::Session;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::table::Layout;
use crate::output::render::{Format, Listed, json, yaml};

impl Session<'_, '_> {
    /// Reads a list and prints each page. After an error, the printed part is a complete document.
    pub(super) async fn print_pages<O>(&mut self, call: O) -> Result<(), Failure>
    where
        O: Paged,
        O::Item: Listed,
    {
        let mut pager = Pager::collecting(call.clone());
        let mut printed = Printed::default();
        while let Some(next) = pager.next_call() {
            let page = self.send(next).await;
            let read = match pager.accept(page) {
                Ok(items) => Ok(items),
                Err(error) => Err(Box::pin(self.blame_with_names(error)).await),
            };
            let is_over = pager.token().is_none() || read.is_err();
            if !printed.any
                && is_over
                && let Some(absent) = Box::pin(self.absence(&call, &read, Vec::is_empty)).await
            {
                return Err(absent);
            }
            match read {
                Ok(items) => printed.page(items, self.terminal())?,
                Err(failure) => {
                    if printed.any {
                        printed.end(self.terminal())?;
                    }
                    return Err(failure);
                }
            }
        }
        match self.terminal().options.format {
            Format::Table if !printed.any => {
                let terminal = self.terminal();
                terminal.note(O::Item::NOTHING);
                let nothing = O::Item::table(&[], &terminal.view());
                terminal.table(&nothing)
            }
            _ => printed.end(self.terminal()),
        }
    }
}

/// The printed part of a list.
#[derive(Debug, Default)]
struct Printed {
    any: bool,
    /// The layout, determined by the first page.
    layout: Option<Layout>,
}

impl Printed {
    fn page<T: Listed>(&mut self, mut items: Vec<T>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        if items.is_empty() {
            return Ok(());
        }
        items.iter_mut().for_each(Listed::hide);
        match terminal.options.format {
            Format::Table => {
                let table = T::table(&items, &terminal.view());
                terminal.rows(&table, &mut self.layout)?;
            }
            Format::Json => terminal.result(&json::part(&items, self.any)?)?,
            Format::Yaml => terminal.result(&yaml::text(&items)?)?,
        }
        self.any = true;
        Ok(())
    }

    /// Ends the document.
    fn end(&self, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        match terminal.options.format {
            Format::Table => Ok(()),
            Format::Json => terminal.result(if self.any { "\n]\n" } else { "[]\n" }),
            Format::Yaml => terminal.result(if self.any { "" } else { "[]\n" }),
        }
    }
}
