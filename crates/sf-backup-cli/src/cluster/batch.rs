//! Concurrent tasks, on [`Batch`].

use std::num::NonZeroUsize;

use sf_backup_hyper::{Batch, Panicked};

use crate::output::failure::Failure;

/// Runs `task` for each item, and passes each result with the item's index to `take`, in order of completion. Stops if
/// `take` returns `false`.
pub(crate) async fn each<I: Clone, T, F>(
    items: impl IntoIterator<Item = I>,
    parallel: NonZeroUsize,
    task: impl Fn(I) -> F + Send,
    mut take: impl FnMut(usize, Result<T, Panicked>) -> bool,
) where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut batch = Batch::new(items.into_iter().enumerate(), parallel, move |(_, item)| task(item));
    while let Some(((place, _), result)) = batch.catch_next().await {
        if !take(place, result) {
            return;
        }
    }
}

/// The results of tasks that can fail, in the order of the items, or the first error. A task that panics fails.
pub(crate) async fn try_map<I: Clone, T, E, F>(
    items: impl IntoIterator<Item = I>,
    parallel: NonZeroUsize,
    task: impl Fn(I) -> F + Send,
) -> Result<Vec<T>, Failure>
where
    T: Send + 'static,
    E: Into<Failure> + Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
{
    let mut done = Vec::new();
    let mut batch = Batch::new(items.into_iter().enumerate(), parallel, move |(_, item)| task(item));
    while let Some(((place, _), result)) = batch.catch_next().await {
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
    use crate::output::failure::internal;

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
                // Later tasks are done earlier.
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
            results.push((place, result.map_err(|panicked| internal(&panicked))));
            true
        }));
        results.sort();
        let good = |item: u32| (item as usize, Ok(item));
        let bad = (3, Err("internal error: item 3 is bad".to_owned()));
        assert_eq!(results, [good(0), good(1), good(2), bad, good(4), good(5)]);
        let failed = block_on(try_map(0..6, 2.try_into().unwrap(), |item| async move {
            assert!(item != 3, "item {item} is bad");
            Ok::<_, Failure>(item)
        }));
        assert_eq!(failed.unwrap_err().exit().code(), 1);
    }
}
