//! An entity that is not in the cluster, with suggestions.

use sf_backup_proto::{ApplicationId, ErrorKind, ServiceId};

use super::entity::Entity;
use super::lists::Services;
use super::{Lookup, above, near};
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report};
use crate::output::shell;

/// Maximum number of applications in which a service is searched, to suggest similar names.
const SEARCHED: usize = 8;

/// An entity that is not in the cluster.
#[derive(Debug, Clone)]
pub(crate) struct Absent {
    pub(super) entity: Entity,
    /// The application of the service, if it does not exist, either.
    pub(super) application: Option<String>,
    /// Status and code of the cluster's error, if there was one.
    pub(super) response: Option<(u16, String)>,
    pub(super) hint: String,
}

impl Lookup {
    pub(super) async fn no_application(&self, id: &ApplicationId) -> Absent {
        let names = self.applications().await.unwrap_or_default();
        let service = self
            .service_named(id)
            .await
            .map(|service| format!("{service} is a service: use 'sf-backup service' commands"));
        let hint = service.unwrap_or_else(|| near::hint(id.as_path(), names, "applications", "sf-backup app list"));
        Absent { entity: Entity::Application(id.clone()), application: None, response: None, hint }
    }

    /// A service with the name that was given for an application, if there is one.
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

    pub(super) async fn no_service(&self, id: &ServiceId) -> Absent {
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
            [only] => format!("sf-backup service list {}", shell::word(only.as_path())),
            _ => "sf-backup service list APP".to_owned(),
        };
        Absent { entity, application, response: None, hint: near::hint(id.as_path(), &names, "services", &list) }
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
            Some((status, code)) => report.with_response(status, code),
            None => report,
        }
    }
}

impl From<Absent> for Failure {
    fn from(absent: Absent) -> Self {
        Self::Reported { exit: Exit::NotFound, report: Box::new(absent.report()) }
    }
}
