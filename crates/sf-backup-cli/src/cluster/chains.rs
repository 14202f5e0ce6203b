//! `backups --chains`: a list of backups by partition and chain.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use sf_backup_ops::chain::Backups;
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{GetBackupPolicyByName, GetPartitionBackupConfigurationInfo, Paged, PartitionId};

use crate::cluster::batch;
use crate::cluster::bulk::ListResult;
use crate::cluster::calls::Calls;
use crate::cluster::client::Client;
use crate::cluster::session::Session;
use crate::options::listing::Grouping;
use crate::output::failure::Failure;
use crate::output::render::chains::{Grouped, Policies};
use crate::output::render::table::describe;
use crate::output::render::{Format, document};

impl Session<'_, '_> {
    /// Lists backups of this cluster, by chain if requested.
    pub(crate) async fn backups<O>(&mut self, calls: Calls<O>, verb: &str) -> Result<(), Failure>
    where
        O: Paged<Item = BackupInfo>,
    {
        match calls.grouping() {
            Some(grouping) => self.grouped_backups(calls, grouping, true).await,
            None => self.list(calls, verb).await,
        }
    }

    /// Lists backups on a storage. Another cluster may have made them, under policies that this one does not know.
    pub(crate) async fn stored_backups<O>(&mut self, calls: Calls<O>, verb: &str) -> Result<(), Failure>
    where
        O: Paged<Item = BackupInfo>,
    {
        match calls.grouping() {
            Some(grouping) => self.grouped_backups(calls, grouping, false).await,
            None => self.list(calls, verb).await,
        }
    }

    async fn grouped_backups<O>(&mut self, calls: Calls<O>, grouping: Grouping, here: bool) -> Result<(), Failure>
    where
        O: Paged<Item = BackupInfo>,
    {
        let ListResult { items, none, end } = self.gather(calls).await?;
        let mut backups = Backups::of(items);
        if let Some(from) = grouping.from {
            for partition in &mut backups.partitions {
                partition.chains.retain(|chain| chain.ended().is_none_or(|ended| ended >= from));
            }
            backups.partitions.retain(|partition| !partition.chains.is_empty());
        }
        let partitions = backups.partitions.iter().map(|partition| partition.partition);
        let policies = if here { policies(self.client(), partitions).await } else { Policies::new() };
        let grouped = Grouped::new(&backups, &policies);
        let terminal = self.terminal();
        let view = terminal.view();
        match terminal.options.format {
            Format::Table if none && !terminal.is_for_programs() => terminal.note("there are no backups"),
            Format::Table if terminal.is_for_programs() => terminal.table(&grouped.table(&view))?,
            Format::Table => {
                for (number, (heading, table)) in grouped.tables(&view).enumerate() {
                    let blank = if number == 0 { "" } else { "\n" };
                    terminal.remark(&format!("{blank}{heading}\n"))?;
                    terminal.table(&table)?;
                }
            }
            format => terminal.result(&document(format, &grouped)?)?,
        }
        for failure in backups.failures.iter().filter_map(|item| item.failure_error.as_ref()) {
            terminal.warn(&describe::unreadable(failure));
        }
        end
    }
}

const PARALLEL: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);

/// The effective policy of each partition, if it can be read; grouping does not require it.
pub(crate) async fn policies(client: &Client, partitions: impl Iterator<Item = PartitionId>) -> Policies {
    let mut names = BTreeMap::new();
    let name = |partition: PartitionId| {
        let client = client.clone();
        async move {
            let info = client.send(GetPartitionBackupConfigurationInfo::new(partition)).await;
            (partition, info.ok().flatten().and_then(|info| info.policy_name().map(str::to_owned)))
        }
    };
    batch::each(partitions, PARALLEL, name, |_, named| {
        names.extend(named.ok().and_then(|(partition, name)| Some((partition, name?))));
        true
    })
    .await;
    let mut known: BTreeMap<String, Option<BackupPolicyDescription>> = BTreeMap::new();
    for name in names.values() {
        if let (false, Ok(policy)) = (known.contains_key(name), name.parse()) {
            known.insert(name.clone(), client.send(GetBackupPolicyByName::new(policy)).await.ok());
        }
    }
    let policies = names.into_iter();
    policies.filter_map(|(partition, name)| Some((partition, known.get(&name)?.clone()?))).collect()
}
