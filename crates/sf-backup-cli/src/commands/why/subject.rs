//! Finds the subject of `why` in the cluster.

use sf_backup_hyper::Error;
use sf_backup_ops::effective_policy::Path;
use sf_backup_proto::inventory::{
    GetApplicationInfoList, GetApplicationNameInfo, GetServiceInfoList, GetServiceNameInfo,
};
use sf_backup_proto::{ApplicationId, ErrorKind, ServiceId};

use crate::cluster::session::Session;
use crate::cluster::subject::Subject;
use crate::output::failure::Failure;

impl Subject {
    /// A dry run shows the first of several requests.
    pub(super) fn begin(&self, session: &mut Session<'_, '_>) -> Result<bool, Failure> {
        match self {
            Self::Partition(id) => session.begin(&GetServiceNameInfo::new(*id), "why", None),
            Self::Name(id) => session.begin(&GetApplicationNameInfo::new(id.clone()), "why", None),
            Self::Application(id) => session.begin(&GetServiceInfoList::new(id.clone()), "why", None),
        }
    }

    /// The entity with its ancestors, and the services of an application. Checks that it exists, because the backup
    /// service does not.
    pub(super) async fn path(self, session: &mut Session<'_, '_>) -> Result<(Path, Vec<ServiceId>), Failure> {
        let application = match self {
            Self::Partition(id) => {
                let name = session.ask(GetServiceNameInfo::new(id)).await?.name;
                let service: ServiceId =
                    name.and_then(|name| name.parse().ok()).ok_or_else(|| unreported(&id, "service"))?;
                let name = session.ask(GetApplicationNameInfo::new(service.clone())).await?.name;
                let application =
                    name.and_then(|name| name.parse().ok()).ok_or_else(|| unreported(&id, "application"))?;
                return Ok((Path { application, service: Some(service), partition: Some(id) }, Vec::new()));
            }
            Self::Name(service) => match session.send(GetApplicationNameInfo::new(service.clone())).await {
                Ok(info) => {
                    let application = info.name.and_then(|name| name.parse().ok());
                    let application = application.ok_or_else(|| unreported(&service, "application"))?;
                    return Ok((Path { application, service: Some(service), partition: None }, Vec::new()));
                }
                Err(error) if is_not_there(&error) => match service.to_string().parse::<ApplicationId>() {
                    Ok(application) => application,
                    Err(_) => return Err(error.into()),
                },
                Err(error) => return Err(error.into()),
            },
            Self::Application(id) => id,
        };
        // For an application that does not exist, the list of services is empty, as for one without services.
        let services = session.items(GetServiceInfoList::new(application.clone())).await?;
        if services.is_empty() {
            let there = session.items(GetApplicationInfoList::new()).await?;
            let same = |name: String| name.parse().ok().as_ref() == Some(&application);
            if !there.into_iter().filter_map(|info| info.name).any(same) {
                return Err(Failure::Absent(format!(
                    "{application}: the cluster has no application or service of this name"
                )));
            }
        }
        let services = services.into_iter().filter_map(|info| info.name?.parse().ok()).collect();
        Ok((Path { application, service: None, partition: None }, services))
    }
}

fn is_not_there(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::EntityNotFound | ErrorKind::NotFound)
}

fn unreported(id: &dyn std::fmt::Display, what: &str) -> Failure {
    Failure::Other(format!("{id}: the cluster does not report its {what}'s name"))
}
