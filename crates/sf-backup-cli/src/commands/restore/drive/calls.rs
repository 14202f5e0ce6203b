//! The calls of a run that are in flight.

use std::future::pending;
use std::iter::from_fn;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Sender, channel};

use sf_backup_hyper::{Batch, Error, Panicked};
use sf_backup_proto::model::progress::RestoreProgressInfo;
use sf_backup_proto::{GetPartitionRestoreProgress, PartitionId, RestorePartition};

use crate::cluster::client::Client;

/// The outcome of a call.
pub(super) enum Fact {
    Read(Result<Option<RestoreProgressInfo>, Error>),
    Started(Result<(), Error>),
}

/// A call about a partition.
#[derive(Debug, Clone)]
pub(super) enum Call {
    Read(PartitionId),
    Start(PartitionId, Box<RestorePartition>),
}

impl Call {
    pub(super) async fn send(self, client: Client) -> Fact {
        match self {
            Self::Read(id) => Fact::Read(client.send(GetPartitionRestoreProgress::new(id)).await),
            Self::Start(_, call) => Fact::Started(client.send(*call).await),
        }
    }
}

/// The calls in flight. The run bounds their number.
pub(super) struct Calls {
    orders: Sender<Call>,
    batch: Batch<'static, Box<dyn Iterator<Item = Call> + Send>, Fact>,
}

impl Calls {
    pub(super) fn new<F: Future<Output = Fact> + Send + 'static>(task: impl Fn(Call) -> F + Send + 'static) -> Self {
        let (orders, queue) = channel();
        // The queue may be empty for now: the batch polls it again for each result.
        let queue: Box<dyn Iterator<Item = Call> + Send> = Box::new(from_fn(move || queue.try_recv().ok()));
        Self { orders, batch: Batch::new(queue, NonZeroUsize::MAX, task) }
    }

    pub(super) fn order(&self, call: Call) {
        // The queue is part of the batch, so it outlives this sender.
        let _ = self.orders.send(call);
    }

    /// The next call that ends, with its result or panic; waits forever if none is in flight.
    pub(super) async fn next(&mut self) -> (Call, Result<Fact, Panicked>) {
        match self.batch.catch_next().await {
            Some(ended) => ended,
            None => pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::failure::Failure;

    #[test]
    fn a_call_that_panics_has_a_result_and_later_orders_are_sent() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let id = |number| PartitionId::from(uuid::Uuid::from_u128(number));
            let mut calls = Calls::new(|call| async move {
                assert!(!matches!(call, Call::Read(_)), "out of luck");
                Fact::Started(Ok(()))
            });
            calls.order(Call::Read(id(1)));
            let (call, panicked) = calls.next().await;
            let panicked = panicked.err().unwrap();
            assert!(matches!(call, Call::Read(read) if read == id(1)));
            assert_eq!(panicked.message(), "out of luck");
            // It is unknown whether a change was sent.
            assert!(Failure::panicked_with_change(&panicked).may_have_changed());
            let restore = RestorePartition::new(id(2));
            calls.order(Call::Start(id(2), Box::new(restore)));
            let (call, started) = calls.next().await;
            assert!(matches!(call, Call::Start(started, _) if started == id(2)));
            assert!(matches!(started, Ok(Fact::Started(Ok(())))));
        });
    }
}
