//! Starts backups and restores and waits for their results, on both transports, in a cluster with accelerated time.

use std::time::Duration;

use sf_backup_proto::flow::{HasPhase, Phase, PollEvent, WaitOutcome};
use sf_backup_proto::model::storage::FileShareBackupStorageDescription;
use sf_backup_proto::{BackupPartition, ErrorKind, PartitionId};
use sf_backup_sim::{Cluster, Listening};

fn cluster(speed: &str) -> Listening {
    Cluster::builder().speed(speed.parse().unwrap()).build().listen().unwrap()
}

fn partition() -> PartitionId {
    "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap()
}

fn backup() -> BackupPartition {
    BackupPartition::new(partition()).storage(FileShareBackupStorageDescription::new(r"\\nas\b").into())
}

fn on_hyper<R>(run: impl AsyncFnOnce(sf_backup_hyper::Client) -> R, cluster: &Listening) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(sf_backup_hyper::Client::new(cluster.endpoint())))
}

#[test]
fn a_second_backup_is_distinguished_from_the_first_on_hyper() {
    let cluster = cluster("600x");
    on_hyper(
        async |client| {
            let mut ids = Vec::new();
            for _ in 0..2 {
                let WaitOutcome::Final(progress) = client.start(backup()).await.unwrap().wait().await.unwrap() else {
                    panic!("it does not end");
                };
                assert_eq!(progress.phase(), Phase::Success);
                ids.push(progress.backup_id.unwrap());
            }
            assert_ne!(ids[0], ids[1]);
        },
        &cluster,
    );
}

#[test]
fn a_second_backup_is_distinguished_from_the_first_on_blocking() {
    let cluster = cluster("600x");
    let client = sf_backup_blocking::Client::new(cluster.endpoint());
    let mut ids = Vec::new();
    for _ in 0..2 {
        let WaitOutcome::Final(progress) = client.start(backup()).unwrap().wait().unwrap() else {
            panic!("it does not end");
        };
        assert_eq!(progress.phase(), Phase::Success);
        ids.push(progress.backup_id.unwrap());
    }
    assert_ne!(ids[0], ids[1]);
}

/// In a cluster with stopped time, no run starts: the wait ends by the client's clock, and the run does not change.
#[test]
fn a_deadline_ends_the_wait_but_not_the_run() {
    let cluster = cluster("0x");
    on_hyper(
        async |client| {
            let mut run = client.start(backup()).await.unwrap().deadline(Duration::ZERO);
            assert_eq!(run.next_status().await.unwrap(), PollEvent::Ended(WaitOutcome::Deadline { last: None }));
            let again = client.start(backup()).await.unwrap_err();
            assert_eq!(again.kind(), ErrorKind::BackupInProgress);
        },
        &cluster,
    );
    let client = sf_backup_blocking::Client::new(cluster.endpoint());
    let run = client.attach(backup()).stuck_after(Duration::ZERO);
    assert_eq!(run.wait().unwrap(), WaitOutcome::Stuck { last: None });
}

/// The statuses up to the end, as an iterator or a stream.
#[test]
fn statuses_are_returned_one_by_one_and_end_with_the_run() {
    let cluster = cluster("600x");
    let client = sf_backup_blocking::Client::new(cluster.endpoint());
    let statuses: Vec<_> = client.start(backup()).unwrap().statuses().map(Result::unwrap).collect();
    let (last, before) = statuses.split_last().unwrap();
    assert!(
        matches!(last, PollEvent::Ended(WaitOutcome::Final(progress)) if progress.phase() == Phase::Success),
        "{last:?}"
    );
    assert!(!before.is_empty() && before.iter().all(|status| matches!(status, PollEvent::Reading(..))));
    on_hyper(
        async |client| {
            let mut statuses = client.start(backup()).await.unwrap().statuses();
            let mut next = async || {
                std::future::poll_fn(|context| {
                    futures_core::Stream::poll_next(std::pin::Pin::new(&mut statuses), context)
                })
                .await
            };
            let mut count = 0;
            while let Some(status) = next().await {
                count += 1;
                if let PollEvent::Ended(ended) = status.unwrap() {
                    assert!(matches!(ended, WaitOutcome::Final(progress) if progress.phase() == Phase::Success));
                }
            }
            assert!(count >= 2);
        },
        &cluster,
    );
}
