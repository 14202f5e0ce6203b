//! A cluster with the names that a test chooses, which records every request.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// A received request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query as received.
    pub(crate) target: String,
    /// With names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The path, decoded.
    pub(crate) fn path(&self) -> String {
        let path = self.target.split('?').next().unwrap();
        let mut bytes = Vec::new();
        let mut left = path.as_bytes();
        while let Some((first, rest)) = left.split_first() {
            left = rest;
            match rest.get(..2).filter(|_| *first == b'%') {
                Some(digits) => {
                    bytes.push(u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap());
                    left = &rest[2..];
                }
                None => bytes.push(*first),
            }
        }
        String::from_utf8(bytes).unwrap()
    }
}

#[derive(Debug, Default)]
struct State {
    names: Vec<String>,
    /// Whether everything is refused, with these texts.
    refuses: bool,
    requests: Vec<Request>,
}

/// The cluster. Lives until the process ends.
pub(crate) struct Recorder {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl Recorder {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = shared.clone();
                std::thread::spawn(move || serve(&stream.unwrap(), &shared));
            }
        });
        Self { url, state }
    }

    /// Sets the names of policies and applications, and forgets the requests so far.
    pub(crate) fn named(&self, names: &[&str]) {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        *self.state.lock().unwrap() = State { names, ..State::default() };
    }

    /// Refuses every request with this text.
    #[allow(dead_code, reason = "shared with tests across the crates")]
    pub(crate) fn refusing(&self, text: &str) {
        *self.state.lock().unwrap() = State { names: vec![text.to_owned()], refuses: true, requests: Vec::new() };
    }

    /// The requests since then.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap().requests.clone()
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let (status, response) = {
            let mut state = state.lock().unwrap();
            let (status, response) = match &*state.names {
                [text, ..] if state.refuses => (400, json!({ "Error": { "Code": text, "Message": text } })),
                names => {
                    let changed = state.requests.iter().any(|request| !is_read(request));
                    (if is_read(&request) { 200 } else { 202 }, response(&request, names, changed))
                }
            };
            state.requests.push(request);
            (status, response.to_string())
        };
        let length = response.len();
        let head =
            format!("HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
        let mut stream = stream;
        if stream.write_all((head + &response).as_bytes()).is_err() {
            return;
        }
    }
}

/// Whether a request only reads; the list of backups on a storage is a POST.
fn is_read(request: &Request) -> bool {
    request.method == "GET" || request.path().ends_with("/$/GetBackups")
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, target, headers, body })
}

/// A policy with this name.
pub(crate) fn policy(name: &str) -> Value {
    json!({ "Name": name, "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 3,
        "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT15M" },
        "Storage": { "StorageKind": "FileShare", "Path": "x" } })
}

/// The cluster's response: every text in it is one of the names. A backup or restore that a change has started has
/// failed.
fn response(request: &Request, names: &[String], changed: bool) -> Value {
    let ended = if changed { AFTER } else { TIME };
    let first = names.first().map_or("none", String::as_str);
    let items = |item: &dyn Fn(&str) -> Value| {
        let items: Vec<Value> = names.iter().map(|name| item(name)).collect();
        json!({ "ContinuationToken": "", "Items": items })
    };
    let path = request.path();
    let verb = path.rsplit_once("/$/").map_or("", |(_, verb)| verb);
    match verb {
        "GetServices" => items(&|name| {
            json!({ "Id": name, "Name": format!("fabric:/App/{name}"), "ServiceKind": "Stateful", "TypeName": name,
                "HasPersistedState": true, "ServiceStatus": "Active", "HealthState": name })
        }),
        "GetPartitions" => items(&|name| {
            json!({ "ServiceKind": "Stateful", "PartitionStatus": name,
            "PartitionInformation": partition(name) })
        }),
        "GetHealth" => {
            json!({ "AggregatedHealthState": first, "HealthEvents": names.iter().map(|name| event(name)).collect::<Vec<_>>(),
            "ServiceHealthStates": names.iter().map(|name| json!({ "ServiceName": name, "AggregatedHealthState": name })).collect::<Vec<_>>() })
        }
        "GetServiceName" => json!({ "Id": "App/Service", "Name": "fabric:/App/Service" }),
        "GetApplicationName" => json!({ "Id": "App", "Name": "fabric:/App" }),
        "GetBackupConfigurationInfo" if path.starts_with("/Partitions/") => configuration(first),
        "GetBackupConfigurationInfo" => items(&configuration),
        "GetBackups" => items(&|name| match names {
            // A single one can be restored.
            [_] => backup(name, Value::Null),
            _ => backup(name, json!({ "Code": name, "Message": name })),
        }),
        "GetBackupEnabledEntities" => {
            items(&|name| json!({ "EntityKind": "Application", "ApplicationName": format!("fabric:/{name}") }))
        }
        "GetBackupProgress" => json!({ "BackupState": "Failure", "TimeStampUtc": ended, "BackupId": ID,
            "BackupLocation": first, "FailureError": { "Code": first, "Message": first } }),
        "GetRestoreProgress" => json!({ "RestoreState": "Failure", "TimeStampUtc": ended,
            "FailureError": { "Code": first, "Message": first } }),
        _ if path == "/BackupRestore/BackupPolicies" => items(&policy),
        _ if path == "/Applications" => items(
            &|name| json!({ "Id": name, "Name": format!("fabric:/{name}"), "TypeName": name, "Status": name, "HealthState": name }),
        ),
        _ => match path.strip_prefix("/BackupRestore/BackupPolicies/") {
            Some(name) => policy(name),
            None if path.starts_with("/Applications/") => json!({ "Id": first, "Name": format!("fabric:/{first}"),
                "TypeName": first, "TypeVersion": first, "Status": first, "HealthState": first }),
            None if path.starts_with("/Partitions/") => json!({ "ServiceKind": "Stateful", "PartitionStatus": first,
                "HealthState": first, "PartitionInformation": partition(first) }),
            None => items(&|_| Value::Null),
        },
    }
}

const TIME: &str = "2024-03-09T04:10:22Z";
/// After the start of any test.
const AFTER: &str = "2094-03-09T04:10:22Z";
const ID: &str = "6b1c2f7e-0000-4000-8000-000000000001";

/// The health event of a partition whose backups fail.
fn event(name: &str) -> Value {
    json!({ "SourceId": "System.BackupRestoreManager", "Property": "Backup", "HealthState": "Warning", "Description": name,
        "SourceUtcTimestamp": TIME, "IsExpired": false })
}

fn partition(name: &str) -> Value {
    json!({ "ServicePartitionKind": "Named", "Id": ID, "Name": name })
}

fn configuration(name: &str) -> Value {
    json!({ "Kind": "Partition", "PolicyName": name, "PolicyInheritedFrom": "Service", "ServiceName": "fabric:/App/Service",
        "PartitionId": ID, "SuspensionInfo": { "IsSuspended": true, "SuspensionInheritedFrom": name } })
}

fn backup(name: &str, failure: Value) -> Value {
    json!({ "BackupId": ID, "BackupChainId": ID, "ApplicationName": "fabric:/App", "ServiceName": "fabric:/App/Service",
        "PartitionInformation": partition(name), "BackupLocation": name, "BackupType": "Full", "CreationTimeUtc": TIME,
        "LsnOfLastBackupRecord": "7", "EpochOfLastBackupRecord": { "DataLossVersion": "1", "ConfigurationVersion": "2" },
        "ServiceManifestVersion": name, "FailureError": failure })
}
