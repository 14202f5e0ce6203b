//! One operation, for one entity or for many.

use sf_backup_proto::Operation;

use crate::options::ids::Concurrency;
use crate::options::listing::Grouping;
use crate::options::waiting::Waiting;

/// The same operation, once for each entity.
#[derive(Debug)]
pub(crate) struct Calls<O> {
    calls: Vec<O>,
    /// `None` if there is one, typed as one: its result is shown as such, whatever lists look like.
    concurrency: Option<Concurrency>,
    /// What is waited for in addition to the responses.
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

    /// How they are gone through.
    pub(crate) fn concurrency(&self) -> Concurrency {
        self.concurrency.unwrap_or_default()
    }

    /// A call made from each.
    pub(crate) fn map<P>(&self, call: impl Fn(&O) -> P) -> Calls<P> {
        Calls {
            calls: self.calls.iter().map(call).collect(),
            concurrency: self.concurrency,
            waiting: self.waiting,
            grouping: self.grouping,
        }
    }

    /// The calls themselves.
    pub(crate) fn all(&self) -> &[O] {
        &self.calls
    }

    /// Whether they are gone through as a list.
    pub(crate) fn are_several(&self) -> bool {
        self.concurrency.is_some()
    }

    /// The only call, or the list and how it is gone through.
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
    /// What they are about, in a sentence: `partition …`, or `7 partitions (…, …, … and 4 more)`.
    pub(crate) fn subject(&self, kind: &str) -> String {
        if let [only] = self.calls.as_slice() {
            return only.entity().unwrap_or_default();
        }
        let entities: Vec<String> = self.calls.iter().map(name).collect();
        format!("{} {kind} ({})", entities.len(), names(&entities))
    }
}

/// What a call is about, as it is typed: an entity without its kind.
pub(crate) fn name<O: Operation>(call: &O) -> String {
    let entity = call.entity().unwrap_or_default();
    let bare = ["partition ", "policy "].iter().find_map(|kind| entity.strip_prefix(kind));
    bare.map(str::to_owned).unwrap_or(entity)
}

impl<O> From<O> for Calls<O> {
    fn from(call: O) -> Self {
        Self::new(vec![call], None)
    }
}

/// The first few, and how many more there are.
pub(crate) fn names(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
