//! The peak memory of a client for the largest responses that a server can send.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use sf_backup_proto::error::Error;
use sf_backup_proto::{Endpoint, GetServiceBackupList};
use sf_backup_transport::HttpError;

use crate::process::{Held, MIB, peak};

/// Maximum peak memory of a client while it reads a response within its default limit of 64 MiB.
const MOST: u64 = 512 * MIB;

const DEADLINE: Duration = Duration::from_secs(60);

/// A response: the start, the repeated text and its total length, and the end.
struct HostileResponse {
    name: &'static str,
    before: &'static str,
    again: &'static str,
    bytes: usize,
    behind: &'static str,
}

const fn page(name: &'static str, again: &'static str, bytes: usize) -> HostileResponse {
    HostileResponse { name, before: "{\"Items\":[", again, bytes, behind: "{}]}" }
}

const fn unknown(name: &'static str, again: &'static str, bytes: usize) -> HostileResponse {
    HostileResponse { name, before: "{\"Items\":[{\"New\":[", again, bytes, behind: "0]}]}" }
}

const M: usize = 1_000_000;

const RESPONSES: &[HostileResponse] = &[
    page("page with the maximum of empty items", "{},", 131_071 * 3),
    page("page with a million empty items", "{},", 3 * M),
    page("page with ten million empty items", "{},", 30 * M),
    page("page with items with an unknown member", "{\"a\":1},", 131_071 * 8),
    page("page with real items, 60 MB", REAL, 60 * M),
    unknown("half a million unknown objects", "{\"a\":0},", 499_000 * 8),
    unknown("five million unknown objects", "{\"a\":0},", 40 * M),
    unknown("three million unknown lists", "[],", 2_999_000 * 3),
    unknown("thirty million unknown numbers", "0,", 60 * M),
    HostileResponse { name: "nested lists, 60 MB", before: "", again: "[", bytes: 60 * M, behind: "" },
    HostileResponse { name: "nested objects, 60 MB", before: "", again: "{\"a\":", bytes: 60 * M, behind: "" },
    HostileResponse {
        name: "text of 60 MB",
        before: "{\"ContinuationToken\":\"",
        again: "x",
        bytes: 60 * M,
        behind: "\"}",
    },
    HostileResponse { name: "member name of 60 MB", before: "{\"", again: "x", bytes: 60 * M, behind: "\":1}" },
    HostileResponse {
        name: "number of 60 MB",
        before: "{\"Items\":[{\"LsnOfLastBackupRecord\":",
        again: "9",
        bytes: 60 * M,
        behind: "}]}",
    },
    HostileResponse { name: "longer than the limit", before: "", again: " ", bytes: 80 * M, behind: "" },
];

const REAL: &str = r#"{"BackupId":"6b1c2f7e-0000-4000-8000-000000000001","BackupChainId":"6b1c2f7e-0000-4000-8000-000000000001","ApplicationName":"fabric:/CalcApp","ServiceManifestVersion":"1.0","ServiceName":"fabric:/CalcApp/CalcService","PartitionInformation":{"LowKey":"-1","HighKey":"1","ServicePartitionKind":"Int64Range","Id":"6b1c2f7e-0000-4000-8000-000000000001"},"BackupLocation":"CalcApp\\CalcService\\6b1c2f7e-0000-4000-8000-000000000001\\2024-01-01 00.00.00.zip","BackupType":"Full","EpochOfLastBackupRecord":{"DataLossVersion":"131462452931584510","ConfigurationVersion":"8589934592"},"LsnOfLastBackupRecord":"261","CreationTimeUtc":"2024-01-01T00:00:00Z","FailureError":null},"#;

const STATUSES: [&str; 2] = ["200 OK", "500 Oh"];
/// Makes the call and returns its result.
type Asks = fn(&Endpoint) -> Said;

const TRANSPORTS: [(&str, Asks); 2] = [("hyper", on_hyper), ("blocking", on_blocking)];

/// The number of items, or the error.
type Said = Result<usize, Error<HttpError>>;

/// Returns the report and whether the test passed.
pub(crate) fn run() -> (String, bool) {
    if peak().is_none() {
        return ("hostile: skipped, the system does not report peak memory\n".to_owned(), true);
    }
    let mut text = format!("hostile: peak memory of a client in MiB, limit {}\n", MOST / MIB);
    writeln!(text, "{:<56}{:>8}{:>10}  result", "", TRANSPORTS[0].0, TRANSPORTS[1].0).unwrap();
    let mut well = true;
    for (status, words) in STATUSES.iter().enumerate() {
        for (response, HostileResponse { name, .. }) in RESPONSES.iter().enumerate() {
            let [(one, result), (other, also)] = [0, 1].map(|transport| apart(status, response, transport));
            well &= one <= MOST && other <= MOST && result == also;
            let same = if result == also { result } else { format!("{result}; BUT {also}") };
            let (one, other) = (one.div_ceil(MIB), other.div_ceil(MIB));
            writeln!(text, "{:<56}{one:>8}{other:>10}  {same}", format!("{} {name}", &words[..3])).unwrap();
        }
    }
    (text, well)
}

/// Runs one call in its own process, because reused memory does not raise the peak of a process.
fn apart(status: usize, response: usize, transport: usize) -> (u64, String) {
    let which = [status, response, transport].map(|index| index.to_string());
    let ran = Command::new(std::env::current_exe().unwrap()).arg(ONE).args(which).output().unwrap();
    let output = String::from_utf8(ran.stdout).unwrap();
    let (held, result) = output.trim().split_once(' ').unwrap_or_else(|| panic!("no word of it: {output:?}"));
    (held.parse().unwrap(), result.to_owned())
}

/// The option that runs [`one`].
pub(crate) const ONE: &str = "--hostile-one";

/// Makes one call, and prints how much it raised the peak memory, and its result.
pub(crate) fn one(which: &[usize]) {
    let &[status, response, transport] = which else { panic!("three numbers") };
    let (status, response, (_, call)) = (STATUSES[status], &RESPONSES[response], TRANSPORTS[transport]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        // The client may close the connection early.
        let _ = say(stream, status, response);
    });
    let before = Held::now().map_or(0, |held| held.memory);
    let result = match call(&endpoint) {
        Ok(items) => format!("{items} items"),
        Err(error) => error.kind().to_string(),
    };
    println!("{} {result}", peak().unwrap_or_default().saturating_sub(before));
}

fn say(mut stream: TcpStream, status: &str, response: &HostileResponse) -> std::io::Result<()> {
    let _ = stream.read(&mut [0; 4096])?;
    let HostileResponse { before, again, bytes, behind, .. } = response;
    let times = bytes / again.len();
    let length = before.len() + times * again.len() + behind.len();
    write!(stream, "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{before}")?;
    let some = 64 * 1024 / again.len() + 1;
    let piece = again.repeat(some);
    for _ in 0..times / some {
        stream.write_all(piece.as_bytes())?;
    }
    write!(stream, "{}{behind}", again.repeat(times % some))
}

fn list() -> GetServiceBackupList {
    GetServiceBackupList::new("fabric:/CalcApp/CalcService".parse().unwrap())
}

fn on_hyper(endpoint: &Endpoint) -> Said {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = sf_backup_hyper::Client::builder(endpoint.clone()).retry(sf_backup_hyper::RetryPolicy::never());
    let client = client.deadline(DEADLINE).build();
    runtime.block_on(client.send(list())).map(|page| page.items.len())
}

fn on_blocking(endpoint: &Endpoint) -> Said {
    let client = sf_backup_blocking::Client::builder(endpoint.clone()).retry(sf_backup_blocking::RetryPolicy::never());
    client.deadline(DEADLINE).build().send(list()).map(|page| page.items.len())
}
