//! Look-ups around a change: the entity before it, what it removes, and what is in effect after it.

mod messages;

use serde_json::{Value, json};
use sf_backup_sim::{Cluster, Listening, Topology};

use super::doubles::{Canned, CannedResponse, Untouched};
use super::harness::{OneFile, Ran, at, run_with};

const TOPOLOGY: &str = r#"{"Applications":[
  {"Name":"fabric:/Shop","Services":[
    {"Name":"fabric:/Shop/Cart","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
      {"ServicePartitionKind":"Int64Range","Id":"6b1c2f7e-0000-4000-8000-000000000001","LowKey":"0","HighKey":"9"},
      {"ServicePartitionKind":"Int64Range","Id":"6b1c2f7e-0000-4000-8000-000000000002","LowKey":"10","HighKey":"19"}]},
    {"Name":"fabric:/Shop/Orders","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
      {"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000003"}]},
    {"Name":"fabric:/Shop/Cache","ServiceKind":"Stateful","HasPersistedState":false,"Partitions":[
      {"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000004"}]},
    {"Name":"fabric:/Shop/Web","ServiceKind":"Stateless","Partitions":[]}]},
  {"Name":"fabric:/Bank","Services":[
    {"Name":"fabric:/Bank/Ledger","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
      {"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000005"}]}]}]}"#;

const POLICY: &str = r#"{"Name":"NAME","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
  "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},
  "Storage":{"StorageKind":"AzureBlobStore","ConnectionString":"DefaultEndpointsProtocol=https;AccountName=a;AccountKey=cGxhbnRlZA==",
    "ContainerName":"backups"}}"#;

fn id(last: u8) -> String {
    format!("6b1c2f7e-0000-4000-8000-00000000000{last}")
}

/// Two applications, and the policies `Daily` and `Hourly`, which are not enabled anywhere.
fn fresh() -> Listening {
    let topology = Topology::from_json(TOPOLOGY).unwrap();
    let simulated = Cluster::builder().topology(topology).build().listen().unwrap();
    for name in ["Daily", "Hourly"] {
        let policy = OneFile::new("policy.json", &POLICY.replace("NAME", name));
        at(&simulated.url(), &["policy", "create", "-f", policy.path()]).expect(0);
    }
    simulated
}

/// The same cluster with `Daily` enabled on `Shop`.
fn protected() -> Listening {
    let simulated = fresh();
    at(&simulated.url(), &["app", "enable", "Shop", "--policy", "Daily"]).expect(0);
    simulated
}

fn is_suspended(url: &str, partition: u8) -> Value {
    let info = at(url, &["-o", "json", "partition", "config", &id(partition)]).expect(0).json();
    info["SuspensionInfo"]["IsSuspended"].clone()
}

#[test]
fn absent_entities_are_not_changed_and_similar_names_are_listed() {
    let simulated = protected();
    let url = simulated.url();
    let nobody = id(9);
    for (args, suggestion) in [
        (&["service", "suspend", "Shop/Nope"][..], "fabric:/Shop/Cart"),
        (&["service", "suspend", "Shop/Crat"], "did you mean fabric:/Shop/Cart"),
        (&["service", "resume", "shop/cart"], "did you mean fabric:/Shop/Cart"),
        (
            &["service", "enable", "Shop/Order", "--policy", "Daily"],
            "did you mean fabric:/Shop/Orders? (--no-verify skips this check)",
        ),
        (&["service", "disable", "Shpo/Cart"], "did you mean fabric:/Shop/Cart"),
        (&["service", "suspend", "Shop"], "fabric:/Shop is an application"),
        (&["app", "suspend", "Shpo"], "did you mean fabric:/Shop?"),
        (&["app", "resume", "shop"], "did you mean fabric:/Shop?"),
        (&["app", "enable", "Zoo", "--policy", "Daily"], "fabric:/Shop"),
        (&["app", "disable", "Shop/Cart"], "fabric:/Shop/Cart is a service"),
        (&["partition", "suspend", &nobody], "partition list"),
        (&["partition", "disable", &nobody], "partition list"),
    ] {
        let ran = at(&url, args).expect(3);
        assert_eq!(ran.out, "", "{ran:?}");
        assert!(ran.err.starts_with("error: ") && ran.err.contains(suggestion), "{args:?}: {ran:?}");
        let error = at(&url, &[&["-o", "json"], args].concat()).expect(3).error();
        assert_eq!((&error["kind"], &error["mayHaveChanged"]), (&json!("entity-not-found"), &json!(false)), "{error}");
        assert!(error["operation"].is_string() && error["hint"].as_str().unwrap().contains(suggestion), "{error}");
    }
}

#[test]
fn names_with_blanks_or_invisible_characters_are_refused_before_any_request() {
    let cluster = Untouched::new();
    for name in [
        " ",
        "Shop/Cart ",
        " Shop/Cart",
        "fabric:Shop/Cart",
        "Shop/C\u{202e}art",
        "Shop/Cart\u{200b}",
        "Shop\u{feff}/Cart",
    ] {
        let ran = at(&cluster.url(), &["service", "suspend", name]).expect(2);
        assert!(ran.err.starts_with("error: <SERVICE>: service name \""), "{ran:?}");
        assert!(!ran.err.chars().any(|c| "\u{202e}\u{200b}\u{feff}".contains(c)), "{ran:?}");
    }
    at(&cluster.url(), &["app", "suspend", "Shop "]).expect(2);
    at(&cluster.url(), &["service", "enable", "Shop/Cart", "--policy", "Dai\u{2066}ly"]).expect(2);
    cluster.assert_untouched();
}

#[test]
fn services_without_state_cannot_be_enabled() {
    let simulated = protected();
    let url = simulated.url();
    let cache = id(4);
    for args in [
        &["service", "suspend", "Shop/Web"][..],
        &["service", "resume", "Shop/Cache"],
        &["service", "enable", "Shop/Web", "--policy", "Daily"],
        &["service", "disable", "Shop/Web"],
        &["partition", "suspend", &cache],
    ] {
        let ran = at(&url, args).expect(4);
        assert!(ran.out.is_empty() && ran.err.contains("nothing to back up"), "{args:?}: {ran:?}");
        assert_eq!(at(&url, &[&["-o", "json"], args].concat()).expect(4).error()["kind"], "not-stateful");
    }
}

#[test]
fn of_several_only_existing_entities_are_changed() {
    let simulated = protected();
    let url = simulated.url();
    let args = ["-o", "json", "service", "suspend", "Shop/Cart", "Shop/Crat", "Shop/Web", "Bank/Nope"];
    let outcomes = at(&url, &args).expect(4).json();
    let said: Vec<_> =
        outcomes.as_array().unwrap().iter().map(|line| (line["outcome"].clone(), line["exit"].clone())).collect();
    assert_eq!(
        said,
        [("done", 0), ("failed", 3), ("failed", 4), ("failed", 3)].map(|(word, exit)| (json!(word), json!(exit)))
    );
    assert!(outcomes[1]["error"]["hint"].as_str().unwrap().contains("did you mean fabric:/Shop/Cart"), "{outcomes}");
    assert_eq!(is_suspended(&url, 1), true);
    assert_eq!(is_suspended(&url, 3), false);
    // With --fail-fast, nothing is started.
    let args = ["-o", "json", "service", "resume", "Shop/Cart", "Shop/Crat", "--fail-fast"];
    assert_eq!(at(&url, &args).expect(3).json()[0]["outcome"], "notSent");
    assert_eq!(is_suspended(&url, 1), true);
}

#[test]
fn from_one_list_in_bulk() {
    let cluster = Canned::route(|line| match line {
        line if line.contains("/GetServices") => {
            let items: Vec<Value> = (0..40)
                .map(|service| json!({ "Name": format!("fabric:/A/{service}"), "ServiceKind": "Stateful", "HasPersistedState": true }))
                .collect();
            CannedResponse::Reply(200, json!({ "ContinuationToken": "", "Items": items }).to_string())
        }
        line if line.starts_with("POST") => CannedResponse::Reply(202, String::new()),
        _ => CannedResponse::Reply(404, String::new()),
    });
    let services: Vec<String> = (0..40).map(|service| format!("A/{service}")).collect();
    let mut args = vec!["service", "suspend"];
    args.extend(services.iter().map(String::as_str));
    at(&cluster.url(), &args).expect(0);
    let lines = cluster.request_lines();
    assert_eq!(lines.iter().filter(|line| line.contains("/GetServices")).count(), 1, "{lines:?}");
    assert_eq!(lines.iter().filter(|line| line.starts_with("POST")).count(), 40);
}

/// A cluster that responds to calls of the backup service as usual, and to everything else like this.
fn without_inventory(response: CannedResponse) -> Canned {
    Canned::route(move |line| match line {
        line if line.starts_with("POST") => CannedResponse::Reply(202, String::new()),
        line if line.contains("BackupConfigurationInfo") => CannedResponse::Reply(
            404,
            r#"{"Error":{"Code":"FABRIC_E_BACKUP_NOT_ENABLED","Message":"Backup Mapping is not existing."}}"#.into(),
        ),
        _ => response.clone(),
    })
}

#[test]
fn a_failed_look_up_does_not_prevent_a_change() {
    let partition = id(1);
    let responses = [
        CannedResponse::Reply(204, String::new()),
        CannedResponse::Reply(400, r#"{"Error":{"Code":"E_INVALIDARG","Message":"unknown query"}}"#.into()),
        CannedResponse::Reply(401, String::new()),
        CannedResponse::Reply(403, r#"{"Error":{"Code":"E_ACCESSDENIED","Message":"no"}}"#.into()),
        CannedResponse::Reply(404, String::new()),
        CannedResponse::Reply(404, "<html>nothing here</html>".into()),
        CannedResponse::Reply(405, String::new()),
        CannedResponse::Reply(500, r#"{"Error":{"Code":"E_FAIL","Message":"broken"}}"#.into()),
        CannedResponse::Reply(501, String::new()),
        CannedResponse::Reply(504, String::new()),
        CannedResponse::Reply(200, "not JSON".into()),
        CannedResponse::Reply(200, r#"{"ContinuationToken":"","Items":[]}"#.into()),
        CannedResponse::Hangup,
    ];
    for response in responses {
        for args in [
            &["service", "suspend", "A/S"][..],
            &["service", "resume", "A/S"],
            &["service", "enable", "A/S", "--policy", "P"],
            &["service", "disable", "A/S"],
            &["app", "suspend", "A"],
            &["partition", "resume", &partition],
        ] {
            let cluster = without_inventory(response.clone());
            // One attempt, because retries are not tested here.
            let ran = at(&cluster.url(), &[&["--max-attempts", "1"], args].concat()).expect(0);
            let lines = cluster.request_lines();
            assert_eq!(lines.iter().filter(|line| line.starts_with("POST")).count(), 1, "{args:?}: {lines:?}");
            let there = args[0] == "partition" && lines.iter().any(|line| line.contains("GetServiceName"));
            assert!(ran.err.contains("could not check") || there, "{args:?}: {ran:?}");
        }
    }
}

#[test]
fn no_verify_disables_look_ups() {
    for args in [
        &["service", "suspend", "A/S"][..],
        &["service", "resume", "A/S"],
        &["service", "disable", "A/S"],
        &["app", "enable", "A", "--policy", "P"],
    ] {
        let cluster = Canned::response(202, "");
        let ran = at(&cluster.url(), &[&["--no-verify"], args].concat()).expect(0);
        assert_eq!((cluster.request_lines().len(), ran.err.as_str()), (1, ""), "{args:?}");
        let dry = Untouched::new();
        let ran = at(&dry.url(), &[&["--dry-run", "-q"], args].concat()).expect(0);
        assert_eq!(ran.out.matches("POST ").count(), 1, "{ran:?}");
        dry.assert_untouched();
    }
}

#[test]
fn a_suspension_above_is_reported_after_resume() {
    let simulated = protected();
    let url = simulated.url();
    at(&url, &["app", "suspend", "Shop"]).expect(0);
    at(&url, &["service", "suspend", "Shop/Cart"]).expect(0);
    at(&url, &["partition", "suspend", &id(1)]).expect(0);
    let ran = at(&url, &["partition", "resume", &id(1)]).expect(4);
    assert!(ran.err.contains("still suspended") && ran.err.contains("service fabric:/Shop/Cart"), "{ran:?}");
    assert!(ran.err.contains("'sf-backup service resume fabric:/Shop/Cart'"), "{ran:?}");
    let ran = at(&url, &["service", "resume", "Shop/Cart"]).expect(4);
    assert!(ran.out.contains("is resumed") && ran.err.contains("application fabric:/Shop"), "{ran:?}");
    let error = at(&url, &["-o", "json", "service", "resume", "Shop/Cart"]).expect(4).error();
    assert_eq!((&error["kind"], &error["entity"]), (&json!("suspended"), &json!("fabric:/Shop/Cart")));
    let outcomes = at(&url, &["-o", "json", "service", "resume", "Shop/Cart", "Shop/Orders"]).expect(4).json();
    assert_eq!((&outcomes[1]["outcome"], &outcomes[1]["exit"]), (&json!("failed"), &json!(4)));
    let ran = at(&url, &["app", "resume", "Shop"]).expect(0);
    assert_eq!(ran.err, "");
    at(&url, &["service", "resume", "Shop/Cart"]).expect(0);
}

#[test]
fn what_stays_suspended_below_is_named() {
    let simulated = protected();
    let url = simulated.url();
    at(&url, &["service", "suspend", "Shop/Cart"]).expect(0);
    at(&url, &["partition", "suspend", &id(3)]).expect(0);
    let ran = at(&url, &["app", "resume", "Shop"]).expect(0);
    assert!(ran.err.contains("warning: still suspended below fabric:/Shop: "), "{ran:?}");
    assert!(ran.err.contains("fabric:/Shop/Cart") && ran.err.contains(&id(3)), "{ran:?}");
}

/// The server then fails for the lists of an application and a service, and lists nothing for an application without a
/// policy.
#[test]
fn suspensions_are_read_where_the_lists_fail() {
    let simulated = fresh();
    let url = simulated.url();
    at(&url, &["service", "enable", "Shop/Cart", "--policy", "Daily"]).expect(0);
    assert_eq!(at(&url, &["app", "suspend", "Shop"]).expect(0).err, "");
    assert_eq!(at(&url, &["app", "resume", "Shop"]).expect(0).err, "");
    at(&url, &["partition", "suspend", &id(1)]).expect(0);
    let ran = at(&url, &["service", "resume", "Shop/Cart"]).expect(0);
    assert!(ran.err.contains("still suspended below") && ran.err.contains(&id(1)), "{ran:?}");
    assert_eq!(at(&url, &["service", "suspend", "Shop/Cart"]).expect(0).err, "");
    at(&url, &["app", "suspend", "Shop"]).expect(0);
    let ran = at(&url, &["service", "resume", "Shop/Cart"]).expect(4);
    assert!(ran.err.contains("on its application fabric:/Shop"), "{ran:?}");
    let error = at(&url, &["-o", "json", "service", "resume", "Shop/Cart"]).expect(4).error();
    assert_eq!(error["operation"], "ResumeServiceBackup");
}

#[test]
fn a_suspension_without_a_policy_is_reported() {
    let simulated = fresh();
    let url = simulated.url();
    at(&url, &["service", "enable", "Shop/Cart", "--policy", "Daily"]).expect(0);
    let ran = at(&url, &["service", "suspend", "Shop/Orders"]).expect(0);
    assert!(ran.err.contains("no policy is in effect for fabric:/Shop/Orders"), "{ran:?}");
}

fn responding(url: &str, typed: &str, args: &[&str]) -> Ran {
    run_with(typed, true, &[&["-e", url], args].concat())
}

#[test]
fn what_loses_its_policy_is_counted_and_confirmed() {
    let simulated = protected();
    let url = simulated.url();
    let loss = "3 partitions of 2 services will no longer be backed up; existing backups are kept";
    let ran = at(&url, &["app", "disable", "Shop"]).expect(2);
    assert!(ran.err.contains(loss) && ran.err.contains("--yes"), "{ran:?}");
    let ran = responding(&url, "n\n", &["app", "disable", "Shop"]).expect(2);
    assert!(ran.err.contains(loss) && ran.err.contains("[y/N]"), "{ran:?}");
    assert_eq!(is_suspended(&url, 1), false);
    let ran = responding(&url, "y\n", &["app", "disable", "Shop"]).expect(0);
    let undo = format!("to undo: sf-backup --endpoint {url} app enable fabric:/Shop --policy Daily\n");
    assert!(ran.err.contains(&undo), "{ran:?}");
    assert_eq!(at(&url, &["-o", "json", "partition", "config", &id(1)]).expect(0).out, "null\n");
    // The printed command undoes it.
    let words: Vec<&str> = undo.trim().trim_start_matches("to undo: sf-backup ").split(' ').collect();
    run_with("", false, &words).expect(0);
    assert_eq!(is_suspended(&url, 1), false);
}

#[test]
fn overrides_below_lose_nothing() {
    let simulated = protected();
    let url = simulated.url();
    at(&url, &["service", "enable", "Shop/Orders", "--policy", "Hourly"]).expect(0);
    at(&url, &["partition", "enable", &id(1), "--policy", "Hourly"]).expect(0);
    let ran = at(&url, &["app", "disable", "Shop"]).expect(2);
    assert!(ran.err.contains("1 partition of 1 service will no longer"), "{ran:?}");
    // If another policy becomes effective, nothing is lost.
    let ran = at(&url, &["service", "disable", "Shop/Orders"]).expect(0);
    assert!(ran.err.contains("fabric:/Shop/Orders is now backed up under policy Daily"), "{ran:?}");
    let ran = at(&url, &["partition", "disable", &id(1)]).expect(0);
    assert!(ran.err.contains("policy Daily") && ran.err.contains("to undo: "), "{ran:?}");
    at(&url, &["app", "disable", "Shop", "--yes"]).expect(0);
    // The server rejects disabling what was never enabled.
    at(&url, &["service", "disable", "Shop/Cart"]).expect(3);
    let inherits = Canned::route(|line| match line {
        line if line.starts_with("POST") => CannedResponse::Reply(202, String::new()),
        line if line.contains("/GetServices") => CannedResponse::Reply(
            200,
            r#"{"Items":[{"Name":"fabric:/A/S","ServiceKind":"Stateful","HasPersistedState":true}]}"#.into(),
        ),
        _ => {
            let item = json!({ "Kind": "Service", "ServiceName": "fabric:/A/S", "PolicyName": "Daily",
                "PolicyInheritedFrom": "Application" });
            CannedResponse::Reply(200, json!({ "Items": [item] }).to_string())
        }
    });
    let ran = at(&inherits.url(), &["service", "disable", "A/S"]).expect(0);
    assert!(ran.err.contains("policy Daily stays in effect for fabric:/A/S"), "{ran:?}");
}

#[test]
fn another_policy_in_place_of_one_is_confirmed() {
    let simulated = fresh();
    let url = simulated.url();
    at(&url, &["service", "enable", "Shop/Cart", "--policy", "Daily"]).expect(0);
    // Enabling the same policy again changes nothing.
    let ran = at(&url, &["service", "enable", "Shop/Cart", "--policy", "Daily"]).expect(0);
    assert_eq!(ran.err, "");
    let ran = at(&url, &["service", "enable", "Shop/Cart", "--policy", "Hourly"]).expect(2);
    assert!(ran.err.contains("2 partitions of fabric:/Shop/Cart change from policy Daily to Hourly"), "{ran:?}");
    let ran = at(&url, &["service", "enable", "Shop/Cart", "Shop/Orders", "--policy", "Hourly", "--yes"]).expect(0);
    let undo = format!("to undo: sf-backup --endpoint {url} service enable fabric:/Shop/Cart --policy Daily\n");
    assert_eq!(ran.err, undo);
}

#[test]
fn a_policy_in_use_is_replaced_only_if_confirmed() {
    let simulated = protected();
    let url = simulated.url();
    let file = OneFile::new("policy.json", &POLICY.replace("NAME", "Daily").replace("PT1H", "PT2H"));
    let update = ["policy", "update", "Daily", "-f", file.path()];
    let ran = at(&url, &update).expect(2);
    assert!(ran.err.contains("policy Daily is in use by 1 application") && ran.err.contains("--yes"), "{ran:?}");
    let ran = responding(&url, "y\n", &update).expect(0);
    assert!(ran.err.contains(": printf %s '{\"Name\":\"Daily\""), "{ran:?}");
    assert!(ran.err.contains("env:CONNECTION_STRING") && ran.err.contains("| sf-backup "), "{ran:?}");
    assert!(ran.err.contains("\"Interval\":\"PT1H\"") && !ran.err.contains("cGxhbnRlZA"), "{ran:?}");
    // A policy that is not in use is replaced without a prompt.
    let file = OneFile::new("policy.json", &POLICY.replace("NAME", "Hourly"));
    at(&url, &["policy", "update", "Hourly", "-f", file.path()]).expect(0);
}

#[test]
fn lists_of_absent_entities_fail() {
    let simulated = protected();
    let url = simulated.url();
    for (args, suggestion) in [
        (&["service", "list", "Shpo"][..], "did you mean fabric:/Shop?"),
        (&["service", "list", "Zoo"], "fabric:/Bank"),
        (&["partition", "list", "Shop/Crat"], "did you mean fabric:/Shop/Cart"),
        (&["service", "config", "Shop/Nope"], "fabric:/Shop/Cart"),
        (&["app", "config", "Shpo"], "did you mean fabric:/Shop?"),
        (&["app", "backups", "Shpo"], "did you mean fabric:/Shop?"),
        (&["service", "backups", "Shop/Crat", "--chains"], "did you mean fabric:/Shop/Cart"),
        (&["service", "list", "Shop", "Shpo"], "did you mean fabric:/Shop?"),
    ] {
        let ran = at(&url, args).expect(3);
        assert!(ran.err.contains(suggestion), "{args:?}: {ran:?}");
        let error = at(&url, &[&["-o", "json"], args].concat()).expect(3).error();
        assert_eq!(error["kind"], "entity-not-found", "{args:?}: {error}");
    }
    at(&url, &["service", "list", "System"]).expect(0);
}

#[test]
fn tables_that_are_piped_are_no_names() {
    let simulated = fresh();
    let url = simulated.url();
    let applications = at(&url, &["app", "list"]).expect(0).out;
    for args in [&["service", "list", "-"][..], &["app", "suspend", "-"]] {
        let ran = run_with(&applications, false, &[&["-e", &url], args].concat()).expect(2);
        assert!(ran.err.contains("line 1") && ran.err.contains("table") && ran.err.contains("-o name"), "{ran:?}");
    }
}
