//! The gateway's own queries, by which clients and audits find their way in the cluster.

use sf_backup_proto::inventory as proto;
use sf_backup_proto::model::inventory::{
    AadMetadata, AadMetadataObject, ApplicationInfo, ApplicationNameInfo, ClusterVersion, HealthEvent, HealthState,
    PartitionHealth, PartitionStatus, ServiceInfo, ServiceKind, ServiceNameInfo, ServicePartitionInfo,
};
use sf_backup_proto::model::page::Page;
use sf_backup_proto::server::{Answer, Call, Inventory};
use sf_backup_proto::{ContinuationToken, Timestamp};
use uuid::Uuid;

use crate::refusal;
use crate::runtime::Runtime;
use crate::service::Handler;
use crate::state::State;
use crate::state::agent::StoreFailure;
use crate::state::presence::Presence;
use crate::topology::Service;

/// The most items that the gateway puts into one page.
const PAGE: usize = 1_000;

/// The id in the gateway's own form: without the scheme, with `~` between levels.
fn id_of(name: &str) -> String {
    name.strip_prefix("fabric:/").unwrap_or(name).replace('/', "~")
}

fn kind_of(service: &Service) -> ServiceKind {
    if service.is_stateful() { ServiceKind::Stateful } else { ServiceKind::Stateless }
}

/// The items behind the call's token, as many as a page holds, with their names as tokens.
fn page<T>(call: &Call<'_>, items: impl Iterator<Item = (String, T)>) -> Page<T> {
    let asked = call.parameter("MaxResults").and_then(|text| text.parse().ok()).filter(|size| *size > 0);
    let size = asked.map_or(PAGE, |size: usize| size.min(PAGE));
    let after = call.parameter("ContinuationToken").unwrap_or_default();
    // Items stand in the topology's order, not sorted: the token names the last one shown.
    let mut found = items.skip_while(|(name, _)| !after.is_empty() && name != after).peekable();
    if !after.is_empty() {
        found.next();
    }
    let mut last = String::new();
    let mut shown = Vec::new();
    while shown.len() < size
        && let Some((name, item)) = found.next()
    {
        last = name;
        shown.push(item);
    }
    let token = found.peek().and_then(|_| ContinuationToken::new(&last));
    Page::new(shown, token)
}

/// The application that the cluster itself is made of. No list of applications names it.
const SYSTEM: &str = "System";

impl Handler<'_> {
    fn system_services(&self) -> impl Iterator<Item = (String, ServiceInfo)> + use<> {
        let services = [
            ("BackupRestoreService", self.state.presence != Presence::Absent),
            ("ClusterManagerService", true),
            ("FailoverManagerService", true),
            ("FaultAnalysisService", self.state.fault_analysis),
            ("NamingService", true),
        ];
        services.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| {
            let id = format!("{SYSTEM}~{name}");
            let info = ServiceInfo::new()
                .service_kind(ServiceKind::Stateful)
                .id(id.clone())
                .name(format!("fabric:/{SYSTEM}/{name}"))
                .type_name(format!("{name}Type"));
            (id, info)
        })
    }
}

impl Inventory for Handler<'_> {
    fn get_application_info_list(&mut self, call: &Call<'_>) -> Answer<proto::GetApplicationInfoList> {
        let applications = self.state.topology.applications().iter().map(|application| {
            let info = ApplicationInfo::new()
                .id(id_of(application.name()))
                .name(application.name())
                .type_name(type_of(application.name()))
                .type_version("1.0.0");
            (id_of(application.name()), info)
        });
        Ok(page(call, applications))
    }

    fn get_service_info_list(&mut self, call: &Call<'_>) -> Answer<proto::GetServiceInfoList> {
        if self.inputs.id == SYSTEM {
            return Ok(page(call, self.system_services()));
        }
        let application = self.state.topology.application(&format!("fabric:/{}", self.inputs.id));
        let services = application.into_iter().flat_map(|application| application.services()).map(|service| {
            let mut info = ServiceInfo::new()
                .service_kind(kind_of(service))
                .id(id_of(service.name()))
                .name(service.name())
                .type_name(type_of(service.name()));
            info.has_persisted_state = service.is_stateful().then(|| service.is_persisted());
            (id_of(service.name()), info)
        });
        Ok(page(call, services))
    }

    fn get_partition_info_list(&mut self, call: &Call<'_>) -> Answer<proto::GetPartitionInfoList> {
        let found = self.state.topology.service(&format!("fabric:/{}", self.inputs.id));
        let (_, service) = found.ok_or_else(refusal::gateway_service_missing)?;
        let partitions = service.partitions().iter().map(|partition| {
            let info = ServicePartitionInfo::new()
                .service_kind(kind_of(service))
                .partition_information(partition.information())
                .health_state(self.state.partition_health_state(partition.id()))
                .partition_status(self.state.partition_status(partition.id()));
            (partition.id().to_string(), info)
        });
        Ok(page(call, partitions))
    }

    fn get_partition_health(&mut self, _: &Call<'_>) -> Answer<proto::GetPartitionHealth> {
        let found = crate::entity::guid(&self.inputs.id).filter(|id| self.state.topology.partition(*id).is_some());
        let id = found.ok_or_else(refusal::gateway_partition_missing)?;
        let events = self.state.failed_backup(id).map(|(failure, at)| {
            HealthEvent::new()
                .source_id("System.BackupRestoreManager")
                .property("Backup")
                .health_state(HealthState::Warning)
                .description(format!(
                    "Failed to take periodic backup for this partition with error: HRESULT 0x{:08X} {}",
                    failure.hresult, failure.message
                ))
                .source_utc_timestamp(at)
        });
        Ok(PartitionHealth::new()
            .aggregated_health_state(self.state.partition_health_state(id))
            .health_events(events.into_iter().collect::<Vec<_>>()))
    }

    fn get_application_name_info(&mut self, _: &Call<'_>) -> Answer<proto::GetApplicationNameInfo> {
        let found = self.state.topology.service(&format!("fabric:/{}", self.inputs.id));
        let (application, _) = found.ok_or_else(refusal::gateway_service_missing)?;
        Ok(ApplicationNameInfo::new().id(id_of(application.name())).name(application.name()))
    }

    fn get_service_name_info(&mut self, _: &Call<'_>) -> Answer<proto::GetServiceNameInfo> {
        let found = crate::entity::guid(&self.inputs.id).and_then(|id| self.state.topology.partition(id));
        let (_, service, _) = found.ok_or_else(refusal::gateway_partition_missing)?;
        Ok(ServiceNameInfo::new().id(id_of(service.name())).name(service.name()))
    }

    fn get_cluster_version(&mut self, _: &Call<'_>) -> Answer<proto::GetClusterVersion> {
        let version = match self.state.runtime {
            Runtime::V6_2 => "6.2.283.9494",
            Runtime::V6_4 => "6.4.617.9590",
            Runtime::V11_3 => "11.3.365.1",
        };
        Ok(ClusterVersion::new().version(version))
    }

    /// A cluster without Microsoft Entra ID.
    fn get_aad_metadata(&mut self, _: &Call<'_>) -> Answer<proto::GetAadMetadata> {
        Ok(AadMetadataObject::new().kind("aad").metadata(AadMetadata::new()))
    }
}

impl State {
    /// The periodic backup of a partition that failed last, until another succeeds, and when.
    fn failed_backup(&self, partition: Uuid) -> Option<(&StoreFailure, Timestamp)> {
        let (failure, at) = self.agents.get(&partition)?.failure.as_ref()?;
        Some((failure, *at))
    }

    fn partition_status(&self, partition: Uuid) -> PartitionStatus {
        let waiting = self.agents.get(&partition).is_some_and(|agent| agent.waiting);
        if waiting { PartitionStatus::Reconfiguring } else { PartitionStatus::Ready }
    }

    fn partition_health_state(&self, partition: Uuid) -> HealthState {
        let waiting = self.partition_status(partition) != PartitionStatus::Ready;
        if waiting || self.failed_backup(partition).is_some() { HealthState::Warning } else { HealthState::Ok }
    }
}

/// Services of one name are instances of one type, whatever application they are in.
fn type_of(name: &str) -> String {
    format!("{}Type", name.rsplit('/').next().unwrap_or(name))
}
