//! What a cluster is configured to do, as far as its responses contain it.

use std::collections::{BTreeMap, BTreeSet};

use sf_backup_proto::model::configuration::{BackupConfigurationInfo, BackupSuspensionScope};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{ApplicationId, PolicyName, ServiceId};

use super::Entity;

/// The configuration of a cluster.
///
/// A suspension is reported only where backup is enabled somewhere in the application. One that was left when the last policy of
/// an application was disabled cannot be seen until one is enabled again; neither can the application's own while everything
/// that is enabled in it is suspended itself and the application is not enabled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actual {
    /// The policies by name, secrets masked. Those whose name no call can be made for are left out.
    pub policies: BTreeMap<PolicyName, BackupPolicyDescription>,
    /// What has a policy of its own.
    pub enablement: BTreeMap<Entity, PolicyName>,
    /// What is suspended itself.
    pub suspensions: BTreeSet<Entity>,
    /// The applications of services, as far as they are known.
    pub owners: BTreeMap<ServiceId, ApplicationId>,
    /// What has a policy and is no longer in the cluster. The cluster forgets it when the policy is deleted.
    pub gone: BTreeSet<Entity>,
    /// Policies with entities whose names no call can be made for.
    pub held: BTreeSet<PolicyName>,
    /// Whether the runtime, 11.3 or later, knows the members that came with it: one that does not drops them without a word.
    pub returns_later_members: bool,
}

impl Actual {
    /// The application that an entity is, or belongs to. If that is not known, it follows from the name; a name of one level has
    /// nothing above it.
    pub fn application(&self, entity: &Entity) -> Option<ApplicationId> {
        match entity {
            Entity::Application(id) => Some(id.clone()),
            Entity::Service(service) | Entity::Partition { service, .. } => {
                self.owners.get(service).cloned().or_else(|| service.application())
            }
        }
    }

    /// The applications in which something is enabled that is still there.
    pub(super) fn enabled_applications(&self) -> BTreeSet<Option<ApplicationId>> {
        let there = self.enablement.keys().filter(|entity| !self.gone.contains(entity));
        there.map(|entity| self.application(entity)).collect()
    }
}

/// What an item of a response reports as suspended: the level that is named, at or above the item's entity. Items of another application than `application` are of no account: the server matches names by their
/// beginnings.
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
