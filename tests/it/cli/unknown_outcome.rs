//! A change that was sent, and no answer.

use super::doubles::{Answer, Canned};
use super::harness::at;

#[test]
fn it_is_told_as_such() {
    let cluster = Canned::new(Answer::Hangup);
    let url = cluster.url();
    let ran = at(&url, &["service", "suspend", "A/S"]).expect(9);
    for part in ["SuspendServiceBackup", "fabric:/A/S", &url, "may have been done"] {
        assert!(ran.err.contains(part), "{part} is missing in {ran:?}");
    }
    let error = at(&url, &["-o", "json", "service", "suspend", "A/S"]).expect(9).error();
    assert_eq!(error["mayHaveChanged"], true);
    assert_eq!(error["kind"], "lost-answer");
}
