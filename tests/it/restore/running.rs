//! Interrupted runs that lose responses: every partition is restored once, or reported.

use std::num::NonZeroUsize;
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use sf_backup_ops::drill::DrillRecord;
use sf_backup_ops::restore::journal::{self, Entry};
use sf_backup_ops::restore::{Limits, Line, Now, Order, Outcome, Plan, Run, Trouble, When};

use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::{GetPartitionRestoreProgress, Operation, PartitionId, RestorePartition};
use sf_backup_sim::{Cluster, EffectKind};

use crate::lossy_line::{Fate, LossyLine};

use super::{chosen, drilled, planned, protected, with_scratch};

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        12 => Just(Fate::Delivered),
        1 => Just(Fate::NeverSent),
        1 => Just(Fate::Swallowed),
        1 => Just(Fate::ResponseLost),
        1 => (1_u64..119).prop_map(Fate::DeliveredLater),
        1 => Just(Fate::Unavailable),
    ];
    prop::collection::vec(fate, 0..60)
}

/// How a process ends.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// The disk is full after this many lines.
    FullDisk(usize),
    /// After this many orders; the last order is not carried out.
    Before(usize),
    /// After this many orders; the last order is carried out, but not reported.
    After(usize),
    /// After this many orders; a request was sent, and the gateway delivers it this many seconds later.
    OnTheWay(usize, u64),
    /// Within the line that follows this many lines.
    Torn(usize),
}

fn deaths() -> impl Strategy<Value = Vec<Death>> {
    let death = prop_oneof![
        (0_usize..12).prop_map(Death::FullDisk),
        (0_usize..40).prop_map(Death::Before),
        (0_usize..40).prop_map(Death::After),
        (0_usize..40, 1_u64..119).prop_map(|(orders, later)| Death::OnTheWay(orders, later)),
        (0_usize..12).prop_map(Death::Torn),
    ];
    prop::collection::vec(death, 0..5)
}

/// A connection to the cluster, and a disk.
struct World {
    line: LossyLine,
    disk: Vec<u8>,
}

impl World {
    fn send<O: Operation>(&mut self, call: O) -> Result<O::Response, Trouble> {
        self.line.send(call).map_err(|error| Trouble {
            problem: error.to_string(),
            may_have_changed: error.may_have_changed(),
            fatal: false,
            code: 1,
        })
    }

    fn time(&self, begun: Duration) -> Now {
        Now { elapsed: self.line.now - begun, at: self.line.cluster.now() }
    }

    /// One process, from its start to its end; `None` if it was killed.
    fn process(&mut self, plan: &Plan, limits: Limits, death: Option<Death>) -> Option<Run> {
        let begun = self.line.now;
        let found = journal::read(&self.disk).unwrap();
        self.disk.truncate(found.whole);
        let mut run = Run::new(plan.clone(), &found.entries, limits).unwrap();
        let (mut orders, mut lines) = (0, 0);
        loop {
            let order = run.next(self.time(begun));
            if !matches!(order, Order::Wait(_)) {
                orders += 1;
            }
            match death {
                Some(Death::Before(last)) if orders > last => return None,
                Some(Death::OnTheWay(last, later)) if orders > last => {
                    if let Order::Start(id) = order {
                        let to = sf_backup_proto::Target::new("http://a".parse().unwrap());
                        let to = to.api_version(sf_backup_proto::ApiVersion::V6_4);
                        let request = restore(plan, id).to_request(&to).unwrap().map(Bytes::from);
                        self.line.deliver_later(request, later);
                    }
                    return None;
                }
                _ => {}
            }
            let dies = matches!(death, Some(Death::After(last)) if orders > last);
            match order {
                Order::Write(entry) => {
                    lines += 1;
                    match death {
                        Some(Death::FullDisk(last)) if lines > last => {
                            run.written(false, self.time(begun));
                            assert_eq!(run.next(self.time(begun)), Order::Done);
                            return None;
                        }
                        Some(Death::Torn(last)) if lines > last => {
                            let line = entry.to_string();
                            self.disk.extend(&line.as_bytes()[..line.len() * last / 12]);
                            return None;
                        }
                        _ => self.disk.extend(entry.to_string().into_bytes()),
                    }
                    if !dies {
                        run.written(true, self.time(begun));
                    }
                }
                Order::Read(id) => {
                    let found = self.send(GetPartitionRestoreProgress::new(id));
                    run.read(id, found, self.time(begun));
                }
                Order::Start(id) => {
                    let done = self.send(restore(plan, id));
                    if !dies {
                        run.started(id, done, self.time(begun));
                    }
                }
                Order::Wait(pause) => self.line.pass(pause.expect("nothing is under way that could end it")),
                Order::Done => return Some(run),
            }
            if dies {
                return None;
            }
        }
    }

    fn entries(&self) -> Vec<Entry> {
        journal::read(&self.disk).unwrap().entries
    }
}

fn restore(plan: &Plan, id: PartitionId) -> RestorePartition {
    let point = &plan.restores.iter().find(|restore| restore.partition.id == id).unwrap().point;
    RestorePartition::new(id).restore(RestorePartitionDescription::new(point.id(), point.location()))
}

fn world(cluster: Cluster, fates: Vec<Fate>) -> World {
    World { line: LossyLine::new(cluster, fates), disk: Vec::new() }
}

fn limits(parallel: usize, keep_going: bool) -> Limits {
    Limits { parallel: NonZeroUsize::new(parallel).unwrap(), keep_going, ..Limits::default() }
}

/// The reported outcome of each partition is what the cluster has done since.
fn check(plan: &Plan, lines: &[Line], cluster: &Cluster, before: usize) -> Result<(), TestCaseError> {
    let planned = chosen(plan);
    let effects = cluster.effects();
    for line in lines {
        let id = line.partition.to_string();
        let of = |kind: EffectKind| {
            effects.iter().skip(before).filter(move |effect| effect.kind == kind).filter(|effect| effect.subject == id)
        };
        let (accepted, restored) = (of(EffectKind::RestoreAccepted).count(), of(EffectKind::Restored).next_back());
        prop_assert!(accepted <= 1, "{:?} was started {} times", line, accepted);
        match &line.outcome {
            Outcome::Restored => {
                let from = restored.and_then(|effect| effect.detail.as_ref());
                prop_assert_eq!(from, Some(&planned[&line.partition]), "{:?}", line);
            }
            Outcome::Refused(_) | Outcome::Busy | Outcome::NotBegun => prop_assert_eq!(accepted, 0, "{:?}", line),
            Outcome::Unknown(_) => {}
            other => prop_assert!(false, "{:?}", other),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_partition_is_restored_once_or_reported(
        fates in fates(), deaths in deaths(), partitions in 1_u32..7, parallel in 1_usize..4, keep_going: bool,
        twice: bool,
    ) {
        let cluster = protected(Cluster::builder(), partitions, 3);
        cluster.advance(Duration::from_secs(5 * 3_600 + 60));
        let plan = planned(&cluster, When::Latest);
        prop_assert_eq!(plan.restores.len(), usize::try_from(partitions).unwrap());
        let mut world = world(cluster.clone(), fates);
        if twice {
            // The same backups were restored before.
            let before = world.process(&plan, limits(8, true), None);
            prop_assume!(before.is_some_and(|run| !run.is_resumable()));
            world.disk.clear();
            world.line.pass(Duration::from_secs(600));
        }
        let before = cluster.effects().len();
        for death in deaths.into_iter().map(Some).chain([None]) {
            if let Some(run) = world.process(&plan, limits(parallel, keep_going), death) {
                world.line.pass(Duration::from_secs(300));
                check(&plan, &run.lines(), &cluster, before)?;
            }
            world.line.pass(Duration::from_secs(1));
        }
        // With a reliable connection, the rest is completed.
        world.line.stop_losing();
        let lines = world.process(&plan, limits(parallel, true), None).unwrap().lines();
        world.line.pass(Duration::from_secs(300));
        check(&plan, &lines, &cluster, before)?;
        for line in &lines {
            prop_assert!(matches!(line.outcome, Outcome::Restored), "{:?}", line);
        }
        prop_assert!(!world.entries().is_empty());
    }
}

/// Fifty partitions, restored to a time by one plan, in runs that are killed at any line of the journal.
#[test]
fn a_service_of_fifty_partitions_is_restored_as_of_a_time() {
    for (lines, deaths) in [(1, 1), (40, 2), (75, 1), (40, 3)] {
        let cluster = protected(Cluster::builder(), 50, 5);
        cluster.advance(Duration::from_secs(9 * 3_600));
        let at = cluster.now();
        cluster.advance(Duration::from_secs(5 * 3_600));
        let plan = planned(&cluster, When::At(at));
        assert_eq!(plan.restores.len(), 50);
        assert!(plan.restores.iter().all(|restore| restore.point.created() <= at));
        let mut world = world(cluster.clone(), Vec::new());
        for _ in 0..deaths {
            assert!(world.process(&plan, limits(8, false), Some(Death::FullDisk(lines))).is_none());
        }
        let run = world.process(&plan, limits(8, false), None).unwrap();
        assert!(!run.is_resumable());
        check(&plan, &run.lines(), &cluster, 0).unwrap();
        // A run of a completed plan does nothing.
        let lines = world.entries().len();
        assert!(world.process(&plan, limits(8, false), None).is_some());
        assert_eq!(world.entries().len(), lines);
    }
}

/// A drill is killed at every line of its journal, and before and after every order.
#[test]
fn a_drill_that_is_killed_at_any_line_restores_nothing_twice() {
    let deaths = (0..12).flat_map(|line| [Death::FullDisk(line), Death::Torn(line)]);
    let deaths =
        deaths.chain((0..40).flat_map(|order| [Death::Before(order), Death::After(order), Death::OnTheWay(order, 60)]));
    for death in deaths {
        let cluster = with_scratch(3);
        cluster.advance(Duration::from_secs(5 * 3_600 + 60));
        let (drill, plan) = drilled(&cluster);
        let mut world = world(cluster.clone(), Vec::new());
        let died = world.process(&plan, limits(2, true), Some(death)).is_none();
        world.line.pass(Duration::from_secs(1));
        let run = world.process(&plan, limits(2, true), None).unwrap();
        world.line.pass(Duration::from_secs(300));
        check(&plan, &run.lines(), &cluster, 0).unwrap();
        let record = DrillRecord::of(&drill, &plan, &run.lines(), cluster.now());
        assert!(record.outcome.is_success(), "{death:?}, {died}: {record:?}");
        // Exactly the scratch partitions, each once.
        let effects = cluster.effects();
        let accepted = effects.iter().filter(|effect| effect.kind == EffectKind::RestoreAccepted);
        let mut accepted: Vec<String> = accepted.map(|effect| effect.subject.clone()).collect();
        accepted.sort();
        let scratch: Vec<String> = drill.partitions.iter().map(ToString::to_string).collect();
        assert_eq!(accepted, scratch, "{death:?}");
    }
}
