//! Some things at once, and not too many.

use std::iter::Enumerate;
use std::num::NonZeroUsize;

use tokio::task::JoinSet;

/// A task for each item, up to `at_once` at the same time; results come as they are ready, with the item's place. The items
/// are drawn one by one. Dropping it drops what is under way.
pub(crate) struct Crowd<I: Iterator, F, T> {
    items: Enumerate<I>,
    at_once: NonZeroUsize,
    task: F,
    under_way: JoinSet<(usize, T)>,
    /// The places of what is under way.
    places: Vec<usize>,
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
    pub(crate) async fn next(&mut self) -> Option<(usize, T)> {
        loop {
            while !self.closed && self.under_way.len() < self.at_once.get() {
                let Some((place, item)) = self.items.next() else { break };
                let running = (self.task)(item);
                self.places.push(place);
                self.under_way.spawn(async move { (place, running.await) });
            }
            match self.under_way.join_next().await? {
                Ok((place, result)) => {
                    self.places.retain(|other| *other != place);
                    return Some((place, result));
                }
                // A task ends without its result only when the runtime itself is going down.
                Err(_) => continue,
            }
        }
    }

    /// Begins no further one.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    /// The places of those that were begun and are not done.
    pub(crate) fn under_way(&self) -> &[usize] {
        &self.places
    }
}

/// Runs `task` for each item, and hands each result to `take` as it comes, in no order; `take` ends it early by answering
/// `false`.
pub(crate) async fn each<I, T, F>(
    items: impl IntoIterator<Item = I>,
    at_once: NonZeroUsize,
    task: impl Fn(I) -> F,
    mut take: impl FnMut(T) -> bool,
) where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut crowd = Crowd::new(items, at_once, task);
    while let Some((_, result)) = crowd.next().await {
        if !take(result) {
            return;
        }
    }
}

/// The same for tasks that can fail: the results in the order of the items, or the first error that comes.
pub(crate) async fn try_map<I, T, E, F>(
    items: impl IntoIterator<Item = I>,
    at_once: NonZeroUsize,
    task: impl Fn(I) -> F,
) -> Result<Vec<T>, E>
where
    T: Send + 'static,
    E: Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
{
    let mut done = Vec::new();
    let mut crowd = Crowd::new(items, at_once, task);
    while let Some((place, result)) = crowd.next().await {
        done.push((place, result?));
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
                Ok::<_, ()>(item * 2)
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
                if item == 2 { Err(item) } else { Ok(item) }
            }
        };
        assert_eq!(block_on(try_map(0..1000, 1.try_into().unwrap(), task)), Err(2));
        assert_eq!(begun.load(Ordering::Relaxed), 3);
    }
}
