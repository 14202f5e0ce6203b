//! The cluster's inventory lists, each read once.

use std::sync::PoisonError;

use sf_backup_hyper::Error;
use sf_backup_ops::inventory::ServiceState;
use sf_backup_proto::inventory::{GetApplicationInfoList, GetServiceInfoList};
use sf_backup_proto::model::inventory::ServiceInfo;
use sf_backup_proto::{ApplicationId, ErrorKind};

use super::Lookup;
use crate::cluster::pages::all;

/// The services of an application.
#[derive(Debug, Clone)]
pub(super) enum Services {
    Listed(Vec<Service>),
    NoSuchApplication,
    Unanswered(String),
}

#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) state: ServiceState,
}

impl Service {
    fn of(info: ServiceInfo) -> Option<Self> {
        let state = ServiceState::of(&info);
        Some(Self { name: full(info.name, info.id)?, state })
    }
}

impl Lookup {
    /// The names of all applications, or why they are unknown.
    pub(super) async fn applications(&self) -> Result<&[String], String> {
        if let Some(why) = self.fatal.get() {
            return Err(why.clone());
        }
        let read = || async {
            let infos = all(&self.client, GetApplicationInfoList::new()).await.map_err(|error| self.reason(&error))?;
            Ok(infos.into_iter().filter_map(|info| full(info.name, info.id)).collect())
        };
        self.applications.get_or_init(read).await.as_deref().map_err(Clone::clone)
    }

    pub(super) async fn services(&self, application: &ApplicationId) -> Services {
        if let Some(why) = self.fatal.get() {
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

    /// The message of an error. After some errors, no further look-ups are made.
    pub(super) fn reason(&self, error: &Error) -> String {
        let reason = format!("{}: {}", error.operation(), error.cause());
        let kind = error.kind();
        if kind.is_about_access()
            || matches!(
                kind,
                ErrorKind::Unreachable | ErrorKind::ResponseLost | ErrorKind::Timeout | ErrorKind::Unavailable
            )
        {
            self.fatal.get_or_init(|| reason.clone());
        }
        reason
    }
}

/// The full name of an item of a list.
fn full(name: Option<String>, id: Option<String>) -> Option<String> {
    name.or_else(|| Some(format!("fabric:/{}", id?.replace('~', "/"))))
}
