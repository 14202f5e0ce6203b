//! The configuration of a cluster, as far as its responses contain it.

use std::collections::{BTreeMap, BTreeSet};

use sf_backup_proto::model::configuration::{BackupConfigurationInfo, BackupSuspensionScope};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{ApplicationId, PolicyName, ServiceId};

use super::Entity;

/// The configuration of a cluster.
///
/// A suspension is only returned if backup is enabled somewhere in the application. One that remained when the last
/// policy of an application was disabled is invisible until one is enabled again. An application's own suspension is
/// also invisible if the application is not enabled, and everything that is enabled in it is suspended itself.
/// that is enabled in it is suspended itself and the application is not enabled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actual {
    /// The policies by name, with masked secrets. Policies whose names cannot be sent in a request are omitted.
    pub policies: BTreeMap<PolicyName, BackupPolicyDescription>,
    /// Entities with their own policy.
    pub enablement: BTreeMap<Entity, PolicyName>,
    /// Entities that are suspended themselves.
    pub suspensions: BTreeSet<Entity>,
    /// The applications of services, as far as known.
    pub owners: BTreeMap<ServiceId, ApplicationId>,
    /// Deleted entities that still have a policy. The cluster forgets them when the policy is deleted.
    pub gone: BTreeSet<Entity>,
    /// Policies with entities whose names cannot be sent in a request.
    pub held: BTreeSet<PolicyName>,
    /// Whether the runtime is 11.3 or later and returns the members of that release; others drop them silently.
    pub returns_later_members: bool,
}

impl Actual {
    /// The application that an entity is, or belongs to. If that is not known, it follows from the name; a name of one
    /// level has no parent.
    pub fn application(&self, entity: &Entity) -> Option<ApplicationId> {
        match entity {
            Entity::Application(id) => Some(id.clone()),
            Entity::Service(service) | Entity::Partition { service, .. } => {
                self.owners.get(service).cloned().or_else(|| service.application())
            }
        }
    }

    /// The applications with an existing entity on which a policy is enabled.
    pub(super) fn enabled_applications(&self) -> BTreeSet<Option<ApplicationId>> {
        let there = self.enablement.keys().filter(|entity| !self.gone.contains(entity));
        there.map(|entity| self.application(entity)).collect()
    }
}

/// The suspended entity in an item of a response: the item's entity, or the level above it that the item names. Ignores
/// items of other applications than `application`: the server selects them by the beginning of their names.
pub fn suspended(info: &BackupConfigurationInfo, application: &ApplicationId, actual: &Actual) -> Option<Entity> {
    let entity = of(info)?;
    if actual.application(&entity).as_ref() != Some(application) {
        return None;
    }
    let suspension = info.suspension_info()?;
    if suspension.is_suspended != Some(true) {
        return None;
    }
    match (suspension.suspension_inherited_from.as_ref()?, entity) {
        (BackupSuspensionScope::Application, _) => Some(Entity::Application(application.clone())),
        (BackupSuspensionScope::Service, Entity::Service(service) | Entity::Partition { service, .. }) => {
            Some(Entity::Service(service))
        }
        (BackupSuspensionScope::Partition, entity @ Entity::Partition { .. }) => Some(entity),
        _ => None,
    }
}

fn of(info: &BackupConfigurationInfo) -> Option<Entity> {
    Some(match info {
        BackupConfigurationInfo::Application(info) => {
            Entity::Application(info.application_name.as_ref()?.parse().ok()?)
        }
        BackupConfigurationInfo::Service(info) => Entity::Service(info.service_name.as_ref()?.parse().ok()?),
        BackupConfigurationInfo::Partition(info) => {
            Entity::Partition { service: info.service_name.as_ref()?.parse().ok()?, id: info.partition_id?.into() }
        }
        _ => return None,
    })
}
