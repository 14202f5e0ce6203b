use std::time::Duration;

use proptest::prelude::*;

use super::{HasPhase, Observed, Phase, Progress, ProgressStep, WaitOutcome};
use crate::flow::Moment;
use crate::model::progress::{BackupProgressInfo, BackupState, RestoreProgressInfo, RestoreState};
use crate::time::Timestamp;

fn backup(state: BackupState) -> BackupProgressInfo {
    BackupProgressInfo::new().backup_state(state)
}

fn success(second: i64) -> BackupProgressInfo {
    backup(BackupState::Success).time_stamp_utc(Timestamp::from_unix(second).unwrap())
}

/// Drives a wait on virtual time; the last reading of the script repeats. Returns the outcome and the time it took.
fn wait(
    mut progress: Progress<BackupProgressInfo>,
    script: &[Option<BackupProgressInfo>],
) -> (WaitOutcome<BackupProgressInfo>, Duration) {
    let mut elapsed = Duration::ZERO;
    let mut readings = script.iter().chain(std::iter::repeat(script.last().unwrap())).cloned();
    for _ in 0..10_000 {
        match progress.step(Moment::after(elapsed)) {
            ProgressStep::Poll => {
                progress.accept(readings.next().unwrap(), Moment::after(elapsed));
            }
            ProgressStep::Wait(pause) => {
                assert!(pause > Duration::ZERO && pause <= Progress::<BackupProgressInfo>::LONGEST_PAUSE, "{pause:?}");
                elapsed += pause;
            }
            ProgressStep::Ended(ended) => return (ended, elapsed),
        }
    }
    panic!("the wait does not end");
}

#[test]
fn the_result_of_the_run_before_is_not_taken_for_this_ones() {
    let before = Some(success(100));
    let script = [before.clone(), before.clone(), Some(backup(BackupState::Accepted)), Some(success(200))];
    let (ended, _) = wait(Progress::new(before), &script);
    assert_eq!(ended, WaitOutcome::Final(success(200)));
}

#[test]
fn an_equal_failure_counts_once_the_new_run_was_observed() {
    let before = Some(backup(BackupState::Failure));
    let script = [before.clone(), Some(backup(BackupState::Accepted)), before.clone()];
    let (ended, _) = wait(Progress::new(before), &script);
    assert_eq!(ended, WaitOutcome::Final(backup(BackupState::Failure)));
}

/// The server refuses a second run while one is going on, so the run that was going on before is this run.
#[test]
fn a_reading_of_a_run_that_was_going_on_is_of_this_run() {
    let accepted = || Some(backup(BackupState::Accepted));
    let mut progress = Progress::new(accepted());
    assert_eq!(progress.accept(accepted(), Moment::START), Observed::Run(Phase::Accepted));
}

#[test]
fn accepted_for_too_long_is_stuck() {
    let accepted = backup(BackupState::Accepted);
    let (ended, after) = wait(Progress::new(None), &[Some(accepted.clone())]);
    assert_eq!(ended, WaitOutcome::Stuck { last: Some(accepted) });
    let limit = Progress::<BackupProgressInfo>::STUCK_AFTER;
    assert!(after >= limit && after < limit + Progress::<BackupProgressInfo>::LONGEST_PAUSE, "{after:?}");
}

#[test]
fn a_run_that_never_shows_is_stuck() {
    let (ended, _) = wait(Progress::new(None), &[None]);
    assert_eq!(ended, WaitOutcome::Stuck { last: None });
    let before = Some(success(100));
    let (ended, _) = wait(Progress::new(before.clone()), &[before]);
    assert_eq!(ended, WaitOutcome::Stuck { last: None });
}

#[test]
fn a_running_backup_is_never_stuck_and_ends_with_the_callers_deadline() {
    let running = backup(BackupState::BackupInProgress);
    let hour = Duration::from_secs(3_600);
    let (ended, after) = wait(Progress::new(None).deadline(hour), &[Some(running.clone())]);
    assert_eq!((ended, after), (WaitOutcome::Deadline { last: Some(running) }, hour));
}

#[test]
fn unknown_states_count_as_running() {
    assert_eq!(backup(BackupState::from("Verifying")).phase(), Phase::Running);
    assert_eq!(BackupProgressInfo::new().phase(), Phase::Running);
    let restore = |state| RestoreProgressInfo::new().restore_state(state).phase();
    assert_eq!(restore(RestoreState::SecondariesInProgress), Phase::Running);
    assert_eq!(restore(RestoreState::SecondaryInProgress), Phase::Running);
    assert_eq!(restore(RestoreState::from("Later")), Phase::Running);
    assert_eq!(restore(RestoreState::Accepted), Phase::Accepted);
    assert_eq!(restore(RestoreState::Timeout), Phase::Timeout);
}

#[test]
fn pauses_grow_to_the_longest_and_shrink_when_something_happens() {
    let mut progress = Progress::new(None);
    let mut elapsed = Duration::ZERO;
    let mut pauses = Vec::new();
    for _ in 0..10 {
        progress.accept(Some(backup(BackupState::Accepted)), Moment::after(elapsed));
        let ProgressStep::Wait(pause) = progress.step(Moment::after(elapsed)) else { panic!("no pause") };
        pauses.push(pause);
        elapsed += pause;
    }
    assert_eq!(pauses[0], Progress::<BackupProgressInfo>::FIRST_PAUSE);
    assert!(pauses.is_sorted());
    assert_eq!(pauses[9], Progress::<BackupProgressInfo>::LONGEST_PAUSE);
    assert_eq!(
        progress.accept(Some(backup(BackupState::BackupInProgress)), Moment::after(elapsed)),
        Observed::Run(Phase::Running)
    );
    assert_eq!(progress.step(Moment::after(elapsed)), ProgressStep::Wait(Progress::<BackupProgressInfo>::FIRST_PAUSE));
}

/// A server: shows the previous run for a while, then perhaps nothing, then this run, then its result.
fn server() -> impl Strategy<Value = (Option<BackupProgressInfo>, Vec<Option<BackupProgressInfo>>, BackupProgressInfo)>
{
    let result = prop_oneof![
        (1_i64..1_000_000).prop_map(success),
        Just(backup(BackupState::Failure)),
        Just(backup(BackupState::Timeout)),
    ];
    let running = prop_oneof![
        Just(backup(BackupState::Accepted)),
        Just(backup(BackupState::BackupInProgress)),
        Just(backup(BackupState::from("SomethingNew"))),
    ];
    let before = proptest::option::of(prop_oneof![result.clone(), running.clone()]);
    (before, 0..5_usize, proptest::collection::vec(running, 1..20), result).prop_map(
        |(before, stale, running, result)| {
            let stale = std::iter::repeat_n(before.clone().filter(|before| before.phase().is_final()), stale);
            let script = stale.chain(running.into_iter().map(Some)).chain([Some(result.clone())]).collect();
            (before, script, result)
        },
    )
}

proptest! {
    #[test]
    fn any_progress_ends_with_this_runs_own_outcome((before, script, result) in server()) {
        let (ended, _) = wait(Progress::new(before), &script);
        prop_assert_eq!(ended, WaitOutcome::Final(result));
    }

    #[test]
    fn every_wait_with_a_deadline_ends_by_it((before, script, _) in server(), seconds in 1_u64..100) {
        let deadline = Duration::from_secs(seconds);
        let (_, after) = wait(Progress::new(before).deadline(deadline), &script);
        prop_assert!(after <= deadline);
    }
}
