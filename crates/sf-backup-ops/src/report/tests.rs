//! Hostile names in every format. The tests across the crates check the formats in a browser and in Prometheus.

use std::slice::from_ref;

use proptest::prelude::*;
use sf_backup_proto::Timestamp;

use super::*;
use crate::audit::{Assessment, Audit, Clock, Condition, Evidence, Gap, Partition, Reason, State, Unread};
use crate::drill::{DrillOutcome, DrillRecord, PartitionRecord, ProbeRecord};
use crate::inventory::{PartitionKey, ServiceState};

/// An audit of one partition in every state, with this text wherever text from a cluster can occur.
fn audit(foreign: &str) -> Audit {
    let now: Timestamp = "2024-03-09T12:00:00Z".parse().unwrap();
    let one = |(number, state): (usize, State)| Assessment {
        partition: Partition {
            application: "fabric:/A".parse().unwrap(),
            service: "fabric:/A/S".parse().unwrap(),
            id: format!("00000000-0000-4000-8000-00000000000{number}").parse().unwrap(),
            name: format!("A/S/{foreign}"),
            key: PartitionKey::Named(foreign.to_owned()),
            holds: ServiceState::Persisted,
            condition: Condition::default(),
        },
        state,
        reason: Reason::Unread(foreign.to_owned()),
        evidence: Evidence { policy: Some(foreign.to_owned()), last_success: Some(now), ..Evidence::default() },
        findings: vec![crate::audit::Finding::FailureItem(foreign.to_owned())],
    };
    let gap = Gap { entity: Some(foreign.to_owned()), unread: Unread::of(foreign) };
    Audit::of(now, Clock::Local, State::ALL.into_iter().enumerate().map(one).collect(), vec![gap])
}

/// A failed drill, with this text wherever text can occur.
fn drills(foreign: &str) -> Vec<DrillRecord> {
    let now: Timestamp = "2024-03-09T12:00:00Z".parse().unwrap();
    let partition = PartitionRecord {
        partition_id: uuid::Uuid::nil(),
        source_partition_id: None,
        backup_id: None,
        creation_time_utc: Some(now),
        data_age_seconds: Some(60),
        recovery_seconds: None,
        outcome: foreign.to_owned(),
        problem: Some(foreign.to_owned()),
    };
    vec![DrillRecord {
        started_utc: now,
        ended_utc: "2024-03-09T12:00:40Z".parse().unwrap(),
        service_name: foreign.to_owned(),
        scratch_service_name: foreign.to_owned(),
        at_utc: None,
        outcome: DrillOutcome::ProbeFailed,
        problem: Some(foreign.to_owned()),
        recovery_seconds: Some(30),
        data_age_seconds: Some(60),
        probe: Some(ProbeRecord { exit_code: Some(3), seconds: 5 }),
        plan: foreign.to_owned(),
        partitions: vec![partition],
    }]
}

fn origin(text: &str) -> Origin {
    let text = text.to_owned();
    let (runtime, notice) = (Some(text.clone()), Some(text.clone()));
    Origin { cluster: text.clone(), endpoint: text.clone(), runtime, program: text, notice }
}

/// The tags of a page: an escaped name opens none.
fn tags(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = text
        .split('<')
        .skip(1)
        .map(|tag| tag.split(|end: char| end.is_whitespace() || end == '>' || end == '/').next().unwrap().to_owned())
        .collect();
    tags.sort();
    tags
}

proptest! {
    #[test]
    fn no_name_opens_a_tag(foreign in "(?s).{0,40}|<script>alert\\(1\\)</script>|\"><img src=x onerror=y>|]]>|<!--") {
        let (hostile, tame) = (audit(&foreign), audit("x"));
        prop_assert_eq!(tags(&html(&hostile, &drills(&foreign), &origin(&foreign))), tags(&html(&tame, &drills("x"), &origin("x"))));
        prop_assert_eq!(tags(&junit(&hostile)), tags(&junit(&tame)));
        let quotes = |text: &str| text.matches('"').count();
        prop_assert_eq!(quotes(&junit(&hostile)), quotes(&junit(&tame)));
        prop_assert!(!junit(&hostile).chars().any(|character| character.is_control() && character != '\n'));
    }

    #[test]
    fn no_name_breaks_a_line_or_a_cell(foreign in "(?s).{0,40}|a\\|b|\\[x\\]\\(javascript:y\\)|`\\|`") {
        let (hostile, tame) = (audit(&foreign), audit("x"));
        for render in [markdown, nagios] {
            let (hostile, tame) = (render(&hostile), render(&tame));
            prop_assert_eq!(hostile.lines().count(), tame.lines().count());
            for (hostile, tame) in hostile.lines().zip(tame.lines()) {
                prop_assert_eq!(hostile.matches('|').count(), tame.matches('|').count(), "{}", hostile);
            }
        }
        prop_assert!(!markdown(&hostile).contains("](") && !markdown(&hostile).contains('<'));
    }

    /// A label is read back as Prometheus does.
    #[test]
    fn a_label_is_read_back(foreign in "(?s).{0,40}") {
        let escaped = label(&foreign);
        let mut read = String::new();
        let mut characters = escaped.chars();
        while let Some(character) = characters.next() {
            prop_assert!(character != '"' && character != '\n');
            read.push(match character {
                '\\' => match characters.next() {
                    Some('n') => '\n',
                    Some(other) => other,
                    None => return Err(TestCaseError::fail("a lone backslash")),
                },
                other => other,
            });
        }
        prop_assert_eq!(read, foreign);
    }
}

#[test]
fn every_report_contains_the_counts() {
    let audit = audit("x");
    assert!(
        nagios(&audit).starts_with("SF-BACKUP CRITICAL - 9 partitions: 1 failing, 1 stale, "),
        "{}",
        nagios(&audit)
    );
    assert!(junit(&audit).contains("tests=\"10\" failures=\"5\" errors=\"3\" skipped=\"1\""), "{}", junit(&audit));
    assert!(metrics(&audit, "a\"b").contains("sfbackup_partitions{cluster=\"a\\\"b\",state=\"Stale\"} 1\n"));
    assert!(markdown(&audit).contains("| Stale | 1 |\n"));
    assert!(html(&audit, &[], &origin("x")).contains("9 partitions: 1 failing"));
}

#[test]
fn the_exit_code_of_nagios_matches_its_line() {
    let whole = audit("x");
    let ends = |states: &[State], gaps: usize| {
        let partitions = whole.partitions.iter().filter(|one| states.contains(&one.state)).cloned().collect();
        let gaps = whole.gaps.iter().cycle().take(gaps).cloned().collect();
        let audit = Audit::of(whole.now, whole.clock, partitions, gaps);
        let line = nagios(&audit).lines().next().unwrap().to_owned();
        (NagiosStatus::of(&audit).code(), line.split_whitespace().nth(1).unwrap().to_owned())
    };
    let end = |code: u8, word: &str| (code, word.to_owned());
    assert_eq!(ends(&[State::Protected, State::NotApplicable], 0), end(0, "OK"));
    assert_eq!(ends(&[State::Protected, State::Pending], 0), end(1, "WARNING"));
    assert_eq!(ends(&[State::Stale, State::Unknown], 1), end(2, "CRITICAL"));
    assert_eq!(ends(&[State::Unavailable], 0), end(2, "CRITICAL"));
    assert_eq!(ends(&[State::Pending, State::Unknown], 0), end(3, "UNKNOWN"));
    assert_eq!(ends(&[State::Protected], 1), end(3, "UNKNOWN"));
    assert_eq!(nagios_failed("no\nway | out"), "SF-BACKUP UNKNOWN - no way   out\n");
}

#[test]
fn partitions_omitted_for_nagios_are_counted() {
    let whole = audit("x");
    let gaps = whole.gaps.iter().cycle().take(33).cloned().collect();
    let text = nagios(&Audit::of(whole.now, whole.clock, Vec::new(), gaps));
    assert_eq!(text.lines().last(), Some("and 13 more"), "{text}");
}

#[test]
fn causes_are_listed_once_in_the_order_of_the_worst() {
    let whole = audit("x");
    let reasons = ["c", "a", "b"].iter().cycle().take(9);
    let partitions = reasons.enumerate().map(|(number, reason)| {
        let mut one = whole.partitions[0].clone();
        one.partition.id = format!("00000000-0000-4000-8000-0000000001{number:02}").parse().unwrap();
        Assessment { reason: Reason::Unread(format!("cause {reason}")), ..one }
    });
    let page = html(&Audit::of(whole.now, whole.clock, partitions.collect(), Vec::new()), &[], &origin("x"));
    let (problems, _) = page.split_once("id=\"findings\"").unwrap();
    let places: Vec<_> = ["cause c", "cause a", "cause b"].iter().map(|cause| problems.find(cause).unwrap()).collect();
    assert!(places.is_sorted() && problems.matches("3 partitions").count() == 3, "{problems}");
}

#[test]
fn the_last_drill_and_the_last_success_of_each_service_are_reported() {
    let failed = drills("fabric:/A/S").remove(0);
    let good = DrillRecord {
        started_utc: "2024-03-02T12:00:00Z".parse().unwrap(),
        outcome: DrillOutcome::Succeeded,
        problem: None,
        ..failed.clone()
    };
    let text = drill_metrics(&[good.clone(), failed.clone()], "c\"");
    let labels = r#"{cluster="c\"",service="fabric:/A/S"}"#;
    for expected in [
        "last_success_timestamp_seconds{} 1709380800",
        "timestamp_seconds{} 1709985600",
        "success{} 0",
        "duration_seconds{} 40",
        "recovery_seconds{} 30",
        "data_age_seconds{} 60",
    ] {
        let line = format!("\nsfbackup_drill_{}\n", expected.replace("{}", labels));
        assert!(text.contains(&line), "{line} in {text}");
    }
    assert!(!drill_metrics(from_ref(&failed), "c").contains("sfbackup_drill_last_success_timestamp_seconds{"));
    assert!(
        drill_metrics(from_ref(&good), "c")
            .contains("sfbackup_drill_success{cluster=\"c\",service=\"fabric:/A/S\"} 1\n")
    );
    assert_eq!(drill_metrics(&[], "c"), "");
    let page = html(&audit("x"), &[good, failed], &origin("x"));
    assert!(page.contains("Drill probe failed</span> fabric:/A/S") && page.contains("exit code 3, 5 s"), "{page}");
    assert!(page.contains("<dt>Last success</dt><dd><time datetime=\"2024-03-02T12:00:00Z\">"), "{page}");
    assert!(!html(&audit("x"), &[], &origin("x")).contains("Restore drills"));
}
