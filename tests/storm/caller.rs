//! Both transports behind common traits: for one call and for many concurrent calls.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use sf_backup_hyper::Batch;
use sf_backup_proto::error::Error;
use sf_backup_proto::flow::RetryPolicy;
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::{Endpoint, Operation};
use sf_backup_transport::HttpError;

use super::act::{CallResult, perform};
use super::next_random;
use super::script::Call;

/// A client.
pub(crate) trait Caller: Sync {
    fn send<O: Operation>(&self, operation: O) -> impl Future<Output = Result<O::Response, Error<HttpError>>> + Send;
}

/// The time limit of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Three seconds. A result that is not known by then stays unknown.
    Short,
    /// More than two minutes, until a lost request can no longer be delivered.
    Full,
}

/// The deadline of a request, shorter than the proxy's delays.
pub(crate) const DEADLINE: Duration = Duration::from_secs(1);

/// Maximum length of a response: more than any response of the simulator, less than the floods of the proxy.
const ANSWER_LIMIT: usize = 256 * 1024;

impl Patience {
    fn policy(self) -> RetryPolicy {
        let total = match self {
            Self::Short => Some(Duration::from_secs(3)),
            Self::Full => None,
        };
        let (base, cap) = (Duration::from_millis(2), Duration::from_millis(100));
        RetryPolicy { max_attempts: 4, base, cap, total, resolve: true }
    }

    /// Maximum duration of a call, with a margin for a busy machine. The short bound allows two pages.
    pub(crate) fn bound(self) -> Duration {
        match self {
            Self::Short => Duration::from_secs(60),
            Self::Full => Duration::from_secs(300),
        }
    }
}

macro_rules! build {
    ($transport:ident, $endpoints:ident, $patience:ident) => {{
        let [first, others @ ..] = $endpoints;
        let builder = $transport::Client::builder(first.clone()).other_endpoints(others.iter().cloned());
        builder.deadline(DEADLINE).response_limit(ANSWER_LIMIT).retry($patience.policy()).build()
    }};
}

/// Makes the calls of a round with bounded concurrency.
pub(crate) trait BatchRunner {
    fn make(&self, calls: &[(Call, Vec<BackupInfo>)], at_once: usize, seed: u64) -> Vec<Made>;
}

/// A completed call.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) call: Call,
    pub(crate) printed: CallResult,
    pub(crate) took: Duration,
}

/// `sf-backup-hyper` on its own runtime.
#[derive(Debug)]
pub(crate) struct Hyper {
    runtime: tokio::runtime::Runtime,
    client: sf_backup_hyper::Client,
    patience: Patience,
}

impl Hyper {
    pub(crate) fn new(endpoints: &[Endpoint; 3], patience: Patience) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { runtime, client: build!(sf_backup_hyper, endpoints, patience), patience }
    }
}

impl Caller for sf_backup_hyper::Client {
    fn send<O: Operation>(&self, operation: O) -> impl Future<Output = Result<O::Response, Error<HttpError>>> + Send {
        Self::send(self, operation)
    }
}

/// One of this many futures is dropped within its first tenth of a second.
const DROPPED: u64 = 50;

impl BatchRunner for Hyper {
    fn make(&self, calls: &[(Call, Vec<BackupInfo>)], at_once: usize, seed: u64) -> Vec<Made> {
        let task = |(call, ready): (Call, Vec<BackupInfo>)| {
            let (client, patience) = (self.client.clone(), self.patience);
            async move {
                let begun = Instant::now();
                let chance = next_random(&[seed, call.number, u64::MAX]);
                let drops = patience == Patience::Short && chance.is_multiple_of(DROPPED);
                let limit = if drops { Duration::from_millis(chance / DROPPED % 100) } else { patience.bound() };
                let printed = tokio::time::timeout(limit, perform(&client, call, &ready)).await;
                let hangs = || CallResult::Wrong(format!("not completed within {limit:?}"));
                let printed = printed.unwrap_or_else(|_| if drops { CallResult::Dropped } else { hangs() });
                Made { call, printed, took: begun.elapsed() }
            }
        };
        let mut batch = Batch::new(calls.iter().cloned(), at_once.try_into().unwrap(), task);
        let mut made = Vec::new();
        self.runtime.block_on(async {
            while let Some((_, one)) = batch.next().await {
                made.push(one);
            }
        });
        made
    }
}

/// `sf-backup-blocking`, on threads.
#[derive(Debug)]
pub(crate) struct Blocking {
    client: sf_backup_blocking::Client,
    patience: Patience,
}

impl Blocking {
    pub(crate) fn new(endpoints: &[Endpoint; 3], patience: Patience) -> Self {
        Self { client: build!(sf_backup_blocking, endpoints, patience), patience }
    }
}

impl Caller for sf_backup_blocking::Client {
    fn send<O: Operation>(&self, operation: O) -> impl Future<Output = Result<O::Response, Error<HttpError>>> + Send {
        std::future::ready(Self::send(self, operation))
    }
}

impl BatchRunner for Blocking {
    fn make(&self, calls: &[(Call, Vec<BackupInfo>)], at_once: usize, _: u64) -> Vec<Made> {
        let next = AtomicUsize::new(0);
        // Threads cannot be cancelled, so a hanging call ends the process.
        let watch = Watch::default();
        std::thread::scope(|scope| {
            scope.spawn(|| watch.bark(self.patience.bound()));
            let runner: Vec<_> = (0..at_once.min(calls.len()))
                .map(|_| {
                    scope.spawn(|| {
                        let mut made = Vec::new();
                        while let Some((call, ready)) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
                            let begun = Instant::now();
                            let printed = at_once_ready(perform(&self.client, *call, ready));
                            made.push(Made { call: *call, printed, took: begun.elapsed() });
                            watch.made.fetch_add(1, Ordering::Relaxed);
                        }
                        made
                    })
                })
                .collect();
            let made = runner.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
            watch.end();
            made
        })
    }
}

/// Polls a future that never waits.
fn at_once_ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("a blocking call has been made when it returns"),
    }
}

/// Ends the process if no call completes for a time.
#[derive(Default)]
struct Watch {
    made: AtomicU64,
    over: (std::sync::Mutex<bool>, std::sync::Condvar),
}

impl Watch {
    fn bark(&self, bound: Duration) {
        let mut over = self.over.0.lock().unwrap();
        while !*over {
            let before = self.made.load(Ordering::Relaxed);
            let (guard, waited) = self.over.1.wait_timeout(over, bound).unwrap();
            over = guard;
            if waited.timed_out() && !*over && self.made.load(Ordering::Relaxed) == before {
                eprintln!("storm: no blocking call completed within {bound:?}");
                std::process::exit(1);
            }
        }
    }

    fn end(&self) {
        *self.over.0.lock().unwrap() = true;
        self.over.1.notify_all();
    }
}
