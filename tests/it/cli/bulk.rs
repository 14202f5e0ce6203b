//! One command for many entities.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};
use sf_backup_proto::OPERATIONS;
use sf_backup_sim::{Cluster, Listening, Speed, Topology};

use super::doubles::{Canned, CannedResponse, Untouched};
use super::harness::{DAILY, OneFile, PARTITION, Ran, at, run_with};

const OTHER: &str = "6b1c2f7e-0000-4000-8000-000000000002";
const NOBODYS: &str = "6b1c2f7e-0000-4000-8000-00000000000f";

/// The built-in cluster with a policy, enabled on its service.
fn protected() -> Listening {
    let simulated = Cluster::builder().build().listen().unwrap();
    let (url, policy) = (simulated.url(), OneFile::new("daily.json", DAILY));
    at(&url, &["policy", "create", "-f", policy.path()]).expect(0);
    at(&url, &["service", "enable", "CalcApp/CalcService", "--policy", "DailyAzureBackupPolicy"]).expect(0);
    simulated
}

fn fed(url: &str, input: &str, args: &[&str]) -> Ran {
    run_with(input, false, &[&["-e", url], args].concat())
}

#[test]
fn a_line_for_each_in_the_order_given_and_the_worst_counts() {
    let cluster = protected();
    let args = ["partition", "suspend", OTHER, NOBODYS, PARTITION];
    let ran = at(&cluster.url(), &args).expect(3);
    let lines: Vec<_> = ran.out.lines().collect();
    assert!(lines[0].starts_with("ENTITY") && lines[0].contains("OUTCOME") && lines[0].ends_with("ERROR"), "{ran:?}");
    assert_eq!(lines[1].split_whitespace().collect::<Vec<_>>(), [OTHER, "done"]);
    assert!(lines[2].starts_with(NOBODYS) && lines[2].contains("failed") && lines[2].contains("404"), "{ran:?}");
    assert_eq!(lines[3].split_whitespace().collect::<Vec<_>>(), [PARTITION, "done"]);
    assert!(ran.err.starts_with("hint: ") && ran.err.lines().count() == 1, "{ran:?}");

    let ran = at(&cluster.url(), &[&["-o", "json"], &args[..]].concat()).expect(3);
    let outcomes = ran.json();
    assert_eq!(outcomes[0], json!({ "entity": OTHER, "outcome": "done", "exit": 0, "error": null }));
    let error = &outcomes[1]["error"];
    assert_eq!((&outcomes[1]["outcome"], &outcomes[1]["exit"]), (&json!("failed"), &json!(3)));
    assert_eq!((&error["status"], &error["operation"]), (&json!(404), &json!("SuspendPartitionBackup")));
    assert!(error["hint"].is_string() && outcomes[1]["entity"] == NOBODYS, "{ran:?}");
    assert_eq!(outcomes[2]["entity"], PARTITION);
    assert_eq!(ran.err, "");
}

#[test]
fn quiet_output_has_only_failures() {
    let cluster = protected();
    let ran = at(&cluster.url(), &["-q", "partition", "resume", OTHER, PARTITION]).expect(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    let ran = at(&cluster.url(), &["-q", "partition", "resume", OTHER, NOBODYS]).expect(3);
    assert!(!ran.out.contains(OTHER) && ran.out.contains(NOBODYS), "{ran:?}");
}

#[test]
fn a_list_is_read_from_standard_input_and_each_is_sent_once() {
    let cluster = Canned::response(202, "");
    let list = format!("# nightly\n\n  {PARTITION}\r\n{OTHER}\n{}\n", PARTITION.to_uppercase());
    let ran = fed(&cluster.url(), &list, &["--no-verify", "-o", "json", "partition", "suspend", OTHER, "-"]).expect(0);
    let outcomes = ran.json();
    let entities: Vec<_> = outcomes.as_array().unwrap().iter().map(|line| line["entity"].clone()).collect();
    assert_eq!(entities, [OTHER, PARTITION]);
    assert_eq!(cluster.request_lines().len(), 2);
}

#[test]
fn nothing_is_sent_of_a_list_with_a_wrong_line() {
    let cluster = Untouched::new();
    let list = format!("{PARTITION}\n6b1c\n");
    let ran = fed(&cluster.url(), &list, &["partition", "suspend", "-"]).expect(2);
    assert!(ran.err.contains("standard input, line 2: ") && ran.err.contains("\"6b1c\""), "{ran:?}");
    let ran = at(&cluster.url(), &["partition", "suspend", PARTITION, "6b1c"]).expect(2);
    assert!(ran.err.starts_with("error: <PARTITION>: "), "{ran:?}");
    let long = "#".repeat(5 * 1024 * 1024);
    assert!(fed(&cluster.url(), &long, &["partition", "suspend", "-"]).expect(2).err.contains("4 MiB"));
    let twice = ["partition", "backup", "-", "--storage-file", "-"];
    assert!(fed(&cluster.url(), PARTITION, &twice).expect(2).err.contains("can be read only once"));
    let which = ["partition", "restore", PARTITION, OTHER, "--backup-id", PARTITION, "--location", "a", "--yes"];
    assert!(at(&cluster.url(), &which).expect(2).err.contains("--latest"));
    cluster.assert_untouched();
}

/// One message reports that the list was empty, and nothing else is printed about the cluster.
#[test]
fn an_empty_list_prints_one_message() {
    for args in [
        &["service", "suspend", "-"][..],
        &["app", "config", "-"],
        &["service", "backups", "-"],
        &["service", "backups", "-", "--chains"],
        &["partition", "config", "-"],
        &["partition", "backup", "-"],
        &["partition", "backup", "-", "--wait"],
    ] {
        let cluster = Untouched::new();
        let ran = fed(&cluster.url(), "# none\n", args).expect(0);
        cluster.assert_untouched();
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "the list is empty; nothing to do\n"), "{args:?}");
        let ran = fed(&cluster.url(), "", &[&["-q"], args].concat()).expect(0);
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""), "{args:?}");
    }
}

/// An error must not be reported as an empty list.
#[test]
fn a_failure_is_not_reported_as_no_backups() {
    let cluster = Canned::fabric(404, "FABRIC_E_BACKUP_NOT_ENABLED", "");
    for chains in [&[][..], &["--chains"]] {
        let args = [&["service", "backups", "A/S", "A/T"], chains].concat();
        let ran = at(&cluster.url(), &args).expect(3);
        assert!(!ran.err.contains("there are no backups"), "{ran:?}");
    }
}

#[test]
fn an_empty_list_is_nothing_to_do() {
    let cluster = Untouched::new();
    let ran = fed(&cluster.url(), "# none\n", &["service", "suspend", "-"]).expect(0);
    assert!(ran.out.is_empty() && ran.err.contains("nothing to do"), "{ran:?}");
    for args in [["service", "suspend", "-"], ["partition", "config", "-"], ["service", "backups", "-"]] {
        let ran = fed(&cluster.url(), "", &[&["-o", "json"], &args[..]].concat()).expect(0);
        assert_eq!(ran.json(), json!([]));
    }
    cluster.assert_untouched();
}

#[test]
fn the_first_failure_ends_it_if_asked_to() {
    let cluster = Canned::script([
        CannedResponse::Reply(202, String::new()),
        CannedResponse::Reply(400, r#"{"Error":{"Code":"E_INVALIDARG","Message":"no"}}"#.into()),
    ]);
    let args = [
        "--no-verify",
        "-o",
        "json",
        "service",
        "suspend",
        "A/1",
        "A/2",
        "A/3",
        "A/4",
        "--parallel",
        "1",
        "--fail-fast",
    ];
    let outcomes = at(&cluster.url(), &args).expect(1).json();
    let words: Vec<_> = outcomes.as_array().unwrap().iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(words, ["done", "failed", "notSent", "notSent"]);
    assert_eq!(outcomes[3], json!({ "entity": "fabric:/A/4", "outcome": "notSent", "exit": null, "error": null }));
    assert_eq!(cluster.request_lines().len(), 2);
}

#[test]
fn a_refused_caller_sends_no_further_requests() {
    for status in [401, 403] {
        let cluster = Canned::response(status, "");
        let services: Vec<String> = (0..50).map(|service| format!("A/{service}")).collect();
        let mut args = vec!["-o", "json", "service", "suspend", "--parallel", "2"];
        args.extend(services.iter().map(String::as_str));
        let outcomes = at(&cluster.url(), &args).expect(5).json();
        // One look-up, and what was started before the first refusal.
        assert!(cluster.request_lines().len() <= 3);
        assert_eq!(outcomes[0]["exit"], 5);
        assert_eq!(outcomes[49]["outcome"], "notSent");
    }
}

#[test]
fn a_lost_change_has_an_unknown_outcome() {
    let cluster = Canned::new(CannedResponse::Hangup);
    let args = ["-o", "json", "--max-attempts", "1", "service", "suspend", "A/1", "A/2"];
    let outcomes = at(&cluster.url(), &args).expect(9).json();
    assert_eq!((&outcomes[0]["outcome"], &outcomes[0]["exit"]), (&json!("unknown"), &json!(9)));
    assert_eq!(outcomes[0]["error"]["mayHaveChanged"], true);
}

#[test]
fn lists_of_many_are_one_list() {
    let cluster = protected();
    let url = cluster.url();
    let ran = at(&url, &["-o", "json", "service", "config", "CalcApp/CalcService", "No/Such"]).expect(3);
    assert_eq!(ran.json().as_array().unwrap().len(), 1);
    assert_eq!(ran.error()["entity"], "fabric:/No/Such");
    let ran = at(&url, &["service", "config", "CalcApp/CalcService", "No/Such"]).expect(3);
    assert!(ran.out.starts_with("KIND") && ran.out.lines().count() == 2, "{ran:?}");
    assert!(ran.err.starts_with("error: ") && ran.err.contains("fabric:/No/Such"), "{ran:?}");
    let ran = at(&url, &["partition", "backups", PARTITION, OTHER, "--chains"]).expect(0);
    assert!(ran.err.contains("no backups"), "{ran:?}");
}

#[test]
fn objects_of_several_targets_are_an_array_that_names_each_target() {
    let cluster = protected();
    let url = cluster.url();
    let configs = at(&url, &["-o", "json", "partition", "config", OTHER, PARTITION]).expect(0).json();
    assert_eq!((&configs[0]["PartitionId"], &configs[1]["PartitionId"]), (&json!(OTHER), &json!(PARTITION)));
    assert_eq!(configs[1]["PolicyName"], "DailyAzureBackupPolicy");
    at(&url, &["partition", "backup", OTHER]).expect(0);
    let progress = at(&url, &["-o", "json", "partition", "backup-progress", PARTITION, OTHER]).expect(0).json();
    assert_eq!(progress[0], json!({ "PartitionId": PARTITION }));
    assert_eq!(progress[1]["PartitionId"], OTHER);
    assert!(progress[1]["BackupState"].is_string(), "{progress}");
    let table = at(&url, &["partition", "backup-progress", PARTITION, OTHER]).expect(0).out;
    assert!(table.starts_with("PARTITION") && table.contains("no backup has been requested"), "{table}");
}

/// The result of one partition is the result of the run.
#[test]
fn the_exit_code_is_that_of_the_worst_partition() {
    let responses = [r#"{"RestoreState":"Timeout"}"#, r#"{"RestoreState":"Failure"}"#, r#"{"RestoreState":"Success"}"#];
    let cluster = Canned::script(responses.map(|response| CannedResponse::Reply(200, response.into())));
    at(&cluster.url(), &["partition", "restore-progress", "--parallel", "1", PARTITION, OTHER, NOBODYS]).expect(8);
}

#[test]
fn losses_are_confirmed_once_for_all() {
    let cluster = Untouched::new();
    let ids: Vec<String> = (0..7).map(|id| format!("{}{id}", &PARTITION[..35])).collect();
    let mut args = vec!["-e", "", "partition", "skip-restore"];
    args.extend(ids.iter().map(String::as_str));
    let url = cluster.url();
    args[1] = &url;
    let ran = run_with("n\n", true, &args).expect(2);
    let named = format!("7 partitions ({}, {}, {} and 4 more)", ids[0], ids[1], ids[2]);
    assert!(ran.err.contains(&named) && ran.err.matches("[y/N]").count() == 1, "{ran:?}");
    let ran = run_with("", false, &args).expect(2);
    assert!(ran.err.contains("--yes"), "{ran:?}");
    cluster.assert_untouched();
    let cluster = Canned::response(200, "");
    at(&cluster.url(), &["policy", "delete", "--yes", "Daily", "Weekly"]).expect(0);
    assert_eq!(cluster.request_lines().len(), 2);
}

#[test]
fn a_dry_run_shows_every_request() {
    let ran = fed("http://c:1", "A/S\nB/S\n", &["--dry-run", "service", "suspend", "-"]).expect(0);
    assert_eq!(ran.out.matches("POST http://c:1/Services/").count(), 2);
    assert_eq!(ran.err.lines().count(), 1);
    for format in ["json", "yaml"] {
        let ran = fed("http://c:1", "A/S\nB/S\n", &["--dry-run", "-o", format, "service", "suspend", "-"]).expect(0);
        let shown: Value = serde_saphyr::from_str(&ran.out).unwrap();
        let urls = shown.as_array().unwrap().iter().map(|request| request["url"].as_str().unwrap());
        assert!(urls.map(|url| url.contains("/SuspendBackup")).eq([true, true]), "{ran:?}");
    }
}

/// Never more concurrent requests than requested.
#[test]
fn many_are_worked_on_at_once_and_not_too_many() {
    let cluster = protected();
    let list = (0..300).fold(String::new(), |mut list, service| {
        writeln!(list, "CalcApp/S{service}").unwrap();
        list
    });
    let args = ["--no-verify", "-o", "json", "service", "suspend", "-", "--parallel", "7"];
    let ran = fed(&cluster.url(), &list, &args).expect(0);
    assert_eq!(ran.json().as_array().unwrap().len(), 300);
}

#[test]
fn every_verb_about_entities_takes_several() {
    for (verb, _) in sf_backup_cli::VERBS.iter().filter(|(_, run)| OPERATIONS.contains(run)) {
        let noun = verb.split(' ').next().unwrap();
        if matches!(noun, "app" | "service" | "partition") || *verb == "policy delete" {
            let mut args: Vec<&str> = verb.split(' ').collect();
            args.push("--help");
            let help = run_with("", false, &args).expect(0).out;
            assert!(help.contains("--parallel <N>") && help.contains("--fail-fast"), "{verb}: {help}");
        }
    }
}

#[test]
fn a_service_and_an_application_are_backed_up_partition_by_partition() {
    let cluster = Cluster::builder().topology(Topology::sample()).speed(Speed::FROZEN).build();
    let listening = cluster.listen().unwrap();
    let url = listening.url();
    run_with(DAILY, false, &["-e", &url, "policy", "create"]).expect(0);
    for app in ["CalcApp", "Shop"] {
        at(&url, &["app", "enable", app, "--policy", "DailyAzureBackupPolicy"]).expect(0);
    }
    cluster.advance(Duration::from_secs(60));
    let backed_up = |entity: &[&str]| {
        cluster.advance(Duration::from_secs(120));
        let list = at(&url, &[&["-o", "json"], entity].concat()).expect(0).json();
        list.as_array().unwrap().len()
    };
    at(&url, &["service", "backup", "CalcApp/CalcService"]).expect(0);
    assert_eq!(backed_up(&["service", "backups", "CalcApp/CalcService", "--latest"]), 2);
    // The stateless service has nothing to back up.
    at(&url, &["app", "backup", "Shop"]).expect(0);
    assert_eq!(backed_up(&["app", "backups", "Shop", "--latest"]), 7);
    for (entity, code) in [
        (&["service", "backup", "CalcApp/Web"], 3),
        (&["service", "backup", "No/Such"], 3),
        (&["app", "backup", "Nope"], 3),
    ] {
        at(&url, entity).expect(code);
    }
    at("http://127.0.0.1:9", &["service", "backup", "Shop/Cart", "--dry-run"]).expect(2);
}
