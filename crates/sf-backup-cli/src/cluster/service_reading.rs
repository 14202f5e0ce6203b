//! Reads what the partitions of a service share, with one request each: the effective policy, and the backups.
//!
//! Only uses what the two responses show with certainty. If a partition has its own policy or suspension, if backups
//! may be on several storages, or if a response is an error or too long, each partition is read by itself.

use std::collections::HashMap;
use std::time::Duration;

use sf_backup_hyper::{HttpError, RetryPolicy};
use sf_backup_ops::audit::{BackupSummary, Coverage, Policies};
use sf_backup_ops::chain::Backups;
use sf_backup_proto::model::configuration::{BackupConfigurationInfo, BackupPolicyScope};
use sf_backup_proto::{
    ApplicationId, ErrorKind, GetApplicationBackupConfigurationInfo, GetServiceBackupConfigurationInfo,
    GetServiceBackupList, PartitionId, ServiceId, Timestamp,
};

use crate::cluster::backups::{before, begins_in_the_newest_chain, reach};
use crate::cluster::client::Client;
use crate::output::clock::Clock;

/// Minimum number of partitions for which this saves requests.
pub(crate) const FEWEST: usize = 4;

/// Maximum number of backups of a service that are listed at once.
const ITEMS: usize = 5_000;

/// What the partitions of a service share.
#[derive(Debug)]
pub(crate) struct ServiceReading {
    /// The effective policy of each of them.
    pub(crate) coverage: Coverage,
    /// The backups of the partitions that have some.
    pub(crate) backups: HashMap<PartitionId, BackupSummary>,
    /// When they were listed.
    pub(crate) at: Timestamp,
}

/// Reads it; `None` if the partitions must be read one by one.
pub(crate) async fn read(
    client: &Client,
    application: &ApplicationId,
    service: &ServiceId,
    policies: &Policies,
    history: Duration,
    clock: &Clock,
) -> Option<ServiceReading> {
    let once = client.with_retry(RetryPolicy::never());
    let coverage = coverage(&once, service).await?;
    if coverage.inherited_from != Some(BackupPolicyScope::Application)
        && !is_the_only_policy(&once, application, &coverage).await
    {
        return None;
    }
    let since = before(clock.whole(), reach(policies.get(&coverage.policy), history));
    let mut call = GetServiceBackupList::new(service.clone());
    call.start_date_time_filter = Some(since);
    let page = once.send(call).await.ok()?;
    let at = clock.whole();
    if page.continuation_token.is_some() || page.items.len() > ITEMS {
        return None;
    }
    let listed = Backups::of(page.items);
    // A failure may concern any partition.
    if !listed.failures.is_empty() {
        return None;
    }
    // A chain that started before the list is read completely for its partition.
    let whole = listed.partitions.iter().filter(|partition| !begins_in_the_newest_chain(partition));
    let summary = |id| (id, BackupSummary::of(&listed, id, Some(since), at));
    let backups = whole.map(|backups| summary(backups.partition)).collect();
    Some(ServiceReading { coverage, backups, at })
}

/// The policy that all partitions inherit from the service or its application; `None` if one has its own, or is
/// suspended itself.
async fn coverage(client: &Client, service: &ServiceId) -> Option<Coverage> {
    let page = client.send(GetServiceBackupConfigurationInfo::new(service.clone())).await.ok()?;
    let name = service.to_string();
    // The server selects by the beginning of names, so it also lists other entities.
    let mut own = page.items.into_iter().filter(|info| names(info, &name));
    let info @ BackupConfigurationInfo::Service(_) = own.next()? else { return None };
    if own.next().is_some() || page.continuation_token.is_some() {
        return None;
    }
    Coverage::read::<HttpError>(Ok(Some(info))).ok()?
}

/// Whether an item describes this service or one of its partitions, or may do so.
fn names(info: &BackupConfigurationInfo, service: &str) -> bool {
    let named = match info {
        BackupConfigurationInfo::Application(_) => return false,
        BackupConfigurationInfo::Service(info) => info.service_name.as_deref(),
        BackupConfigurationInfo::Partition(info) => info.service_name.as_deref(),
        _ => None,
    };
    named.is_none_or(|named| named.replace('~', "/") == service)
}

/// Whether the application has no other policy, because the list of the service's backups would include its storage.
async fn is_the_only_policy(client: &Client, application: &ApplicationId, coverage: &Coverage) -> bool {
    let name = application.to_string();
    match client.send(GetApplicationBackupConfigurationInfo::new(application.clone())).await {
        Ok(page) => {
            let is_the_application = |info: &&BackupConfigurationInfo| match info {
                BackupConfigurationInfo::Application(info) => {
                    info.application_name.as_ref().is_none_or(|it| *it == name)
                }
                _ => false,
            };
            let mut own = page.items.iter().filter(is_the_application);
            page.continuation_token.is_none() && own.all(|info| info.policy_name() == Some(&coverage.policy))
        }
        Err(error) => error.kind() == ErrorKind::BackupNotEnabled,
    }
}
