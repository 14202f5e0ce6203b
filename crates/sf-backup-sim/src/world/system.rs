//! The system services, below `fabric:/System`.

use uuid::Uuid;

use crate::world::state::State;
use crate::world::state::health::BACKUP_SERVICE;
use crate::world::state::presence::Presence;

/// The system application. It is in no list of applications.
pub(crate) const SYSTEM: &str = "fabric:/System";

/// A system service, with the ids of its partitions.
#[derive(Debug)]
pub(crate) struct SystemService {
    name: &'static str,
    pub(crate) type_name: &'static str,
    partitions: &'static [u128],
}

const FAULT_ANALYSIS: &str = "fabric:/System/FaultAnalysisService";

/// Sorted by name.
const SERVICES: &[SystemService] = &[
    SystemService { name: BACKUP_SERVICE, type_name: "BackupRestoreServiceType", partitions: &[0x8000] },
    SystemService {
        name: "fabric:/System/ClusterManagerService",
        type_name: "ClusterManagerServiceType",
        partitions: &[0x2000],
    },
    SystemService { name: "fabric:/System/FailoverManagerService", type_name: "FMServiceType", partitions: &[0x1] },
    SystemService { name: FAULT_ANALYSIS, type_name: "FaultAnalysisServiceType", partitions: &[0x5000] },
    SystemService {
        name: "fabric:/System/NamingService",
        type_name: "NamingStoreService",
        partitions: &[0x1000, 0x1001, 0x1002],
    },
];

impl SystemService {
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn partitions(&self) -> impl Iterator<Item = Uuid> + use<> {
        self.partitions.iter().map(|id| Uuid::from_u128(*id))
    }
}

impl State {
    /// The system services of this cluster.
    pub(crate) fn system_services(&self) -> impl Iterator<Item = &'static SystemService> + use<> {
        let (backups, faults) = (self.presence != Presence::Absent, self.fault_analysis);
        SERVICES.iter().filter(move |service| match service.name {
            BACKUP_SERVICE => backups,
            FAULT_ANALYSIS => faults,
            _ => true,
        })
    }

    pub(crate) fn system_service(&self, name: &str) -> Option<&'static SystemService> {
        self.system_services().find(|service| service.name == name)
    }

    /// The system service of a partition.
    pub(crate) fn system_service_of(&self, partition: Uuid) -> Option<&'static SystemService> {
        self.system_services().find(|service| service.partitions().any(|id| id == partition))
    }
}
