//! Completeness: everything that every row of the operations table must have.

use std::collections::BTreeSet;

use bytes::Bytes;
use sf_backup_proto::{OPERATIONS, Operation, Target};
use sf_backup_sim::{Cluster, Runtime};

use super::golden::{EachGolden, Golden, each_golden};

/// A requirement for every row, and the names of the rows that meet it. To add a requirement, add a line to
/// [`COLUMNS`].
struct Column {
    what: &'static str,
    rows: fn() -> BTreeSet<&'static str>,
}

const COLUMNS: &[Column] = &[
    Column { what: "a golden request", rows: || checked(Check::Request) },
    Column { what: "a golden reply", rows: || checked(Check::Reply) },
    Column { what: "a round trip", rows: || checked(Check::RoundTrip) },
    Column { what: "a command", rows: commands },
    Column { what: "a simulated response", rows: simulated },
];

/// The rows with a command. Cluster queries have commands as well.
fn commands() -> BTreeSet<&'static str> {
    let rows = sf_backup_cli::VERBS.iter().map(|(_, spec)| *spec);
    rows.filter(|spec| OPERATIONS.contains(spec)).map(|spec| spec.name).collect()
}

#[derive(Clone, Copy)]
enum Check {
    Request,
    Reply,
    RoundTrip,
}

struct Checked {
    check: Check,
    rows: BTreeSet<&'static str>,
}

impl EachGolden for Checked {
    fn golden<O: Operation>(&mut self, golden: Golden<O>) {
        match self.check {
            Check::Request => golden.assert_request(),
            Check::Reply => golden.assert_reply(),
            Check::RoundTrip => golden.assert_round_trip(),
        }
        self.rows.insert(O::SPEC.name);
    }
}

/// The rows with goldens, all of which must pass.
fn checked(check: Check) -> BTreeSet<&'static str> {
    let mut checked = Checked { check, rows: BTreeSet::new() };
    each_golden(&mut checked);
    checked.rows
}

/// The rows that the newest simulated cluster implements. Its gateway rejects all other requests.
fn simulated() -> BTreeSet<&'static str> {
    let mut simulated =
        Simulated { cluster: Cluster::builder().runtime(Runtime::V11_3).build(), rows: BTreeSet::new() };
    each_golden(&mut simulated);
    simulated.rows
}

struct Simulated {
    cluster: Cluster,
    rows: BTreeSet<&'static str>,
}

impl EachGolden for Simulated {
    fn golden<O: Operation>(&mut self, golden: Golden<O>) {
        let to = Target::new("http://localhost:19080".parse().unwrap());
        let Ok(request) = golden.call.to_request(&to) else { return };
        let response = self.cluster.respond(request.map(Bytes::from));
        // The gateway sends its own errors as JSON, the backup service does not.
        let refused = golden.call.parse(&response).is_err_and(|error| error.fabric().is_some());
        let labelled = response
            .headers()
            .get("content-type")
            .is_some_and(|label| label.as_bytes().starts_with(b"application/json"));
        if !(refused && labelled) {
            self.rows.insert(O::SPEC.name);
        }
    }
}

#[test]
fn the_gateway_rejects_unknown_operations() {
    let request =
        http::Request::post("http://localhost:19080/Services/A/$/MendBackup?api-version=6.4").body(Bytes::new());
    let response = Cluster::builder().build().respond(request.unwrap());
    assert_eq!(response.status(), 400);
    assert!(response.headers()["content-type"].as_bytes().starts_with(b"application/json"));
}

/// The missing items, one line each.
fn gaps(columns: &[Column]) -> Vec<String> {
    let mut gaps = Vec::new();
    for Column { what, rows } in columns {
        let rows = rows();
        let lacking = OPERATIONS.iter().filter(|spec| !rows.contains(spec.name));
        gaps.extend(lacking.map(|spec| format!("{} has not {what}", spec.name)));
        let strangers = rows.iter().filter(|row| OPERATIONS.iter().all(|spec| spec.name != **row));
        gaps.extend(strangers.map(|row| format!("{row} has {what} and is no row")));
    }
    gaps
}

#[test]
fn every_row_has_all_it_must_have() {
    assert_eq!(gaps(COLUMNS), Vec::<String>::new());
}

#[test]
fn a_row_that_lacks_something_is_found() {
    let all_but_one = || OPERATIONS.iter().skip(1).map(|spec| spec.name).chain(["MendPartition"]).collect();
    let column = Column { what: "a handler", rows: all_but_one };
    let expected = ["CreateBackupPolicy has not a handler", "MendPartition has a handler and is no row"];
    assert_eq!(gaps(&[column]), expected);
}
