//! A cluster, and two ways to send requests: by operation, and raw for what the client refuses to send.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use sf_backup_proto::{ApiVersion, Error, Operation, Target};
use sf_backup_sim::{Cluster, EffectKind, Role, Runtime, Topology};

pub(crate) const FIRST: &str = "6b1c2f7e-0000-4000-8000-000000000001";
pub(crate) const SECOND: &str = "6b1c2f7e-0000-4000-8000-000000000002";

pub(crate) struct Test {
    pub(crate) cluster: Cluster,
    target: Target,
    version: &'static str,
}

pub(crate) struct RawResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl RawResponse {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Asserts a FabricError of the backup service: status, code, message.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str, message: &str) {
        let said = self.json();
        assert_eq!((self.status.as_u16(), &said["Error"]["Code"]), (status, &json!(code)), "{said}");
        assert_eq!(said["Error"]["Message"], message);
        assert_eq!(self.header("content-type"), Some("text/plain; charset=utf-8"));
        let marker = (status == 404).then_some("ResourceNotFound");
        assert_eq!(self.header("x-servicefabric"), marker);
    }

    /// Asserts an invalid request: the key and the message.
    #[track_caller]
    pub(crate) fn invalid(&self, errors: &str) {
        let message = format!("{{Message:The request is invalid.,ModelState:{{{errors}}}}}");
        self.refused(400, "E_INVALIDARG", &message);
    }

    #[track_caller]
    pub(crate) fn framework(&self, status: u16, message: &str) {
        assert_eq!((self.status.as_u16(), self.json()), (status, json!({ "Message": message })));
        assert_eq!(self.header("content-type"), Some("application/json; charset=utf-8"));
    }

    /// Asserts success without content.
    #[track_caller]
    pub(crate) fn done(&self, status: u16) {
        assert_eq!((self.status.as_u16(), self.body.as_str()), (status, ""));
        assert_eq!(self.header("content-length"), Some("0"));
        assert_eq!(self.header("content-type"), None);
    }

    /// Asserts success, and returns the JSON.
    #[track_caller]
    pub(crate) fn ok_json(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        assert_eq!(self.header("content-type"), Some("application/json; charset=utf-8"));
        self.json()
    }

    /// The items of a page that is the last one.
    #[track_caller]
    pub(crate) fn items(&self) -> Vec<Value> {
        let page = self.ok_json();
        assert_eq!(page["ContinuationToken"], Value::Null, "{page}");
        page["Items"].as_array().unwrap().clone()
    }
}

impl Test {
    pub(crate) fn new(runtime: Runtime) -> Self {
        Self::of(Cluster::builder().runtime(runtime).topology(topology()).build())
    }

    pub(crate) fn of(cluster: Cluster) -> Self {
        let version = match cluster.runtime() {
            Runtime::V6_2 => "6.2-preview",
            _ => "6.4",
        };
        let endpoint = "http://localhost:19080".parse().unwrap();
        let pinned: ApiVersion = version.parse().unwrap();
        Self { cluster, target: Target::new(endpoint).api_version(pinned), version }
    }

    pub(crate) fn send<O: Operation>(&self, operation: &O) -> Result<O::Response, Error> {
        let request = operation.to_request(&self.target)?;
        operation.parse(&self.cluster.respond(request.map(Bytes::from)))
    }

    /// Sends a request as written: `METHOD /path?query`, without anything added.
    pub(crate) fn raw(&self, line: &str, headers: &[(&str, &str)], body: &str) -> RawResponse {
        let (method, uri) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Bytes::copy_from_slice(body.as_bytes());
        let (head, body) = self.cluster.respond(request.body(body).unwrap()).into_parts();
        let body = String::from_utf8(body.to_vec()).unwrap();
        RawResponse { status: head.status, headers: head.headers, body }
    }

    fn line(&self, method: &str, path: &str) -> String {
        let and = if path.contains('?') { '&' } else { '?' };
        format!("{method} {path}{and}api-version={}", self.version)
    }

    /// Sends a GET with the right api-version.
    pub(crate) fn get(&self, path: &str) -> RawResponse {
        self.raw(&self.line("GET", path), &[], "")
    }

    /// Sends a POST of JSON with the right api-version; an empty text is no body.
    pub(crate) fn post(&self, path: &str, body: impl ToString) -> RawResponse {
        let body = body.to_string();
        self.raw(&self.line("POST", path), &[("content-type", "application/json")], &body)
    }

    #[track_caller]
    pub(crate) fn policy(&self, name: &str) {
        self.post("/BackupRestore/BackupPolicies/$/Create", policy(name)).done(201);
    }

    #[track_caller]
    pub(crate) fn policy_on(&self, name: &str, storage: Value) {
        let mut policy = policy(name);
        policy["Storage"] = storage;
        self.post("/BackupRestore/BackupPolicies/$/Create", policy).done(201);
    }

    #[track_caller]
    pub(crate) fn enable(&self, entity: &str, policy: &str) {
        self.post(&format!("/{entity}/$/EnableBackup"), json!({ "BackupPolicyName": policy })).done(202);
    }

    #[track_caller]
    pub(crate) fn act(&self, entity: &str, action: &str) -> RawResponse {
        self.post(&format!("/{entity}/$/{action}"), "")
    }

    /// Lets this many seconds pass.
    pub(crate) fn pass(&self, seconds: u64) {
        self.cluster.advance(std::time::Duration::from_secs(seconds));
    }

    /// How often this happened.
    pub(crate) fn count(&self, kind: EffectKind) -> usize {
        self.cluster.effects().iter().filter(|effect| effect.kind == kind).count()
    }

    /// Creates a policy with this interval and number of incremental backups on a container, and enables it on an
    /// entity.
    #[track_caller]
    pub(crate) fn protect(&self, entity: &str, interval: &str, incremental: u8) {
        let mut policy = policy("P");
        policy["Storage"] = blob("c");
        policy["Schedule"]["Interval"] = interval.into();
        policy["MaxIncrementalBackups"] = incremental.into();
        self.post("/BackupRestore/BackupPolicies/$/Create", policy).done(201);
        self.enable(entity, "P");
    }

    /// The backups of an entity as listed.
    #[track_caller]
    pub(crate) fn backups(&self, entity: &str) -> Vec<Value> {
        self.get(&format!("/{entity}/$/GetBackups")).items()
    }

    pub(crate) fn config(&self, entity: &str) -> RawResponse {
        self.get(&format!("/{entity}/$/GetBackupConfigurationInfo"))
    }
}

pub(crate) fn user(runtime: Runtime) -> Test {
    Test::of(Cluster::builder().runtime(runtime).role(Role::User).build())
}

pub(crate) fn share(path: &str) -> Value {
    json!({ "StorageKind": "FileShare", "Path": path })
}

pub(crate) fn blob(container: &str) -> Value {
    json!({ "StorageKind": "AzureBlobStore", "ConnectionString": "AccountKey=k", "ContainerName": container })
}

/// A policy that every runtime accepts.
pub(crate) fn policy(name: &str) -> Value {
    json!({
        "Name": name,
        "AutoRestoreOnDataLoss": false,
        "MaxIncrementalBackups": 3,
        "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT2H" },
        "Storage": share(r"\\nas\backup"),
    })
}

/// `CalcApp`, and neighbours whose names begin alike or have more levels.
pub(crate) fn topology() -> Topology {
    let service = |name: &str, kind: &str, persisted: bool, ids: &[u32]| {
        let partitions: Vec<_> = ids
            .iter()
            .map(|id| json!({ "ServicePartitionKind": "Named", "Name": id.to_string(), "Id": partition(*id) }))
            .collect();
        let mut service = json!({ "Name": name, "ServiceKind": kind, "Partitions": partitions });
        if kind == "Stateful" {
            service["HasPersistedState"] = persisted.into();
        }
        service
    };
    let calc = json!({ "Name": "fabric:/CalcApp/CalcService", "ServiceKind": "Stateful", "Partitions": [
        { "ServicePartitionKind": "Int64Range", "Id": FIRST, "LowKey": i64::MIN.to_string(), "HighKey": "-1" },
        { "ServicePartitionKind": "Int64Range", "Id": SECOND, "LowKey": "0", "HighKey": i64::MAX.to_string() },
    ]});
    let topology = json!({ "Applications": [
        { "Name": "fabric:/CalcApp", "Services": [
            calc,
            service("fabric:/CalcApp/Web", "Stateless", false, &[]),
            service("fabric:/CalcApp/Cache", "Stateful", false, &[30]),
            service("fabric:/CalcApp/Deep/Down", "Stateful", true, &[31]),
        ]},
        { "Name": "fabric:/Shop", "Services": [
            service("fabric:/Shop/Cart", "Stateful", true, &[1, 2, 3]),
            service("fabric:/Shop/Cart2", "Stateful", true, &[4]),
        ]},
        { "Name": "fabric:/Shop/EU", "Services": [service("fabric:/Shop/EU/Cart", "Stateful", true, &[5])] },
        { "Name": "fabric:/Shop10", "Services": [service("fabric:/Shop10/Cart", "Stateful", true, &[6])] },
    ]});
    Topology::from_json(&topology.to_string()).unwrap()
}

/// The start of the cluster's time.
pub(crate) const START: &str = "2024-01-01T00:00:00Z";

/// A member of each item.
pub(crate) fn each<'v>(items: &'v [Value], member: &str) -> Vec<&'v str> {
    items.iter().map(|item| item[member].as_str().unwrap()).collect()
}

/// The id of one of the named partitions.
pub(crate) fn partition(number: u32) -> String {
    format!("00000000-0000-4000-8000-0000000000{number:02}")
}
