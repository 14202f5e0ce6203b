//! The JSON responses of the control interface.

use serde_json::{Value, json};

use super::Refused;
use crate::http::gateway::Gateway;
use crate::world::state::State;

/// The requests: method, path and action.
const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "/$sim/", "lists these requests"),
    ("GET", "/$sim/clock", "returns the time"),
    ("POST", "/$sim/clock", "lets time pass: {\"Advance\":\"PT4H\"}"),
    ("GET", "/$sim/status", "returns the time, the size of the cluster, and what is running"),
    ("GET", "/$sim/operations", "lists the running backups and restores"),
    ("GET", "/$sim/effects", "lists what happened, in order; the latest ones with ?last=N"),
    ("GET", "/$sim/faults", "lists the pending faults"),
    (
        "GET",
        "/$sim/read/",
        "responds to a GET of the path below it, without faults: /$sim/read/Applications?api-version=6.0",
    ),
    ("GET", "/$sim/state", "exports the state"),
    ("POST", "/$sim/state", "replaces the state with an exported one"),
    ("POST", "/$sim/faults", "adds a fault: {\"Operation\":\"BackupPartition\",\"Times\":2,\"Status\":503}"),
    ("DELETE", "/$sim/faults", "removes the pending faults"),
    ("POST", "/$sim/role", "sets the role of all callers: {\"Role\":\"User\"}"),
    ("POST", "/$sim/date-header", "sets the Date header of responses: {\"Offset\":\"-PT6H\"}"),
    ("POST", "/$sim/data-loss", "deletes the data of a partition: {\"PartitionId\":\"..\"}"),
    (
        "POST",
        "/$sim/fail-over",
        "moves the primary of a partition, or the backup service: {\"PartitionId\":\"..\",\"Takes\":\"PT30S\"}",
    ),
    (
        "POST",
        "/$sim/quorum-loss",
        "removes the quorum of a partition, for a time or until Ends: {\"PartitionId\":\"..\",\"Takes\":\"PT2H\"}",
    ),
    (
        "POST",
        "/$sim/health",
        "reports the health of a service: {\"ServiceName\":\"fabric:/System/BackupRestoreService\",\"HealthState\":\"Error\"}",
    ),
    (
        "POST",
        "/$sim/size",
        "sets the size of a partition, or of all partitions, and so the duration of backups: {\"Megabytes\":5000}",
    ),
    (
        "POST",
        "/$sim/storage",
        "makes a storage fail, or ends the failure: {\"Storage\":{..},\"Failure\":{\"Code\":1,\"Message\":\"..\"}}",
    ),
    (
        "POST",
        "/$sim/policy-unreadable",
        "stops the periodic backups of a policy while everything reports healthy: {\"PolicyName\":\"..\"}",
    ),
];

pub(super) fn requests() -> Value {
    let requests = REQUESTS.iter();
    requests.map(|(method, path, action)| json!({ "Method": method, "Path": path, "Action": action })).collect()
}

pub(super) fn now(world: &State) -> Value {
    json!({ "Now": world.clock.now().to_string() })
}

pub(super) fn status(gateway: &Gateway) -> Value {
    let world = &gateway.world;
    let services = || world.topology.applications().iter().flat_map(|application| application.services());
    json!({
        "Now": world.clock.now().to_string(),
        "Speed": world.clock.speed().to_string(),
        "Runtime": world.runtime.as_str(),
        "Applications": world.topology.applications().len(),
        "Services": services().count(),
        "Partitions": world.topology.partitions().count(),
        "Policies": world.policies.keys().collect::<Vec<_>>(),
        "RunningBackups": world.running_backups(),
        "RunningRestores": world.running_restores(),
        "Faults": gateway.faults.len(),
        "Effects": world.effects.len(),
    })
}

/// The latest effects, as many as `last=N` in the query; without it, all.
pub(super) fn effects(world: &State, query: &str) -> Result<Value, Refused> {
    let last = query.split('&').find_map(|pair| pair.strip_prefix("last="));
    let number = match last.map(str::parse::<usize>) {
        None => world.effects.len(),
        Some(Ok(number)) => number,
        Some(Err(_)) => return Err("last must be a number".into()),
    };
    let start = world.effects.len().saturating_sub(number);
    serde_json::to_value(world.effects.get(start..).unwrap_or_default()).map_err(|error| error.to_string())
}

pub(super) fn operations(world: &State) -> Value {
    let operations = world.running_operations().into_iter();
    operations
        .map(|(partition, operation, state)| {
            json!({ "PartitionId": partition.to_string(), "Operation": operation, "State": state })
        })
        .collect()
}

pub(super) fn faults(gateway: &Gateway) -> Value {
    let faults = gateway.faults.iter();
    faults.map(|fault| json!({ "Operation": fault.operation_name(), "Times": fault.remaining(), "Action": fault.summary() })).collect()
}
