//! Whether an application, service or partition is in the cluster, and which similar names exist.
//! The backup service accepts ids of entities that do not exist, and changes nothing. Only the cluster's own lists show it.

mod absent;
mod entity;
mod lists;
mod near;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use http::Method;
use sf_backup_hyper::Error;
use sf_backup_ops::duration;
use sf_backup_ops::inventory::ServiceState;
use sf_backup_proto::inventory::{GetApplicationInfoList, GetPartitionInfoList, GetServiceNameInfo};
use sf_backup_proto::model::inventory::ServiceKind;
use sf_backup_proto::{ApplicationId, ErrorKind, GetBackupPolicyList, PartitionId, ServiceId};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::cluster::client::Client;
use crate::cluster::pages::all;
use crate::output::failure::Failure;
use lists::Services;

pub(crate) use absent::Absent;
pub(crate) use entity::Entity;

/// Time limit of a look-up, which is optional.
const PATIENCE: Duration = Duration::from_secs(15);
/// The cluster's own application, which it does not list among the others.
const SYSTEM: &str = "fabric:/System";

/// Whether the cluster has an entity.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    There(There),
    Absent(Absent),
    /// Unknown, because the cluster could not be read; with the reason.
    Unchecked(String),
}

/// An entity that is in the cluster.
#[derive(Debug, Clone, Default)]
pub(crate) struct There {
    /// The service that a partition belongs to.
    pub(crate) service: Option<ServiceId>,
    /// Whether the service has anything to back up, if the cluster reports it.
    pub(crate) state: Option<ServiceState>,
}

/// The cluster's inventory lists, each read once.
#[derive(Debug)]
pub(crate) struct Lookup {
    client: Client,
    applications: OnceCell<Result<Vec<String>, String>>,
    services: Mutex<HashMap<ApplicationId, Arc<OnceCell<Services>>>>,
    /// Why no further request is sent: access is denied, or the cluster does not respond.
    fatal: OnceLock<String>,
}

/// Fails with suggestions if the entity is not in the cluster. Succeeds if that is unknown.
pub(crate) async fn must_be_there(client: &Client, entity: &Entity) -> Result<(), Failure> {
    match Lookup::new(client.clone()).find(entity).await {
        Found::Absent(absent) => Err(absent.into()),
        Found::There(_) | Found::Unchecked(_) => Ok(()),
    }
}

impl Lookup {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, applications: OnceCell::new(), services: Mutex::default(), fatal: OnceLock::new() }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The services of an application that can be backed up; `None` if that is unknown.
    pub(crate) async fn persisted_services(&self, application: &ApplicationId) -> Option<Vec<ServiceId>> {
        let Services::Listed(services) = self.services(application).await else { return None };
        let persisted = services.into_iter().filter(|service| service.state == ServiceState::Persisted);
        persisted.map(|service| service.name.parse().ok()).collect()
    }

    /// Looks for an entity, with one read if it exists.
    pub(crate) async fn find(&self, entity: &Entity) -> Found {
        let search = async {
            match entity {
                Entity::Application(id) => self.application(id).await,
                Entity::Service(id) => self.service(id).await,
                Entity::Partition(id) => self.partition(*id).await,
            }
        };
        if let Some(why) = self.fatal.get() {
            return Found::Unchecked(why.clone());
        }
        match timeout(PATIENCE, search).await {
            Ok(found) => found,
            Err(_) => {
                let why = format!("no response within {}", duration::exact(PATIENCE));
                Found::Unchecked(self.fatal.get_or_init(|| why).clone())
            }
        }
    }

    /// Suggestions for the name of a policy that does not exist.
    pub(crate) async fn policies_like(&self, name: &str) -> Option<String> {
        let policies = timeout(PATIENCE, all(&self.client, GetBackupPolicyList::new())).await.ok()?.ok()?;
        let names: Vec<String> = policies.into_iter().map(|policy| policy.name).collect();
        (!names.is_empty()).then(|| near::hint(name, &names, "policies", "sf-backup policy list"))
    }

    /// Whether the backup service refuses reads, which every role may make, while the cluster responds to other
    /// queries. `error` is its refusal.
    pub(crate) async fn backup_service_refuses_reads(&self, error: &Error) -> bool {
        let refused = async {
            let is_read = error.operation().method() == Method::GET;
            let reads = GetBackupPolicyList::new().max_results(1_u32);
            is_read || self.client.send(reads).await.is_err_and(|error| error.kind() == ErrorKind::Forbidden)
        };
        let both = async { refused.await && self.client.send(GetApplicationInfoList::new()).await.is_ok() };
        timeout(PATIENCE, both).await.unwrap_or(false)
    }

    async fn application(&self, id: &ApplicationId) -> Found {
        let name = id.to_string();
        match self.applications().await {
            _ if name == SYSTEM => Found::There(There::default()),
            Err(why) => Found::Unchecked(why),
            Ok(names) if names.contains(&name) => Found::There(There::default()),
            // In a cluster without applications, nothing can be looked up.
            Ok([]) => Found::Unchecked("the cluster has no applications".to_owned()),
            Ok(_) => Found::Absent(self.no_application(id).await),
        }
    }

    async fn service(&self, id: &ServiceId) -> Found {
        let name = id.to_string();
        // Only a received list without the entity shows that it does not exist.
        let (mut listed, mut others, mut problem) = (false, false, None);
        for application in above(id) {
            match self.services(&application).await {
                Services::Listed(services) => {
                    if let Some(service) = services.iter().find(|service| service.name == name) {
                        return Found::There(There { service: None, state: Some(service.state) });
                    }
                    listed = true;
                    others |= !services.is_empty();
                }
                Services::NoSuchApplication => {}
                Services::Unanswered(why) => problem = problem.or(Some(why)),
            }
        }
        if let Some(why) = self.fatal.get() {
            return Found::Unchecked(why.clone());
        }
        if let (false, Some(why)) = (listed, &problem) {
            // Only the list of applications can still show that it does not exist.
            match self.applications().await {
                Ok(names) if !names.is_empty() && !above(id).any(|id| names.contains(&id.to_string())) => {}
                _ => return Found::Unchecked(why.clone()),
            }
        }
        // It may belong to an application of another name, or to none.
        match self.client.send(GetPartitionInfoList::new(id.clone())).await {
            Ok(page) if !page.items.is_empty() => {
                let stateless = page.items.iter().all(|item| item.service_kind == Some(ServiceKind::Stateless));
                return Found::There(There { service: None, state: stateless.then_some(ServiceState::Stateless) });
            }
            Err(error) if listed && error.kind() == ErrorKind::EntityNotFound => {
                return Found::Absent(self.no_service(id).await);
            }
            Ok(_) | Err(_) if others => return Found::Absent(self.no_service(id).await),
            Ok(_) => {}
            Err(error) => problem = problem.or_else(|| Some(self.reason(&error))),
        }
        match self.applications().await {
            Ok(names) if !names.is_empty() => {
                let above = above(id).find(|application| names.contains(&application.to_string()));
                match above {
                    None => Found::Absent(self.no_service(id).await),
                    Some(application) => match self.services(&application).await {
                        Services::Unanswered(why) => Found::Unchecked(why),
                        _ => Found::Absent(self.no_service(id).await),
                    },
                }
            }
            Ok(_) => Found::Unchecked(problem.unwrap_or_else(|| "the cluster has no applications".to_owned())),
            Err(why) => Found::Unchecked(problem.unwrap_or(why)),
        }
    }

    async fn partition(&self, id: PartitionId) -> Found {
        let name = match self.client.send(GetServiceNameInfo::new(id)).await {
            Ok(info) => info.name,
            Err(error) if error.kind() == ErrorKind::EntityNotFound => {
                return Found::Absent(Absent {
                    entity: Entity::Partition(id),
                    application: None,
                    response: error.fabric().map(|response| {
                        let code = response.code.as_ref().map(ToString::to_string);
                        (response.status.as_u16(), code.unwrap_or_default())
                    }),
                    hint: "'sf-backup partition list SERVICE' lists the ids of a service's partitions".to_owned(),
                });
            }
            Err(error) => return Found::Unchecked(self.reason(&error)),
        };
        let Some(service) = name.and_then(|name| name.parse::<ServiceId>().ok()) else {
            return Found::There(There::default());
        };
        let name = service.to_string();
        let mut state = None;
        for application in above(&service) {
            if let Services::Listed(services) = self.services(&application).await {
                state = services.iter().find(|service| service.name == name).map(|service| service.state);
            }
            if state.is_some() {
                break;
            }
        }
        Found::There(There { service: Some(service), state })
    }
}

/// The applications that a service can belong to by its name, the deepest first.
fn above(id: &ServiceId) -> impl Iterator<Item = ApplicationId> + use<> {
    let up = |id: &ApplicationId| id.to_string().parse::<ServiceId>().ok()?.application();
    std::iter::successors(id.application(), up)
}

#[cfg(test)]
mod tests;
