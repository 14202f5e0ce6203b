//! `audit`, `why` and `metrics` against clusters with problems that users have reported.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use sf_backup_proto::Timestamp;

use super::doubles::{Canned, CannedResponse, dead};
use super::harness::{Ran, at, run, run_with};

const FIRST: &str = "6b1c2f7e-0000-4000-8000-000000000001";
const SECOND: &str = "6b1c2f7e-0000-4000-8000-000000000002";

/// The responses of a cluster of one service with two partitions; `None` is the response of a healthy cluster.
type Route = fn(&Call, &Cluster) -> Option<(u16, Value)>;

/// A request.
struct Call {
    path: String,
    query: String,
}

struct Cluster {
    /// The time of its clock.
    now: Timestamp,
    /// Whether its responses have a `Date`.
    dated: bool,
    route: Route,
}

fn ago(cluster: &Cluster, seconds: u64) -> Timestamp {
    let at = cluster.now.checked_sub(Duration::from_secs(seconds)).unwrap();
    Timestamp::from_unix(at.unix()).unwrap()
}

fn page(items: Vec<Value>) -> (u16, Value) {
    (200, json!({ "ContinuationToken": null, "Items": items }))
}

fn error(status: u16, code: &str, message: &str) -> (u16, Value) {
    (status, json!({ "Error": { "Code": code, "Message": message } }))
}

fn partition(id: &str, health: &str, status: &str) -> Value {
    let (low, high) = if id == FIRST { ("0", "1") } else { ("2", "3") };
    json!({ "ServiceKind": "Stateful", "HealthState": health, "PartitionStatus": status, "PartitionInformation":
        { "ServicePartitionKind": "Int64Range", "Id": id, "LowKey": low, "HighKey": high } })
}

fn full(cluster: &Cluster, id: &str, seconds: u64) -> Value {
    let made = ago(cluster, seconds);
    let backup = format!("{}{:04}", &id[..32], seconds / 60 % 10_000);
    json!({ "BackupId": backup, "BackupChainId": backup, "BackupType": "Full", "ApplicationName": "fabric:/Shop",
        "ServiceName": "fabric:/Shop/Cart", "BackupLocation": format!("Shop\\Cart\\{id}\\{seconds}.zip"),
        "PartitionInformation": { "ServicePartitionKind": "Int64Range", "Id": id, "LowKey": "0", "HighKey": "1" },
        "CreationTimeUtc": made.to_string(), "LsnOfLastBackupRecord": "1" })
}

fn policy() -> Value {
    json!({ "Name": "Hourly", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 3,
        "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT1H" },
        "Storage": { "StorageKind": "FileShare", "Path": "\\\\nas\\bk" } })
}

impl Call {
    fn partition(&self) -> Option<&str> {
        self.path.strip_prefix("/Partitions/")?.get(..36)
    }

    fn is_list_of_backups(&self) -> bool {
        self.path.ends_with("/$/GetBackups")
    }
}

impl Cluster {
    /// Hourly backups of both partitions, the newest ten minutes old.
    fn usual(&self, call: &Call) -> (u16, Value) {
        let id = call.partition().unwrap_or_default();
        let suspension = json!({ "IsSuspended": false, "SuspensionInheritedFrom": "Invalid" });
        match call.path.rsplit('/').next().unwrap() {
            "BackupPolicies" => page(vec![policy()]),
            "Hourly" => (200, policy()),
            "Applications" => page(vec![json!({ "Id": "Shop", "Name": "fabric:/Shop" })]),
            "GetServices" => {
                page(vec![json!({ "Id": "Shop~Cart", "Name": "fabric:/Shop/Cart", "ServiceKind": "Stateful",
                "HasPersistedState": true })])
            }
            "GetPartitions" => page(vec![partition(FIRST, "Ok", "Ready"), partition(SECOND, "Ok", "Ready")]),
            "GetApplicationName" => (200, json!({ "Id": "Shop", "Name": "fabric:/Shop" })),
            "GetServiceName" => (200, json!({ "Id": "Shop~Cart", "Name": "fabric:/Shop/Cart" })),
            "GetBackupConfigurationInfo" if id.is_empty() && call.path.starts_with("/Services") => page(vec![json!({
                "Kind": "Service", "ServiceName": "fabric:/Shop/Cart", "PolicyName": "Hourly", "PolicyInheritedFrom": "Application",
                "SuspensionInfo": suspension })]),
            "GetBackupConfigurationInfo" if id.is_empty() => page(vec![json!({ "Kind": "Application",
                "ApplicationName": "fabric:/Shop", "PolicyName": "Hourly", "PolicyInheritedFrom": "Application",
                "SuspensionInfo": suspension })]),
            "GetBackupConfigurationInfo" => (
                200,
                json!({ "Kind": "Partition", "ServiceName": "fabric:/Shop/Cart",
                "PartitionId": id, "PolicyName": "Hourly", "PolicyInheritedFrom": "Application", "SuspensionInfo": suspension }),
            ),
            "GetBackups" => {
                let ids = if id.is_empty() { vec![FIRST, SECOND] } else { vec![id] };
                let latest = call.query.contains("Latest=true");
                let times: &[u64] = if latest { &[600] } else { &[7_800, 4_200, 600] };
                page(ids.iter().flat_map(|id| times.iter().map(|seconds| full(self, id, *seconds))).collect())
            }
            "GetBackupProgress" | "GetRestoreProgress" => (200, Value::Null),
            "GetHealth" => (200, json!({ "AggregatedHealthState": "Ok", "HealthEvents": [] })),
            _ => (404, Value::Null),
        }
    }
}

/// A cluster whose clock is `ahead` seconds ahead of this machine's, with these responses.
fn cluster(ahead: u64, dated: bool, route: Route) -> Canned {
    Canned::route(move |request| {
        let line = request.lines().next().unwrap();
        let (path, query) = line.split_whitespace().nth(1).unwrap().split_once('?').unwrap();
        let call = Call { path: path.to_owned(), query: query.to_owned() };
        let now = Timestamp::try_from(SystemTime::now() + Duration::from_secs(ahead)).unwrap();
        let cluster = Cluster { now, dated, route };
        let (status, body) = (cluster.route)(&call, &cluster).unwrap_or_else(|| cluster.usual(&call));
        let body = if status == 504 { String::new() } else { body.to_string() };
        if cluster.dated {
            CannedResponse::Dated(http_date(now), status, body)
        } else {
            CannedResponse::Reply(status, body)
        }
    })
}

fn http_date(at: Timestamp) -> String {
    let days = at.unix().div_euclid(86_400);
    let text = at.to_string();
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        [text[5..7].parse::<usize>().unwrap() - 1];
    let day = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][usize::try_from(days.rem_euclid(7)).unwrap()];
    format!("{day}, {} {month} {} {} GMT", &text[8..10], &text[..4], &text[11..19])
}

/// State and reason code of both partitions, by their ids.
fn states(ran: &Ran) -> Vec<(String, String)> {
    let mut rows = ran.json().as_array().unwrap().clone();
    rows.sort_by_key(|row| row["PartitionId"].to_string());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rows.iter().map(|row| (text(&row["State"]), text(&row["ReasonCode"]))).collect()
}

fn both(state: &str, reason: &str) -> Vec<(String, String)> {
    vec![(state.to_owned(), reason.to_owned()); 2]
}

fn audit(cluster: &Canned) -> Ran {
    at(&cluster.url(), &["--max-attempts", "2", "-o", "json", "audit"])
}

#[test]
fn ages_are_by_the_clusters_clock() {
    // By the clock of this machine the backups are 30 minutes old.
    let stopped: Route = |call, cluster| {
        call.is_list_of_backups().then(|| page(vec![full(cluster, call.partition().unwrap_or(FIRST), 23_400)]))
    };
    for ahead in [6 * 3_600, 5 * 3_600] {
        let behind = cluster(ahead, true, stopped);
        let ran = audit(&behind).expect(20);
        assert_eq!(states(&ran), both("Stale", "Overdue"), "{ran:?}");
        let row = &ran.json()[0];
        assert_eq!(row["Clock"], "Cluster");
        assert!(row["AgeSeconds"].as_u64().unwrap().abs_diff(23_400) <= 5, "{row}");
        let offset = row["ClockOffsetSeconds"].as_u64().unwrap();
        assert!(offset.abs_diff(ahead) <= 1, "{row}");
        let why = at(&behind.url(), &["-o", "json", "why", FIRST]).expect(0).json();
        assert_eq!(why["NextRun"]["State"], "Overdue", "{why}");
        let metrics = at(&behind.url(), &["metrics"]).expect(0).out;
        assert!(metrics.contains(",state=\"Stale\"} 2\n"), "{metrics}");
    }
    // Without the header, this machine's clock is used, which is reported.
    let silent = cluster(0, false, |_, _| None);
    let ran = audit(&silent).expect(0);
    assert_eq!((&ran.json()[0]["Clock"], &ran.json()[0]["ClockOffsetSeconds"]), (&json!("Local"), &Value::Null));
}

#[test]
fn a_partition_that_cannot_be_used_is_found_and_a_failed_backup_has_its_cause() {
    let route: Route = |call, cluster| {
        let last = call.path.rsplit('/').next()?;
        match (last, call.partition()) {
            ("GetPartitions", _) => Some(page(vec![
                partition(FIRST, "Error", "InQuorumLoss"),
                partition(SECOND, "Warning", "Reconfiguring"),
            ])),
            ("GetHealth", Some(SECOND)) => Some((
                200,
                json!({ "HealthEvents": [{ "SourceId": "System.BackupRestoreManager",
                "Property": "Backup", "HealthState": "Warning", "SourceUtcTimestamp": "2026-11-27T20:00:00Z",
                "Description": "Failed to take periodic backup for this partition with error: HRESULT 0x80071C7D" }] }),
            )),
            ("GetBackups", Some(SECOND)) => Some(page(vec![full(cluster, SECOND, 9 * 3_600)])),
            _ => None,
        }
    };
    let cluster = cluster(0, true, route);
    let ran = audit(&cluster).expect(20);
    let expected = [("Unavailable", "InQuorumLoss"), ("Failing", "BackupFailed")];
    assert_eq!(states(&ran), expected.map(|(state, reason)| (state.to_owned(), reason.to_owned())), "{ran:?}");
    let rows = ran.json();
    let failing = &rows[0];
    assert_eq!(failing["Cause"]["Code"], "0x80071C7D", "{failing}");
    assert_eq!((&failing["PartitionStatus"], &failing["HealthState"]), (&json!("Reconfiguring"), &json!("Warning")));
    assert!(failing["Reason"].as_str().unwrap().contains("FABRIC_E_BACKUPCOPIER_UNEXPECTED_ERROR"), "{failing}");
    let table = at(&cluster.url(), &["audit"]).expect(20).out;
    assert!(table.contains("too many of its replicas are down") && table.contains("0x80071C7D"), "{table}");
    let list = at(&cluster.url(), &["-o", "wide", "partition", "list", "Shop/Cart"]).expect(0).out;
    for word in ["STATUS", "HEALTH", "InQuorumLoss", "Reconfiguring", "Warning"] {
        assert!(list.contains(word), "{list}");
    }
    let nagios = at(&cluster.url(), &["audit", "--report", "nagios"]).expect(2).out;
    assert!(nagios.starts_with("SF-BACKUP CRITICAL - 2 partitions: 1 failing, 1 unavailable |"), "{nagios}");
    let why = at(&cluster.url(), &["why", SECOND]).expect(0);
    assert!(why.out.contains("0x80071C7D") && why.err.contains("sf-backup explain 0x80071C7D"), "{why:?}");
    let why = at(&cluster.url(), &["-o", "json", "why", SECOND]).expect(0).json();
    assert_eq!(why["Cause"]["Code"], "0x80071C7D", "{why}");
}

#[test]
fn a_list_that_never_comes_is_not_an_empty_one() {
    let route: Route =
        |call, _| (call.is_list_of_backups() && call.partition() == Some(FIRST)).then_some((504, Value::Null));
    let cluster = cluster(0, true, route);
    let ran = audit(&cluster).expect(21);
    assert_eq!(states(&ran)[0], ("Unknown".to_owned(), "Unread".to_owned()), "{ran:?}");
    assert_eq!(states(&ran)[1].0, "Protected");
    // No list is requested twice in a row.
    let call: Vec<_> =
        cluster.request_lines().into_iter().filter(|line| line.contains(&format!("{FIRST}/$/GetBackups"))).collect();
    assert!(call.len() >= 3 && !call.windows(2).take(2).any(|pair| pair[0] == pair[1]), "{call:?}");
    at(&cluster.url(), &["--max-attempts", "1", "why", FIRST]).expect(6);
    let why = at(&cluster.url(), &["--max-attempts", "1", "why", "Shop/Cart"]).expect(6);
    assert!(why.out.contains("Last backup:") && why.err.contains("could not be listed"), "{why:?}");
    at(&cluster.url(), &["--max-attempts", "1", "audit", "--report", "nagios"]).expect(3);
}

#[test]
fn a_refusal_that_concerns_one_partition_ends_no_audit() {
    let route: Route = |call, _| {
        (call.is_list_of_backups() && call.partition() == Some(FIRST))
            .then(|| error(403, "E_ACCESSDENIED", "Access Denied."))
    };
    let ran = audit(&cluster(0, true, route)).expect(21);
    assert_eq!(states(&ran)[0], ("Unknown".to_owned(), "Unread".to_owned()), "{ran:?}");
    assert_eq!(states(&ran)[1].0, "Protected");

    // Health is read to find a cause; without it, the finding stays.
    let route: Route = |call, _| match call.path.rsplit('/').next() {
        Some("GetPartitions") => Some(page(vec![partition(FIRST, "Ok", "NotReady"), partition(SECOND, "Ok", "Ready")])),
        Some("GetHealth" | "GetBackupProgress") => Some(error(403, "E_ACCESSDENIED", "Access Denied.")),
        _ => None,
    };
    let ran = audit(&cluster(0, true, route)).expect(20);
    assert_eq!(states(&ran)[0].0, "Unavailable", "{ran:?}");

    // A caller without read access gets an error at once.
    let route: Route = |call, _| {
        call.path.ends_with("/$/GetBackupConfigurationInfo").then(|| error(403, "E_ACCESSDENIED", "Access Denied."))
    };
    audit(&cluster(0, true, route)).expect(5);
}

#[test]
fn only_as_much_is_listed_as_is_needed() {
    // Listing all of them takes too long.
    let narrow: Route = |call, _| {
        let narrow = ["StartDateTimeFilter", "Latest", "MaxResults"].iter().any(|filter| call.query.contains(filter));
        (call.is_list_of_backups() && !narrow).then_some((504, Value::Null))
    };
    // So does listing more than a day.
    let short: Route = |call, cluster| {
        if !call.is_list_of_backups() || call.query.contains("Latest=true") {
            return None;
        }
        let filter = call.query.split('&').find_map(|part| part.strip_prefix("StartDateTimeFilter="));
        let since = filter?.replace("%3A", ":").parse::<Timestamp>().unwrap();
        (cluster.now.since(since) > Duration::from_secs(86_400)).then_some((504, Value::Null))
    };
    for route in [narrow, short] {
        let cluster = cluster(0, true, route);
        let ran = audit(&cluster).expect(0);
        assert_eq!(states(&ran), both("Protected", "Recent"), "{ran:?}");
        assert!(ran.json()[0]["BackupsSinceUtc"].is_string(), "{ran:?}");
        at(&cluster.url(), &["why", "Shop/Cart"]).expect(0);
    }
    // Only the newest can be listed, and it is a full one.
    let newest: Route =
        |call, _| (call.is_list_of_backups() && !call.query.contains("Latest=true")).then_some((504, Value::Null));
    assert_eq!(states(&audit(&cluster(0, true, newest)).expect(0)), both("Protected", "Recent"));
}

/// The start of the range that a filter requests.
fn since(call: &Call) -> Option<Timestamp> {
    let filter = call.query.split('&').find_map(|part| part.strip_prefix("StartDateTimeFilter="))?;
    Some(filter.replace("%3A", ":").parse().unwrap())
}

#[test]
fn backups_that_stopped_long_ago_are_found() {
    let route: Route = |call, cluster| {
        let made = ago(cluster, 90 * 86_400);
        let listed = since(call).is_none_or(|since| since <= made);
        let id = call.partition().unwrap_or(FIRST);
        call.is_list_of_backups().then(|| page(listed.then(|| full(cluster, id, 90 * 86_400)).into_iter().collect()))
    };
    let cluster = cluster(0, true, route);
    let ran = audit(&cluster).expect(20);
    assert_eq!(states(&ran), both("Stale", "Overdue"), "{ran:?}");
    assert_eq!(ran.json()[0]["AgeSeconds"].as_u64().unwrap() / 86_400, 90);
    let why = at(&cluster.url(), &["-o", "json", "why", FIRST]).expect(0).json();
    assert_eq!(why["NextRun"]["State"], "Overdue", "{why}");
}

#[test]
fn a_chain_that_is_longer_than_the_policy_says_is_read_from_its_beginning() {
    // A full backup of four days ago, and an incremental one every hour since.
    let route: Route = |call, cluster| {
        let id = call.partition()?;
        let backup = |hours: u64| {
            let mut backup = full(cluster, id, 600 + hours * 3_600);
            backup["BackupChainId"] = full(cluster, id, 600 + 96 * 3_600)["BackupId"].clone();
            backup["BackupType"] = json!(if hours == 96 { "Full" } else { "Incremental" });
            backup["LsnOfLastBackupRecord"] = json!((100 - hours).to_string());
            backup
        };
        let listed =
            (0..=96).filter(|hours| since(call).is_none_or(|since| since <= ago(cluster, 600 + hours * 3_600)));
        call.is_list_of_backups().then(|| page(listed.map(backup).collect()))
    };
    let cluster = cluster(0, true, route);
    let ran = audit(&cluster).expect(0);
    assert_eq!(states(&ran), both("Protected", "Recent"), "{ran:?}");
    assert_eq!(ran.json()[0]["ChainLength"], 97);
}

#[test]
fn a_machine_that_is_ahead_makes_nothing_stale() {
    // By the clock of this machine the backups are six hours and more old.
    let behind = Canned::route(|request| {
        let line = request.lines().next().unwrap();
        let (path, query) = line.split_whitespace().nth(1).unwrap().split_once('?').unwrap();
        let call = Call { path: path.to_owned(), query: query.to_owned() };
        let now = Timestamp::try_from(SystemTime::now() - Duration::from_secs(6 * 3_600)).unwrap();
        let cluster = Cluster { now, dated: true, route: |_, _| None };
        let (status, body) = cluster.usual(&call);
        CannedResponse::Dated(http_date(now), status, body.to_string())
    });
    let ran = audit(&behind).expect(0);
    assert_eq!(states(&ran), both("Protected", "Recent"), "{ran:?}");
    let offset = ran.json()[0]["ClockOffsetSeconds"].as_i64().unwrap();
    assert!((offset + 6 * 3_600).abs() <= 1, "{offset}");
    let table = at(&behind.url(), &["audit"]).expect(0);
    assert!(table.err.contains("behind that of this machine"), "{table:?}");
    // A `Date` has no fractions of a second, so the age may be a little less than it is.
    assert!(table.out.contains(" 10m ") || table.out.contains(" 9m "), "{table:?}");
}

#[test]
fn a_service_whose_first_backup_is_not_due_is_pending() {
    let azure: Route = |call, _| call.is_list_of_backups().then(|| page(vec![]));
    let share: Route = |call, _| {
        let message = "Index was out of range. Must be non-negative and less than the size of the collection.";
        call.is_list_of_backups().then(|| error(500, "E_UNEXPECTED", message))
    };
    for route in [azure, share] {
        let cluster = cluster(0, true, route);
        let ran = audit(&cluster).expect(21);
        assert_eq!(states(&ran), both("Pending", "NoBackupYet"), "{ran:?}");
        assert!(
            ran.json()[0]["DueUtc"].is_string() && ran.json()[0]["Reason"].to_string().contains("is expected by"),
            "{ran:?}"
        );
        let nagios = at(&cluster.url(), &["audit", "--report", "nagios"]).expect(1).out;
        assert!(nagios.starts_with("SF-BACKUP WARNING - 2 partitions: 2 pending |"), "{nagios}");
        at(&cluster.url(), &["why", FIRST]).expect(0);
    }
}

#[test]
fn all_partitions_of_a_policy_that_stop_at_once_name_the_cure() {
    let route: Route = |call, cluster| {
        call.is_list_of_backups().then(|| page(vec![full(cluster, call.partition().unwrap_or(FIRST), 23_400)]))
    };
    let cluster = cluster(0, true, route);
    let ran = at(&cluster.url(), &["audit"]).expect(20);
    assert!(ran.err.contains("sf-backup policy update Hourly -f policy.yaml"), "{ran:?}");
    let ran = audit(&cluster).expect(20);
    assert!(ran.out.contains("PolicyStopped"), "{ran:?}");
}

/// An error is one object, with the warnings in it.
#[test]
fn no_warning_is_dropped_before_an_error() {
    let policy = policy().to_string().replace("false", "true");
    let refused = Canned::fabric(409, "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTS", "It is there.");
    let ran = run_with(&policy, false, &["-e", &refused.url(), "-o", "json", "policy", "create"]).expect(4);
    let warnings = ran.error()["warnings"].clone();
    assert!(warnings[0].as_str().unwrap().contains("AutoRestoreOnDataLoss"), "{ran:?}");
}

#[test]
fn a_plugin_always_prints_one_line() {
    for args in [&["-e", &dead(), "--max-attempts", "1"] as &[&str], &["-e", "not an endpoint"]] {
        let ran = run(&[args, &["audit", "--report", "nagios"]].concat()).expect(3);
        assert!(ran.out.starts_with("SF-BACKUP UNKNOWN - ") && ran.out.lines().count() == 1, "{ran:?}");
    }
    let ran = run(&["audit", "--report", "nagios", "--max-age", "soon"]).expect(3);
    assert!(ran.out.starts_with("SF-BACKUP UNKNOWN - ") && ran.out.lines().count() == 1, "{ran:?}");
    let refused = Canned::fabric(403, "E_ACCESSDENIED", "Access Denied.");
    let ran = at(&refused.url(), &["audit", "--report", "nagios"]).expect(3);
    assert!(ran.out.starts_with("SF-BACKUP UNKNOWN - "), "{ran:?}");
}
