//! Reads the configuration of a cluster.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use sf_backup_ops::lint::RuntimeVersion;
use sf_backup_ops::manifest::{Actual, Entity, suspended};
use sf_backup_proto::inventory::GetApplicationInfoList;
use sf_backup_proto::model::entity::BackupEntity;
use sf_backup_proto::{ApplicationId, GetAllEntitiesBackedUpByPolicy, GetBackupPolicyList, PolicyName, ServiceId};

use crate::cluster::client::Client;
use crate::cluster::configuration;
use crate::cluster::policy_gate;
use crate::cluster::{batch, inventory, pages};
use crate::output::failure::Failure;

/// Items per page, for lists with reliable pages.
const PAGE: u32 = 500;

/// The first release that returns all members of a policy.
const FIRST_LATER_MEMBERS: RuntimeVersion = RuntimeVersion::new(11, 3);

/// A cluster's configuration, and what it does not include.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) actual: Actual,
    pub(crate) notes: Vec<String>,
    pub(crate) runtime: Option<RuntimeVersion>,
}

/// Reads policies, where they are enabled, and what is suspended.
pub(crate) async fn read(client: Client, parallel: NonZeroUsize) -> Result<Read, Failure> {
    let mut read = Read::default();
    for policy in pages::all(&client, GetBackupPolicyList::new().max_results(PAGE)).await? {
        match policy.name.parse::<PolicyName>() {
            Ok(name) => _ = read.actual.policies.insert(name, policy),
            Err(error) => read.notes.push(format!("skipped, because no request can be built for it: {error}")),
        }
    }
    let names: Vec<PolicyName> = read.actual.policies.keys().cloned().collect();
    let entities = |name: PolicyName| {
        let client = client.clone();
        async move {
            let list = GetAllEntitiesBackedUpByPolicy::new(name.clone()).max_results(PAGE);
            pages::all(&client, list).await.map(|entities| (name, entities))
        }
    };
    for (name, entities) in batch::try_map(names, parallel, entities).await? {
        for entity in entities {
            read.enabled(&name, &entity);
        }
    }
    read.applications(&client, parallel).await?;
    read.suspensions(&client, parallel).await?;
    read.runtime = policy_gate::runtime(&client).await;
    // If unknown, it does not return them: what is missing is then no difference.
    read.actual.returns_later_members = read.runtime.is_some_and(|runtime| runtime >= FIRST_LATER_MEMBERS);
    Ok(read)
}

impl Read {
    fn enabled(&mut self, policy: &PolicyName, entity: &BackupEntity) {
        match Entity::of(entity) {
            Some(entity) => _ = self.actual.enablement.insert(entity, policy.clone()),
            None => {
                self.actual.held.insert(policy.clone());
                self.notes.push(format!(
                    "skipped an entity on which policy {policy} is enabled: its name cannot be part of a request"
                ));
            }
        }
    }

    /// Reads the applications of the services, and which entities were deleted.
    async fn applications(&mut self, client: &Client, parallel: NonZeroUsize) -> Result<(), Failure> {
        let Actual { enablement, owners, gone, .. } = &mut self.actual;
        if enablement.is_empty() {
            return Ok(());
        }
        let infos = pages::all(client, GetApplicationInfoList::new()).await?;
        let there = infos.into_iter().filter_map(|info| info.name?.parse().ok());
        let applications: BTreeSet<ApplicationId> = there.collect();

        // The name does not show where the application's name ends: fabric:/A/B/C is a service of fabric:/A or of
        // fabric:/A/B.
        let enabled: BTreeSet<&ServiceId> = enablement.keys().filter_map(Entity::service).collect();
        let above = |id: &&ApplicationId| enabled.iter().any(|service| is_above(id, service));
        let parents: Vec<ApplicationId> = applications.iter().filter(above).cloned().collect();
        let services = |id| inventory::services(client.clone(), id);
        for (application, services) in batch::try_map(parents, parallel, services).await? {
            owners.extend(services.into_iter().map(|service| (service.id, application.clone())));
        }

        let split: BTreeSet<ServiceId> = enablement
            .keys()
            .filter_map(|entity| match entity {
                Entity::Partition { service, .. } if owners.contains_key(service) => Some(service.clone()),
                _ => None,
            })
            .collect();
        let partitions = |id| inventory::partitions(client.clone(), id);
        let partitions = batch::try_map(split, parallel, partitions).await?;
        let partitions: BTreeSet<_> = partitions.into_iter().flatten().map(|partition| partition.id).collect();

        let is_there = |entity: &Entity| match entity {
            Entity::Application(id) => applications.contains(id),
            Entity::Service(id) => owners.contains_key(id),
            Entity::Partition { id, .. } => partitions.contains(id),
        };
        gone.extend(enablement.keys().filter(|entity| !is_there(entity)).cloned());
        Ok(())
    }

    /// Reads the suspensions in the applications in which something is enabled; those in others are not returned.
    async fn suspensions(&mut self, client: &Client, parallel: NonZeroUsize) -> Result<(), Failure> {
        let actual = &self.actual;
        let there = actual.enablement.keys().filter(|entity| !actual.gone.contains(entity));
        let applications: BTreeSet<ApplicationId> = there.filter_map(|entity| actual.application(entity)).collect();
        let infos = |application: ApplicationId| {
            let services: Vec<ServiceId> =
                actual.owners.iter().filter(|(_, id)| **id == application).map(|(id, _)| id.clone()).collect();
            let client = client.clone();
            async move {
                let infos = configuration::of_application(&client, &application, services).await;
                infos.map(|infos| (application, infos))
            }
        };
        let mut found = BTreeSet::new();
        for (application, infos) in batch::try_map(applications, parallel, infos).await? {
            found.extend(infos.iter().filter_map(|info| suspended(info, &application, actual)));
        }
        self.actual.suspensions = found;
        Ok(())
    }
}

/// Whether one name is an ancestor of another by its levels.
fn is_above(application: &ApplicationId, service: &ServiceId) -> bool {
    let below = service.as_path().strip_prefix(application.as_path());
    below.is_some_and(|rest| rest.starts_with('/'))
}
