//! Commands that lose data prompt, or require `--yes`.

use super::doubles::{Canned, Untouched};
use super::harness::{PARTITION, run_with};

const LOSING: &[&[&str]] = &[
    &["policy", "delete", "Daily"],
    &["app", "disable", "A", "--clean-backup"],
    &["service", "disable", "A/S", "--clean-backup"],
    &["partition", "disable", PARTITION, "--clean-backup"],
    &["partition", "restore", PARTITION, "--latest"],
    &["partition", "skip-restore", PARTITION],
];

#[test]
fn a_script_needs_yes() {
    for args in LOSING {
        let cluster = Untouched::new();
        let url = cluster.url();
        let ran = run_with("y\n", false, &[&["-e", &url], *args].concat()).expect(2);
        cluster.assert_untouched();
        assert!(ran.err.contains("--yes") && ran.err.contains(args[1]), "{ran:?}");
        assert_eq!(ran.err.lines().count(), 1);
    }
}

/// Readers of a log have not seen the command line.
#[test]
fn the_refusal_without_confirmation_names_the_loss() {
    let ran = run_with("", false, &["policy", "delete", "Daily"]).expect(2);
    assert!(ran.err.contains("policy Daily will be deleted, with its stored credentials"), "{ran:?}");
    let ran = run_with("", false, &["service", "disable", "A/S", "A/T", "--clean-backup"]).expect(2);
    assert!(ran.err.contains("fabric:/A/S, fabric:/A/T"), "{ran:?}");
}

#[test]
fn with_yes_it_is_sent_without_a_question() {
    for args in LOSING {
        let status = if args[0] == "policy" { 200 } else { 202 };
        let cluster = Canned::response(status, "");
        let url = cluster.url();
        let ran = run_with("", true, &[&["-e", &url, "--yes", "--no-verify"], *args].concat()).expect(0);
        // A restore first reads the progress of the previous one.
        let changes = cluster.request_lines().iter().filter(|line| line.starts_with("POST ")).count();
        assert_eq!(changes, 1);
        // A dry run cannot find the newest backup, and warns about that.
        let warned = args.contains(&"--latest");
        assert_eq!(ran.err.is_empty(), !warned, "{ran:?}");
        assert!(!warned || ran.err.contains("the cluster chooses the newest backup"), "{ran:?}");
    }
}

#[test]
fn a_person_is_asked_and_no_is_the_default() {
    for answer in ["", "\n", "n\n", "nay\n", "yesterday\n"] {
        let cluster = Untouched::new();
        let url = cluster.url();
        let ran = run_with(answer, true, &["-e", &url, "policy", "delete", "Daily"]).expect(2);
        cluster.assert_untouched();
        assert!(ran.err.contains("policy Daily will be deleted") && ran.err.contains("[y/N]"), "{ran:?}");
        assert!(ran.err.contains("nothing was sent"), "{ran:?}");
    }
    for answer in ["y\n", "YES\n"] {
        let cluster = Canned::response(200, "");
        let url = cluster.url();
        run_with(answer, true, &["-e", &url, "policy", "delete", "Daily"]).expect(0);
        assert_eq!(cluster.request_lines(), ["POST /BackupRestore/BackupPolicies/Daily/$/Delete?api-version=6.4"]);
    }
}

/// No prompt for a request that could not be sent anyway.
#[test]
fn errors_come_before_questions() {
    let args = ["--api-version", "6.2-preview", "app", "disable", "A", "--clean-backup"];
    let ran = run_with("y\n", true, &args).expect(2);
    assert!(ran.err.contains("CleanBackup") && !ran.err.contains("[y/N]"), "{ran:?}");
}

#[test]
fn what_loses_nothing_needs_no_yes() {
    let cluster = Canned::response(202, "");
    let url = cluster.url();
    run_with("", false, &["-e", &url, "--no-verify", "service", "disable", "A/S"]).expect(0);
    assert_eq!(cluster.request_lines().len(), 1);
}
