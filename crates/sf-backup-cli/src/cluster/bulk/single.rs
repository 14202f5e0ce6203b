//! Runs an operation on one entity, and prints its result.

use sf_backup_proto::{Operation, Paged};

use super::ListResult;
use crate::cluster::calls::{AnyCall, Calls};
use crate::cluster::session::Session;
use crate::output::failure::Failure;
use crate::output::render::table::{Record, plain};
use crate::output::render::{Format, Listed, SingleView, document};

impl Session<'_, '_> {
    /// Runs an operation that returns nothing; `done` is the message, with `{}` for the entity.
    pub(crate) async fn change<O>(&mut self, calls: Calls<O>, verb: &str, done: &str) -> Result<(), Failure>
    where
        O: Operation<Response = ()>,
    {
        self.change_any(calls.erased(), verb, done).await
    }

    async fn change_any(&mut self, calls: Calls<AnyCall<()>>, verb: &str, done: &str) -> Result<(), Failure> {
        let call = match calls.take() {
            Ok(call) => call,
            Err((calls, concurrency)) => return self.change_all(calls, concurrency, verb).await,
        };
        let name = call.name();
        if let Some(refusal) = self.verified.refusal(&name) {
            return Err(refusal);
        }
        self.ask_any(&call).await?;
        let output_options = self.terminal().options;
        match output_options.format {
            Format::Table if output_options.quiet => {}
            Format::Table => {
                let line = plain(&done.replace("{}", call.entity()));
                self.terminal().remark(&format!("{line}\n"))?;
                if self.has_facts() {
                    let facts = self.with_facts(Record::default());
                    self.terminal().remark_record(&facts)?;
                }
            }
            Format::Json | Format::Yaml => self.terminal().result("{}\n")?,
        }
        let verified = self.verified.clone();
        let effect = self.patiently(Box::pin(verified.effect(self.client().clone(), name.clone()))).await;
        for warning in effect.warnings {
            self.terminal().warn(&warning);
        }
        self.conclude_change(&[name]);
        effect.failure.map_or(Ok(()), Err)
    }

    /// Runs an operation that returns one object.
    pub(crate) async fn one<O>(&mut self, calls: Calls<O>, _verb: &str) -> Result<(), Failure>
    where
        O: Operation,
        O::Response: SingleView,
    {
        self.one_any(calls.erased()).await
    }

    async fn one_any<R: SingleView + Send + 'static>(&mut self, calls: Calls<AnyCall<R>>) -> Result<(), Failure> {
        let call = match calls.take() {
            Ok(call) => call,
            Err((calls, concurrency)) => return self.one_of_all(calls, concurrency).await,
        };
        let read = self.ask_any(&call).await;
        let is_nothing = read.as_ref().map(|_| false);
        if let Some(absent) = Box::pin(self.absent(call.spec(), &call.name(), is_nothing)).await {
            return Err(absent);
        }
        let mut response = read?;
        response.hide();
        let format = match self.terminal().is_redirected() {
            true => self.terminal().document_format(Format::Yaml),
            false => self.terminal().options.format,
        };
        match (format, response.record(&self.terminal().view())) {
            (Format::Table, Some(record)) => self.terminal().record(&record)?,
            (Format::Table, None) => self.terminal().note(R::NOTHING),
            _ => {
                let text = document(format, &response)?;
                self.terminal().result(&text)?;
            }
        }
        response.verdict().map_or(Ok(()), |exit| Err(Failure::AlreadyReported(exit)))
    }

    /// Runs an operation that returns pages, and prints all of them as one list.
    pub(crate) async fn list<O>(&mut self, calls: Calls<O>, _verb: &str) -> Result<(), Failure>
    where
        O: Paged,
        O::Item: Listed,
    {
        let sorted = O::Item::IS_SORTED_HERE || self.terminal().sorts();
        if let ([call], false, false) = (calls.all(), calls.are_several(), sorted) {
            return Box::pin(self.print_pages(call.clone())).await;
        }
        let ListResult { items, none, end } = self.gather(calls).await?;
        self.show_items(items, none)?;
        end
    }

    /// Prints all items of a list.
    pub(crate) fn show_list<T: Listed>(&mut self, items: Vec<T>) -> Result<(), Failure> {
        let none = items.is_empty();
        self.show_items(items, none)
    }

    fn show_items<T: Listed>(&mut self, mut items: Vec<T>, none: bool) -> Result<(), Failure> {
        let format = self.terminal().options.format;
        T::sort(&mut items);
        items.iter_mut().for_each(Listed::hide);
        match format {
            Format::Table => {
                if none {
                    self.terminal().note(T::NOTHING);
                }
                let table = T::table(&items, &self.terminal().view());
                self.terminal().table(&table)?;
            }
            _ => {
                let text = document(format, &items)?;
                self.terminal().result(&text)?;
            }
        }
        for warning in T::warnings(&items) {
            self.terminal().warn(&warning);
        }
        if let Some(next) = T::next(&items).filter(|_| self.terminal().console.interactive) {
            self.terminal().note(&next);
        }
        Ok(())
    }
}
