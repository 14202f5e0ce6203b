//! Creates and sends the calls that make changes.

use sf_backup_hyper::Error;
use sf_backup_ops::manifest::{Change, Entity};
use sf_backup_proto::{
    CreateBackupPolicy, DeleteBackupPolicy, DisableApplicationBackup, DisablePartitionBackup, DisableServiceBackup,
    EnableApplicationBackup, EnablePartitionBackup, EnableServiceBackup, ResumeApplicationBackup,
    ResumePartitionBackup, ResumeServiceBackup, SuspendApplicationBackup, SuspendPartitionBackup, SuspendServiceBackup,
    UpdateBackupPolicy,
};

use crate::cluster::client::Client;
use crate::commands::apply::Policies;

/// The call that makes a change.
pub(crate) fn make(
    client: Client,
    change: Change,
    policies: &Policies,
) -> impl Future<Output = Result<(), Error>> + Send + 'static + use<> {
    // The secrets of these policies were resolved before.
    let description = match &change {
        Change::CreatePolicy(name, _) | Change::UpdatePolicy(name, _) => policies.get(name).cloned(),
        _ => None,
    };
    async move {
        match (change, description) {
            (Change::CreatePolicy(..), Some(policy)) => client.send(CreateBackupPolicy::new(policy)).await,
            (Change::UpdatePolicy(name, _), Some(policy)) => client.send(UpdateBackupPolicy::new(name, policy)).await,
            (Change::CreatePolicy(..) | Change::UpdatePolicy(..), None) => Ok(()),
            (Change::DeletePolicy(name, _), _) => client.send(DeleteBackupPolicy::new(name)).await,
            (Change::Enable(entity, policy) | Change::Move(entity, _, policy), _) => match entity {
                Entity::Application(id) => client.send(EnableApplicationBackup::new(id, policy)).await,
                Entity::Service(id) => client.send(EnableServiceBackup::new(id, policy)).await,
                Entity::Partition { id, .. } => client.send(EnablePartitionBackup::new(id, policy)).await,
            },
            (Change::Disable(entity, _), _) => match entity {
                Entity::Application(id) => client.send(DisableApplicationBackup::new(id)).await,
                Entity::Service(id) => client.send(DisableServiceBackup::new(id)).await,
                Entity::Partition { id, .. } => client.send(DisablePartitionBackup::new(id)).await,
            },
            (Change::Suspend(entity), _) => match entity {
                Entity::Application(id) => client.send(SuspendApplicationBackup::new(id)).await,
                Entity::Service(id) => client.send(SuspendServiceBackup::new(id)).await,
                Entity::Partition { id, .. } => client.send(SuspendPartitionBackup::new(id)).await,
            },
            (Change::Resume(entity), _) => match entity {
                Entity::Application(id) => client.send(ResumeApplicationBackup::new(id)).await,
                Entity::Service(id) => client.send(ResumeServiceBackup::new(id)).await,
                Entity::Partition { id, .. } => client.send(ResumePartitionBackup::new(id)).await,
            },
        }
    }
}
