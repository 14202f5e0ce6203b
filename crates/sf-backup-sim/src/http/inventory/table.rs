//! The queries of the gateway: one row for each path.

use crate::world::refusal::Refusal;
use bytes::Bytes;
use http::{Method, Request};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use sf_backup_proto::inventory as proto;
use sf_backup_proto::{Operation, OperationSpec};

use super::query::Query;
use super::{cluster, health, nodes, replicas, types};

/// A query.
#[derive(Debug)]
pub(crate) struct Row {
    /// Placeholders are `{}`; each takes one or more segments, up to the next `$`.
    pub(super) path: &'static str,
    /// The path before its first placeholder and after its last one. Most rows are ruled out by them, without a search.
    around: (&'static str, &'static str),
    responder: Responder,
    /// Lists are bare arrays below this api-version, and pages from it on.
    pub(super) paged_from: f64,
    /// Whether the query can also be sent with POST and a body, as health queries with policies and filters are.
    post: bool,
}

/// How a query is responded to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Responder {
    /// As an operation of the protocol crate, whose id is the last one in the path.
    Operation(&'static OperationSpec),
    /// With this JSON.
    Json(fn(&Query<'_>) -> Result<Value, Refusal>),
}

const fn operation<O: Operation>(path: &'static str) -> Row {
    row(path, Responder::Operation(&O::SPEC))
}

const fn json(path: &'static str, responder: fn(&Query<'_>) -> Result<Value, Refusal>) -> Row {
    row(path, Responder::Json(responder))
}

const fn row(path: &'static str, responder: Responder) -> Row {
    Row { path, around: around(path), responder, paged_from: 2.0, post: false }
}

/// The parts of a path before its first placeholder and after its last one; without one, the path and nothing.
const fn around(path: &'static str) -> (&'static str, &'static str) {
    let (mut rest, mut before) = (path.as_bytes(), 0);
    while let [first, longer @ ..] = rest
        && *first != b'{'
    {
        (rest, before) = (longer, before + 1);
    }
    let mut after = path.len();
    while let [shorter @ .., last] = rest
        && *last != b'}'
    {
        (rest, after) = (shorter, after - 1);
    }
    (path.split_at(before).0, path.split_at(after).1)
}

const fn paged_from(paged_from: f64, row: Row) -> Row {
    Row { paged_from, ..row }
}

const fn or_post(row: Row) -> Row {
    Row { post: true, ..row }
}

/// Every query that this gateway responds to.
pub(crate) const ROWS: &[Row] = &[
    operation::<proto::GetAadMetadata>("/$/GetAadMetadata"),
    operation::<proto::GetClusterVersion>("/$/GetClusterVersion"),
    json("/$/GetClusterManifest", cluster::manifest),
    json("/$/GetUpgradeProgress", cluster::upgrade_progress),
    or_post(json("/$/GetClusterHealth", health::cluster)),
    or_post(json("/$/GetClusterHealthChunk", health::chunk)),
    json("/Nodes", nodes::list),
    json("/Nodes/{}", nodes::one),
    or_post(json("/Nodes/{}/$/GetHealth", nodes::health)),
    paged_from(6.1, json("/Nodes/{}/$/GetApplications", nodes::applications)),
    json("/Nodes/{}/$/GetPartitions/{}/$/GetReplicas/{}/$/GetDetail", replicas::detail),
    paged_from(4.0, json("/ApplicationTypes", types::list)),
    paged_from(4.0, json("/ApplicationTypes/{}", types::versions)),
    json("/ApplicationTypes/{}/$/GetServiceTypes", types::service_types),
    operation::<proto::GetApplicationInfoList>("/Applications"),
    operation::<proto::GetApplicationInfo>("/Applications/{}"),
    or_post(operation::<proto::GetApplicationHealth>("/Applications/{}/$/GetHealth")),
    json("/Applications/{}/$/GetUpgradeProgress", cluster::application_upgrade_progress),
    operation::<proto::GetServiceInfoList>("/Applications/{}/$/GetServices"),
    json("/Applications/{}/$/GetServices/{}", types::service),
    json("/Applications/{}/$/GetServices/{}/$/GetDescription", types::description),
    or_post(json("/Applications/{}/$/GetServices/{}/$/GetHealth", health::service)),
    operation::<proto::GetPartitionInfoList>("/Applications/{}/$/GetServices/{}/$/GetPartitions"),
    operation::<proto::GetPartitionInfo>("/Applications/{}/$/GetServices/{}/$/GetPartitions/{}"),
    or_post(operation::<proto::GetPartitionHealth>("/Applications/{}/$/GetServices/{}/$/GetPartitions/{}/$/GetHealth")),
    json("/Applications/{}/$/GetServices/{}/$/GetPartitions/{}/$/GetReplicas", replicas::list),
    json("/Applications/{}/$/GetServices/{}/$/GetPartitions/{}/$/GetReplicas/{}", replicas::one),
    operation::<proto::GetApplicationNameInfo>("/Services/{}/$/GetApplicationName"),
    json("/Services/{}/$/GetDescription", types::description),
    or_post(json("/Services/{}/$/GetHealth", health::service)),
    operation::<proto::GetPartitionInfoList>("/Services/{}/$/GetPartitions"),
    operation::<proto::GetPartitionInfo>("/Partitions/{}"),
    operation::<proto::GetServiceNameInfo>("/Partitions/{}/$/GetServiceName"),
    or_post(operation::<proto::GetPartitionHealth>("/Partitions/{}/$/GetHealth")),
    json("/Partitions/{}/$/GetReplicas", replicas::list),
    json("/Partitions/{}/$/GetReplicas/{}", replicas::one),
];

/// The row of a request, and the values of its placeholders as in the path.
#[derive(Debug, Clone)]
pub(crate) struct Match {
    pub(crate) row: &'static Row,
    ids: Vec<String>,
}

impl Match {
    /// Finds the row of a request. A path may end with a slash.
    pub(crate) fn of(request: &Request<Bytes>) -> Option<Self> {
        let path = request.uri().path();
        let path = path.strip_suffix('/').unwrap_or(path);
        let (is_get, is_post) = (*request.method() == Method::GET, *request.method() == Method::POST);
        let served = |row: &&Row| is_get || (row.post && is_post);
        let fits = |row: &&Row| path.starts_with(row.around.0) && path.ends_with(row.around.1);
        let mut rows = ROWS.iter().filter(served).filter(fits);
        rows.find_map(|row| Some(Self { row, ids: captured(row.path, path)? }))
    }

    /// The operation of the protocol crate with this path, if there is one.
    pub(crate) fn operation(&self) -> Option<&'static OperationSpec> {
        match self.row.responder {
            Responder::Operation(operation) => Some(operation),
            Responder::Json(_) => None,
        }
    }

    pub(super) fn responder(&self) -> Responder {
        self.row.responder
    }

    /// The ids, decoded, with a slash between the levels of names.
    pub(super) fn ids(&self) -> Vec<String> {
        let decoded = |id: &String| percent_decode_str(id).decode_utf8_lossy().replace('~', "/");
        self.ids.iter().map(decoded).collect()
    }
}

/// Matches a path against a template.
fn captured(template: &str, path: &str) -> Option<Vec<String>> {
    let mut ids = Vec::new();
    let mut parts = path.split("/$/");
    for wanted in template.split("/$/") {
        let part = parts.next()?;
        match wanted.strip_suffix("{}") {
            None if part == wanted => {}
            None => return None,
            Some(prefix) => {
                let id =
                    part.strip_prefix(prefix).filter(|id| !id.is_empty() && !id.split('/').any(|name| name == "$"));
                ids.push(id?.to_owned());
            }
        }
    }
    parts.next().is_none().then_some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_the_protocol_crate_has_a_row_and_every_row_finds_itself() {
        for operation in proto::INVENTORY {
            assert!(
                ROWS.iter().any(|row| matches!(row.responder, Responder::Operation(known) if known == *operation)),
                "{}",
                operation.name
            );
        }
        for row in ROWS {
            for slash in ["", "/"] {
                let path = format!("{}{slash}", row.path.replace("{}", "A%2FB"));
                let found = Match::of(&Request::get(&path).body(Bytes::new()).unwrap()).unwrap();
                assert_eq!(found.row.path, row.path);
                assert!(found.ids().iter().all(|id| id == "A/B"), "{path}");
                let posted = Match::of(&Request::post(&path).body(Bytes::new()).unwrap());
                assert_eq!(posted.is_some(), row.post, "{path}");
            }
        }
    }

    #[test]
    fn ids_span_segments_and_end_at_a_dollar() {
        let ids = |template, path| captured(template, path);
        assert_eq!(ids("/Applications/{}/$/GetServices", "/Applications/A/B/$/GetServices"), Some(vec!["A/B".into()]));
        for path in
            ["/Applications//$/GetServices", "/Applications/$/GetServices", "/Applications/A/$/GetServices/$/X", "/"]
        {
            assert_eq!(ids("/Applications/{}/$/GetServices", path), None, "{path}");
        }
        assert_eq!(ids("/Applications/{}", "/Applications/A/$"), None);
    }
}
