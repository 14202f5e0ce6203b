//! Details of errors that require a look-up, and tips for commands that do not exist.

use super::super::doubles::{Canned, CannedResponse};
use super::super::harness::{at, run_with};
use super::{fresh, protected};

#[test]
fn a_policy_that_is_not_there_is_named_with_those_like_it() {
    let simulated = fresh();
    let url = simulated.url();
    for args in
        [&["policy", "delete", "Dayly", "--yes"][..], &["policy", "show", "daily"], &["policy", "entities", "Daly"]]
    {
        let ran = at(&url, args).expect(3);
        assert!(ran.err.contains("hint: did you mean Daily?") && !ran.err.contains("create"), "{ran:?}");
    }
    let ran = at(&url, &["service", "enable", "Shop/Cart", "--policy", "Hurly"]).expect(3);
    assert!(ran.err.contains("hint: did you mean Hourly?"), "{ran:?}");
    let ran = at(&url, &["--no-verify", "policy", "delete", "Dayly", "--yes"]).expect(3);
    assert!(ran.err.contains("policy list") && !ran.err.contains("create"), "{ran:?}");
}

#[test]
fn a_refused_read_is_not_blamed_on_a_role() {
    let cluster = Canned::fabric(403, "E_ACCESSDENIED", "Access Denied.");
    let read = at(&cluster.url(), &["policy", "list"]).expect(5);
    assert!(read.err.contains("refuses all callers") && !read.err.contains("Admin"), "{read:?}");
    let change = at(&cluster.url(), &["service", "suspend", "A/S"]).expect(5);
    assert!(change.err.contains("role") && change.err.contains("refuses all callers"), "{change:?}");
}

/// Refused by the backup service only, and refused by everything.
#[test]
fn a_service_that_refuses_everybody_is_named_with_the_known_causes() {
    for (others, known) in [(200, true), (403, false)] {
        let cluster = Canned::route(move |line| {
            if line.contains(" /Applications?") {
                return CannedResponse::Reply(others, r#"{"ContinuationToken":"","Items":[]}"#.into());
            }
            CannedResponse::Reply(403, r#"{"Error":{"Code":"E_ACCESSDENIED","Message":"Access Denied."}}"#.into())
        });
        for args in [&["policy", "list"][..], &["service", "suspend", "A/S"], &["policy", "show", "Daily"]] {
            let ran = at(&cluster.url(), args).expect(5);
            assert_eq!(ran.err.contains("common name") && ran.err.contains("encryption certificate"), known, "{ran:?}");
            assert!(!ran.err.contains("Admin"), "{ran:?}");
        }
    }
}

#[test]
fn a_gateway_that_gets_no_response_leads_to_doctor() {
    for (status, exit) in [(504, 6), (404, 10)] {
        let cluster = Canned::response(status, "");
        let ran = at(&cluster.url(), &["--max-attempts", "1", "policy", "list"]).expect(exit);
        assert!(ran.err.contains("'sf-backup doctor' shows whether the backup service is deployed"), "{ran:?}");
    }
}

#[test]
fn commands_of_other_tools_get_a_suggestion() {
    for (args, tip) in [
        (&["service", "restore", "Shop/Cart"][..], "restore now --service"),
        (&["policy", "rename", "A", "B"], "cannot be renamed"),
        (&["backup", "list"], "service backups"),
        (&["health"], "sf-backup status"),
        (&["get", "policies"], "policy show"),
        (&["frobnicate"], "sf-backup --help"),
        (&["app", "frobnicate"], "sf-backup app --help"),
    ] {
        let ran = run_with("", false, args).expect(2);
        assert!(ran.err.contains("unrecognized subcommand") && ran.err.contains(tip), "{ran:?}");
        assert_eq!(ran.err.lines().count(), 1);
    }
}

/// Each exchange is printed when it happens, and none is kept without --verbose.
#[test]
fn verbose_prints_exchanges() {
    let simulated = protected();
    let url = simulated.url();
    let ran = at(&url, &["-v", "service", "suspend", "Shop/Cart"]).expect(0);
    let order: Vec<usize> = ["GetServices", "SuspendBackup", "GetBackupConfigurationInfo"]
        .iter()
        .map(|part| ran.err.find(part).unwrap())
        .collect();
    assert!(order.is_sorted(), "{ran:?}");
    assert_eq!(at(&url, &["service", "suspend", "Shop/Cart"]).expect(0).err, "");
}

/// Standard error has one document for programs.
#[test]
fn errors_of_several_reads_are_one_document() {
    let simulated = protected();
    let ran = at(&simulated.url(), &["-o", "json", "service", "backups", "Shop/Crat", "Shop/Web", "Zoo/Lion"]);
    let error = ran.error();
    assert_eq!(error["errors"].as_array().unwrap().len(), 2, "{error}");
    let entities: Vec<_> =
        std::iter::once(&error).chain(error["errors"].as_array().unwrap()).map(|error| &error["entity"]).collect();
    assert_eq!(entities, ["fabric:/Shop/Web", "fabric:/Shop/Crat", "fabric:/Zoo/Lion"]);
    assert_eq!(ran.code, 4);
}
