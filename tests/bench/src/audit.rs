//! An audit of 10,000 partitions, against a plain loop of its requests.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use sf_backup_hyper::Client;
use sf_backup_proto::EnableApplicationBackup;

use crate::answers::Served;
use crate::row::{Mark, Row, rounds};
use crate::{bulk, calls};

const ROUNDS: usize = 5;
const SERVICES: &str = "100";
const PARTITIONS: &str = "100";

pub fn rows() -> Vec<Row> {
    let Ok(program) = std::env::var("SF_BACKUP") else {
        eprintln!("skipped: the audit, because SF_BACKUP is not set to the program");
        return Vec::new();
    };
    let served = Served::start(&["cluster", SERVICES, PARTITIONS]);
    let runtime = calls::runtime();
    runtime.block_on(async {
        let client = Client::new(served.url.parse().unwrap());
        bulk::create_policy(&client).await;
        for application in 0..10 {
            let application = format!("fabric:/App{application}").parse().unwrap();
            client.send(EnableApplicationBackup::new(application, bulk::policy())).await.unwrap();
        }
    });
    let audit = || {
        let mut command = Command::new(&program);
        command.args(["-e", &served.url, "audit", "--parallel", "64"]).stdout(Stdio::null());
        command
    };
    let requests = requests(audit().arg("-v"), &served.url);
    let pool = calls::pool();
    let mut figures = Vec::new();
    for round in 0..=rounds(ROUNDS) {
        let ours = time(&mut audit());
        let bare = runtime.block_on(bulk::loop_over(&pool, requests.clone()));
        if round > 0 {
            figures.push(ours.as_secs_f64() / bare.as_secs_f64());
        }
    }
    let peer = format!("a plain hyper loop of its {} requests", requests.len());
    vec![Row::new("audit 10,000 partitions, 64 at a time", &peer, "× time", figures, Mark::AtMost(1.3))]
}

/// The requests of an audit, from its dry run.
fn requests(audit: &mut Command, url: &str) -> Vec<Request<Full<Bytes>>> {
    let told = audit.output().unwrap();
    let told = String::from_utf8(told.stderr).unwrap();
    let lines = told.lines().filter_map(|line| line.strip_prefix("GET ")?.rsplit_once(": "));
    let request = |line: &str| {
        let mut request = calls::request(url).map(|_| Full::default());
        *request.method_mut() = http::Method::GET;
        *request.uri_mut() = format!("{url}{line}").parse().unwrap();
        request.headers_mut().remove("content-length");
        request
    };
    let requests: Vec<_> = lines.map(|(line, _)| request(line)).collect();
    assert!(requests.len() > 10_000, "{} requests", requests.len());
    requests
}

/// Times an audit. No partition has a backup, and the audit cannot distinguish an empty share from one that fails, so it
/// exits with 20 or 21.
fn time(audit: &mut Command) -> Duration {
    let begun = Instant::now();
    let status = audit.stderr(Stdio::null()).status().unwrap();
    assert!(matches!(status.code(), Some(20 | 21)), "{status}");
    begun.elapsed()
}
