//! Both transports, against the vendor's Python client in an environment that `cargo xtask bench` creates.

use std::process::Command;
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::responses::Served;
use crate::row::{Mark, Row};
use crate::{calls, usage};

const ROUNDS: usize = 3;
const CALLS: usize = 1_000;
const PEER: &str = "the official Python client";

/// The output of the script.
#[derive(Debug, Deserialize)]
struct Measured {
    per_second: f64,
    processor_seconds: f64,
}

pub fn rows() -> Vec<Row> {
    let Some(python) = std::env::var_os("SF_BACKUP_PYTHON") else {
        eprintln!("skipped: the official Python client, because SF_BACKUP_PYTHON is not set to an interpreter with it");
        return Vec::new();
    };
    let served = Served::start(&["responses"]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/resume.py");
    let python = |threads: usize| -> Measured {
        let (calls, threads) = (CALLS.to_string(), threads.to_string());
        let printed = Command::new(&python).arg(script).args([&served.url, &calls, &threads]).output().unwrap();
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
        serde_json::from_slice(&printed.stdout).unwrap()
    };
    let [mut serial, mut serial_blocking, mut many, mut processor] = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        let (one, sixty_four) = (python(1), python(64));
        let ours = |calls, at_once| {
            calls::runtime().block_on(async {
                let client = sf_backup_hyper::Client::new(served.url.parse().unwrap());
                calls::ours(&client, 64, at_once).await;
                calls::ours(&client, calls, at_once).await
            })
        };
        let ours_one = ours(CALLS * 10, 1);
        serial.push(ours_one.per_second / one.per_second);
        many.push(ours(CALLS * 40, 64).per_second / sixty_four.per_second);
        processor.push(one.processor_seconds / CALLS as f64 / ours_one.processor.as_secs_f64());
        serial_blocking.push(blocking(&served.url) / one.per_second);
    }
    vec![
        Row::new("async calls, one at a time", PEER, "× calls/s", serial, Mark::AtLeast(6.5)),
        Row::new("blocking calls, one at a time", PEER, "× calls/s", serial_blocking, Mark::AtLeast(6.5)),
        Row::new(
            "async calls, 64 at a time",
            "the official Python client, 64 threads",
            "× calls/s",
            many,
            Mark::AtLeast(60.0),
        ),
        Row::new("processor time per call, peer to ours", PEER, "×", processor, Mark::AtLeast(12.0)),
    ]
}

fn blocking(url: &str) -> f64 {
    let client = sf_backup_blocking::Client::new(url.parse().unwrap());
    client.send(calls::resume()).unwrap();
    let begun = Instant::now();
    let _: Duration = usage::processor();
    (0..CALLS * 5).for_each(|_| client.send(calls::resume()).unwrap());
    (CALLS * 5) as f64 / begun.elapsed().as_secs_f64()
}
