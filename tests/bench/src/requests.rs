//! Building one request, against hand-written code for that request.

use bytes::Bytes;
use http::Request;
use sf_backup_proto::{ContinuationToken, EnableServiceBackup, GetServiceBackupList, Operation, Target, Timestamp};

use crate::pair;
use crate::row::{Mark, Row, rounds};

const ROUNDS: usize = 15;
const REQUESTS: usize = 20_000;
pub const PEER: &str = "format! and http::Request::builder";

const AGENT: &str = "sf-backup/0.1.0";
const CLIENT_TYPE: &str = "sf-backup-rs-linux";
const JSON: &str = "application/json; charset=utf-8";

pub struct Enable {
    pub target: Target,
    pub call: EnableServiceBackup,
}

pub struct List {
    pub target: Target,
    pub call: GetServiceBackupList,
}

fn target() -> Target {
    Target::new("http://localhost:19080".parse().unwrap())
}

impl Enable {
    pub fn new() -> Self {
        let service = "fabric:/CalcApp/CalcService".parse().unwrap();
        Self { target: target(), call: EnableServiceBackup::new(service, "DailyAzureBackupPolicy".parse().unwrap()) }
    }

    pub fn ours(&self) -> Request<Bytes> {
        self.call.to_request(&self.target).unwrap().map(Bytes::from)
    }

    /// Hand-written code for this one request.
    pub fn by_hand(&self, endpoint: &str, service: &str, policy: &str) -> Request<Bytes> {
        let body = format!("{{\"BackupPolicyName\":\"{policy}\"}}");
        Request::builder()
            .method("POST")
            .uri(format!("{endpoint}/Services/{service}/$/EnableBackup?api-version=6.4"))
            .header("accept", "application/json")
            .header("content-length", body.len())
            .header("content-type", JSON)
            .header("user-agent", AGENT)
            .header("x-servicefabricclienttype", CLIENT_TYPE)
            .body(Bytes::from(body))
            .unwrap()
    }
}

impl List {
    pub fn new() -> Self {
        let mut call = GetServiceBackupList::new("fabric:/CalcApp/CalcService".parse().unwrap());
        call.start_date_time_filter = "2024-03-01T00:00:00Z".parse::<Timestamp>().ok();
        call.max_results = Some(100);
        call.continuation_token = ContinuationToken::new("0f5a3b1c+CalcApp+CalcService");
        Self { target: target(), call }
    }

    pub fn ours(&self) -> Request<Bytes> {
        self.call.to_request(&self.target).unwrap().map(Bytes::from)
    }

    pub fn by_hand(&self, endpoint: &str, service: &str, from: &str, token: &str, max: u32) -> Request<Bytes> {
        Request::builder()
            .method("GET")
            .uri(format!(
                "{endpoint}/Services/{service}/$/GetBackups?api-version=6.4&StartDateTimeFilter={from}\
                 &ContinuationToken={token}&MaxResults={max}"
            ))
            .header("accept", "application/json")
            .header("user-agent", AGENT)
            .header("x-servicefabricclienttype", CLIENT_TYPE)
            .body(Bytes::new())
            .unwrap()
    }
}

/// A request, built by the library and by hand.
pub struct Pair {
    pub what: &'static str,
    pub ours: Build,
    pub theirs: Build,
}

pub type Build = Box<dyn Fn() -> Request<Bytes>>;

/// The requests to measure. Checks that both ways build the same request.
pub fn pairs() -> [Pair; 2] {
    let (enable, enable_by_hand) = (Enable::new(), Enable::new());
    let (list, list_by_hand) = (List::new(), List::new());
    let (endpoint, service) = ("http://localhost:19080", "CalcApp/CalcService");
    let pairs = [
        Pair {
            what: "build the request to enable a service",
            ours: Box::new(move || enable.ours()),
            theirs: Box::new(move || enable_by_hand.by_hand(endpoint, service, "DailyAzureBackupPolicy")),
        },
        Pair {
            what: "build the request for a list with filters",
            ours: Box::new(move || list.ours()),
            theirs: Box::new(move || {
                let token = "0f5a3b1c%2BCalcApp%2BCalcService";
                list_by_hand.by_hand(endpoint, service, "2024-03-01T00%3A00%3A00Z", token, 100)
            }),
        },
    ];
    for Pair { what, ours, theirs } in &pairs {
        let (ours, theirs) = (ours(), theirs());
        assert_eq!((ours.method(), ours.uri(), ours.body()), (theirs.method(), theirs.uri(), theirs.body()), "{what}");
        assert_eq!(ours.headers(), theirs.headers(), "{what}");
    }
    pairs
}

pub fn rows() -> Vec<Row> {
    let row = |Pair { what, ours, theirs }: Pair| {
        let many = |build: &Build| (0..REQUESTS).for_each(|_| drop(std::hint::black_box(build())));
        Row::new(what, PEER, "× time", pair::times(rounds(ROUNDS), || many(&ours), || many(&theirs)), Mark::AtMost(1.5))
    };
    pairs().into_iter().map(row).collect()
}
