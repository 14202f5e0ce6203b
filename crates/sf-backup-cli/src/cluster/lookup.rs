//! Whether an application, service or partition is in the cluster, and what else somebody may have meant.
//!
//! The backup service takes ids of entities that do not exist, and changes nothing. Only the cluster's own lists tell.

mod near;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::Method;
use sf_backup_hyper::Error;
use sf_backup_ops::duration;
use sf_backup_ops::inventory::ServiceState;
use sf_backup_proto::inventory::{
    GetApplicationInfoList, GetPartitionInfoList, GetServiceInfoList, GetServiceNameInfo,
};
use sf_backup_proto::model::inventory::{ServiceInfo, ServiceKind};
use sf_backup_proto::{ApplicationId, ErrorKind, GetBackupPolicyList, OperationSpec, PartitionId, ServiceId};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::cluster::client::Client;
use crate::cluster::pages::all;
use crate::options::scope::Scope;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report};

/// Longer than this nobody waits for a look-up: it is a courtesy.
const PATIENCE: Duration = Duration::from_secs(15);
/// The cluster's own application, which it does not list among the others.
const SYSTEM: &str = "fabric:/System";
/// In how many applications a service is searched for, to name those like it.
const SEARCHED: usize = 8;

/// What a command is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Entity {
    Application(ApplicationId),
    Service(ServiceId),
    Partition(PartitionId),
}

/// What the cluster says of an entity.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    There(There),
    Absent(Absent),
    /// Nobody answered that could tell; and why not.
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

/// An entity that is not in the cluster.
#[derive(Debug, Clone)]
pub(crate) struct Absent {
    entity: Entity,
    /// The application of that service is not there either.
    application: Option<String>,
    /// The error by which the cluster said so, if it was one: status and code.
    response: Option<(u16, String)>,
    hint: String,
}

/// The cluster's lists, each read once.
#[derive(Debug)]
pub(crate) struct Lookup {
    client: Client,
    applications: OnceCell<Result<Vec<String>, String>>,
    services: Mutex<HashMap<ApplicationId, Arc<OnceCell<Services>>>>,
    /// Why nothing more is asked for: who asks is refused, or nobody answers.
    hopeless: OnceLock<String>,
}

/// The services of an application.
#[derive(Debug, Clone)]
enum Services {
    Listed(Vec<Service>),
    NoSuchApplication,
    Unanswered(String),
}

#[derive(Debug, Clone)]
struct Service {
    name: String,
    state: ServiceState,
}

impl Entity {
    /// What a call of this operation is about, by its name, if it is about an entity of the cluster.
    pub(crate) fn of(operation: &OperationSpec, name: &str) -> Option<Self> {
        match operation.path.split('/').nth(1)? {
            "Applications" => name.parse().ok().map(Self::Application),
            "Services" => name.parse().ok().map(Self::Service),
            "Partitions" => name.parse().ok().map(Self::Partition),
            _ => None,
        }
    }

    /// What a scope is about; `None` for the whole cluster.
    pub(crate) fn of_scope(scope: &Scope) -> Option<Self> {
        Some(match scope {
            Scope::Cluster => return None,
            Scope::Application(id) => Self::Application(id.clone()),
            Scope::Service(id) => Self::Service(id.clone()),
            Scope::Partition(id) => Self::Partition(*id),
        })
    }

    /// The noun of the commands about it.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Application(_) => "app",
            Self::Service(_) => "service",
            Self::Partition(_) => "partition",
        }
    }
}

impl std::fmt::Display for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Application(id) => id.fmt(f),
            Self::Service(id) => id.fmt(f),
            Self::Partition(id) => write!(f, "partition {id}"),
        }
    }
}

/// Fails with what was meant, if the entity is not in the cluster. If that is unknown, it may be.
pub(crate) async fn must_be_there(client: &Client, entity: &Entity) -> Result<(), Failure> {
    match Lookup::new(client.clone()).find(entity).await {
        Found::Absent(absent) => Err(absent.into()),
        Found::There(_) | Found::Unchecked(_) => Ok(()),
    }
}

impl Lookup {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, applications: OnceCell::new(), services: Mutex::default(), hopeless: OnceLock::new() }
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

    /// Looks for an entity: one read if it is there.
    pub(crate) async fn find(&self, entity: &Entity) -> Found {
        let search = async {
            match entity {
                Entity::Application(id) => self.application(id).await,
                Entity::Service(id) => self.service(id).await,
                Entity::Partition(id) => self.partition(*id).await,
            }
        };
        if let Some(why) = self.hopeless.get() {
            return Found::Unchecked(why.clone());
        }
        match timeout(PATIENCE, search).await {
            Ok(found) => found,
            Err(_) => {
                let why = format!("no response within {}", duration::exact(PATIENCE));
                Found::Unchecked(self.hopeless.get_or_init(|| why).clone())
            }
        }
    }

    /// What may have been meant by a policy's name that the cluster does not know.
    pub(crate) async fn policies_like(&self, name: &str) -> Option<String> {
        let policies = timeout(PATIENCE, all(&self.client, GetBackupPolicyList::new())).await.ok()?.ok()?;
        let names: Vec<String> = policies.into_iter().map(|policy| policy.name).collect();
        (!names.is_empty()).then(|| near::hint(name, &names, "policies", "sf-backup policy list"))
    }

    /// Whether the backup service refuses reads, which every role may do, while the cluster answers other queries. `error` is
    /// a refusal by it.
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
            // A cluster without applications is asked about none.
            Ok([]) => Found::Unchecked("the cluster has no applications".to_owned()),
            Ok(_) => Found::Absent(self.no_application(id).await),
        }
    }

    async fn service(&self, id: &ServiceId) -> Found {
        let name = id.to_string();
        // Only a list that was received and does not contain it shows that it does not exist.
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
        if let Some(why) = self.hopeless.get() {
            return Found::Unchecked(why.clone());
        }
        if let (false, Some(why)) = (listed, &problem) {
            // Only the list of applications is left that could tell that it is not there.
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

    /// The names of all applications, or why they are not known.
    async fn applications(&self) -> Result<&[String], String> {
        if let Some(why) = self.hopeless.get() {
            return Err(why.clone());
        }
        let read = || async {
            let infos = all(&self.client, GetApplicationInfoList::new()).await.map_err(|error| self.reason(&error))?;
            Ok(infos.into_iter().filter_map(|info| full(info.name, info.id)).collect())
        };
        self.applications.get_or_init(read).await.as_deref().map_err(Clone::clone)
    }

    async fn services(&self, application: &ApplicationId) -> Services {
        if let Some(why) = self.hopeless.get() {
            return Services::Unanswered(why.clone());
        }
        let cell = {
            let mut lists = self.services.lock().unwrap_or_else(PoisonError::into_inner);
            lists.entry(application.clone()).or_default().clone()
        };
        let read = || async {
            match all(&self.client, GetServiceInfoList::new(application.clone())).await {
                Ok(infos) => Services::Listed(infos.into_iter().filter_map(Service::of).collect()),
                Err(error) if error.kind() == ErrorKind::EntityNotFound => Services::NoSuchApplication,
                Err(error) => Services::Unanswered(self.reason(&error)),
            }
        };
        cell.get_or_init(read).await.clone()
    }

    /// What an error says. After some of them nobody else is asked.
    fn reason(&self, error: &Error) -> String {
        let reason = format!("{}: {}", error.operation(), error.cause());
        let kind = error.kind();
        if kind.is_about_access()
            || matches!(
                kind,
                ErrorKind::Unreachable | ErrorKind::ResponseLost | ErrorKind::Timeout | ErrorKind::Unavailable
            )
        {
            self.hopeless.get_or_init(|| reason.clone());
        }
        reason
    }

    async fn no_application(&self, id: &ApplicationId) -> Absent {
        let names = self.applications().await.unwrap_or_default();
        let service = self
            .service_named(id)
            .await
            .map(|service| format!("{service} is a service: use 'sf-backup service' commands"));
        let hint = service.unwrap_or_else(|| near::hint(id.as_path(), names, "applications", "sf-backup app list"));
        Absent { entity: Entity::Application(id.clone()), application: None, response: None, hint }
    }

    /// The service of the name that was given for an application's, if there is one.
    async fn service_named(&self, id: &ApplicationId) -> Option<String> {
        let name = id.to_string();
        for application in above(&name.parse().ok()?) {
            if let Services::Listed(services) = self.services(&application).await
                && services.iter().any(|service| service.name == name)
            {
                return Some(name);
            }
        }
        None
    }

    async fn no_service(&self, id: &ServiceId) -> Absent {
        let entity = Entity::Service(id.clone());
        let applications = self.applications().await.unwrap_or_default();
        let name = id.to_string();
        if applications.contains(&name) {
            let hint = format!("{name} is an application: use 'sf-backup app' commands");
            return Absent { entity, application: None, response: None, hint };
        }
        let own = above(id).find(|application| applications.contains(&application.to_string()));
        let application = (own.is_none() && !applications.is_empty())
            .then(|| above(id).last().map(|application| application.to_string()))
            .flatten();
        let searched: Vec<ApplicationId> = match own {
            Some(own) => vec![own],
            None => {
                let first = above(id).last();
                let like = first.iter().flat_map(|id| near::like(id.as_path(), applications));
                let like: Vec<_> = like.filter_map(|name| name.parse().ok()).collect();
                let few = applications.iter().take(SEARCHED).filter_map(|name| name.parse().ok());
                if like.is_empty() && applications.len() <= SEARCHED { few.collect() } else { like }
            }
        };
        let mut names = Vec::new();
        for application in
            searched.iter().chain(above(id).filter(|_| applications.is_empty()).collect::<Vec<_>>().iter())
        {
            if let Services::Listed(services) = self.services(application).await {
                names.extend(services.into_iter().map(|service| service.name));
            }
        }
        let list = match searched.as_slice() {
            [only] => format!("sf-backup service list {}", crate::output::shell::word(only.as_path())),
            _ => "sf-backup service list APP".to_owned(),
        };
        Absent { entity, application, response: None, hint: near::hint(id.as_path(), &names, "services", &list) }
    }
}

impl Service {
    fn of(info: ServiceInfo) -> Option<Self> {
        let state = ServiceState::of(&info);
        Some(Self { name: full(info.name, info.id)?, state })
    }
}

impl Absent {
    pub(crate) fn report(self) -> Report {
        let problem = match (&self.entity, &self.application) {
            (Entity::Service(id), Some(application)) => {
                format!("{id}: the cluster has no application {application}")
            }
            (Entity::Partition(id), _) => format!("{id}: the cluster has no partition with this id"),
            (Entity::Service(id), None) => format!("{id}: the cluster has no service of this name"),
            (Entity::Application(id), _) => format!("{id}: the cluster has no application of this name"),
        };
        let entity = self.entity.to_string();
        let report = Report::about(ErrorKind::EntityNotFound.as_str(), &entity, problem, Some(self.hint));
        match self.response {
            Some((status, code)) => report.answered(status, code),
            None => report,
        }
    }
}

impl From<Absent> for Failure {
    fn from(absent: Absent) -> Self {
        Self::Reported { exit: Exit::NotFound, report: Box::new(absent.report()) }
    }
}

/// The applications that a service can belong to by its name, the deepest first.
fn above(id: &ServiceId) -> impl Iterator<Item = ApplicationId> + use<> {
    let up = |id: &ApplicationId| id.to_string().parse::<ServiceId>().ok()?.application();
    std::iter::successors(id.application(), up)
}

/// A full name, from an item of a list.
fn full(name: Option<String>, id: Option<String>) -> Option<String> {
    name.or_else(|| Some(format!("fabric:/{}", id?.replace('~', "/"))))
}

#[cfg(test)]
mod tests;
