//! Runs: other people's restores, failures, doubts and interruptions.

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

    /// The next order that is neither to write nor to wait.
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
    Trouble { problem: "no".to_owned(), may_have_changed, hopeless: false, code: 7 }
}

fn keep_going(parallel: usize) -> Limits {
    Limits { parallel: NonZeroUsize::new(parallel).unwrap(), keep_going: true, ..Limits::default() }
}

#[test]
fn the_first_failure_ends_it_and_what_is_under_way_is_awaited() {
    let plan = some_plan(3);
    let mut stage = Stage::new(&plan, Vec::new(), Limits { keep_going: false, ..keep_going(2) });
    stage.start(1);
    stage.read(1, Some(progress("RestoreInProgress", 100)));
    stage.start(2);
    stage.read(2, Some(ended_badly("Failure")));
    stage.read(1, Some(progress("Success", 100)));
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Restored", "Failed", "NotBegun"]);
    // Another run goes on with the rest, and leaves alone what has ended.
    let mut stage = Stage::new(&plan, stage.entries, Limits::default());
    stage.start(3);
    stage.read(3, Some(progress("Success", 300)));
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Restored", "Failed", "Restored"]);
    assert!(!stage.run.is_resumable());
}

#[test]
fn somebody_elses_restore_is_never_taken_for_ours() {
    let plan = some_plan(3);
    // One that is under way already.
    let mut stage = Stage::new(&plan, Vec::new(), keep_going(1));
    stage.read(1, Some(progress("Accepted", 100)));
    // One that comes after ours.
    stage.start(2);
    stage.read(2, Some(progress("Success", 999)));
    assert_eq!(stage.order(), Order::Read(id(3).into()));
    assert_eq!(stage.outcomes(), ["Busy", "Unknown", "NotBegun"]);
    // One while ours was in doubt.
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
    // If it was certainly begun, it is.
    let mut stage = Stage::new(&plan, Vec::new(), keep_going(1));
    stage.read(1, before.clone());
    assert_eq!(stage.order(), Order::Start(id(1).into()));
    stage.run.started(id(1).into(), Ok(()), stage.now());
    stage.read(1, before);
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Failed"]);
}

#[test]
fn what_never_begins_is_stuck_and_is_looked_at_again() {
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
    // What was refused is begun anew, what was lost only looked for.
    let mut stage = Stage::new(&plan, stage.entries, keep_going(1));
    stage.read(2, Some(progress("RestoreInProgress", 200)));
    assert_eq!(stage.outcomes(), ["NotBegun", "UnderWay"]);
}

#[test]
fn an_interrupted_run_begins_nothing_more() {
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
fn progress_that_cannot_be_read_for_long_is_told() {
    let plan = some_plan(1);
    let mut stage = Stage::new(&plan, Vec::new(), keep_going(1));
    stage.start(1);
    while let Order::Read(partition) = stage.order() {
        stage.run.read(partition, Err(trouble(false)), stage.now());
    }
    assert_eq!(stage.outcomes(), ["Unknown"]);
    // It was begun, and that is not forgotten.
    let mut stage = Stage::new(&plan, stage.entries, keep_going(1));
    stage.read(1, Some(progress("Success", 100)));
    assert_eq!(stage.order(), Order::Done);
    assert_eq!(stage.outcomes(), ["Restored"]);
}
