//! Goldens of every query, on every runtime.
//!
//! `UPDATE_GOLDENS=1 cargo test -p sf-backup-sim goldens` rewrites the files below `tests/golden`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::table::{Match, ROWS};
use crate::{Cluster, Runtime, Topology};

const CART: &str = "6b1c2f7e-0000-4000-8000-000000000021";
const WEB: &str = "6b1c2f7e-0000-4000-8000-000000000011";
const LOST: &str = "6b1c2f7e-0000-4000-8000-000000000022";
const SYSTEM: &str = "00000000-0000-0000-0000-000000008000";
const NONE: &str = "00000000-0000-0000-0000-00000000ffff";
const ALL: &str = r#"{"NodeFilters":[{"HealthStateFilter":65535}],"ApplicationFilters":[{"HealthStateFilter":"65535",
    "ServiceFilters":[{"HealthStateFilter":12,"PartitionFilters":[{"HealthStateFilter":65535}]}]}]}"#;
const ONE: &str = r#"{"ApplicationFilters":[{"ApplicationNameFilter":"fabric:/CalcApp"},{"HealthStateFilter":1}]}"#;

/// Requests without api-version: path, and the body of a POST.
fn requests() -> Vec<(String, Option<&'static str>)> {
    let paths = [
        "/$/GetAadMetadata/",
        "/$/GetClusterVersion",
        "/$/GetClusterManifest",
        "/$/GetUpgradeProgress",
        "/$/GetClusterHealth",
        "/$/GetClusterHealthChunk",
        "/Nodes/",
        "/Nodes?MaxResults=1&ContinuationToken=_Node_1",
        "/Nodes/_Node_3",
        "/Nodes/None",
        "/Nodes/_Node_3/$/GetHealth",
        "/Nodes/None/$/GetHealth",
        "/Nodes/_Node_0/$/GetApplications",
        "/Nodes/None/$/GetApplications",
        "/ApplicationTypes/",
        "/ApplicationTypes/ShopType",
        "/ApplicationTypes/None",
        "/ApplicationTypes/CalcAppType/$/GetServiceTypes?ApplicationTypeVersion=1.0.0",
        "/ApplicationTypes/None/$/GetServiceTypes",
        "/Applications/",
        "/Applications?ApplicationTypeName=ShopType",
        "/Applications/Shop/",
        "/Applications/None",
        "/Applications/System/$/GetHealth",
        "/Applications/Shop/$/GetHealth",
        "/Applications/None/$/GetHealth",
        "/Applications/Shop/$/GetUpgradeProgress",
        "/Applications/None/$/GetUpgradeProgress",
        "/Applications/Shop/$/GetServices",
        "/Applications/CalcApp/$/GetServices?ServiceTypeName=WebType",
        "/Applications/System/$/GetServices",
        "/Applications/None/$/GetServices",
        "/Applications/Shop/$/GetServices/Shop~Cart",
        "/Applications/Shop/$/GetServices/Shop%2FCart",
        "/Applications/Shop/$/GetServices/Shop/None",
        "/Applications/Shop/$/GetServices/Shop/Orders/$/GetDescription",
        "/Applications/CalcApp/$/GetServices/CalcApp~Web/$/GetDescription",
        "/Applications/Shop/$/GetServices/Shop~Cart/$/GetHealth",
        "/Applications/Shop/$/GetServices/Shop~Cart/$/GetPartitions",
        "/Services/Shop~Cart/$/GetDescription",
        "/Services/System~NamingService/$/GetDescription",
        "/Services/Shop~None/$/GetDescription",
        "/Services/Shop~Cart/$/GetHealth",
        "/Services/System~NamingService/$/GetHealth",
        "/Services/Shop~None/$/GetHealth",
        "/Services/Shop~Orders/$/GetPartitions?ContinuationToken=6b1c2f7e-0000-4000-8000-000000000031",
        "/Services/CalcApp~Web/$/GetPartitions",
        "/Services/System~BackupRestoreService/$/GetPartitions",
        "/Services/Shop~None/$/GetPartitions",
        "/Services/Shop~Cart/$/GetApplicationName",
        "/Partitions/x",
    ];
    let below = |id: &str| {
        let long = format!("/Applications/Shop/$/GetServices/Shop~Cart/$/GetPartitions/{id}");
        let short = format!("/Partitions/{id}");
        [
            short.clone(),
            format!("{short}/$/GetHealth"),
            format!("{short}/$/GetServiceName"),
            format!("{short}/$/GetReplicas"),
            long.clone(),
            format!("{long}/$/GetHealth"),
            format!("{long}/$/GetReplicas"),
        ]
    };
    let replica = |partition: &str, place: usize| {
        let id: uuid::Uuid = partition.parse().unwrap();
        let (replicas, number) = (Cluster::builder().topology(Topology::sample()).build(), 3);
        let replica = replicas.with_world(|world| world.replicas(id, true, number))[place];
        (replica.node.name(), replica.id)
    };
    let (node, id) = replica(CART, 0);
    let (_, second) = replica(CART, 1);
    let mut requests: Vec<(String, Option<&str>)> = paths.iter().map(|path| ((*path).to_owned(), None)).collect();
    for partition in [CART, WEB, LOST, SYSTEM, NONE] {
        requests.extend(below(partition).map(|path| (path, None)));
    }
    requests.extend([
        (format!("/Partitions/{CART}/$/GetReplicas/{second}"), None),
        (format!("/Partitions/{CART}/$/GetReplicas/7"), None),
        (format!("/Applications/Shop/$/GetServices/Shop~Cart/$/GetPartitions/{CART}/$/GetReplicas/{id}"), None),
        (format!("/Nodes/{node}/$/GetPartitions/{CART}/$/GetReplicas/{id}/$/GetDetail"), None),
        (format!("/Nodes/{node}/$/GetPartitions/{CART}/$/GetReplicas/{second}/$/GetDetail"), None),
        ("/$/GetClusterHealthChunk".into(), Some(ALL)),
        ("/$/GetClusterHealthChunk".into(), Some(ONE)),
        ("/$/GetClusterHealthChunk".into(), Some("[")),
        ("/$/GetClusterHealth".into(), Some("{}")),
    ]);
    requests
}

/// A cluster in which something is wrong: a failed periodic backup, a quorum loss and a moved primary.
fn cluster(runtime: Runtime) -> Cluster {
    let start = "2026-11-27T08:00:00Z".parse().unwrap();
    let cluster = Cluster::builder().runtime(runtime).topology(Topology::sample()).start(start).build();
    let version = if runtime == Runtime::V6_2 { "6.2-preview" } else { "6.4" };
    let post = |path: &str, body: Value| {
        let request = Request::post(format!("{path}?api-version={version}")).header("content-type", "application/json");
        let response = cluster.respond(request.body(body.to_string().into()).unwrap());
        assert!(response.status().is_success(), "{path}: {response:?}");
    };
    let storage = json!({ "StorageKind": "FileShare", "Path": "//nas/backups" });
    let policy = json!({
        "Name": "Hourly", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 0, "Storage": storage,
        "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT1H" },
    });
    post("/BackupRestore/BackupPolicies/$/Create", policy);
    post("/Services/Shop/Orders/$/EnableBackup", json!({ "BackupPolicyName": "Hourly" }));
    let storage = serde_json::from_value(storage).unwrap();
    cluster.break_storage(&storage, Some((0x8007_0070, "There is not enough space on the disk.")));
    cluster.advance(Duration::from_secs(3_600));
    assert!(cluster.lose_quorum(LOST.parse().unwrap(), None));
    assert!(cluster.fail_over_partition(CART.parse().unwrap(), Duration::from_secs(1)));
    cluster.advance(Duration::from_secs(60));
    cluster
}

fn golden(runtime: Runtime) -> String {
    let cluster = cluster(runtime);
    let mut text = String::new();
    for (path, body) in requests() {
        let method = if body.is_some() { "POST" } else { "GET" };
        let and = if path.contains('?') { '&' } else { '?' };
        let request = Request::builder().method(method).uri(format!("{path}{and}api-version=6.0"));
        let response = cluster.respond(request.body(Bytes::from(body.unwrap_or_default())).unwrap());
        let body = response.body();
        let shown = match serde_json::from_slice::<Value>(body) {
            Ok(value) => format!("{value:#}\n"),
            Err(_) => String::from_utf8_lossy(body).into_owned(),
        };
        writeln!(text, "{method} {path}\n{}\n{shown}", response.status().as_u16()).unwrap();
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

#[test]
fn goldens_of_every_query_on_every_runtime() {
    for runtime in Runtime::ALL {
        let file = PathBuf::from(format!("tests/golden/inventory-{runtime}.txt"));
        let found = golden(runtime);
        if std::env::var_os("UPDATE_GOLDENS").is_some() {
            std::fs::write(&file, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&file).unwrap().replace("\r\n", "\n");
        for (found, expected) in found.split("\n\n").zip(expected.split("\n\n")) {
            assert_eq!(found, expected, "{runtime}");
        }
        assert_eq!(found, expected, "{runtime}");
    }
}

#[test]
fn every_row_has_a_golden() {
    let asked: BTreeSet<&str> = requests()
        .iter()
        .map(|(path, _)| Match::of(&Request::get(path).body(Bytes::new()).unwrap()).unwrap().row.path)
        .collect();
    let missing: Vec<&str> = ROWS.iter().map(|row| row.path).filter(|path| !asked.contains(path)).collect();
    assert_eq!(missing, [""; 0]);
}

fn get(cluster: &Cluster, path: &str) -> (u16, Value) {
    let response = cluster.respond(Request::get(path).body(Bytes::new()).unwrap());
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
}

#[test]
fn lists_are_bare_arrays_below_their_version_and_every_query_checks_the_version() {
    let cluster = cluster(Runtime::V11_3);
    for (path, last_bare, first_paged) in [
        ("/Applications", "1.0", "2.0"),
        ("/Nodes", "1.0", "3.0"),
        ("/ApplicationTypes", "3.0", "4.0"),
        ("/Nodes/_Node_0/$/GetApplications", "6.0", "6.1"),
        ("/Partitions/6b1c2f7e-0000-4000-8000-000000000021/$/GetReplicas", "1.0", "6.0"),
    ] {
        assert!(get(&cluster, &format!("{path}?api-version={last_bare}")).1.is_array(), "{path}");
        assert!(get(&cluster, &format!("{path}?api-version={first_paged}")).1["Items"].is_array(), "{path}");
    }
    let old = self::cluster(Runtime::V6_2);
    for row in ROWS {
        let path = row.path.replace("{}", "x");
        for query in ["", "?api-version=", "?api-version=abc", "?api-version=6.3", "?api-version=6.2-preview"] {
            let (status, body) = get(&old, &format!("{path}{query}"));
            assert_eq!((status, &body["Error"]["Code"]), (400, &json!("E_INVALIDARG")), "{path}{query}");
        }
    }
}

#[test]
fn a_read_only_caller_may_query_health_with_filters() {
    let cluster = Cluster::builder().role(crate::Role::User).build();
    let request = Request::post("/$/GetClusterHealthChunk?api-version=3.0&_cacheToken=5").body(ALL.into()).unwrap();
    let response = cluster.respond(request);
    assert_eq!(response.status(), 200);
    let chunk: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(chunk["NodeHealthStateChunks"]["TotalCount"], 5);
    assert_eq!(chunk["ApplicationHealthStateChunks"]["Items"][0]["ApplicationName"], "fabric:/CalcApp");
}

#[test]
fn the_manifest_has_the_section_of_the_backup_service_only_if_the_cluster_has_it() {
    for (cluster, expected) in
        [(Cluster::builder().build(), true), (Cluster::builder().without_backup_service().build(), false)]
    {
        let (_, manifest) = get(&cluster, "/$/GetClusterManifest?api-version=3.0");
        let text = manifest["Manifest"].as_str().unwrap().to_owned();
        assert_eq!(
            text.contains("<Section Name=\"BackupRestoreService\"><Parameter Name=\"TargetReplicaSetSize\""),
            expected
        );
    }
}
