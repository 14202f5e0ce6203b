//! The simulator: its rate over a socket, and what a million partitions cost.

use std::fmt::Write;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use serde::Deserialize;
use serde_json::Value;
use sf_backup_sim::{Cluster, Topology};

use crate::responses::Served;
use crate::row::{Mark, Row, rounds};
use crate::{cluster, pair, simulated, usage};

const ROUNDS: usize = 9;
const REQUESTS: usize = 4_000;
const CONNECTIONS: usize = 4;

/// Partitions of each service.
const PARTITIONS: usize = 100;
const SERVICES: usize = 10_000;
const FEW_SERVICES: usize = 100;
/// Number of items of a page, and of pages that are measured together.
const PAGE: usize = 100;
const PAGES: usize = 20;

const LOADED: &str = "simulator, 1,000,000 partitions";

pub fn rows() -> Vec<Row> {
    [rate(), loading(), held(), pages()].concat()
}

fn rate() -> Vec<Row> {
    let servers = ["simulated", "simulated-peer"].map(|kind| Served::start(&[kind]));
    let [ours, theirs] = servers.each_ref().map(|served| served.url.parse().unwrap());
    let ask = |server| {
        std::thread::scope(|scope| {
            for _ in 0..CONNECTIONS {
                scope.spawn(move || simulated::ask(server, REQUESTS / CONNECTIONS));
            }
        });
    };
    let ratios = pair::rates(rounds(ROUNDS), || ask(ours), || ask(theirs));
    vec![Row::new("simulator, ResumeBackup", simulated::PEER, "× calls/s", ratios, Mark::AtLeast(0.95))]
}

/// The topology file as plain structs.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)] // only parsing is measured
struct File {
    applications: Vec<Application>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)]
struct Application {
    name: String,
    services: Vec<Service>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)]
struct Service {
    name: String,
    service_kind: String,
    has_persisted_state: bool,
    partitions: Vec<Partition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)]
struct Partition {
    service_partition_kind: String,
    id: String,
    low_key: String,
    high_key: String,
}

fn loading() -> Vec<Row> {
    let file = cluster::topology(SERVICES, PARTITIONS);
    let load = || Cluster::builder().topology(Topology::from_json(&file).unwrap()).build();
    let parse = || serde_json::from_str::<File>(&file).unwrap();
    let mut ratios = Vec::new();
    for _ in 0..rounds(ROUNDS) {
        ratios.push(took(load).as_secs_f64() / took(parse).as_secs_f64());
    }
    vec![Row::new(&format!("{LOADED}: load"), crate::page::PEER, "× time", ratios, Mark::AtMost(3.0))]
}

fn took<T>(run: impl FnOnce() -> T) -> Duration {
    let begun = Instant::now();
    let kept = black_box(run());
    let took = begun.elapsed();
    drop(kept);
    took
}

/// Measured in its own process, because memory that was freed before would be reused without being counted.
fn held() -> Vec<Row> {
    let printed = Command::new(std::env::current_exe().unwrap()).arg("held").output().unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let bytes: f64 = String::from_utf8(printed.stdout).unwrap().trim().parse().unwrap();
    let each = bytes / (SERVICES * PARTITIONS) as f64 / 1024.0;
    vec![Row::new(&format!("{LOADED}, protected: memory"), "-", "KiB each", [each], Mark::AtMost(1.0))]
}

/// Prints the bytes that a large cluster occupies.
pub fn print_held() {
    let file = cluster::topology(SERVICES, PARTITIONS);
    let before = usage::resident();
    let cluster = Cluster::builder().topology(Topology::from_json(&file).unwrap()).build();
    protect(&cluster, SERVICES, &[]);
    println!("{}", usage::resident() - before);
    drop(cluster);
}

/// Enables a policy on all applications, and on these partitions of each service.
fn protect(cluster: &Cluster, services: usize, partitions: &[usize]) {
    simulated::create_policy(cluster);
    let enable = |entity: String| simulated::enable(cluster, &entity);
    (0..cluster::APPLICATIONS).map(|application| format!("Applications/App{application}")).for_each(enable);
    for service in 0..services {
        let ids = partitions.iter().map(|partition| cluster::partition(service, *partition));
        ids.map(|id| format!("Partitions/{id}")).for_each(enable);
    }
}

/// A protected cluster in which every partition has a backup, and a tenth of the partitions a policy of their own.
fn filled(services: usize) -> Cluster {
    let topology = Topology::from_json(&cluster::topology(services, PARTITIONS)).unwrap();
    let cluster = Cluster::builder().topology(topology).build();
    protect(&cluster, services, &(0..PARTITIONS).step_by(10).collect::<Vec<_>>());
    cluster.advance(Duration::from_secs(24 * 3_600));
    cluster
}

fn pages() -> Vec<Row> {
    let [many, few] = [SERVICES, FEW_SERVICES].map(filled);
    let mut rows = Vec::new();
    for (what, list) in [
        ("configurations", "GetBackupConfigurationInfo?api-version=6.4"),
        ("backups", "GetBackups?api-version=6.4"),
        ("latest backups", "GetBackups?api-version=6.4&Latest=true"),
    ] {
        let first = format!("/Applications/App0/$/{list}&MaxResults={PAGE}");
        let last = last_page(&many, &first);
        let read = |cluster: &Cluster, path: &str| (0..PAGES).for_each(|_| drop(black_box(page(cluster, path))));
        let mut row = |which: &str, peer: &str, figures: Vec<f64>| {
            rows.push(Row::new(
                &format!("{LOADED}: {which} page of {what}"),
                peer,
                "× time",
                figures,
                Mark::AtMost(1.25),
            ));
        };
        row("first", "10,000 partitions", pair::times(rounds(ROUNDS), || read(&many, &first), || read(&few, &first)));
        row("last", "the first page", pair::times(rounds(ROUNDS), || read(&many, &last), || read(&many, &first)));
    }
    rows
}

fn page(cluster: &Cluster, path: &str) -> Bytes {
    let response = cluster.respond(Request::get(path).body(Bytes::new()).unwrap());
    assert_eq!(response.status(), 200, "{path}: {response:?}");
    response.into_body()
}

/// The path of the last page that is full.
fn last_page(cluster: &Cluster, first: &str) -> String {
    let mut path = first.to_owned();
    loop {
        let read: Value = serde_json::from_slice(&page(cluster, &path)).unwrap();
        let Some(token) = read["ContinuationToken"].as_str().filter(|token| !token.is_empty()) else { return path };
        let mut next = format!("{first}&ContinuationToken=");
        token.bytes().for_each(|byte| write!(next, "%{byte:02X}").unwrap());
        let following: Value = serde_json::from_slice(&page(cluster, &next)).unwrap();
        // A page of configurations has the application's own item at first, and one item less afterwards.
        if following["Items"].as_array().unwrap().len() < PAGE - 1 {
            return path;
        }
        path = next;
    }
}
