//! `enable --backup-now`: backups of the partitions that a policy covers, once it is in effect.

use std::num::NonZeroUsize;

use sf_backup_ops::inventory::ServiceState;
use sf_backup_proto::{BackupPartition, GetPartitionBackupConfigurationInfo, PartitionId};

use super::Enables;
use crate::cluster::calls::Calls;
use crate::cluster::client::Client;
use crate::cluster::runtime::Interrupts;
use crate::cluster::session::Session;
use crate::cluster::verify::Verified;
use crate::cluster::{batch, inventory};
use crate::options::ids::Concurrency;
use crate::options::scope::Scope;
use crate::options::waiting::{BackupNow, Waiting};
use crate::output::failure::Failure;

/// Number of lists and configurations that are read concurrently.
const PARALLEL: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);
const VERB: &str = "partition backup";

impl Session<'_, '_> {
    /// Starts a backup of each partition that the policy covers, like `service backup`.
    pub(super) async fn back_up_covered<O: Enables>(
        &mut self,
        enabled: &Calls<O>,
        waiting: Waiting,
        now: BackupNow,
    ) -> Result<(), Failure> {
        let client = self.client().clone();
        let mut covered = Vec::new();
        for call in enabled.all() {
            let found = self.patiently(covered_by(&client, &call.scope(), call.policy())).await?;
            covered.extend(found.into_iter().filter(|id| !covered.contains(id)).collect::<Vec<_>>());
        }
        // What was verified before concerns the enabled entities, not these partitions.
        self.verified = Verified::default();
        if self.terminal().console.interruptible {
            self.on_interrupt(Interrupts::by_person());
        }
        let calls = covered.into_iter().map(BackupPartition::new).collect();
        let concurrency = if enabled.are_several() {
            enabled.concurrency()
        } else {
            Concurrency { parallel: PARALLEL, ..Concurrency::default() }
        };
        let waits = now.waits.then_some(Waiting { then: None, ..waiting });
        self.start(Calls::new(calls, Some(concurrency)).wait(waits), VERB, "").await
    }
}

/// The partitions below an entity that keep state on disk, and for which this policy is in effect.
async fn covered_by(client: &Client, scope: &Scope, policy: &str) -> Result<Vec<PartitionId>, Failure> {
    let inventory = inventory::read(client, scope, PARALLEL).await?;
    let persisted = inventory.partitions().filter(|(_, service, _)| service.state == ServiceState::Persisted);
    let ids: Vec<PartitionId> = persisted.map(|(.., partition)| partition.id).collect();
    let read = |id: PartitionId| {
        let client = client.clone();
        async move { Ok::<_, Failure>((id, client.send(GetPartitionBackupConfigurationInfo::new(id)).await?)) }
    };
    let configurations = batch::try_map(ids, PARALLEL, read).await?;
    let is_covered = configurations
        .into_iter()
        .filter(|(_, info)| info.as_ref().and_then(|info| info.policy_name()) == Some(policy));
    Ok(is_covered.map(|(id, _)| id).collect())
}
