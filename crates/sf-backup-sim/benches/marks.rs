//! Limits on the cost of a large cluster, as ratios of two measurements of the same run. Fails if a limit is exceeded.

// Benchmarks may panic, as tests do.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "marks/days.rs"]
mod days;
#[path = "marks/pages.rs"]
mod pages;
#[path = "marks/size.rs"]
mod size;
#[path = "marks/throughput.rs"]
mod throughput;

use std::fmt::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use serde_json::json;
use sf_backup_sim::{Cluster, Topology};

/// A measured ratio and its limit.
struct Mark {
    what: &'static str,
    measured: f64,
    limit: f64,
    /// Whether the limit is a minimum; otherwise it is a maximum.
    least: bool,
    unit: &'static str,
}

impl Mark {
    fn most(what: &'static str, measured: f64, limit: f64, unit: &'static str) -> Self {
        Self { what, measured, limit, least: false, unit }
    }

    fn least(what: &'static str, measured: f64, limit: f64, unit: &'static str) -> Self {
        Self { what, measured, limit, least: true, unit }
    }

    fn is_kept(&self) -> bool {
        if self.least { self.measured >= self.limit } else { self.measured <= self.limit }
    }
}

fn main() -> ExitCode {
    // Tests of all targets build and start this, too, but figures without optimization are meaningless.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    // Memory first: freed memory would be reused without being counted.
    let sections: [fn() -> Vec<Mark>; 4] = [size::marks, pages::marks, throughput::marks, days::marks];
    let marks: Vec<Mark> = sections.iter().flat_map(|section| section()).collect();
    for Mark { what, measured, limit, least, unit } in &marks {
        let bound = if *least { "at least" } else { "at most" };
        println!("{what}: {measured:.2} {unit} ({bound} {limit} {unit})");
    }
    let missed: Vec<&str> = marks.iter().filter(|mark| !mark.is_kept()).map(|mark| mark.what).collect();
    if missed.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("missed: {}", missed.join("; "));
    ExitCode::FAILURE
}

/// The shortest of several runs: disturbances only make a run longer.
fn shortest<T>(runs: u32, mut run: impl FnMut() -> T) -> Duration {
    (0..runs)
        .map(|_| {
            let begun = Instant::now();
            let kept = run();
            let took = begun.elapsed();
            drop(kept);
            took
        })
        .min()
        .unwrap()
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// A topology file with this many services in ten applications, and this many partitions per service.
fn topology_file(services: usize, partitions: usize) -> String {
    let mut text = String::from(r#"{"Applications":["#);
    let applications = services.min(10);
    for application in 0..applications {
        let comma = if application == 0 { "" } else { "," };
        write!(text, r#"{comma}{{"Name":"fabric:/App{application}","Services":["#).unwrap();
        for (place, service) in (application..services).step_by(applications).enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(text, r#"{comma}{{"Name":"fabric:/App{application}/Service{service}","ServiceKind":"Stateful","#)
                .unwrap();
            text.push_str(r#""HasPersistedState":true,"Partitions":["#);
            for partition in 0..partitions {
                let comma = if partition == 0 { "" } else { "," };
                let id = id_of(service, partition);
                let low = partition * 1_000;
                let high = low + 999;
                write!(
                    text,
                    r#"{comma}{{"ServicePartitionKind":"Int64Range","Id":"{id}","LowKey":"{low}","HighKey":"{high}"}}"#
                )
                .unwrap();
            }
            text.push_str("]}");
        }
        text.push_str("]}");
    }
    text.push_str("]}");
    text
}

fn id_of(service: usize, partition: usize) -> String {
    format!("{service:08x}-0000-4000-8000-{partition:012x}")
}

fn cluster(services: usize, partitions: usize) -> Cluster {
    let topology = Topology::from_json(&topology_file(services, partitions)).unwrap();
    Cluster::builder().topology(topology).build()
}

fn request(method: &str, path: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    let and = if path.contains('?') { '&' } else { '?' };
    let uri = format!("{path}{and}api-version=6.4");
    let request = Request::builder().method(method).uri(uri).header("content-type", "application/json");
    request.body(body.into()).unwrap()
}

/// Sends a POST that must succeed.
fn post(cluster: &Cluster, path: &str, body: &serde_json::Value) {
    let response = cluster.respond(request("POST", path, body.to_string()));
    assert!(response.status().is_success(), "{path}: {response:?}");
}

/// Creates an hourly policy with incremental backups on a container, and enables it on entities.
fn protect(cluster: &Cluster, entities: impl Iterator<Item = String>) {
    let policy = json!({
        "Name": "Hourly", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 23,
        "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT1H" },
        "Storage": { "StorageKind": "AzureBlobStore", "ConnectionString": "k", "ContainerName": "c" },
    });
    post(cluster, "/BackupRestore/BackupPolicies/$/Create", &policy);
    for entity in entities {
        post(cluster, &format!("/{entity}/$/EnableBackup"), &json!({ "BackupPolicyName": "Hourly" }));
    }
}
