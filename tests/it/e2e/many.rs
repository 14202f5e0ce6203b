//! One operation over many entities, on both transports.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sf_backup_proto::{ErrorKind, ResumeServiceBackup};
use sf_backup_sim::{Cluster, Listening, Role};

const CALLS: usize = 300;

fn calls() -> impl Iterator<Item = ResumeServiceBackup> + Send {
    (0..CALLS).map(|index| ResumeServiceBackup::new(format!("fabric:/CalcApp/Service{index}").parse().unwrap()))
}

fn at_once() -> NonZeroUsize {
    NonZeroUsize::new(8).unwrap()
}

fn cluster(role: Role) -> Listening {
    Cluster::builder().role(role).build().listen().unwrap()
}

/// The results of the calls: the number of errors of each kind, and of calls that were not started.
#[derive(Debug, Default)]
struct Tally {
    not_enabled: usize,
    forbidden: usize,
    rest: usize,
}

impl Tally {
    fn count(&mut self, kind: ErrorKind) {
        match kind {
            ErrorKind::BackupNotEnabled => self.not_enabled += 1,
            ErrorKind::Forbidden => self.forbidden += 1,
            kind => panic!("{kind}"),
        }
    }
}

fn on_hyper(cluster: &Listening) -> Tally {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut tally = Tally::default();
        let mut many = sf_backup_hyper::Client::new(cluster.endpoint()).batch(calls(), at_once());
        while let Some((_, result)) = many.next().await {
            tally.count(result.unwrap_err().kind());
        }
        assert_eq!(many.stopped(), tally.forbidden > 0);
        let remaining = many.remaining();
        assert_eq!(remaining.in_flight, []);
        tally.rest = remaining.not_started.count();
        tally
    })
}

fn on_blocking(cluster: &Listening) -> Tally {
    let mut tally = Tally::default();
    let client = sf_backup_blocking::Client::new(cluster.endpoint());
    let rest = client.batch(calls(), at_once(), |(_, result)| tally.count(result.unwrap_err().kind()));
    tally.rest = rest.count();
    tally
}

/// Each call has its own result; a failed call does not affect the others.
#[test]
fn every_call_is_made_and_has_a_result() {
    let cluster = cluster(Role::Admin);
    for tally in [on_hyper(&cluster), on_blocking(&cluster)] {
        assert_eq!((tally.not_enabled, tally.forbidden, tally.rest), (CALLS, 0, 0));
    }
}

/// Running calls end, no further calls start, and every call is reported.
#[test]
fn rejected_credentials_stop_the_batch() {
    let cluster = cluster(Role::User);
    for tally in [on_hyper(&cluster), on_blocking(&cluster)] {
        assert!((1..=at_once().get()).contains(&tally.forbidden), "{tally:?}");
        assert_eq!(tally.forbidden + tally.rest, CALLS);
    }
}

/// A panic in an observer reaches the caller that waits for the results.
#[test]
fn a_panic_in_an_observer_is_not_swallowed() {
    let cluster = cluster(Role::Admin);
    let panicking = |_: &sf_backup_transport::RequestRecord| panic!("the observer is broken");
    let on_hyper = catch_unwind(AssertUnwindSafe(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = sf_backup_hyper::Client::builder(cluster.endpoint()).observer(panicking).build();
        runtime.block_on(async {
            let mut many = client.batch(calls().take(3), at_once());
            while many.next().await.is_some() {}
        });
    }));
    let panic = on_hyper.expect_err("a call was lost");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the observer is broken"));
    // Alternatively, it is the result of the call.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = sf_backup_hyper::Client::builder(cluster.endpoint()).observer(panicking).build();
        let mut many = client.batch(calls().take(3), at_once());
        let mut panics = 0;
        while let Some((_, result)) = many.catch_next().await {
            assert_eq!(result.unwrap_err().message(), "the observer is broken");
            panics += 1;
        }
        assert_eq!((panics, many.in_flight().count()), (3, 0));
    });
    let on_blocking = catch_unwind(AssertUnwindSafe(|| {
        let client = sf_backup_blocking::Client::builder(cluster.endpoint()).observer(panicking).build();
        let _rest = client.batch(calls().take(3), at_once(), |_| {});
    }));
    let panic = on_blocking.expect_err("a call was lost");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the observer is broken"));
}

/// A panic of the program's own code only ends its call: shared state stays usable.
#[test]
fn a_client_outlives_panics_in_its_observers() {
    let cluster = cluster(Role::Admin);
    let call = || ResumeServiceBackup::new("fabric:/CalcApp/Service".parse().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let odd = move |_: &sf_backup_transport::RequestRecord| {
        assert!(calls.fetch_add(1, Ordering::Relaxed) % 2 == 1, "the observer is broken");
    };
    let blocking = sf_backup_blocking::Client::builder(cluster.endpoint()).observer(odd.clone()).build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let hyper = sf_backup_hyper::Client::builder(cluster.endpoint()).observer(odd).build();
    for _ in 0..3 {
        catch_unwind(AssertUnwindSafe(|| blocking.send(call()))).expect_err("the panic was swallowed");
        assert_eq!(blocking.send(call()).unwrap_err().kind(), ErrorKind::BackupNotEnabled);
        catch_unwind(AssertUnwindSafe(|| runtime.block_on(hyper.send(call())))).expect_err("the panic was swallowed");
        assert_eq!(runtime.block_on(hyper.send(call())).unwrap_err().kind(), ErrorKind::BackupNotEnabled);
    }
}

/// An abandoned batch returns the calls that were in flight.
#[test]
fn an_abandoned_batch_returns_the_calls_in_flight() {
    let cluster = cluster(Role::Admin);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut batch = sf_backup_hyper::Client::new(cluster.endpoint()).batch(calls(), at_once());
        let (_, result) = batch.next().await.unwrap();
        result.unwrap_err();
        let remaining = batch.remaining();
        assert_eq!(remaining.in_flight.len(), at_once().get() - 1);
        assert_eq!(remaining.in_flight.len() + remaining.not_started.count() + 1, CALLS);
    });
}

/// A high limit does not start as many threads.
#[test]
fn any_limit_of_concurrency_is_accepted() {
    let cluster = cluster(Role::Admin);
    let client = sf_backup_blocking::Client::new(cluster.endpoint());
    let mut count = 0;
    let remaining = client.batch(calls().take(2), NonZeroUsize::MAX, |_| count += 1);
    assert_eq!((count, remaining.count()), (2, 0));
}
