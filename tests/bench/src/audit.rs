//! An audit of 10,000 protected partitions, against a plain loop that requests the policy and the backups of each.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use sf_backup_hyper::Client;
use sf_backup_proto::EnableApplicationBackup;

use crate::responses::Served;
use crate::row::{Mark, Row, rounds};
use crate::{bulk, calls, cluster};

const ROUNDS: usize = 5;
const SERVICES: usize = 100;
const PARTITIONS: usize = 100;

pub fn rows() -> Vec<Row> {
    let Ok(program) = std::env::var("SF_BACKUP") else {
        eprintln!("skipped: the audit, because SF_BACKUP is not set to the program");
        return Vec::new();
    };
    let served = Served::start(&["cluster", &SERVICES.to_string(), &PARTITIONS.to_string()]);
    let (runtime, pool) = (calls::runtime(), calls::pool());
    runtime.block_on(async {
        let client = Client::new(served.url.parse().unwrap());
        bulk::create_policy(&client).await;
        for application in 0..10 {
            let application = format!("fabric:/App{application}").parse().unwrap();
            client.send(EnableApplicationBackup::new(application, bulk::policy())).await.unwrap();
        }
        let three_days = request(&served.url, Method::POST, "/$sim/clock", r#"{"Advance":"P3D"}"#);
        bulk::loop_over(&pool, vec![three_days]).await;
    });
    let audit = || {
        let mut command = Command::new(&program);
        command.args(["-e", &served.url, "audit", "--parallel", "64"]).stdout(Stdio::null());
        command
    };
    let requests = number_of_requests(audit().arg("-v"));
    let one_by_one = one_by_one(&served.url);
    let mut figures = Vec::new();
    for round in 0..=rounds(ROUNDS) {
        let ours = time(&mut audit());
        let bare = runtime.block_on(bulk::loop_over(&pool, one_by_one.clone()));
        if round > 0 {
            figures.push(ours.as_secs_f64() / bare.as_secs_f64());
        }
    }
    let what = "audit 10,000 partitions, 64 at a time";
    let each = requests as f64 / (SERVICES * PARTITIONS) as f64;
    vec![
        Row::new(what, "a plain hyper loop of two requests for each", "× time", figures, Mark::AtMost(1.15)),
        Row::new(what, "-", "requests for each", [each], Mark::AtMost(0.1)),
    ]
}

fn request(url: &str, method: Method, line: &str, body: &'static str) -> Request<Full<Bytes>> {
    let mut request = calls::request(url).map(|_| Full::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = format!("{url}{line}").parse().unwrap();
    request.headers_mut().remove("content-length");
    request
}

/// The two requests for each partition.
fn one_by_one(url: &str) -> Vec<Request<Full<Bytes>>> {
    let partitions =
        (0..SERVICES).flat_map(|service| (0..PARTITIONS).map(move |number| cluster::partition(service, number)));
    let lines = partitions.flat_map(|id| {
        ["GetBackupConfigurationInfo", "GetBackups"].map(|read| format!("/Partitions/{id}/$/{read}?api-version=6.4"))
    });
    lines.map(|line| request(url, Method::GET, &line, "")).collect()
}

/// How many requests an audit sends.
fn number_of_requests(audit: &mut Command) -> usize {
    let stderr = String::from_utf8(audit.output().unwrap().stderr).unwrap();
    stderr.lines().filter(|line| line.starts_with("GET ")).count()
}

/// Times an audit, in which everything is protected.
fn time(audit: &mut Command) -> Duration {
    let begun = Instant::now();
    let status = audit.stderr(Stdio::null()).status().unwrap();
    assert!(status.success(), "{status}");
    begun.elapsed()
}
