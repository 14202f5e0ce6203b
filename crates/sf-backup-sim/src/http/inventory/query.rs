//! A query that was routed, before its response.

use crate::world::refusal::Refusal;
use sf_backup_proto::PartitionId;
use uuid::Uuid;

use super::version::Version;
use crate::http::refusal;
use crate::world::entity::guid;
use crate::world::state::State;
use crate::world::system::SystemService;
use crate::world::topology::{Partition, Service};

/// A query that is responded to with JSON.
#[derive(Debug)]
pub(crate) struct Query<'s> {
    pub(super) state: &'s State,
    pub(super) version: Version,
    pub(super) ids: Vec<String>,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) body: &'s [u8],
}

/// A service, of an application or of the system.
#[derive(Debug, Clone, Copy)]
pub(super) enum AnyService<'s> {
    Own(&'s Service),
    System(&'static SystemService),
}

impl<'s> Query<'s> {
    /// The value of the first query parameter of this name, ignoring case.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        parameters.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The id at this place of the path.
    pub(super) fn id(&self, place: usize) -> &str {
        self.ids.get(place).map_or("", String::as_str)
    }

    /// The last id of the path, as a full name.
    pub(super) fn last_name(&self) -> String {
        format!("fabric:/{}", self.ids.last().map_or("", String::as_str))
    }

    /// The service of the last id.
    pub(super) fn service(&self) -> Option<AnyService<'s>> {
        let name = self.last_name();
        let system = self.state.system_service(&name).map(AnyService::System);
        system.or_else(|| Some(AnyService::Own(self.state.topology.service(&name)?.1)))
    }

    /// The id of the partition at this place of the path, and its service.
    ///
    /// # Errors
    /// If the id is malformed, or the partition does not exist.
    pub(super) fn partition(&self, place: usize) -> Result<(Uuid, AnyService<'s>), Refusal> {
        let id = guid(self.id(place)).ok_or_else(refusal::gateway_bad_partition)?;
        if let Some(system) = self.state.system_service_of(id) {
            return Ok((id, AnyService::System(system)));
        }
        let found = self.state.topology.partition(id).ok_or_else(refusal::gateway_partition_missing)?;
        Ok((id, AnyService::Own(found.1)))
    }
}

impl AnyService<'_> {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Own(service) => service.name(),
            Self::System(service) => service.name(),
        }
    }

    pub(super) fn is_stateful(&self) -> bool {
        match self {
            Self::Own(service) => service.is_stateful(),
            Self::System(_) => true,
        }
    }

    pub(super) fn partition_ids(&self) -> Vec<Uuid> {
        match self {
            Self::Own(service) => service.partitions().iter().map(Partition::id).collect(),
            Self::System(service) => service.partitions().collect(),
        }
    }
}

/// The text of a partition id in responses.
pub(super) fn id_text(id: Uuid) -> String {
    PartitionId::from(id).to_string()
}
