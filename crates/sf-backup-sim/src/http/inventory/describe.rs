//! The gateway's descriptions of applications, services and partitions.

use sf_backup_proto::model::Extra;
use sf_backup_proto::model::inventory::{
    ApplicationInfo, PartitionStatus, ServiceInfo, ServiceKind, ServicePartitionInfo,
};
use sf_backup_proto::model::partition::SingletonPartitionInformation;
use uuid::Uuid;

use super::version::Version;
use crate::world::state::State;
use crate::world::system::SystemService;
use crate::world::topology::{Application, Partition, Service};

pub(super) const MANIFEST_VERSION: &str = "1.0.0";
/// The replicas of a stateful service: enough for a quorum when one is lost.
pub(super) const TARGET_REPLICAS: u32 = 3;
pub(super) const LEAST_REPLICAS: u32 = 2;
const REPLICAS_OF_SYSTEM_SERVICES: u32 = 5;
pub(super) const LEAST_OF_SYSTEM_SERVICES: u32 = 3;
/// One instance on every node.
pub(super) const EVERY_NODE: i32 = -1;

/// The name of a type, without scheme and delimiters. Services of the same name have the same type.
pub(super) fn type_of(name: &str) -> String {
    format!("{}Type", name.rsplit('/').next().unwrap_or_default())
}

/// Sets members to empty lists.
pub(super) fn lists(extra: &mut Extra, names: &[&str]) {
    for name in names {
        // An empty list is JSON.
        let _ = extra.set_json(name, "[]");
    }
}

pub(super) fn kind_of(service: &Service) -> ServiceKind {
    if service.is_stateful() { ServiceKind::Stateful } else { ServiceKind::Stateless }
}

impl State {
    pub(super) fn application_info(&self, application: &Application, version: Version) -> ApplicationInfo {
        let mut info = ApplicationInfo::new()
            .id(version.id_of(application.name()))
            .name(application.name())
            .type_name(type_of(application.name()))
            .type_version(MANIFEST_VERSION)
            .status("Ready")
            .health_state(self.application_health(application))
            .application_definition_kind("ServiceFabricApplicationDescription");
        lists(&mut info.extra, &["Parameters"]);
        info
    }

    pub(super) fn service_info(&self, service: &Service, version: Version) -> ServiceInfo {
        let mut info = ServiceInfo::new()
            .service_kind(kind_of(service))
            .id(version.id_of(service.name()))
            .name(service.name())
            .type_name(type_of(service.name()))
            .manifest_version(MANIFEST_VERSION)
            .health_state(self.service_health(service))
            .service_status("Active")
            .is_service_group(false);
        info.has_persisted_state = service.is_stateful().then(|| service.is_persisted());
        info
    }

    pub(super) fn system_service_info(&self, service: &SystemService, version: Version) -> ServiceInfo {
        ServiceInfo::new()
            .service_kind(ServiceKind::Stateful)
            .id(version.id_of(service.name()))
            .name(service.name())
            .type_name(service.type_name)
            .manifest_version(MANIFEST_VERSION)
            .health_state(self.system_health(service.name()))
            .service_status("Active")
            .is_service_group(false)
            .has_persisted_state(true)
    }

    pub(super) fn partition_info(&self, service: &Service, partition: &Partition) -> ServicePartitionInfo {
        let id = partition.id();
        let info = ServicePartitionInfo::new()
            .service_kind(kind_of(service))
            .partition_information(partition.information())
            .health_state(self.partition_health(id))
            .partition_status(self.partition_status(id));
        if !service.is_stateful() {
            return info.instance_count(EVERY_NODE);
        }
        info.target_replica_set_size(TARGET_REPLICAS)
            .min_replica_set_size(LEAST_REPLICAS)
            .last_quorum_loss_duration_in_seconds(i64::try_from(self.quorum_loss(id).as_secs()).unwrap_or(i64::MAX))
            .current_configuration_epoch(self.current_epoch(id))
    }

    pub(super) fn system_partition_info(&self, id: Uuid) -> ServicePartitionInfo {
        ServicePartitionInfo::new()
            .service_kind(ServiceKind::Stateful)
            .partition_information(SingletonPartitionInformation::new().id(id))
            .target_replica_set_size(REPLICAS_OF_SYSTEM_SERVICES)
            .min_replica_set_size(LEAST_OF_SYSTEM_SERVICES)
            .health_state(self.partition_health(id))
            .partition_status(PartitionStatus::Ready)
            .last_quorum_loss_duration_in_seconds(0)
            .current_configuration_epoch(self.current_epoch(id))
    }
}
