//! State files: what survives a restart, and what is rejected.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use sf_backup_proto::{GetBackupPolicyList, Operation};
use sf_backup_sim::{Cluster, ClusterBuilder, DateHeader, Role, Runtime, StateError, Storages, Topology};

use crate::harness::{FIRST, RawResponse, Test, policy};

const SERVICE: &str = "Services/CalcApp/CalcService";

fn builder() -> ClusterBuilder {
    Cluster::builder().topology(Topology::sample()).control().recorded()
}

fn open(file: &Path) -> Test {
    Test::of(builder().open_state(file).unwrap())
}

/// Everything that is visible to a client.
fn view(test: &Test) -> Vec<Value> {
    let mut view = vec![
        test.get("/BackupRestore/BackupPolicies").ok_json(),
        test.get("/BackupRestore/BackupPolicies/P/$/GetBackupEnabledEntities").ok_json(),
        test.get(&format!("/Partitions/{FIRST}/$/GetBackupConfigurationInfo")).ok_json(),
        test.get(&format!("/{SERVICE}/$/GetBackups")).ok_json(),
        test.get(&format!("/Partitions/{FIRST}/$/GetBackupProgress")).ok_json(),
        test.raw("GET /$sim/status", &[], "").ok_json(),
        test.raw("GET /$sim/effects", &[], "").ok_json(),
    ];
    for path in ["/$/GetClusterHealth", "/Services/CalcApp~CalcService/$/GetPartitions"] {
        view.push(test.raw(&format!("GET {path}?api-version=6.0"), &[], "").ok_json());
    }
    view
}

/// Changes a cluster in every way.
fn live(test: &Test) {
    test.policy("P");
    test.post(&format!("/{SERVICE}/$/EnableBackup"), json!({ "BackupPolicyName": "P" })).done(202);
    test.cluster.advance(Duration::from_secs(3 * 3_600 + 1));
    test.act(&format!("Partitions/{FIRST}"), "SuspendBackup").done(202);
    test.act(&format!("Partitions/{FIRST}"), "Backup").done(202);
    test.raw("POST /$sim/quorum-loss", &[], &json!({ "PartitionId": FIRST, "Takes": "PT2H" }).to_string()).ok_json();
    test.raw("POST /$sim/clock", &[], r#"{"Advance":"PT90M"}"#).ok_json();
    test.raw("POST /$sim/faults", &[], r#"{"Operation":"GetBackupPolicyByName","Times":3,"Latency":"PT5S"}"#).ok_json();
    // A read that consumes a fault.
    test.get("/BackupRestore/BackupPolicies/P").ok_json();
    // A rejected change.
    test.post("/BackupRestore/BackupPolicies/$/Create", policy("P"));
}

#[test]
fn everything_survives_a_restart_and_continues_in_the_same_way() {
    for runtime in [Runtime::V6_4, Runtime::V11_3] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cluster.state");
        let start = || builder().runtime(runtime).open_state(&file).unwrap();
        let first = Test::of(start());
        live(&first);
        first.cluster.save().unwrap();
        let before = view(&first);
        let second = Test::of(start());
        assert_eq!(view(&second), before);
        // A lost quorum, the suspension and the schedule continue as without a restart.
        for test in [&first, &second] {
            test.act(&format!("Partitions/{FIRST}"), "ResumeBackup").done(202);
            test.cluster.advance(Duration::from_secs(26 * 3_600));
        }
        assert_eq!(view(&second), view(&first));
        second.cluster.save().unwrap();
        assert_eq!(view(&Test::of(start())), view(&first));
    }
}

#[test]
fn a_damaged_file_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.state");
    live(&open(&file));
    let good = {
        let test = open(&file);
        test.policy("Q");
        test.cluster.save().unwrap();
        std::fs::read(&file).unwrap()
    };
    let refused = |text: &[u8]| {
        std::fs::write(&file, text).unwrap();
        let error = builder().open_state(&file).unwrap_err();
        assert_eq!(std::fs::read(&file).unwrap(), text, "{error}");
        error.to_string()
    };
    for length in [0, 10, good.len() / 2, good.len() - 1] {
        refused(&good[..length]);
    }
    let mut flipped = good.clone();
    flipped[good.len() - 20] ^= 1;
    assert!(refused(&flipped).contains("its checksum is wrong"));
    assert!(refused(b"{\"Name\":\"x\"}\n").contains("not a state file"));
    let newer = String::from_utf8(good.clone()).unwrap().replacen("\"Version\":1", "\"Version\":9", 1);
    assert!(refused(newer.as_bytes()).contains("version 9"));
    std::fs::write(&file, &good).unwrap();
    assert_eq!(open(&file).get("/BackupRestore/BackupPolicies/Q").ok_json()["Name"], "Q");
}

#[test]
fn another_setup_is_refused_and_none_is_that_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.state");
    builder().runtime(Runtime::V11_3).open_state(&file).unwrap();
    let error = builder().runtime(Runtime::V6_2).open_state(&file).unwrap_err();
    assert!(matches!(error, StateError::Setup("runtime")), "{error}");
    let error = Cluster::builder().topology(Topology::default()).open_state(&file).unwrap_err();
    assert!(matches!(error, StateError::Setup("topology")), "{error}");
    let error = builder().scenario("Seed = 3").unwrap().open_state(&file).unwrap_err();
    assert!(matches!(error, StateError::Setup("scenario")), "{error}");
    let cluster = Cluster::builder().open_state(&file).unwrap();
    assert_eq!(cluster.runtime(), Runtime::V11_3);
    assert!(cluster.lose_data("6b1c2f7e-0000-4000-8000-000000000033".parse().unwrap()));
}

#[test]
fn a_scenario_continues_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.state");
    let scenario = format!(
        "Seed = 5\n[[Events]]\nAt = \"PT1H\"\nDataLoss = {{ PartitionId = \"{FIRST}\" }}\n\
         [[Events]]\nAt = \"PT3H\"\nFailOver = {{ Takes = \"PT1M\" }}\n"
    );
    let start = || builder().scenario(&scenario).unwrap().open_state(&file).unwrap();
    let first = start();
    first.advance(Duration::from_secs(2 * 3_600));
    assert_eq!(first.effects().len(), 1);
    first.save().unwrap();
    let second = start();
    assert_eq!((second.effects(), second.now()), (first.effects(), first.now()));
    second.advance(Duration::from_secs(2 * 3_600));
    assert_eq!(second.effects().len(), 2);
}

#[test]
fn an_exported_state_is_imported_into_another_cluster() {
    let first = Test::of(builder().build());
    live(&first);
    let exported = first.raw("GET /$sim/state", &[], "").body;
    let second = Test::of(builder().runtime(Runtime::V11_3).build());
    second.policy("Other");
    let before = view_of_import(&second);
    assert_eq!(second.raw("POST /$sim/state", &[], &exported[1..]).status, 400);
    assert_eq!(view_of_import(&second), before);
    second.raw("POST /$sim/state", &[], &exported).ok_json();
    assert_eq!(view(&second), view(&first));
    // And again: what was imported can be exported.
    assert_eq!(second.raw("GET /$sim/state", &[], "").body, exported);
    assert_eq!(Test::of(Cluster::builder().control().build()).raw("GET /$sim/state", &[], "").status, 400);
}

fn view_of_import(test: &Test) -> Value {
    test.get("/BackupRestore/BackupPolicies").ok_json()
}

#[test]
fn a_body_that_is_no_text_survives_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.state");
    let test = open(&file);
    let request = Request::post(format!("/{SERVICE}/$/EnableBackup?api-version=6.4"));
    let body = Bytes::from_static(&[0xff, 0xfe, b'{']);
    let response = test.cluster.respond(request.header("content-type", "application/json").body(body).unwrap());
    assert_eq!(response.status(), 400);
    test.policy("P");
    test.cluster.save().unwrap();
    assert_eq!(open(&file).get("/BackupRestore/BackupPolicies/P").ok_json()["Name"], "P");
}

#[test]
fn restored_orders_are_carried_out_without_control() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.state");
    let partitions = |test: &Test| test.get("/Services/CalcApp~CalcService/$/GetPartitions").ok_json();
    let first = open(&file);
    live(&first);
    first.cluster.save().unwrap();
    let before = partitions(&first);
    drop(first);
    let without = Test::of(Cluster::builder().open_state(&file).unwrap());
    assert_eq!(partitions(&without), before);
    assert_ne!(before, partitions(&Test::of(Cluster::builder().build())));
    assert_eq!(without.raw("GET /$sim/clock", &[], "").status.as_u16(), 400);
}

#[test]
fn a_request_that_waits_during_an_import_is_cut_and_damages_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.state");
    let test = Test::of(builder().speed(sf_backup_sim::Speed::FROZEN).open_state(&file).unwrap());
    test.policy("Old");
    let exported = test.raw("GET /$sim/state", &[], "").body;
    test.raw("POST /$sim/faults", &[], r#"{"Operation":"CreateBackupPolicy","Latency":"PT1S"}"#).ok_json();
    let listening = test.cluster.listen().unwrap();
    let send = |head: &str, body: &str| {
        let mut socket = TcpStream::connect(listening.address()).unwrap();
        let head = format!("{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n");
        socket.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
        socket
    };
    let read = |mut socket: TcpStream| {
        let mut response = String::new();
        socket.read_to_string(&mut response).map(|_| response)
    };
    let waiting = send("POST /BackupRestore/BackupPolicies/$/Create?api-version=6.4", &policy("New").to_string());
    // It waits as soon as it has used up the fault.
    while test.raw("GET /$sim/faults", &[], "").ok_json() != json!([]) {
        std::thread::yield_now();
    }
    assert!(read(send("POST /$sim/state", &exported)).unwrap().starts_with("HTTP/1.1 200"));
    assert_eq!(read(waiting).unwrap_or_default(), "");
    assert_eq!(test.get("/BackupRestore/BackupPolicies").ok_json()["Items"].as_array().unwrap().len(), 1);
    test.policy("Later");
    test.cluster.save().unwrap();
    let again = Test::of(Cluster::builder().open_state(&file).unwrap());
    assert_eq!(again.get("/BackupRestore/BackupPolicies").ok_json()["Items"].as_array().unwrap().len(), 2);
}

#[test]
fn an_import_keeps_expectations() {
    let test = Test::of(builder().build());
    let expected = test.cluster.expect(GetBackupPolicyList::spec()).times(2);
    test.get("/BackupRestore/BackupPolicies").ok_json();
    let exported = test.raw("GET /$sim/state", &[], "").body;
    test.raw("POST /$sim/state", &[], &exported).ok_json();
    test.get("/BackupRestore/BackupPolicies").ok_json();
    expected.check().unwrap();
}

#[test]
fn each_option_that_differs_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.state");
    builder().seed(7).role(Role::User).open_state(&file).unwrap();
    let different = [
        ("seed", builder().seed(8)),
        ("role", builder().role(Role::Admin)),
        ("UTC offset", builder().utc_offset_hours(1)),
        ("jitter", builder().jitter()),
        ("date header", builder().date_header(DateHeader::Absent)),
        ("throughput", builder().megabytes_per_second(7.try_into().unwrap())),
        ("fault analysis service", builder().without_fault_analysis()),
        ("backup service", builder().without_backup_service()),
    ];
    for (name, builder) in different {
        let error = builder.open_state(&file).unwrap_err();
        assert!(matches!(error, StateError::Setup(found) if found == name), "{name}: {error}");
    }
    builder().seed(7).role(Role::User).open_state(&file).unwrap();
}

#[test]
fn shared_storages_are_used_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.state");
    let first = open(&file);
    live(&first);
    let items = |list: RawResponse| list.ok_json()["Items"].as_array().unwrap().len();
    let before = items(first.get(&format!("/{SERVICE}/$/GetBackups")));
    assert!(before > 0);
    drop(first);
    let storages = Storages::default();
    let second = Test::of(builder().storages(&storages).open_state(&file).unwrap());
    assert_eq!(items(second.get(&format!("/{SERVICE}/$/GetBackups"))), before);
    // Another cluster lists what is in the same storage.
    let other = Test::of(builder().storages(&storages).build());
    let listed = other.post(
        "/BackupRestore/$/GetBackups",
        json!({
            "Storage": policy("P")["Storage"],
            "BackupEntity": { "EntityKind": "Service", "ServiceName": "fabric:/CalcApp/CalcService" },
        }),
    );
    assert_eq!(items(listed), before);
}
