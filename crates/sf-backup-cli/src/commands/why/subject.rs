//! What `why` is asked about.

use sf_backup_hyper::Error;
use sf_backup_ops::effective_policy::Path;
use sf_backup_proto::inventory::{
    GetApplicationInfoList, GetApplicationNameInfo, GetServiceInfoList, GetServiceNameInfo,
};
use sf_backup_proto::{ApplicationId, ErrorKind, PartitionId, ServiceId};

use crate::cluster::context::CommandContext;
use crate::cluster::partitions;
use crate::cluster::session::Session;
use crate::options::ids::PartitionRef;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

/// What was typed; the cluster reports which kind of thing a name is.
#[derive(Debug)]
pub(super) enum Subject {
    Partition(PartitionId),
    /// A service, or an application whose name has several parts.
    Name(ServiceId),
    /// A name of one part.
    Application(ApplicationId),
}

impl Subject {
    /// Looks up a partition that is not given by its whole id.
    pub(super) fn read(text: &str, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<Self, Failure> {
        if let Some(typed) = PartitionRef::unmistakable(text) {
            return partitions::resolve(&typed, context, terminal).map(Self::Partition);
        }
        let refused = |error| Failure::Usage(format!("<ID>: {error}"));
        let name: ServiceId = text.parse().map_err(refused)?;
        match name.application() {
            Some(_) => Ok(Self::Name(name)),
            None => text.parse().map(Self::Application).map_err(refused),
        }
    }

    /// A dry run shows the first of several requests.
    pub(super) fn begin(&self, session: &mut Session<'_, '_>) -> Result<bool, Failure> {
        match self {
            Self::Partition(id) => session.begin(&GetServiceNameInfo::new(*id), "why", None),
            Self::Name(id) => session.begin(&GetApplicationNameInfo::new(id.clone()), "why", None),
            Self::Application(id) => session.begin(&GetServiceInfoList::new(id.clone()), "why", None),
        }
    }

    /// The entity, with what stands above it, and an application's services. It must be there: the backup service itself does
    /// not look.
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
        // An application that is not there is answered with no services, as one that has none.
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
