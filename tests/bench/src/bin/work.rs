//! `work NAME NUMBER [URL]` does a number of calls or parses of one kind and nothing else, to be counted by callgrind.
//! `work rows` counts all kinds and prints rows and a table as JSON; `work check FILE` compares them with a report.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

#[path = "../blocking.rs"]
mod blocking;
#[path = "../calls.rs"]
mod calls;
#[path = "../counted.rs"]
mod counted;
#[path = "../page.rs"]
mod page;
#[path = "../pair.rs"]
mod pair;
#[path = "../report.rs"]
mod report;
#[path = "../responses.rs"]
mod responses;
#[path = "../row.rs"]
mod row;
#[path = "../simulated.rs"]
mod simulated;
#[path = "../usage.rs"]
mod usage;

use std::net::SocketAddr;
use std::process::{Command, ExitCode};

use http::Response;
use http_body_util::{BodyExt, Full};
use row::Row;
use sf_backup_hyper::Client;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let this = std::env::current_exe().unwrap();
    let counted = |runs| counted::rows(this.to_str().unwrap(), runs);
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["responses"] => responses::serve(),
        ["rows"] => println!("{}", serde_json::to_string(&counted(RUNS)).unwrap()),
        ["ask", server, number] => simulated::ask(server.parse().unwrap(), number.parse().unwrap()),
        ["check", file] => {
            let report = std::fs::read_to_string(file).unwrap();
            // What seems to have regressed is counted more often, for a busy machine adds some.
            let is_kept = [1, RUNS].into_iter().any(|runs| is_kept(&report, &counted(runs)));
            return if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        _ => work(&arguments),
    }
    ExitCode::SUCCESS
}

/// How often each count is made that is recorded, or that seems to have regressed.
const RUNS: usize = 5;

/// Whether no row has regressed against the report.
fn is_kept(report: &str, (rows, table): &(Vec<Row>, String)) -> bool {
    print!("{table}");
    let regressed: Vec<_> = rows.iter().filter_map(|row| report::regression(report, row)).collect();
    regressed.iter().for_each(|problem| eprintln!("{problem}"));
    regressed.is_empty()
}

fn work(arguments: &[String]) {
    let number: usize = arguments[1].parse().unwrap();
    let url = arguments.get(2).map_or("", String::as_str);
    match arguments[0].as_str() {
        "async" => ours(url, number, 64),
        "async-peer" => bare(url, number, 64),
        "async-1" => ours(url, number, 1),
        "async-1-peer" => bare(url, number, 1),
        "blocking" => blocking::ours(&sf_backup_blocking::Client::new(url.parse().unwrap()), number),
        "blocking-peer" => blocking::bare(&blocking::agent(), url, number),
        "page" => {
            let (call, page) = (page::call(), Response::new(page::page(1_000, 0, None)));
            (0..number).for_each(|_| drop(page::ours(&call, &page)));
        }
        "page-peer" => {
            let page = Response::new(page::page(1_000, 0, None));
            (0..number).for_each(|_| drop(page::theirs(&page)));
        }
        "simulator" => {
            let cluster = simulated::cluster();
            ask_from_outside(cluster.address(), number);
        }
        "simulator-peer" => ask_from_outside(simulated::bare(), number),
        name => panic!("unknown work {name}"),
    }
}

/// Sends requests to a server in this process from another process, so that the client's work is not counted.
fn ask_from_outside(server: SocketAddr, number: usize) {
    let program = std::env::current_exe().unwrap();
    let status = Command::new(program).args(["ask", &server.to_string(), &number.to_string()]).status().unwrap();
    assert!(status.success());
}

fn ours(url: &str, number: usize, at_once: usize) {
    calls::runtime().block_on(calls::ours(&Client::new(url.parse().unwrap()), number, at_once));
}

fn bare(url: &str, number: usize, at_once: usize) {
    let (pool, request) = (calls::pool(), calls::request(url).map(Full::new));
    let call = move || {
        let sent = pool.request(request.clone());
        async move {
            let response = sent.await.unwrap();
            assert_eq!(response.status(), 202);
            response.into_body().collect().await.unwrap();
        }
    };
    calls::runtime().block_on(calls::drive(number, at_once, call));
}
