//! Nodes, and the applications on them.

use crate::world::refusal::Refusal;
use serde_json::{Value, json};
use sf_backup_proto::model::inventory::HealthState;

use super::page::json_page;
use super::query::Query;
use super::{NONE, describe};
use crate::http::refusal;
use crate::world::nodes::Node;

pub(super) fn list(query: &Query<'_>) -> Result<Value, Refusal> {
    let nodes: Vec<Node> = Node::all().collect();
    Ok(json_page(query, &nodes, |node| node.name(), |_| true, |node| describe(query, *node)))
}

pub(super) fn one(query: &Query<'_>) -> Result<Value, Refusal> {
    Node::named(query.id(0)).map(|node| describe(query, node)).ok_or(NONE)
}

pub(super) fn health(query: &Query<'_>) -> Result<Value, Refusal> {
    let node = Node::named(query.id(0)).ok_or_else(refusal::health_entity_missing)?;
    Ok(json!({
        "AggregatedHealthState": HealthState::Ok.as_str(), "HealthEvents": [], "UnhealthyEvaluations": [],
        "HealthStatistics": { "HealthStateCountList": [] }, "Name": node.name(),
    }))
}

/// Every application is on every node.
pub(super) fn applications(query: &Query<'_>) -> Result<Value, Refusal> {
    Node::named(query.id(0)).ok_or_else(refusal::gateway_node_missing)?;
    let applications = query.state.topology.applications();
    let describe = |application: &crate::world::topology::Application| {
        let name = application.name();
        json!({
            "Id": query.version.id_of(name), "Name": name, "TypeName": describe::type_of(name), "Status": "Active",
            "WorkDirectory": "", "LogDirectory": "", "TempDirectory": "",
            "HealthState": query.state.application_health(application).as_str(),
        })
    };
    Ok(json_page(query, applications, |application| application.name().to_owned(), |_| true, describe))
}

fn describe(query: &Query<'_>, node: Node) -> Value {
    let Node(number) = node;
    let state = query.state;
    let up = state.clock.now().since(state.begun).as_secs();
    let id = node.id().simple().to_string();
    json!({
        "Name": node.name(), "IpAddressOrFQDN": format!("10.0.0.{}", number + 4), "Type": "NodeType0",
        "CodeVersion": state.runtime.code_version(), "ConfigVersion": "1", "NodeStatus": "Up",
        "NodeUpTimeInSeconds": up.to_string(), "NodeDownTimeInSeconds": "0", "NodeUpAt": state.begun.to_string(),
        "NodeDownAt": "0001-01-01T00:00:00.000Z", "HealthState": HealthState::Ok.as_str(), "IsSeedNode": true,
        "UpgradeDomain": number.to_string(), "FaultDomain": format!("fd:/{number}"), "IsStopped": false,
        "Id": { "Id": id }, "InstanceId": (131_992_384_000_000_000_u64 + number as u64).to_string(),
        "NodeDeactivationInfo": {
            "NodeDeactivationIntent": "Invalid", "NodeDeactivationStatus": "None", "NodeDeactivationTask": [],
            "PendingSafetyChecks": [],
        },
    })
}
