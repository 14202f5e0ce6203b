//! Waiting for backups and restores, with virtual time.

use std::time::Duration;

use sf_backup_proto::flow::{HasPhase, Moment, Phase, Progress, ProgressStep, WaitOutcome};
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::{
    BackupPartition, EnablePartitionBackup, GetPartitionBackupList, GetPartitionBackupProgress,
    GetPartitionRestoreProgress, Operation, PartitionId, RestorePartition,
};
use sf_backup_sim::Runtime;

use super::{Driver, FIRST, blob, create};

/// Waits as a transport does, on the cluster's time.
fn wait<O, P>(driver: &mut Driver, read: &O, baseline: Option<P>) -> (WaitOutcome<P>, Duration)
where
    O: Operation<Response = Option<P>>,
    P: HasPhase,
{
    let mut progress = Progress::new(baseline);
    let mut elapsed = Duration::ZERO;
    loop {
        match progress.step(Moment::after(elapsed)) {
            ProgressStep::Poll => {
                let reading = driver.send(read.clone()).unwrap();
                progress.accept(reading, Moment::after(elapsed));
            }
            ProgressStep::Wait(pause) => {
                driver.cluster.advance(pause);
                elapsed += pause;
            }
            ProgressStep::Ended(ended) => return (ended, elapsed),
        }
    }
}

fn ended_in<P: HasPhase>(ended: &WaitOutcome<P>) -> Option<Phase> {
    match ended {
        WaitOutcome::Final(last) => Some(last.phase()),
        _ => None,
    }
}

fn protected(runtime: Runtime) -> (Driver, PartitionId) {
    let mut driver = Driver::new(runtime);
    let id: PartitionId = FIRST.parse().unwrap();
    driver.send(create("P")).unwrap();
    driver.send(EnablePartitionBackup::new(id, "P".parse().unwrap())).unwrap();
    (driver, id)
}

#[test]
fn a_second_backup_is_distinguished_from_the_first() {
    for runtime in Runtime::ALL {
        let (mut driver, id) = protected(runtime);
        let read = GetPartitionBackupProgress::new(id);
        let mut baseline = None;
        for _ in 0..3 {
            driver.send(BackupPartition::new(id)).unwrap();
            let (ended, _) = wait(&mut driver, &read, baseline.take());
            assert_eq!(ended_in(&ended), Some(Phase::Success), "{runtime}");
            baseline = driver.send(read.clone()).unwrap();
        }
        let ids: Vec<_> =
            driver.all(GetPartitionBackupList::new(id)).unwrap().into_iter().map(|backup| backup.backup_id).collect();
        assert_eq!(ids.len(), 3);
        assert_eq!(*ids.last().unwrap(), baseline.unwrap().backup_id);
    }
}

#[test]
fn a_backup_is_restored() {
    for runtime in Runtime::ALL {
        let (mut driver, id) = protected(runtime);
        driver.send(BackupPartition::new(id)).unwrap();
        wait(&mut driver, &GetPartitionBackupProgress::new(id), None);
        let backup = driver.all(GetPartitionBackupList::new(id)).unwrap().remove(0);
        let what = RestorePartitionDescription::new(backup.backup_id.unwrap(), backup.backup_location.unwrap());
        driver.send(RestorePartition::new(id).restore(what)).unwrap();
        let (ended, _) = wait(&mut driver, &GetPartitionRestoreProgress::new(id), None);
        let WaitOutcome::Final(info) = ended else { panic!("{runtime}: {ended:?}") };
        assert_eq!(info.phase(), Phase::Success);
        assert_eq!(info.restored_lsn, backup.lsn_of_last_backup_record);
    }
}

#[test]
fn a_failure_is_an_outcome() {
    let (mut driver, id) = protected(Runtime::V6_4);
    driver.cluster.break_storage(&blob(), Some((2_148_734_496, "The network path was not found.")));
    driver.send(BackupPartition::new(id)).unwrap();
    let (ended, elapsed) = wait(&mut driver, &GetPartitionBackupProgress::new(id), None);
    let WaitOutcome::Final(info) = ended else { panic!("{ended:?}") };
    assert_eq!(info.phase(), Phase::Failure);
    assert_eq!(info.failure_error.unwrap().message.as_deref(), Some("The network path was not found."));
    assert!(elapsed < Duration::from_secs(60));
}

#[test]
fn waiting_without_a_run_ends() {
    let (mut driver, id) = protected(Runtime::V6_4);
    let (ended, elapsed) = wait(&mut driver, &GetPartitionBackupProgress::new(id), None);
    assert_eq!(ended, WaitOutcome::Stuck { last: None });
    assert!(elapsed < Duration::from_secs(3_600), "{elapsed:?}");
}
