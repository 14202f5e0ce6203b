//! Drill files, what they allow, and what came of drills.

use serde_json::json;
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::{Endpoint, Timestamp};
use uuid::Uuid;

use super::*;
use crate::chain::Backups;
use crate::inventory::PartitionKey;
use crate::restore::{Cause, Choice, Clock, Condition, Limits, Line, Outcome, Run, When, plan};

/// A service with partitions of these numbers, whose keys are in their order.
fn service(name: &str, numbers: &[u128]) -> Service {
    let partition = |(key, number): (usize, &u128)| Partition {
        id: Uuid::from_u128(*number).into(),
        key: PartitionKey::Named(key.to_string()),
    };
    let partitions = numbers.iter().enumerate().map(partition).collect();
    Service { id: name.parse().unwrap(), state: ServiceState::Persisted, partitions }
}

fn source() -> Service {
    service("fabric:/A/S", &[1, 2])
}

fn scratch() -> Service {
    service("fabric:/D/S", &[101, 102])
}

fn drill() -> Drill {
    Drill { overwrite: true, ..Drill::of(&source(), &scratch(), Vec::new()).unwrap() }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(1_700_000_000 + seconds).unwrap()
}

/// A plan created at second 1000, with backups of the source's partitions created at these seconds.
fn plan_of(drill: &Drill, made: &[Option<i64>]) -> Plan {
    let (source, scratch) = (source(), scratch());
    let sources = source.partitions.iter().zip(made).map(|(partition, made)| {
        let backups: Option<BackupInfo> = made.map(|second| {
            let id = partition.id.to_string();
            let backup = json!({
                "BackupId": id, "BackupChainId": id, "BackupLocation": id, "BackupType": "Full",
                "PartitionInformation": partition.information(), "CreationTimeUtc": at(second).to_string(),
            });
            serde_json::from_value(backup).unwrap()
        });
        Source {
            service: source.id.clone(),
            into: drill.scratch.clone(),
            partition: partition.clone(),
            backups: Ok(Backups::of(backups).partition(partition.id).cloned()),
        }
    });
    let targets = scratch.partitions.iter().cloned();
    let targets = targets.map(|partition| Target { service: drill.scratch.clone(), partition });
    let pairs = pair(targets.collect(), sources.collect(), false, Completeness::Whole).unwrap();
    let endpoints = Endpoint::local().into();
    plan(Choice { when: When::Latest, now: at(1_000), clock: Clock::Local, endpoints, storage: None }, pairs).0
}

/// The lines of a run with these outcomes.
fn lines(plan: &Plan, outcomes: &[Outcome]) -> Vec<Line> {
    let mut lines = Run::new(plan.clone(), &[], Limits::default()).unwrap().lines();
    for (line, outcome) in lines.iter_mut().zip(outcomes) {
        (line.outcome, line.started, line.ended) = (outcome.clone(), Some(at(1_005)), Some(at(1_025)));
    }
    lines
}

#[test]
fn drill_files_survive_a_round_trip() {
    let probe = vec!["check".to_owned(), "--deep".to_owned()];
    let drill = Drill::of(&source(), &scratch(), probe).unwrap();
    let written = serde_json::to_value(&drill).unwrap();
    assert_eq!((&written["overwriteScratch"], &written["probe"]), (&json!(false), &json!(["check", "--deep"])));
    assert_eq!(Drill::read(&written).unwrap(), drill);
    for (member, wrong, problem) in [
        ("kind", json!("RestorePlan"), "kind: must be RestoreDrill"),
        ("service", json!(7), "service: must be text"),
        ("overwriteScratch", json!("yes"), "overwriteScratch: must be true or false"),
        ("scratchPartitions", json!("all"), "scratchPartitions: must be a list of texts"),
        ("scratchPartitions", json!(["x"]), "scratchPartitions[0]: "),
        ("probe", json!(["a", 1]), "probe[1]: must be text"),
        ("prove", json!("a"), "prove: is unknown"),
    ] {
        let mut changed = written.clone();
        changed[member] = wrong;
        let error = Drill::read(&changed).unwrap_err().to_string();
        assert!(error.starts_with(problem), "{error}");
    }
    let twice = json!([Uuid::from_u128(1), Uuid::from_u128(1)]);
    let mut changed = written.clone();
    changed["scratchPartitions"] = twice;
    assert_eq!(Drill::read(&changed).unwrap_err().to_string(), "scratchPartitions[1]: is named already");
    changed.as_object_mut().unwrap().remove("scratchService");
    changed["scratchPartitions"] = json!([]);
    assert_eq!(Drill::read(&changed).unwrap_err().to_string(), "scratchService: is required");
}

#[test]
fn only_a_marked_service_that_is_named_whole_is_overwritten() {
    assert_eq!(drill().check(&source(), &scratch()), Ok(()));
    let refusal = |drill: Drill, source: &Service, scratch: &Service| drill.check(source, scratch).unwrap_err();
    let id = |number| PartitionId::from(Uuid::from_u128(number));
    let name = |service: Service| service.id;
    let unmarked = Drill { overwrite: false, ..drill() };
    assert_eq!(refusal(unmarked, &source(), &scratch()), DrillRefusal::NotMarked(name(scratch())));
    let itself = Drill { scratch: name(source()), ..drill() };
    assert_eq!(refusal(itself, &source(), &source()), DrillRefusal::IsSource(name(source())));
    let alias = service("fabric:/D/S", &[101, 2]);
    assert_eq!(refusal(drill(), &source(), &alias), DrillRefusal::HasSourcePartition(id(2)));
    let grown = service("fabric:/D/S", &[101, 102, 103]);
    assert_eq!(refusal(drill(), &source(), &grown), DrillRefusal::NotNamed(id(103), name(scratch())));
    let shrunk = service("fabric:/D/S", &[101]);
    assert_eq!(refusal(drill(), &source(), &shrunk), DrillRefusal::NotThere(id(102), name(scratch())));
    let stateless = Service { state: ServiceState::Stateless, ..scratch() };
    assert_eq!(refusal(drill(), &source(), &stateless), DrillRefusal::NoState(name(scratch())));
    let mut other = scratch();
    other.partitions[1].key = PartitionKey::Named("other".to_owned());
    assert!(matches!(refusal(drill(), &source(), &other), DrillRefusal::Scheme(_)));
    assert!(Drill::of(&source(), &other, Vec::new()).is_err() && Drill::of(&source(), &source(), Vec::new()).is_err());
    assert!(!Drill::of(&source(), &scratch(), Vec::new()).unwrap().overwrite);
}

#[test]
fn a_plan_of_anything_else_is_refused() {
    let drill = drill();
    let plan = plan_of(&drill, &[Some(100), Some(200)]);
    assert_eq!(drill.check_plan(&plan), Ok(()));
    let other = Drill { scratch: source().id, ..drill.clone() };
    assert!(matches!(other.check_plan(&plan), Err(DrillRefusal::ForeignPlan(..))));
    let smaller = Drill { partitions: drill.partitions.iter().take(1).copied().collect(), ..drill.clone() };
    assert!(matches!(smaller.check_plan(&plan), Err(DrillRefusal::ForeignPlan(..))));
}

#[test]
fn a_record_has_recovery_time_and_data_age() {
    let drill = drill();
    let plan = plan_of(&drill, &[Some(100), Some(200)]);
    let restored = lines(&plan, &[Outcome::Restored, Outcome::Restored]);
    let record = DrillRecord::of(&drill, &plan, &restored, at(1_030));
    assert_eq!((record.outcome, record.problem.as_deref()), (DrillOutcome::Succeeded, None));
    assert_eq!((record.recovery_seconds, record.data_age_seconds), (Some(20), Some(900)));
    let partition = &record.partitions[1];
    assert_eq!((partition.recovery_seconds, partition.data_age_seconds), (Some(20), Some(800)));
    assert_eq!(
        (partition.partition_id, partition.source_partition_id),
        (Uuid::from_u128(102), Some(Uuid::from_u128(2)))
    );
    let probe = |exit_code| ProbeRecord { exit_code, seconds: 2 };
    let good = record.clone().probed(probe(Some(0)), None, at(1_033));
    assert_eq!((good.outcome, good.duration().as_secs()), (DrillOutcome::Succeeded, 33));
    let bad = record.probed(probe(Some(3)), Some("the probe ended with 3".to_owned()), at(1_033));
    assert_eq!((bad.outcome, bad.problem.as_deref()), (DrillOutcome::ProbeFailed, Some("the probe ended with 3")));
    // In the form of the history file.
    let text = format!("{}\n\n{}\n{{\"StartedUtc\":", json!(good), json!(bad));
    assert_eq!(read_history(&text), (vec![good.clone(), bad.clone()], vec![4]));
    let records = [good, bad];
    assert_eq!(latest(&records)["fabric:/A/S"], (&records[1], Some(&records[0])));
}

#[test]
fn unrestored_partitions_fail_and_resumable_ones_are_unfinished() {
    let drill = drill();
    let plan = plan_of(&drill, &[Some(100), Some(200)]);
    let of = |outcomes: [Outcome; 2]| DrillRecord::of(&drill, &plan, &lines(&plan, &outcomes), at(1_030));
    let failed = of([Outcome::Restored, Outcome::Failed(Some("no".to_owned()))]);
    assert_eq!(failed.outcome, DrillOutcome::RestoreFailed);
    assert_eq!(failed.problem.as_deref(), Some("1 of 2 partitions were not restored"));
    assert_eq!(failed.partitions[1].problem.as_deref(), Some("no"));
    for open in [Outcome::Unknown("lost".to_owned()), Outcome::UnderWay, Outcome::Stuck] {
        assert_eq!(of([Outcome::Failed(None), open]).outcome, DrillOutcome::Unfinished);
    }
    let mut unusable = lines(&plan, &[Outcome::Restored, Outcome::Restored]);
    unusable[0].condition = Some(Condition::NotReady("InQuorumLoss".to_owned(), None));
    assert_eq!(DrillRecord::of(&drill, &plan, &unusable, at(1_030)).outcome, DrillOutcome::RestoreFailed);
    // A partition without a backup is what a drill should detect.
    let plan = plan_of(&drill, &[Some(100), None]);
    let record = DrillRecord::of(&drill, &plan, &lines(&plan, &[]), at(1_001));
    assert_eq!(record.outcome, DrillOutcome::RestoreFailed);
    assert!(plan.missing[0].cause == Cause::NoBackup && record.partitions[1].outcome == "Skipped", "{record:?}");
}
