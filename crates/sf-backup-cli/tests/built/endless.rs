//! A list without end: its first items are printed at once, and memory does not grow with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Child;

use crate::harness::command;

const PAGE: usize = 100;

/// A cluster that always has more policies.
fn endless() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || serve(&stream.unwrap()));
        }
    });
    url
}

fn serve(mut stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    for page in 0.. {
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line).unwrap_or_default() == 0 {
                return;
            }
        }
        let items: Vec<String> = (0..PAGE).map(|item| policy(page * PAGE + item)).collect();
        let body = format!(r#"{{"ContinuationToken":"t{page}","Items":[{}]}}"#, items.join(","));
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        if stream.write_all((head + &body).as_bytes()).is_err() {
            return;
        }
    }
}

fn policy(number: usize) -> String {
    format!(
        r#"{{"Name":"Policy {number}","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
        "Schedule":{{"ScheduleKind":"FrequencyBased","Interval":"PT15M"}},
        "Storage":{{"StorageKind":"FileShare","Path":"\\\\nas\\backups\\{number}"}}}}"#
    )
}

/// The peak memory of a process, in KiB.
fn peak(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn a_list_without_end_is_printed_as_it_comes_and_takes_no_memory() {
    let url = endless();
    for output in ["table", "json", "yaml"] {
        let mut child = command(&["-e", &url, "-o", output, "policy", "list"]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        // The server never ends the list, so what is read here was printed before its end.
        let mut read_to = |number: usize| {
            let name = format!("Policy {number}");
            lines.by_ref().find(|line| line.contains(&name)).unwrap_or_else(|| panic!("{output} ends before {name}"));
        };
        read_to(5);
        read_to(3_000);
        let early = peak(&child);
        read_to(12_000);
        let late = peak(&child);
        // The items in between are 2 MB of text, and several times that in memory.
        assert!(late < early + 4 * 1024, "{output}: {early} KiB, then {late} KiB");
        drop(lines);
        // Nobody reads any more, so it ends by itself.
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        child.wait().unwrap();
    }
}
