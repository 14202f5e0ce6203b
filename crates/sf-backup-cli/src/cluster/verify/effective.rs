//! The effective configuration of an entity, and what differs below it.

use std::collections::{BTreeSet, HashSet};

use sf_backup_hyper::Error;
use sf_backup_proto::model::configuration::{BackupConfigurationInfo, BackupPolicyScope, BackupSuspensionScope};
use sf_backup_proto::{ErrorKind, GetApplicationBackupConfigurationInfo, GetPartitionBackupConfigurationInfo};

use crate::cluster::client::Client;
use crate::cluster::configuration;
use crate::cluster::inventory;
use crate::cluster::lookup::Entity;
use crate::cluster::pages::all;

/// The effective configuration of an entity.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct EffectiveState {
    /// The policy that is enabled on the entity itself.
    pub(super) own: Option<String>,
    /// The effective policy.
    pub(super) policy: Option<String>,
    /// The nearest level at which it is suspended; `None` if it is not, or if that is unknown.
    pub(super) suspended: Option<BackupSuspensionScope>,
    /// Whether the entity's own item was listed.
    pub(super) is_known: bool,
    /// Services and partitions below it with their own policy.
    pub(super) overridden: BTreeSet<String>,
    /// Services and partitions below it that are suspended themselves.
    pub(super) suspended_below: BTreeSet<String>,
    /// Whether anything was listed below it.
    is_known_below: bool,
    /// The levels above the items below it at which they are suspended.
    suspended_above: HashSet<BackupSuspensionScope>,
}

impl EffectiveState {
    /// Reads it. Without a policy, nothing is effective.
    pub(super) async fn read(client: &Client, entity: &Entity) -> Result<Self, Error> {
        let infos = match entity {
            Entity::Application(id) => {
                match all(client, GetApplicationBackupConfigurationInfo::new(id.clone())).await {
                    Err(error) if configuration::failed_over_suspension(&error) => {
                        let (_, services) = inventory::services(client.clone(), id.clone()).await?;
                        let services = services.into_iter().map(|service| service.id).collect();
                        configuration::of_application(client, id, services).await
                    }
                    infos => infos,
                }
            }
            Entity::Service(id) => configuration::of_service(client, id).await,
            Entity::Partition(id) => {
                let info = client.send(GetPartitionBackupConfigurationInfo::new(*id)).await;
                info.map(|info| info.into_iter().collect())
            }
        };
        match infos {
            Ok(infos) => Ok(Self::of(entity, &infos)),
            Err(error) if error.kind() == ErrorKind::BackupNotEnabled => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    fn of(entity: &Entity, infos: &[BackupConfigurationInfo]) -> Self {
        let mut effective = Self::default();
        for info in infos {
            match info {
                BackupConfigurationInfo::Application(app) if is(entity, app.application_name.as_deref()) => {
                    effective.take(info, BackupPolicyScope::Application);
                }
                BackupConfigurationInfo::Service(service) if is(entity, service.service_name.as_deref()) => {
                    effective.take(info, BackupPolicyScope::Service);
                }
                BackupConfigurationInfo::Partition(_) if matches!(entity, Entity::Partition(_)) => {
                    effective.take(info, BackupPolicyScope::Partition);
                }
                BackupConfigurationInfo::Service(service) if is_below(entity, service.service_name.as_deref()) => {
                    let name = service.service_name.clone().unwrap_or_default();
                    effective.below(info, name, &BackupPolicyScope::Service, &BackupSuspensionScope::Service);
                }
                BackupConfigurationInfo::Partition(partition)
                    if is(entity, partition.service_name.as_deref())
                        || is_below(entity, partition.service_name.as_deref()) =>
                {
                    let name = partition.partition_id.map(|id| id.to_string()).unwrap_or_default();
                    effective.below(info, name, &BackupPolicyScope::Partition, &BackupSuspensionScope::Partition);
                }
                _ => {}
            }
        }
        if !effective.is_known && effective.is_known_below {
            // The entity has no policy of its own, or the list failed: the items below show what they inherit from here
            // and from above.
            effective.is_known = true;
            let scopes = [BackupSuspensionScope::Service, BackupSuspensionScope::Application];
            effective.suspended = scopes.into_iter().find(|scope| effective.suspended_above.contains(scope));
        }
        effective
    }

    fn take(&mut self, info: &BackupConfigurationInfo, level: BackupPolicyScope) {
        self.is_known = true;
        self.policy = info.policy_name().map(str::to_owned);
        if info.policy_inherited_from() == Some(&level) {
            self.own.clone_from(&self.policy);
        }
        let suspension = info.suspension_info().filter(|suspension| suspension.is_suspended == Some(true));
        self.suspended = suspension.and_then(|suspension| suspension.suspension_inherited_from.clone());
    }

    fn below(
        &mut self,
        info: &BackupConfigurationInfo,
        name: String,
        level: &BackupPolicyScope,
        suspension: &BackupSuspensionScope,
    ) {
        self.is_known_below = true;
        let suspended = info.suspension_info().filter(|suspension| suspension.is_suspended == Some(true));
        match suspended.and_then(|found| found.suspension_inherited_from.as_ref()) {
            Some(found) if found == suspension => _ = self.suspended_below.insert(name.clone()),
            found => self.suspended_above.extend(found.cloned()),
        }
        if info.policy_inherited_from() == Some(level) {
            self.overridden.insert(name);
        }
    }
}

fn is(entity: &Entity, name: Option<&str>) -> bool {
    name.is_some_and(|name| name.replace('~', "/") == entity.to_string())
}

/// Whether a service belongs to an application. The server selects by the beginning of names, so the list of
/// `fabric:/App1` includes the services of `fabric:/App10`.
fn is_below(entity: &Entity, service: Option<&str>) -> bool {
    let Entity::Application(id) = entity else { return false };
    let rest = service.and_then(|name| name.strip_prefix(&id.to_string()).map(str::to_owned));
    rest.is_some_and(|rest| rest.starts_with(['/', '~']))
}
