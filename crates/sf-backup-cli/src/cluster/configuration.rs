//! Reads the effective configuration of an application or a service and everything below, even if the backup service
//! cannot list it. If an application has no policy, and an entity in it is suspended without a policy of its own, the
//! list fails with a null reference. Then the services are read, and if that fails again, their partitions.

use sf_backup_hyper::Error;
use sf_backup_proto::model::configuration::BackupConfigurationInfo;
use sf_backup_proto::{
    ApplicationId, ErrorKind, GetApplicationBackupConfigurationInfo, GetPartitionBackupConfigurationInfo,
    GetServiceBackupConfigurationInfo, PartitionId, ServiceId,
};

use crate::cluster::client::Client;
use crate::cluster::inventory;
use crate::cluster::pages::all;
use crate::output::shell::word;

/// The response about one partition.
pub(crate) type OfPartition = (PartitionId, Option<BackupConfigurationInfo>);

/// The items of an application.
pub(crate) async fn of_application(
    client: &Client,
    application: &ApplicationId,
    services: Vec<ServiceId>,
) -> Result<Vec<BackupConfigurationInfo>, Error> {
    let list = all(client, GetApplicationBackupConfigurationInfo::new(application.clone())).await;
    if let Some(infos) = listed(list)? {
        return Ok(infos);
    }
    let mut infos = Vec::new();
    for service in services {
        infos.extend(of_service(client, &service).await?);
    }
    Ok(infos)
}

/// The items of a service.
pub(crate) async fn of_service(client: &Client, service: &ServiceId) -> Result<Vec<BackupConfigurationInfo>, Error> {
    let list = all(client, GetServiceBackupConfigurationInfo::new(service.clone())).await;
    match listed(list)? {
        Some(infos) => Ok(infos),
        None => {
            let partitions = of_partitions(client, service).await?;
            Ok(partitions.into_iter().filter_map(|(_, info)| info).collect())
        }
    }
}

/// Reads partition by partition.
pub(crate) async fn of_partitions(client: &Client, service: &ServiceId) -> Result<Vec<OfPartition>, Error> {
    let mut infos = Vec::new();
    for partition in inventory::partitions(client.clone(), service.clone()).await? {
        let info = client.send(GetPartitionBackupConfigurationInfo::new(partition.id)).await?;
        infos.push((partition.id, info));
    }
    Ok(infos)
}

/// Whether the backup service failed because of a suspended entity without a policy.
pub(crate) fn failed_over_suspension(error: &Error) -> bool {
    error.fabric().is_some_and(|response| response.status == 500)
}

/// The items; empty if there are none; `None` if the server failed because of a suspension.
fn listed(
    response: Result<Vec<BackupConfigurationInfo>, Error>,
) -> Result<Option<Vec<BackupConfigurationInfo>>, Error> {
    match response {
        Ok(infos) => Ok(Some(infos)),
        Err(error) if error.kind() == ErrorKind::BackupNotEnabled => Ok(Some(Vec::new())),
        Err(error) if failed_over_suspension(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The commands that save a policy unchanged.
pub(crate) fn save_again(policy: &str) -> String {
    let name = word(policy);
    format!(
        "sf-backup -o yaml policy show {name} > policy.yaml, put each secret in place of ****, then sf-backup policy \
         update {name} -f policy.yaml"
    )
}
