//! Some things at once, and not too many.

use std::num::NonZeroUsize;

use tokio::task::JoinSet;

/// Runs `task` for each item, up to `at_once` at the same time, and hands each result to `take` as it comes, in no order. The
/// items are drawn one by one; `take` ends it early by answering `false`, and what is under way then is dropped.
pub(crate) async fn each<I, T, F>(
    items: impl IntoIterator<Item = I>,
    at_once: NonZeroUsize,
    task: impl Fn(I) -> F,
    mut take: impl FnMut(T) -> bool,
) where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut items = items.into_iter();
    let mut under_way = JoinSet::new();
    loop {
        while under_way.len() < at_once.get() {
            let Some(item) = items.next() else { break };
            under_way.spawn(task(item));
        }
        match under_way.join_next().await {
            None => return,
            Some(Ok(result)) => {
                if !take(result) {
                    return;
                }
            }
            // A task ends without its result only when the runtime itself is going down.
            Some(Err(_)) => {}
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
    let mut failed = None;
    let numbered = |(at, item)| {
        let running = task(item);
        async move { (at, running.await) }
    };
    each(items.into_iter().enumerate(), at_once, numbered, |(at, result)| match result {
        Ok(value) => {
            done.push((at, value));
            true
        }
        Err(error) => {
            failed = Some(error);
            false
        }
    })
    .await;
    if let Some(error) = failed {
        return Err(error);
    }
    done.sort_by_key(|(at, _): &(usize, T)| *at);
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
