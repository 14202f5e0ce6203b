//! Health of the cluster and of services, and the chunk of it that a filter selects.

use crate::world::refusal::Refusal;
use serde_json::{Map, Value, json};
use sf_backup_proto::model::inventory::HealthState;
use uuid::Uuid;

use super::describe;
use super::query::{Query, id_text};
use crate::http::refusal;
use crate::world::nodes::Node;
use crate::world::state::State;
use crate::world::state::health::worst;
use crate::world::system::SYSTEM;
use crate::world::topology::{Application, Service};

fn system(state: &State) -> HealthState {
    worst(state.system_services().map(|service| state.system_health(service.name())))
}

fn whole(state: &State) -> HealthState {
    let applications = state.topology.applications().iter().map(|application| state.application_health(application));
    worst(applications.chain([system(state)]))
}

pub(super) fn cluster(query: &Query<'_>) -> Result<Value, Refusal> {
    let state = query.state;
    let topology = &state.topology;
    let nodes: Vec<Value> = Node::all()
        .map(|node| {
            let id = node.id().simple().to_string();
            json!({ "AggregatedHealthState": "Ok", "Name": node.name(), "Id": { "Id": id } })
        })
        .collect();
    let listed = |name: &str, health: &HealthState| json!({ "AggregatedHealthState": health.as_str(), "Name": name });
    let own: Vec<_> =
        topology.applications().iter().map(|found| (found.name(), state.application_health(found))).collect();
    let mut applications: Vec<Value> = own.iter().map(|(name, health)| listed(name, health)).collect();
    applications.push(listed(SYSTEM, &system(state)));
    let services = topology.applications().iter().flat_map(Application::services);
    let counts = [
        ("Node", count(Node::all().map(|_| HealthState::Ok))),
        ("Partition", count(topology.partitions().map(|(_, _, partition)| state.partition_health(partition.id())))),
        ("Service", count(services.map(|service| state.service_health(service)))),
        ("Application", count(own.iter().map(|(_, health)| health.clone()))),
    ];
    let counts: Vec<Value> =
        counts.into_iter().map(|(kind, count)| json!({ "EntityKind": kind, "HealthStateCount": count })).collect();
    Ok(json!({
        "AggregatedHealthState": whole(state).as_str(), "HealthEvents": [], "UnhealthyEvaluations": [],
        "HealthStatistics": { "HealthStateCountList": counts }, "NodeHealthStates": nodes,
        "ApplicationHealthStates": applications,
    }))
}

fn count(states: impl Iterator<Item = HealthState>) -> Value {
    let [mut ok, mut warning, mut error] = [0_u64; 3];
    for state in states {
        match state {
            HealthState::Ok => ok += 1,
            HealthState::Warning => warning += 1,
            _ => error += 1,
        }
    }
    json!({ "OkCount": ok, "WarningCount": warning, "ErrorCount": error })
}

pub(super) fn service(query: &Query<'_>) -> Result<Value, Refusal> {
    let service = query.service().ok_or_else(refusal::health_entity_missing)?;
    let state = query.state;
    let partition = |id: &Uuid| json!({ "AggregatedHealthState": state.partition_health(*id).as_str(), "PartitionId": id_text(*id) });
    let partitions: Vec<Value> = service.partition_ids().iter().map(partition).collect();
    let health = match service {
        super::query::AnyService::Own(service) => state.service_health(service),
        super::query::AnyService::System(service) => state.system_health(service.name()),
    };
    Ok(json!({
        "AggregatedHealthState": health.as_str(), "HealthEvents": [], "UnhealthyEvaluations": [],
        "HealthStatistics": { "HealthStateCountList": [] }, "Name": service.name(), "PartitionHealthStates": partitions,
    }))
}

/// The health of the cluster, and of the entities that the filters in the body select. Without filters there are none.
pub(super) fn chunk(query: &Query<'_>) -> Result<Value, Refusal> {
    let body = query.body.trim_ascii();
    let filters: Map<String, Value> = match serde_json::from_slice(body) {
        _ if body.is_empty() => Map::new(),
        Ok(Value::Object(filters)) => filters,
        Ok(Value::Null) => Map::new(),
        _ => return Err(refusal::gateway_bad_body()),
    };
    let state = query.state;
    let nodes = Node::all().filter_map(|node| {
        let filter = selecting(filters.get("NodeFilters"), &[("NodeNameFilter", &node.name())], &HealthState::Ok);
        filter.map(|_| json!({ "NodeName": node.name(), "HealthState": "Ok" }))
    });
    let applications = state.topology.applications().iter().filter_map(|application| {
        let (name, kind) = (application.name(), describe::type_of(application.name()));
        let health = state.application_health(application);
        let names = [("ApplicationNameFilter", name), ("ApplicationTypeNameFilter", &kind)];
        let filter = selecting(filters.get("ApplicationFilters"), &names, &health)?;
        let services = application.services().iter().filter_map(|service| service_chunk(state, service, filter));
        Some(json!({
            "ApplicationName": name, "ApplicationTypeName": kind, "HealthState": health.as_str(),
            "ServiceHealthStateChunks": list(services), "DeployedApplicationHealthStateChunks": list([].into_iter()),
        }))
    });
    Ok(json!({
        "HealthState": whole(state).as_str(), "NodeHealthStateChunks": list(nodes),
        "ApplicationHealthStateChunks": list(applications),
    }))
}

fn service_chunk(state: &State, service: &Service, above: &Value) -> Option<Value> {
    let health = state.service_health(service);
    let filter = selecting(above.get("ServiceFilters"), &[("ServiceNameFilter", service.name())], &health)?;
    let partitions = service.partitions().iter().filter_map(|partition| {
        let (id, health) = (id_text(partition.id()), state.partition_health(partition.id()));
        selecting(filter.get("PartitionFilters"), &[("PartitionIdFilter", &id)], &health)?;
        let replicas = list([].into_iter());
        Some(json!({ "PartitionId": id, "HealthState": health.as_str(), "ReplicaHealthStateChunks": replicas }))
    });
    Some(json!({
        "ServiceName": service.name(), "HealthState": health.as_str(), "PartitionHealthStateChunks": list(partitions),
    }))
}

fn list(items: impl Iterator<Item = Value>) -> Value {
    let items: Vec<Value> = items.collect();
    json!({ "TotalCount": items.len(), "Items": items })
}

/// The filter that selects an entity with these names and this health: the one with its name, or else the one without names.
/// A filter with a name and without states selects every state; one without both selects nothing.
fn selecting<'f>(filters: Option<&'f Value>, names: &[(&str, &str)], health: &HealthState) -> Option<&'f Value> {
    let filters = filters?.as_array()?;
    let named = |filter: &&Value| names.iter().any(|(member, name)| name_in(filter, member) == Some(name));
    let unnamed = |filter: &&Value| names.iter().all(|(member, _)| name_in(filter, member).is_none());
    let (filter, has_name) = match filters.iter().find(named) {
        Some(filter) => (filter, true),
        None => (filters.iter().find(unnamed)?, false),
    };
    let states = filter.get("HealthStateFilter").map_or(Some(0), bits)?;
    let bit = match health {
        HealthState::Ok => 2,
        HealthState::Warning => 4,
        _ => 8,
    };
    ((states == 0 && has_name) || states & bit != 0).then_some(filter)
}

/// The name in a filter, if it has one.
fn name_in<'f>(filter: &'f Value, member: &str) -> Option<&'f str> {
    filter.get(member).and_then(Value::as_str).filter(|name| !name.is_empty())
}

/// A number, or its text.
fn bits(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
