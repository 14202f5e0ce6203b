//! The manifest of the cluster, and upgrades.

use crate::world::refusal::Refusal;
use serde_json::{Value, json};

use super::describe;
use super::query::Query;
use crate::http::refusal;
use crate::world::nodes::{NODES, Node};
use crate::world::state::presence::Presence;

/// The XML of the manifest. Service Fabric Explorer shows its backup pages only if the section of the backup service exists.
pub(super) fn manifest(query: &Query<'_>) -> Result<Value, Refusal> {
    let service = |name: &str| {
        format!(
            "<Section Name=\"{name}\"><Parameter Name=\"TargetReplicaSetSize\" Value=\"{NODES}\" />\
             <Parameter Name=\"MinReplicaSetSize\" Value=\"3\" /></Section>"
        )
    };
    let state = query.state;
    let backups = if state.presence == Presence::Absent { String::new() } else { service("BackupRestoreService") };
    let faults = if state.fault_analysis { service("FaultAnalysisService") } else { String::new() };
    let manifest = format!(
        "<ClusterManifest xmlns=\"http://schemas.microsoft.com/2011/01/fabric\" Name=\"Simulated\" Version=\"1\" \
         Description=\"\"><NodeTypes><NodeType Name=\"NodeType0\"><Endpoints>\
         <HttpGatewayEndpoint Port=\"19080\" Protocol=\"http\" /></Endpoints></NodeType></NodeTypes>\
         <FabricSettings>{backups}{faults}<Section Name=\"Security\">\
         <Parameter Name=\"ClusterCredentialType\" Value=\"None\" /></Section></FabricSettings></ClusterManifest>"
    );
    Ok(json!({ "Manifest": manifest }))
}

/// No upgrade is running.
pub(super) fn upgrade_progress(query: &Query<'_>) -> Result<Value, Refusal> {
    let version = query.state.runtime.code_version();
    let domains: Vec<Value> =
        Node::all().map(|Node(number)| json!({ "Name": number.to_string(), "State": "Completed" })).collect();
    let mut progress = finished(domains);
    if let Value::Object(members) = &mut progress {
        members.insert("CodeVersion".into(), version.into());
        members.insert("ConfigVersion".into(), "1".into());
    }
    Ok(progress)
}

/// No upgrade is running.
pub(super) fn application_upgrade_progress(query: &Query<'_>) -> Result<Value, Refusal> {
    let name = query.last_name();
    query.state.topology.application(&name).ok_or_else(refusal::gateway_application_missing)?;
    let mut progress = finished(Vec::new());
    if let Value::Object(members) = &mut progress {
        members.insert("TypeName".into(), describe::type_of(&name).into());
        members.insert("TargetApplicationTypeVersion".into(), describe::MANIFEST_VERSION.into());
        members.insert("UpgradeStatusDetails".into(), "".into());
        members.insert("Name".into(), name.into());
    }
    Ok(progress)
}

fn finished(domains: Vec<Value>) -> Value {
    json!({
        "UpgradeDomains": domains, "UpgradeState": "RollingForwardCompleted", "NextUpgradeDomain": "",
        "RollingUpgradeMode": "UnmonitoredAuto", "UpgradeDurationInMilliseconds": "PT0H0M0S",
        "UpgradeDomainDurationInMilliseconds": "PT0H0M0S", "UnhealthyEvaluations": [],
        "CurrentUpgradeDomainProgress": { "DomainName": "", "NodeUpgradeProgressList": [] },
        "StartTimestampUtc": "0001-01-01T00:00:00.000Z", "FailureTimestampUtc": "0001-01-01T00:00:00.000Z",
        "FailureReason": "None",
        "UpgradeDomainProgressAtFailure": { "DomainName": "", "NodeUpgradeProgressList": [] },
    })
}
