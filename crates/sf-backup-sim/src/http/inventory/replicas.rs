//! Replicas of stateful partitions, and instances of stateless ones.

use crate::world::refusal::Refusal;
use serde_json::{Value, json};
use sf_backup_proto::model::inventory::HealthState;
use uuid::Uuid;

use super::page::json_page;
use super::query::{AnyService, Query, id_text};
use super::{NONE, describe};
use crate::http::refusal;
use crate::world::nodes::{NODES, Node, Replica, ReplicaRole};

pub(super) fn list(query: &Query<'_>) -> Result<Value, Refusal> {
    let (replicas, service) = replicas(query, query.ids.len().saturating_sub(1))?;
    let describe = |replica: &Replica| described(service, *replica);
    Ok(json_page(query, &replicas, |replica| replica.id.to_string(), |_| true, describe))
}

pub(super) fn one(query: &Query<'_>) -> Result<Value, Refusal> {
    let place = query.ids.len().saturating_sub(2);
    let (replicas, service) = replicas(query, place)?;
    let found = replicas.into_iter().find(|replica| replica.id.to_string() == query.id(place + 1));
    found.map(|replica| described(service, replica)).ok_or(NONE)
}

/// A replica as its node reports it.
pub(super) fn detail(query: &Query<'_>) -> Result<Value, Refusal> {
    let node = Node::named(query.id(0)).ok_or_else(refusal::gateway_node_missing)?;
    let (partition, _) = query.partition(1)?;
    let (replicas, service) = replicas(query, 1)?;
    let found = replicas.into_iter().find(|replica| replica.id.to_string() == query.id(2) && replica.node == node);
    let replica = found.ok_or_else(refusal::gateway_replica_missing)?;
    let granted = if replica.role == ReplicaRole::Primary { "Granted" } else { "NotPrimary" };
    let mut detail = json!({
        "ServiceName": service.name(), "PartitionId": id_text(partition), "CurrentServiceOperation": "None",
        "CurrentServiceOperationStartTimeUtc": "0001-01-01T00:00:00.000Z", "ReportedLoad": [],
        "DeployedServiceReplicaQueryResult": deployed(service, partition, replica),
    });
    if service.is_stateful() {
        // Here the status is that of the store.
        let stateful = json!({
            "CurrentReplicatorOperation": "None", "ReadStatus": granted, "WriteStatus": granted,
            "ReplicaStatus": {
                "Kind": "KeyValueStore", "DatabaseRowCountEstimate": "0", "DatabaseLogicalSizeEstimate": "0",
                "CopyNotificationCurrentKeyFilter": "", "CopyNotificationCurrentProgress": "0", "StatusDetails": "",
            },
        });
        if let (Value::Object(all), Value::Object(members)) = (&mut detail, stateful) {
            all.extend(members);
        }
    }
    identify(&mut detail, service, replica);
    Ok(detail)
}

fn replicas<'s>(query: &Query<'s>, place: usize) -> Result<(Vec<Replica>, AnyService<'s>), Refusal> {
    let (partition, service) = query.partition(place)?;
    let number = match service {
        AnyService::System(_) => NODES,
        AnyService::Own(service) if service.is_stateful() => describe::TARGET_REPLICAS as usize,
        AnyService::Own(_) => NODES,
    };
    Ok((query.state.replicas(partition, service.is_stateful(), number), service))
}

fn described(service: AnyService<'_>, replica: Replica) -> Value {
    let (status, health) = if replica.is_up { ("Ready", HealthState::Ok) } else { ("Down", HealthState::Error) };
    let address = format!("{{\"Endpoints\":{{\"\":\"http://10.0.0.{}:20001/\"}}}}", replica.node.0 + 4);
    let mut described = json!({
        "ReplicaStatus": status, "HealthState": health.as_str(), "NodeName": replica.node.name(), "Address": address,
        "LastInBuildDurationInSeconds": "0",
    });
    identify(&mut described, service, replica);
    described
}

fn deployed(service: AnyService<'_>, partition: Uuid, replica: Replica) -> Value {
    let status = if replica.is_up { "Ready" } else { "Down" };
    let package = format!("{}Pkg", service.name().rsplit('/').next().unwrap_or_default());
    let mut described = json!({
        "ServiceName": service.name(), "ServiceManifestName": package, "CodePackageName": "Code",
        "PartitionId": id_text(partition), "ReplicaStatus": status, "Address": "", "HostProcessId": "4711",
    });
    identify(&mut described, service, replica);
    described
}

/// Adds the members that differ between stateful and stateless services.
fn identify(described: &mut Value, service: AnyService<'_>, replica: Replica) {
    let id = replica.id.to_string();
    let members = match replica.role {
        _ if !service.is_stateful() => json!({ "ServiceKind": "Stateless", "InstanceId": id }),
        ReplicaRole::Primary => json!({ "ServiceKind": "Stateful", "ReplicaId": id, "ReplicaRole": "Primary" }),
        ReplicaRole::ActiveSecondary | ReplicaRole::None => {
            json!({ "ServiceKind": "Stateful", "ReplicaId": id, "ReplicaRole": "ActiveSecondary" })
        }
    };
    if let (Value::Object(all), Value::Object(members)) = (described, members) {
        all.extend(members);
    }
}
