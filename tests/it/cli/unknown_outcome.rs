//! Changes without a response.

use super::doubles::{Canned, CannedResponse};
use super::harness::{PARTITION, at};

#[test]
fn an_unknown_outcome_is_reported() {
    let cluster = Canned::new(CannedResponse::Hangup);
    let url = cluster.url();
    let ran = at(&url, &["--max-attempts", "1", "service", "suspend", "A/S"]).expect(9);
    for part in ["SuspendServiceBackup", "fabric:/A/S", &url, "may have been done"] {
        assert!(ran.err.contains(part), "{part} is missing in {ran:?}");
    }
    let error = at(&url, &["-o", "json", "--max-attempts", "2", "service", "suspend", "A/S"]).expect(9).error();
    assert_eq!(error["mayHaveChanged"], true);
    assert_eq!(error["kind"], "response-lost");
    assert_eq!(error["attempts"], 2);
}

#[test]
fn an_unobservable_outcome_is_reported_with_what_to_check() {
    let cluster = Canned::new(CannedResponse::Hangup);
    let ran = at(&cluster.url(), &["-o", "json", "partition", "skip-restore", PARTITION, "--yes"]).expect(9);
    assert_eq!(ran.error()["kind"], "unknown-outcome");
    assert!(ran.error()["hint"].as_str().unwrap().contains("health"), "{ran:?}");
    assert_eq!(cluster.request_lines().len(), 1);
}
