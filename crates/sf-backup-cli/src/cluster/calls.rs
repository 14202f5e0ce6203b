//! One operation for one or several entities.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use sf_backup_hyper::Error;
use sf_backup_proto::{Operation, OperationSpec, Paged};

use crate::cluster::client::Client;
use crate::cluster::pages;
use crate::options::ids::Concurrency;
use crate::options::listing::Grouping;
use crate::options::waiting::Waiting;

/// The same operation, once for each entity.
#[derive(Debug)]
pub(crate) struct Calls<O> {
    calls: Vec<O>,
    /// `None` for a single entity that was given as such: its result is printed alone, in every format.
    concurrency: Option<Concurrency>,
    /// What to wait for after the responses.
    waiting: Option<Waiting>,
    /// How a list of backups is grouped, if it is.
    grouping: Option<Grouping>,
}

impl<O> Calls<O> {
    pub(crate) fn new(calls: Vec<O>, concurrency: Option<Concurrency>) -> Self {
        Self { calls, concurrency, waiting: None, grouping: None }
    }

    pub(crate) fn wait(self, waiting: Option<Waiting>) -> Self {
        Self { waiting, ..self }
    }

    pub(crate) fn group(self, grouping: Option<Grouping>) -> Self {
        Self { grouping, ..self }
    }

    pub(crate) fn grouping(&self) -> Option<Grouping> {
        self.grouping
    }

    pub(crate) fn waiting(&self) -> Option<Waiting> {
        self.waiting
    }

    /// How the calls are run.
    pub(crate) fn concurrency(&self) -> Concurrency {
        self.concurrency.unwrap_or_default()
    }

    /// Creates another call from each.
    pub(crate) fn map<P>(&self, call: impl Fn(&O) -> P) -> Calls<P> {
        Calls {
            calls: self.calls.iter().map(call).collect(),
            concurrency: self.concurrency,
            waiting: self.waiting,
            grouping: self.grouping,
        }
    }

    /// The calls.
    pub(crate) fn all(&self) -> &[O] {
        &self.calls
    }

    /// Whether they are run as a list.
    pub(crate) fn are_several(&self) -> bool {
        self.concurrency.is_some()
    }

    /// The single call, or the list and how it is run.
    pub(crate) fn take(mut self) -> Result<O, (Vec<O>, Concurrency)> {
        match (self.concurrency, self.calls.pop()) {
            (None, Some(call)) => Ok(call),
            (concurrency, last) => {
                self.calls.extend(last);
                Err((self.calls, concurrency.unwrap_or_default()))
            }
        }
    }
}

impl<O: Operation> Calls<O> {
    /// The same calls, to be run by code that is compiled once per type of response.
    pub(crate) fn erased(&self) -> Calls<AnyCall<O::Response>> {
        self.map(AnyCall::of)
    }

    /// The subjects in a sentence: `partition …`, or `7 partitions (…, …, … and 4 more)`.
    pub(crate) fn subject(&self, kind: &str) -> String {
        if let [only] = self.calls.as_slice() {
            return only.entity().unwrap_or_default();
        }
        let entities: Vec<String> = self.calls.iter().map(name).collect();
        format!("{} {kind} ({})", entities.len(), names(&entities))
    }
}

/// The subject of a call, in the form that can be typed: an entity without its kind.
pub(crate) fn name<O: Operation>(call: &O) -> String {
    as_typed(&call.entity().unwrap_or_default())
}

fn as_typed(entity: &str) -> String {
    let bare = ["partition ", "policy "].iter().find_map(|kind| entity.strip_prefix(kind));
    bare.unwrap_or(entity).to_owned()
}

impl<O: Paged> Calls<O> {
    /// The same lists, each to be read completely.
    pub(crate) fn whole(&self) -> Calls<AnyCall<Vec<O::Item>>> {
        self.map(AnyCall::whole)
    }
}

/// A call of any operation with this response.
pub(crate) struct AnyCall<R> {
    spec: &'static OperationSpec,
    entity: String,
    send: Arc<dyn Fn(Client) -> Sending<R> + Send + Sync>,
}

/// A call that was sent.
pub(crate) type Sending<R> = Pin<Box<dyn Future<Output = Result<R, Error>> + Send>>;

impl<R: Send + 'static> AnyCall<R> {
    fn of<O: Operation<Response = R>>(call: &O) -> Self {
        Self::new(call, |client, call| async move { client.send(call).await })
    }

    fn new<O: Operation, F>(call: &O, send: impl Fn(Client, O) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<R, Error>> + Send + 'static,
    {
        let (entity, call) = (call.entity().unwrap_or_default(), call.clone());
        let send = move |client: Client| Box::pin(send(client, call.clone())) as Sending<R>;
        Self { spec: const { &O::SPEC }, entity, send: Arc::new(send) }
    }
}

impl<R> AnyCall<R> {
    /// The subject of the call: an entity with its kind.
    pub(crate) fn entity(&self) -> &str {
        &self.entity
    }

    /// The subject of the call without its kind, as it can be typed.
    pub(crate) fn name(&self) -> String {
        as_typed(&self.entity)
    }

    pub(crate) fn spec(&self) -> &'static OperationSpec {
        self.spec
    }

    pub(crate) fn send(&self, client: Client) -> Sending<R> {
        (self.send)(client)
    }
}

impl<T: Send + 'static> AnyCall<Vec<T>> {
    fn whole<O: Paged<Item = T>>(list: &O) -> Self {
        Self::new(list, |client, list| async move { pages::all(&client, list).await })
    }
}

impl<R> Clone for AnyCall<R> {
    fn clone(&self) -> Self {
        Self { spec: self.spec, entity: self.entity.clone(), send: Arc::clone(&self.send) }
    }
}

impl<R> fmt::Debug for AnyCall<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyCall")
            .field("operation", &self.spec.name)
            .field("entity", &self.entity)
            .finish_non_exhaustive()
    }
}

impl<O> From<O> for Calls<O> {
    fn from(call: O) -> Self {
        Self::new(vec![call], None)
    }
}

/// The first few names, and the number of the others.
pub(crate) fn names(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let first: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
