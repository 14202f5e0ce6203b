//! The `Date` header, from which clients learn the cluster's time.

use std::io::{Read, Write};
use std::time::Duration;

use serde_json::json;
use sf_backup_proto::Timestamp;
use sf_backup_sim::{Cluster, DateHeader, Fault, Runtime, Speed};

use crate::harness::Test;

fn date(test: &Test, line: &str) -> Option<String> {
    test.raw(line, &[], "").header("date").map(ToOwned::to_owned)
}

/// Responses of every origin: the backup service, the gateway, refusals of both, a fault, the control interface.
const LINES: [&str; 6] = [
    "GET /BackupRestore/BackupPolicies?api-version=6.4",
    "GET /BackupRestore/BackupPolicies/None?api-version=6.4",
    "GET /Applications?api-version=6.0",
    "GET /Nonsense",
    "GET /",
    "GET /$sim/clock",
];

#[test]
fn every_response_has_the_clusters_time() {
    for runtime in Runtime::ALL {
        let test = Test::of(Cluster::builder().runtime(runtime).control().build());
        for line in LINES {
            assert_eq!(date(&test, line).as_deref(), Some("Mon, 01 Jan 2024 00:00:00 GMT"), "{line}");
        }
        test.cluster.advance(Duration::from_secs(86_400 + 3));
        test.cluster.inject(Fault::empty(http::StatusCode::SERVICE_UNAVAILABLE).times(2));
        for line in LINES {
            assert_eq!(date(&test, line).as_deref(), Some("Tue, 02 Jan 2024 00:00:03 GMT"), "{line}");
        }
    }
}

#[test]
fn a_late_response_has_the_time_when_it_was_sent() {
    let test = Test::new(Runtime::V6_4);
    test.cluster.inject(Fault::late(Duration::from_secs(90)));
    assert_eq!(date(&test, LINES[0]).as_deref(), Some("Mon, 01 Jan 2024 00:01:30 GMT"));
}

#[test]
fn a_gateways_clock_may_be_wrong_and_the_header_absent() {
    let ahead = Cluster::builder().date_header(DateHeader::Offset(6 * 3_600)).control().build();
    let test = Test::of(ahead);
    assert_eq!(date(&test, LINES[0]).as_deref(), Some("Mon, 01 Jan 2024 06:00:00 GMT"));
    assert_eq!(test.cluster.now(), "2024-01-01".parse::<Timestamp>().unwrap());
    test.cluster.set_date_header(DateHeader::Absent);
    assert_eq!(date(&test, LINES[0]), None);
    let order = |body: serde_json::Value| test.raw("POST /$sim/date-header", &[], &body.to_string());
    order(json!({ "Offset": "-PT90M" })).ok_json();
    assert_eq!(date(&test, LINES[0]).as_deref(), Some("Sun, 31 Dec 2023 22:30:00 GMT"));
    order(json!({ "Absent": true })).ok_json();
    assert_eq!(date(&test, LINES[0]), None);
    order(json!({ "Offset": "PT0S" })).ok_json();
    assert_eq!(date(&test, LINES[0]).as_deref(), Some("Mon, 01 Jan 2024 00:00:00 GMT"));
    for body in [json!({}), json!({ "Offset": "6h" }), json!({ "Offset": "PT1H", "Absent": true })] {
        assert_eq!(order(body.clone()).status, 400, "{body}");
    }
}

#[test]
fn a_scenario_sets_and_changes_the_header() {
    let scenario = r#"
        DateHeader = { Offset = "PT6H" }
        [[Events]]
        At = "PT1H"
        DateHeader = { Absent = true }
    "#;
    let test = Test::of(Cluster::builder().scenario(scenario).unwrap().build());
    assert_eq!(date(&test, LINES[0]).as_deref(), Some("Mon, 01 Jan 2024 06:00:00 GMT"));
    test.cluster.advance(Duration::from_secs(3_600));
    assert_eq!(date(&test, LINES[0]), None);
}

#[test]
fn an_injected_response_keeps_its_date() {
    let test = Test::new(Runtime::V6_4);
    let response = http::Response::builder().status(503).header("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    test.cluster.inject(Fault::response(response.body(bytes::Bytes::new()).unwrap()));
    assert_eq!(date(&test, LINES[0]).as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
}

#[test]
fn over_a_socket_there_is_one_date_and_it_is_the_clusters() {
    let listening = Cluster::builder().speed(Speed::FROZEN).build().listen().unwrap();
    let exchange = |head: String| {
        let mut socket = std::net::TcpStream::connect(listening.address()).unwrap();
        socket.write_all(head.as_bytes()).unwrap();
        let mut response = String::new();
        socket.read_to_string(&mut response).unwrap();
        response.to_lowercase()
    };
    let close = "host: x\r\nconnection: close\r\n";
    let listed = exchange(format!("{} HTTP/1.1\r\n{close}\r\n", LINES[0]));
    // Too large to be read: rejected before it reaches the cluster.
    let refused = exchange(format!("POST /x HTTP/1.1\r\n{close}content-length: 99999999\r\n\r\n"));
    for response in [listed, refused] {
        assert_eq!(response.matches("\r\ndate: mon, 01 jan 2024 00:00:00 gmt\r\n").count(), 1, "{response}");
        assert_eq!(response.matches("\r\ndate:").count(), 1, "{response}");
    }
}
