//! Runs: foreign restores, failures, unknown outcomes and interruptions.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::*;

fn ended_badly(state: &str) -> RestoreProgressInfo {
    serde_json::from_value(json!({ "RestoreState": state, "RestoredEpoch": null, "RestoredLsn": 0 })).unwrap()
}

/// A run, its disk and its clock.
struct Stage {
    run: Run,
    entries: Vec<Entry>,
    elapsed: Duration,
}

impl Stage {
    fn new(plan: &Plan, entries: Vec<Entry>, limits: Limits) -> Self {
        Self { run: Run::new(plan.clone(), &entries, limits).unwrap(), entries, elapsed: Duration::ZERO }
    }

    fn now(&self) -> Now {
        Now { elapsed: self.elapsed, at: at(self.elapsed.as_secs().cast_signed()) }
    }

    /// The next order other than to write or to wait.
    fn order(&mut self) -> Order {
        loop {
            match self.run.next(self.now()) {
                Order::Write(entry) => {
                    self.entries.push(entry);
                    self.run.written(true, self.now());
                }
                Order::Wait(Some(pause)) => self.elapsed += pause,
                order => return order,
            }
        }
    }

    fn read(&mut self, partition: u128, found: Option<RestoreProgressInfo>) {
        assert_eq!(self.order(), Order::Read(id(partition).into()));
        self.run.read(id(partition).into(), Ok(found), self.now());
    }

    fn start(&mut self, partition: u128) {
        self.read(partition, None);
        assert_eq!(self.order(), Order::Start(id(partition).into()));
        self.run.started(id(partition).into(), Ok(()), self.now());
    }

    fn outcomes(&self) -> Vec<&'static str> {
        self.run.lines().iter().map(|line| line.outcome.name()).collect()
    }
}

fn trouble(may_have_changed: bool) -> Trouble {
    Trouble { problem: "no".to_owned(), may_have_changed, fatal: false, code: 7 }
}

fn keep_going(parallel: usize) -> Limits {
    Limits { parallel: NonZeroUsize::new(parallel).unwrap(), keep_going: true, ..Limits::default() }
}

#[test]
fn the_first_failure_stops_the_run_and_running_restores_are_awaited() {
    let plan = some_plan(3);
    let mut stage = Stage::new(&plan, Vec::new(), Limits { keep_going: false, ..keep_going(2) });
    stage.start(1);
    stage.read(1, Some(progress("RestoreInProgress", 100)));
    stage.start(2);
    stage.read(2, Some(ended_badly("Failure")));
    stage.read(1, Some(progress("Success", 100)));
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Restored", "Failed", "NotBegun"]);
    // Another run continues with the rest, and does not repeat what has ended.
    let mut stage = Stage::new(&plan, stage.entries, Limits::default());
    stage.start(3);
    stage.read(3, Some(progress("Success", 300)));
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Restored", "Failed", "Restored"]);
    assert!(!stage.run.is_resumable());
}

#[test]
fn another_restore_is_never_taken_for_ours() {
    let plan = some_plan(3);
    // A foreign restore that is already running.
    let mut stage = Stage::new(&plan, Vec::new(), keep_going(1));
    stage.read(1, Some(progress("Accepted", 100)));
    // A foreign restore after ours.
    stage.start(2);
    stage.read(2, Some(progress("Success", 999)));
    assert_eq!(stage.order(), Order::Read(id(3).into()));
    assert_eq!(stage.outcomes(), ["Busy", "Unknown", "NotBegun"]);
    // A foreign restore while the outcome of ours is unknown.
    let entries = vec![entry(1, Record::begun(&plan.fingerprint(), 3)), entry(2, starting(1, None))];
    let mut stage = Stage::new(&plan, entries, keep_going(1));
    stage.read(1, Some(progress("RestoreInProgress", 999)));
    assert_eq!(stage.outcomes(), ["Unknown", "NotBegun", "NotBegun"]);
}

#[test]
fn a_failure_that_looks_like_the_one_before_is_not_known_to_be_ours() {
    let plan = some_plan(1);
    let before = Some(ended_badly("Failure"));
    let entries = vec![entry(1, Record::begun(&plan.fingerprint(), 1)), entry(2, starting(1, before.clone()))];
    let mut stage = Stage::new(&plan, entries, keep_going(1));
    while let Order::Read(partition) = stage.order() {
        stage.run.read(partition, Ok(before.clone()), stage.now());
    }
    assert_eq!(stage.outcomes(), ["Unknown"]);
    assert!(stage.elapsed >= Limits::SETTLE && stage.run.is_resumable());
    // If ours was certainly started, it is ours.
    let mut stage = Stage::new(&plan, Vec::new(), keep_going(1));
    stage.read(1, before.clone());
    assert_eq!(stage.order(), Order::Start(id(1).into()));
    stage.run.started(id(1).into(), Ok(()), stage.now());
    stage.read(1, before);
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Failed"]);
}

#[test]
fn a_restore_that_never_starts_is_stuck() {
    let plan = some_plan(1);
    let mut stage = Stage::new(&plan, Vec::new(), keep_going(1));
    stage.start(1);
    while let Order::Read(partition) = stage.order() {
        stage.run.read(partition, Ok(Some(progress("Accepted", 100))), stage.now());
    }
    assert_eq!(stage.outcomes(), ["Stuck"]);
    let mut stage = Stage::new(&plan, stage.entries, keep_going(1));
    stage.read(1, Some(progress("Success", 100)));
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Restored"]);
}

#[test]
fn refused_and_lost_restores_differ() {
    let plan = some_plan(2);
    let mut stage = Stage::new(&plan, Vec::new(), keep_going(1));
    for (partition, may_have_changed) in [(1, false), (2, true)] {
        stage.read(partition, None);
        assert_eq!(stage.order(), Order::Start(id(partition).into()));
        stage.run.started(id(partition).into(), Err(trouble(may_have_changed)), stage.now());
    }
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Refused", "Unknown"]);
    // A rejected restore is started again; one whose response was lost is only verified.
    let mut stage = Stage::new(&plan, stage.entries, keep_going(1));
    stage.read(2, Some(progress("RestoreInProgress", 200)));
    assert_eq!(stage.outcomes(), ["NotBegun", "UnderWay"]);
}

#[test]
fn an_interrupted_run_starts_no_more_restores() {
    let plan = some_plan(3);
    let mut stage = Stage::new(&plan, Vec::new(), keep_going(3));
    stage.start(1);
    stage.read(1, None);
    stage.read(2, None);
    let Order::Write(entry) = stage.run.next(stage.now()) else { panic!() };
    stage.run.interrupt();
    stage.entries.push(entry);
    stage.run.written(true, stage.now());
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["UnderWay", "NotBegun", "NotBegun"]);
    assert!(matches!(&stage.entries.last().unwrap().record, Record::NotStarted { .. }));
}

#[test]
fn progress_that_stays_unreadable_is_reported() {
    let plan = some_plan(1);
    let mut stage = Stage::new(&plan, Vec::new(), keep_going(1));
    stage.start(1);
    while let Order::Read(partition) = stage.order() {
        stage.run.read(partition, Err(trouble(false)), stage.now());
    }
    assert_eq!(stage.outcomes(), ["Unknown"]);
    // It was started, and the journal keeps that.
    let mut stage = Stage::new(&plan, stage.entries, keep_going(1));
    stage.read(1, Some(progress("Success", 100)));
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Restored"]);
}

/// A failed restore is retried on request, repeatedly; restored partitions are left alone.
#[test]
fn failed_restores_are_retried_on_request() {
    let plan = some_plan(4);
    let mut stage = Stage::new(&plan, Vec::new(), keep_going(1));
    for (partition, state) in [(1, "Success"), (2, "Failure"), (3, "Timeout"), (4, "Success")] {
        stage.start(partition);
        let ended = if state == "Success" {
            progress(state, i64::try_from(partition).unwrap() * 100)
        } else {
            ended_badly(state)
        };
        stage.read(partition, Some(ended));
    }
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Restored", "Failed", "TimedOut", "Restored"]);
    assert_eq!(stage.run.restored(), 2);

    let retry = Limits { retry_failed: true, keep_going: false, ..keep_going(1) };
    let idle = Run::new(plan.clone(), &stage.entries, keep_going(1)).unwrap();
    assert!(idle.is_over() && !idle.is_resumable());
    let mut stage = Stage::new(&plan, stage.entries, retry);
    assert!(!stage.run.is_over());
    // It fails again; the next partition is not reached and keeps its outcome.
    let failed = Some(ended_badly("Failure"));
    stage.read(2, failed.clone());
    assert_eq!(stage.order(), Order::Start(id(2).into()));
    stage.run.started(id(2).into(), Ok(()), stage.now());
    stage.read(2, failed.clone());
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Restored", "Failed", "TimedOut", "Restored"]);

    let mut stage = Stage::new(&plan, stage.entries, retry);
    for (partition, before) in [(2, failed), (3, Some(ended_badly("Timeout")))] {
        stage.read(partition, before);
        assert_eq!(stage.order(), Order::Start(id(partition).into()));
        stage.run.started(id(partition).into(), Ok(()), stage.now());
        stage.read(partition, Some(progress("Success", i64::try_from(partition).unwrap() * 100)));
    }
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Restored"; 4]);
    // The next run reads the same from the journal.
    let run = Run::new(plan, &stage.entries, Limits::default()).unwrap();
    assert!(run.is_over() && run.restored() == 4);
}

/// A run that was killed during a retry leaves a failed partition, which can be retried.
#[test]
fn an_interrupted_retry_can_be_repeated() {
    let plan = some_plan(1);
    let failed = || Some(ended_badly("Failure"));
    let entries = vec![
        entry(1, Record::begun(&plan.fingerprint(), 1)),
        entry(2, starting(1, None)),
        entry(3, Record::Started { partition: id(1), found: false }),
        entry(4, Record::Ended { partition: id(1), end: journal::End::Failed, problem: None }),
        entry(5, starting(1, failed())),
    ];
    let mut stage = Stage::new(&plan, entries, Limits { retry_failed: true, ..keep_going(1) });
    while stage.elapsed < Limits::SETTLE {
        stage.read(1, failed());
    }
    // It is certain now that no restore is on its way.
    stage.read(1, failed());
    assert_eq!(stage.order(), Order::Start(id(1).into()));
    stage.run.started(id(1).into(), Ok(()), stage.now());
    stage.read(1, Some(progress("Success", 100)));
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Restored"]);
    assert!(Run::new(plan, &stage.entries, Limits::default()).unwrap().is_over());
}

/// Ten thousand partitions take a fixed number of visits each, in a first run and a resumed one, with any concurrency.
#[test]
fn the_work_grows_with_the_plan_and_no_faster() {
    const COUNT: u32 = 10_000;
    let plan = some_plan(COUNT);
    for parallel in [4, 10_000] {
        let mut entries = Vec::new();
        for stop_after in [COUNT / 2, COUNT] {
            let mut stage = Stage::new(&plan, entries, keep_going(parallel));
            let mut orders = 0_u64;
            loop {
                orders += 1;
                let now = stage.now();
                match stage.order() {
                    Order::Read(partition) => {
                        let number = u32::try_from(partition.uuid().as_u128()).unwrap();
                        let started = stage.run.is_started(partition);
                        let found = started.then(|| progress("Success", i64::from(number) * 100));
                        stage.run.read(partition, Ok(found), now);
                    }
                    Order::Start(partition) => stage.run.started(partition, Ok(()), now),
                    Order::Done => break,
                    order => panic!("{order:?}"),
                }
                if stop_after < COUNT && stage.run.restored() >= usize::try_from(stop_after).unwrap() {
                    // Killed: the next run finds what is running.
                    break;
                }
            }
            let looks = stage.run.looks();
            assert!(looks <= 4 * u64::from(COUNT) && orders <= 4 * u64::from(COUNT), "{parallel}: {looks}, {orders}");
            entries = stage.entries;
        }
        assert_eq!(Run::new(plan.clone(), &entries, Limits::default()).unwrap().restored(), 10_000);
    }
}

#[test]
fn partitions_without_a_backup_are_in_the_result() {
    let pairs =
        pair(vec![target(1), target(2)], vec![source(1, &[backup(1, 100)])], true, Completeness::Whole).unwrap();
    let plan = plan(choice(When::Latest), pairs).0;
    let mut stage = Stage::new(&plan, Vec::new(), keep_going(1));
    stage.start(1);
    stage.read(1, Some(progress("Success", 100)));
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Restored", "Skipped"]);
    let lines = serde_json::to_value(stage.run.lines()).unwrap();
    assert_eq!(lines[1]["BackupId"], serde_json::Value::Null);
    assert_eq!(lines[1]["Problem"], "there are no backups");
}
