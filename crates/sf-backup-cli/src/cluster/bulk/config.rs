//! `app config` and `service config`

use sf_backup_hyper::Error;
use sf_backup_proto::model::configuration::BackupConfigurationInfo;
use sf_backup_proto::{GetApplicationBackupConfigurationInfo, GetServiceBackupConfigurationInfo, Paged};

use crate::cluster::calls::Calls;
use crate::cluster::client::Client;
use crate::cluster::configuration::{failed_over_suspension, of_application, of_service};
use crate::cluster::inventory;
use crate::cluster::session::Session;
use crate::output::failure::{Failure, with_causes};

/// A list of configurations that can be read level by level if the backup service fails.
pub(crate) trait ConfigurationList: Paged<Item = BackupConfigurationInfo> {
    fn read_below(&self, client: &Client) -> impl Future<Output = Result<Vec<BackupConfigurationInfo>, Error>>;
}

impl ConfigurationList for GetApplicationBackupConfigurationInfo {
    async fn read_below(&self, client: &Client) -> Result<Vec<BackupConfigurationInfo>, Error> {
        let (_, services) = inventory::services(client.clone(), self.application.clone()).await?;
        let services = services.into_iter().map(|service| service.id).collect();
        of_application(client, &self.application, services).await
    }
}

impl ConfigurationList for GetServiceBackupConfigurationInfo {
    async fn read_below(&self, client: &Client) -> Result<Vec<BackupConfigurationInfo>, Error> {
        of_service(client, &self.service).await
    }
}

impl Session<'_, '_> {
    /// `app config` and `service config`
    pub(crate) async fn config<O: ConfigurationList>(&mut self, calls: Calls<O>, verb: &str) -> Result<(), Failure> {
        let call = match calls.take() {
            Ok(call) => call,
            Err((calls, concurrency)) => return self.list(Calls::new(calls, Some(concurrency)), verb).await,
        };
        let read = match self.pages(call.clone()).await {
            Err(error) if failed_over_suspension(&error) => {
                self.terminal().warn(&in_place_of(&error));
                let client = self.client().clone();
                let infos = self.patiently(call.read_below(&client)).await.map_err(|error| self.blame(error))?;
                return self.show_list(infos);
            }
            read => read.map_err(|error| self.blame(error)),
        };
        if let Some(absent) = Box::pin(self.absence(&call, &read, Vec::is_empty)).await {
            return Err(absent);
        }
        self.show_list(read?)
    }
}

fn in_place_of(error: &Error) -> String {
    format!("the cluster cannot return the list ({}); showing each partition's own configuration", with_causes(error))
}
