//! Some things at once, and not too many.

use std::fmt;
use std::iter::Enumerate;
use std::num::NonZeroUsize;

use tokio::task::{Id, JoinError, JoinSet};

use crate::output::failure::Failure;

/// A task that ended without a result: an error in this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Panicked(String);

/// A task for each item, up to `at_once` at the same time; results come as they are ready, with the item's place. A task that
/// panics has a result like any other. The items are drawn one by one. Dropping it drops what is under way.
pub(crate) struct Crowd<I: Iterator, F, T> {
    items: Enumerate<I>,
    at_once: NonZeroUsize,
    task: F,
    under_way: JoinSet<T>,
    /// What is under way, and its place.
    places: Vec<(Id, usize)>,
    closed: bool,
}

impl<I, T, F, R> Crowd<I, F, T>
where
    I: Iterator,
    T: Send + 'static,
    F: Fn(I::Item) -> R,
    R: Future<Output = T> + Send + 'static,
{
    pub(crate) fn new(items: impl IntoIterator<IntoIter = I>, at_once: NonZeroUsize, task: F) -> Self {
        let items = items.into_iter().enumerate();
        Self { items, at_once, task, under_way: JoinSet::new(), places: Vec::new(), closed: false }
    }

    /// The next result; `None` when all are there. Can be dropped and asked again.
    pub(crate) async fn next(&mut self) -> Option<(usize, Result<T, Panicked>)> {
        loop {
            while !self.closed && self.under_way.len() < self.at_once.get() {
                let Some((place, item)) = self.items.next() else { break };
                let task = self.under_way.spawn((self.task)(item));
                self.places.push((task.id(), place));
            }
            let (id, result) = match self.under_way.join_next_with_id().await? {
                Ok((id, result)) => (id, Ok(result)),
                Err(error) => (error.id(), Err(Panicked::from(error))),
            };
            // Each task has its place.
            if let Some(at) = self.places.iter().position(|(task, _)| *task == id) {
                return Some((self.places.swap_remove(at).1, result));
            }
        }
    }

    /// Begins no further one.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    /// The places of those that were begun and are not done.
    pub(crate) fn under_way(&self) -> impl Iterator<Item = usize> {
        self.places.iter().map(|(_, place)| *place)
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "internal error: {}", self.0)
    }
}

impl From<JoinError> for Panicked {
    fn from(error: JoinError) -> Self {
        let Ok(payload) = error.try_into_panic() else { return Self("a task was cancelled".to_owned()) };
        let said = payload.downcast_ref::<&str>().copied().map(str::to_owned);
        Self(said.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a task panicked".to_owned()))
    }
}

/// Runs `task` for each item, and hands each result to `take` as it comes, in no order, with the item's place; `take` ends it
/// early by answering `false`.
pub(crate) async fn each<I, T, F>(
    items: impl IntoIterator<Item = I>,
    at_once: NonZeroUsize,
    task: impl Fn(I) -> F,
    mut take: impl FnMut(usize, Result<T, Panicked>) -> bool,
) where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut crowd = Crowd::new(items, at_once, task);
    while let Some((place, result)) = crowd.next().await {
        if !take(place, result) {
            return;
        }
    }
}

/// The same for tasks that can fail: the results in the order of the items, or the first error that comes. A task that panics
/// fails.
pub(crate) async fn try_map<I, T, E, F>(
    items: impl IntoIterator<Item = I>,
    at_once: NonZeroUsize,
    task: impl Fn(I) -> F,
) -> Result<Vec<T>, Failure>
where
    T: Send + 'static,
    E: Into<Failure> + Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
{
    let mut done = Vec::new();
    let mut crowd = Crowd::new(items, at_once, task);
    while let Some((place, result)) = crowd.next().await {
        done.push((place, result?.map_err(Into::into)?));
    }
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, value)| value).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn results_come_in_order_and_never_too_many_at_once() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let task = |item: u32| {
            let (now, most) = (now.clone(), most.clone());
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                // Later ones are done earlier.
                for _ in item..20 {
                    tokio::task::yield_now().await;
                }
                now.fetch_sub(1, Ordering::Relaxed);
                Ok::<_, Failure>(item * 2)
            }
        };
        let results = block_on(try_map(0..20, 3.try_into().unwrap(), task)).unwrap();
        assert_eq!(results, (0..20).map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(most.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn the_first_error_ends_it() {
        let begun = Arc::new(AtomicUsize::new(0));
        let task = |item: u32| {
            let begun = begun.clone();
            async move {
                begun.fetch_add(1, Ordering::Relaxed);
                if item == 2 { Err(Failure::Other("two".to_owned())) } else { Ok(item) }
            }
        };
        let failed = block_on(try_map(0..1000, 1.try_into().unwrap(), task));
        assert!(matches!(failed, Err(Failure::Other(problem)) if problem == "two"));
        assert_eq!(begun.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn a_task_that_panics_has_a_result_of_its_own() {
        let task = |item: u32| async move {
            tokio::task::yield_now().await;
            assert!(item != 3, "item {item} is bad");
            item
        };
        let mut results = Vec::new();
        block_on(each(0..6, 2.try_into().unwrap(), task, |place, result| {
            results.push((place, result.map_err(|panicked| panicked.to_string())));
            true
        }));
        results.sort();
        let good = |item: u32| (item as usize, Ok(item));
        let bad = (3, Err("internal error: item 3 is bad".to_owned()));
        assert_eq!(results, [good(0), good(1), good(2), bad, good(4), good(5)]);
        // It is begun no second time, and nothing is left under way.
        let mut crowd = Crowd::new(3..4, 2.try_into().unwrap(), task);
        assert!(matches!(block_on(crowd.next()), Some((0, Err(_)))));
        assert_eq!(crowd.under_way().count(), 0);
        let failed = block_on(try_map(0..6, 2.try_into().unwrap(), |item| async move {
            assert!(item != 3, "item {item} is bad");
            Ok::<_, Failure>(item)
        }));
        assert_eq!(failed.unwrap_err().exit().code(), 1);
    }
}
