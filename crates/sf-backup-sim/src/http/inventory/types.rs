//! Types of applications and services, single services, and their descriptions.

use std::collections::BTreeMap;

use crate::world::refusal::Refusal;
use serde_json::{Value, json};

use super::page::json_page;
use super::query::{AnyService, Query};
use super::{NONE, describe};
use crate::http::refusal;
use crate::world::nodes::NODES;
use crate::world::topology::{Keys, Service};

/// The names of the types, sorted. Applications with the same last name have the same type.
fn names(query: &Query<'_>) -> Vec<String> {
    let applications = query.state.topology.applications().iter();
    let mut names: Vec<_> = applications.map(|application| describe::type_of(application.name())).collect();
    names.sort_unstable();
    names.dedup();
    names
}

pub(super) fn list(query: &Query<'_>) -> Result<Value, Refusal> {
    Ok(json_page(query, &names(query), String::clone, |_| true, |name| application_type(name)))
}

/// The versions of one type; an unknown one has none.
pub(super) fn versions(query: &Query<'_>) -> Result<Value, Refusal> {
    Ok(json_page(query, &names(query), String::clone, |name| name == query.id(0), |name| application_type(name)))
}

fn application_type(name: &str) -> Value {
    json!({
        "Name": name, "Version": describe::MANIFEST_VERSION, "DefaultParameterList": [], "Status": "Available",
        "StatusDetails": "", "ApplicationTypeDefinitionKind": "ServiceFabricApplicationPackage",
    })
}

/// A bare array in every version.
pub(super) fn service_types(query: &Query<'_>) -> Result<Value, Refusal> {
    let wanted = query.id(0);
    let version = query.parameter("ApplicationTypeVersion").unwrap_or(describe::MANIFEST_VERSION);
    let applications = query.state.topology.applications().iter();
    let mut applications = applications.filter(|found| describe::type_of(found.name()) == wanted).peekable();
    if applications.peek().is_none() || version != describe::MANIFEST_VERSION {
        return Err(refusal::gateway_application_type_missing());
    }
    let services = applications.flat_map(|application| application.services());
    let types: BTreeMap<String, Value> =
        services.map(|service| (describe::type_of(service.name()), service_type(service))).collect();
    Ok(types.into_values().collect())
}

fn service_type(service: &Service) -> Value {
    let name = describe::type_of(service.name());
    let mut description = json!({
        "Kind": describe::kind_of(service).as_str(), "IsStateful": service.is_stateful(), "ServiceTypeName": name,
        "PlacementConstraints": "", "Extensions": [], "LoadMetrics": [], "ServicePlacementPolicies": [],
    });
    let (member, value) = match service.is_stateful() {
        true => ("HasPersistedState", service.is_persisted()),
        false => ("UseImplicitHost", false),
    };
    if let Value::Object(members) = &mut description {
        members.insert(member.to_owned(), value.into());
    }
    json!({
        "ServiceTypeDescription": description, "ServiceManifestName": format!("{name}Pkg"),
        "ServiceManifestVersion": describe::MANIFEST_VERSION, "IsServiceGroup": false,
    })
}

pub(super) fn service(query: &Query<'_>) -> Result<Value, Refusal> {
    let info = match query.service().ok_or(NONE)? {
        AnyService::Own(service) => query.state.service_info(service, query.version),
        AnyService::System(service) => query.state.system_service_info(service, query.version),
    };
    serde_json::to_value(info).map_err(|_| refusal::unhandled())
}

pub(super) fn description(query: &Query<'_>) -> Result<Value, Refusal> {
    let service = query.service().ok_or_else(refusal::gateway_service_missing)?;
    let (application, kind) = match service {
        AnyService::Own(own) => {
            let found = query.state.topology.service(own.name()).map(|(application, _)| application.name());
            (found.unwrap_or_default(), describe::type_of(own.name()))
        }
        AnyService::System(system) => (crate::world::system::SYSTEM, system.type_name.to_owned()),
    };
    let mut description = json!({
        "ServiceName": service.name(), "ApplicationName": application, "ServiceTypeName": kind,
        "InitializationData": [], "PartitionDescription": partitioning(service), "PlacementConstraints": "",
        "CorrelationScheme": [], "ServiceLoadMetrics": [], "ServicePlacementPolicies": [], "DefaultMoveCost": "Zero",
        "IsDefaultMoveCostSpecified": false, "ServicePackageActivationMode": "SharedProcess", "ServiceDnsName": "",
    });
    let members = match service {
        AnyService::Own(own) if !own.is_stateful() => {
            json!({ "ServiceKind": "Stateless", "InstanceCount": describe::EVERY_NODE })
        }
        AnyService::Own(own) => {
            stateful(describe::TARGET_REPLICAS as usize, describe::LEAST_REPLICAS, own.is_persisted())
        }
        AnyService::System(_) => stateful(NODES, describe::LEAST_OF_SYSTEM_SERVICES, true),
    };
    if let (Value::Object(all), Value::Object(members)) = (&mut description, members) {
        all.extend(members);
    }
    Ok(description)
}

fn stateful(target: usize, least: u32, persisted: bool) -> Value {
    json!({
        "ServiceKind": "Stateful", "TargetReplicaSetSize": target, "MinReplicaSetSize": least,
        "HasPersistedState": persisted, "Flags": 0, "ReplicaRestartWaitDurationSeconds": 0,
        "QuorumLossWaitDurationSeconds": 0, "StandByReplicaKeepDurationSeconds": 0,
    })
}

/// The scheme of the first partition, which all partitions of a service share.
fn partitioning(service: AnyService<'_>) -> Value {
    let AnyService::Own(service) = service else { return json!({ "PartitionScheme": "Singleton" }) };
    let partitions = service.partitions();
    let ranges = partitions.iter().filter_map(|partition| match partition.keys() {
        Keys::Int64Range { low, high } => Some((*low, *high)),
        Keys::Singleton | Keys::Named(_) => None,
    });
    match partitions.first().map(|partition| partition.keys()) {
        Some(Keys::Int64Range { .. }) => {
            let (low, high) =
                ranges.fold((i64::MAX, i64::MIN), |(low, high), range| (low.min(range.0), high.max(range.1)));
            json!({
                "PartitionScheme": "UniformInt64Range", "Count": partitions.len(), "LowKey": low.to_string(),
                "HighKey": high.to_string(),
            })
        }
        Some(Keys::Named(_)) => {
            let mut names: Vec<&str> = partitions
                .iter()
                .filter_map(|partition| match partition.keys() {
                    Keys::Named(name) => Some(&**name),
                    Keys::Singleton | Keys::Int64Range { .. } => None,
                })
                .collect();
            names.sort_unstable();
            json!({ "PartitionScheme": "Named", "Count": partitions.len(), "Names": names })
        }
        Some(Keys::Singleton) | None => json!({ "PartitionScheme": "Singleton" }),
    }
}
