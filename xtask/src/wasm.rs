//! The crates without IO in the browser and at the edge.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use xshell::{Shell, cmd};

use crate::Result;
use crate::windows::has_target;

/// Browsers, and runtimes with a system interface.
const TARGETS: &[&str] = &["wasm32-unknown-unknown", WASI];

const WASI: &str = "wasm32-wasip1";
const POLICIES: &str = r#"{"ContinuationToken":"","Items":[{"Name":"Daily","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":5,
"Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT24H"},"Storage":{"StorageKind":"FileShare","Path":"C:\\backups"}}]}"#;

/// Checks that the protocol and the rules of operators build for WebAssembly, where the standard library is installed.
pub(crate) fn check(sh: &Shell) -> Result {
    for target in TARGETS {
        if !has_target(sh, target) {
            println!("not checked for {target}: rustup target add {target}");
            continue;
        }
        cmd!(sh, "cargo check --locked --package sf-backup-proto --package sf-backup-ops --target {target} --target-dir target/wasm")
            .env_remove("RUSTFLAGS")
            .run()?;
    }
    run_in_node(sh)
}

/// Runs the example in which JavaScript sends the requests, against a server that has one policy.
fn run_in_node(sh: &Shell) -> Result {
    let node = cmd!(sh, "node --version").quiet().ignore_stderr().read();
    if node.is_err() || !has_target(sh, WASI) {
        println!("not run in Node: needs node and the target {WASI}");
        return Ok(());
    }
    cmd!(sh, "cargo build --locked --package sf-backup-proto --example wasm --target {WASI} --target-dir target/wasm")
        .env_remove("RUSTFLAGS")
        .run()?;
    let program = format!("target/wasm/{WASI}/debug/examples/wasm.wasm");
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let server = thread::spawn(move || serve(&listener));
    let names = cmd!(sh, "node --no-warnings crates/sf-backup-proto/examples/wasm.mjs {program} {endpoint}").read()?;
    let request = server.join().map_err(|_| "the server failed")??;
    if names != "Daily" || !request.starts_with("GET /BackupRestore/BackupPolicies?") {
        return Err(format!("the example printed {names:?} after the request {request:?}").into());
    }
    Ok(())
}

/// Responds to one request, and returns its first line.
fn serve(listener: &TcpListener) -> io::Result<String> {
    let (mut stream, _) = listener.accept()?;
    let mut head = Vec::new();
    for line in BufReader::new(&stream).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{POLICIES}",
        POLICIES.len()
    )?;
    Ok(head.into_iter().next().unwrap_or_default())
}
