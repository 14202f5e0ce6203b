//! Reads the effective policy and suspension of an entity, and its backups.

mod newest;

use std::collections::BTreeSet;

use sf_backup_hyper::Error;
use sf_backup_ops::audit::{BackupEvent, Condition};
use sf_backup_ops::effective_policy::{EffectivePolicy, LevelKind, Path, PolicySource, Reading, Readings};
use sf_backup_ops::schedule::{History, NextRun, Rules};
use sf_backup_proto::inventory::{GetPartitionHealth, GetPartitionInfoList};
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::configuration::{BackupConfigurationInfo, BackupPolicyScope, BackupSuspensionScope};
use sf_backup_proto::model::inventory::ServicePartitionInfo;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{
    ErrorKind, GetApplicationBackupConfigurationInfo, GetBackupPolicyByName, GetPartitionBackupConfigurationInfo,
    GetPartitionBackupProgress, GetPartitionRestoreProgress, GetServiceBackupConfigurationInfo, PartitionId, ServiceId,
};

use super::{Explanation, Unlisted};
use crate::cluster::readings::partition::is_running;
use crate::cluster::session::Session;
use crate::cluster::{backups, configuration};
use crate::output::clock::Clock;
use crate::output::failure::{Failure, with_causes};
use newest::{List, made, partition_of};

/// Reads everything about an entity.
pub(super) struct WhyReader<'s, 't, 'c> {
    pub(super) session: &'s mut Session<'t, 'c>,
    /// The services of the application, if the entity is one.
    pub(super) services: Vec<ServiceId>,
    pub(super) problems: Vec<String>,
    /// What was read per service and partition, if the cluster fails for the whole list.
    pub(super) below: Vec<BackupConfigurationInfo>,
    pub(super) partitions: Vec<(Path, Reading)>,
}

impl WhyReader<'_, '_, '_> {
    pub(super) async fn read(mut self, path: Path) -> Result<Explanation, Failure> {
        let readings = self.readings(&path).await?;
        let effective =
            EffectivePolicy::from_below(&path, &readings, self.partitions.iter().map(|(path, info)| (path, info)));
        let policy = match &effective.policy {
            PolicySource::Policy(name) => self.policy(name).await?,
            PolicySource::None | PolicySource::Unknown => None,
        };
        let overrides = self.below(&path, &readings);
        let mut listed = match effective.policy {
            PolicySource::None => List::default(),
            PolicySource::Policy(_) | PolicySource::Unknown => self.newest(&path, policy.as_ref()).await?,
        };
        let active = policy.as_ref().filter(|_| effective.suspended != Some(true));
        let mut next = None;
        // Partitions with their own policy have another schedule.
        let oldest = listed.newest.iter().find(|backup| !is_overridden(backup, &overrides)).cloned();
        let waits = path.partition.or_else(|| partition_of(oldest.as_ref()?));
        if let Some(policy) = active {
            if path.partition.is_none()
                && let Some(id) = waits
            {
                let (client, clock) = (self.session.client().clone(), self.clock());
                let recent = self.session.patiently(backups::recent(&client, id, Some(policy), &clock)).await;
                listed.history = match recent {
                    Ok(recent) => History::of(recent.items.iter().filter_map(made)),
                    Err(error) => {
                        listed.ends = Some(self.unlisted(&error).ok_or(error)?);
                        History::of(oldest.as_ref().and_then(made))
                    }
                };
            }
            let run = NextRun::of(&policy.schedule, &Rules::default(), &listed.history, self.clock().whole());
            next = (listed.unlisted != Some(Unlisted::Failed)).then_some(run);
        }
        let (mut backup, mut restore) = (None, None);
        if let Some(id) = path.partition {
            let progress = self.session.send(GetPartitionBackupProgress::new(id)).await;
            backup = self.tolerate("the last on-demand backup", progress)?.flatten();
            let progress = self.session.send(GetPartitionRestoreProgress::new(id)).await;
            restore = self.tolerate("the last restore", progress)?.flatten();
        }
        let data_loss = listed.newest.last().and_then(|backup| backup.epoch_of_last_backup_record.as_ref());
        let restoring = restore.as_ref().is_some_and(is_running);
        let condition = self.condition(&path).await?;
        let condition = condition.with_backups(data_loss.and_then(|epoch| epoch.data_loss_version), restoring);
        let trouble = condition.trouble();
        let late = !matches!(next, Some(NextRun::At(_))) || trouble.is_some();
        let failing = match waits.filter(|_| late && effective.policy != PolicySource::None) {
            Some(id) => self.failing(id).await?,
            None => None,
        };
        let mut hints = Vec::new();
        if let Some(code) = failing.as_ref().and_then(|event| event.code.as_ref()) {
            hints.push(format!("'sf-backup explain {code}' explains {code}"));
        }
        if let (Some(policy), true) = (active, failing.is_none()) {
            hints.extend(self.cure(policy, &listed.newest, &overrides));
        }
        if several_policies(&effective, &overrides) && listed.several {
            hints.push(OLDER_STORAGE.to_owned());
        }
        let List { newest, unlisted, ends, .. } = listed;
        let problems = self.problems;
        Ok(Explanation {
            path,
            effective,
            policy,
            overrides,
            newest,
            unlisted,
            ends,
            next,
            trouble,
            failing,
            backup,
            restore,
            problems,
            hints,
        })
    }

    fn clock(&mut self) -> Clock {
        self.session.terminal().clock.clone()
    }

    /// The status and health of a partition, as far as the cluster returns them.
    async fn condition(&mut self, path: &Path) -> Result<Condition, Failure> {
        let (Some(id), Some(service)) = (path.partition, &path.service) else { return Ok(Condition::default()) };
        let infos = self.session.pages(GetPartitionInfoList::new(service.clone())).await;
        let infos = if_successful(infos)?.unwrap_or_default();
        let own = |info: &&ServicePartitionInfo| {
            info.partition_information.as_ref().and_then(|information| information.id()) == Some(id.uuid())
        };
        Ok(infos.iter().find(own).map(Condition::of).unwrap_or_default())
    }

    /// Why periodic backups of a partition fail, if its health reports it.
    async fn failing(&mut self, id: PartitionId) -> Result<Option<BackupEvent>, Failure> {
        let health = self.session.send(GetPartitionHealth::new(id)).await;
        Ok(if_successful(health)?.and_then(|health| BackupEvent::of(&health)))
    }

    /// The advice if every partition is overdue.
    fn cure(
        &mut self,
        policy: &BackupPolicyDescription,
        newest: &[BackupInfo],
        overrides: &[BackupConfigurationInfo],
    ) -> Option<String> {
        let now = self.clock().whole();
        let mut under = newest.iter().filter(|backup| !is_overridden(backup, overrides)).peekable();
        let several = under.clone().count() > 1;
        under.peek()?;
        let overdue = |backup: &BackupInfo| {
            let run = NextRun::of(&policy.schedule, &Rules::default(), &History::of(made(backup)), now);
            matches!(run, NextRun::Overdue { .. })
        };
        (several && under.all(overdue)).then(|| {
            format!(
                "all partitions are overdue; if the storage works, save the policy again: {}",
                configuration::save_again(&policy.name)
            )
        })
    }

    async fn readings(&mut self, path: &Path) -> Result<Readings, Failure> {
        let mut readings = Readings::default();
        if let Some(id) = path.partition {
            let info = self.session.send(GetPartitionBackupConfigurationInfo::new(id)).await;
            readings.partition = match self.tolerate("the partition's configuration", info)? {
                Some(info) => info.map_or(Reading::Nothing, |info| Reading::Listed(vec![info])),
                None => Reading::Failed,
            };
        }
        if let Some(id) = &path.service {
            let list = self.session.pages(GetServiceBackupConfigurationInfo::new(id.clone())).await;
            readings.service = self.reading("the service's configuration", list)?;
            if readings.service == Reading::Failed && path.partition.is_none() {
                self.read_partitions(path, id).await?;
            }
        }
        let list = self.session.pages(GetApplicationBackupConfigurationInfo::new(path.application.clone())).await;
        readings.application = self.reading("the application's configuration", list)?;
        if readings.application == Reading::Failed && path.service.is_none() {
            for service in self.services.clone() {
                let list = self.session.pages(GetServiceBackupConfigurationInfo::new(service.clone())).await;
                match self.reading("a service's configuration", list)? {
                    Reading::Listed(infos) => self.below.extend(infos),
                    Reading::Nothing => {}
                    Reading::Failed => self.read_partitions(path, &service).await?,
                }
            }
        }
        Ok(readings)
    }

    /// Reads partition by partition, because the cluster fails for the service as a whole.
    async fn read_partitions(&mut self, path: &Path, service: &ServiceId) -> Result<(), Failure> {
        let client = self.session.client().clone();
        let infos = self.session.patiently(configuration::of_partitions(&client, service)).await;
        for (id, info) in self.tolerate("the partitions' configuration", infos)?.unwrap_or_default() {
            let path = Path { service: Some(service.clone()), partition: Some(id), ..path.clone() };
            let reading = info.map_or(Reading::Nothing, |info| {
                let inherits = info.policy_inherited_from() != Some(&BackupPolicyScope::Partition);
                let suspended = info.suspension_info().and_then(|info| info.suspension_inherited_from.as_ref());
                if !inherits || suspended == Some(&BackupSuspensionScope::Partition) {
                    self.below.push(info.clone());
                }
                Reading::Listed(vec![info])
            });
            self.partitions.push((path, reading));
        }
        Ok(())
    }

    fn reading(&mut self, what: &str, list: Result<Vec<BackupConfigurationInfo>, Error>) -> Result<Reading, Failure> {
        match list {
            Err(error) if error.kind() == ErrorKind::BackupNotEnabled => Ok(Reading::Nothing),
            list => Ok(self.tolerate(what, list)?.map_or(Reading::Failed, Reading::Listed)),
        }
    }

    async fn policy(&mut self, name: &str) -> Result<Option<BackupPolicyDescription>, Failure> {
        let Ok(name) = name.parse() else {
            self.problems.push(format!("no request can be built for a policy named {name:?}"));
            return Ok(None);
        };
        let policy = self.session.send(GetBackupPolicyByName::new(name)).await;
        self.tolerate("the policy", policy)
    }

    /// The items below the entity with their own policy or suspension.
    fn below(&self, path: &Path, readings: &Readings) -> Vec<BackupConfigurationInfo> {
        let reading = match path.kind() {
            LevelKind::Application => &readings.application,
            LevelKind::Service => &readings.service,
            LevelKind::Partition => &readings.partition,
        };
        let owner = |service: &ServiceId| self.services.contains(service).then(|| path.application.clone());
        match reading {
            Reading::Listed(items) => path.below(items, owner).into_iter().cloned().collect(),
            Reading::Failed => path.below(&self.below, owner).into_iter().cloned().collect(),
            Reading::Nothing => Vec::new(),
        }
    }

    /// Reports errors of the cluster as problems, and continues with the rest.
    fn tolerate<T>(&mut self, what: &str, result: Result<T, Error>) -> Result<Option<T>, Failure> {
        match result {
            Ok(response) => Ok(Some(response)),
            Err(error) if is_about_the_response(&error) => {
                self.problems.push(format!("could not read {what}: {}", with_causes(&error)));
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether policies differ at or below the entity, so that backups may lie on several storages.
fn several_policies(effective: &EffectivePolicy, overrides: &[BackupConfigurationInfo]) -> bool {
    let levels = effective.levels.iter().filter_map(|level| match &level.policy {
        PolicySource::Policy(name) => Some(name.as_str()),
        PolicySource::None | PolicySource::Unknown => None,
    });
    let names: BTreeSet<&str> = levels.chain(overrides.iter().filter_map(|info| info.policy_name())).collect();
    names.len() > 1
}

/// The response of a query outside of the backup service; if it fails, less is printed.
fn if_successful<T>(response: Result<T, Error>) -> Result<Option<T>, Failure> {
    match response {
        Ok(response) => Ok(Some(response)),
        Err(error) if error.kind() == ErrorKind::Unauthorized || error.kind() == ErrorKind::IdentityRefused => {
            Err(error.into())
        }
        Err(_) => Ok(None),
    }
}

fn is_about_the_response(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Server
            | ErrorKind::InvalidArgument
            | ErrorKind::Storage
            | ErrorKind::PolicyNotFound
            | ErrorKind::UnreadableResponse
    )
}

const OLDER_STORAGE: &str = "the backups are on several storages; backups on a storage that no policy uses any more \
    are not listed: 'sf-backup restore plan --from-storage FILE' reads it";

fn is_overridden(backup: &BackupInfo, overrides: &[BackupConfigurationInfo]) -> bool {
    let partition = backup.partition_information.as_ref().and_then(|information| information.id());
    overrides.iter().any(|info| match info {
        BackupConfigurationInfo::Partition(info) => info.partition_id.is_some() && info.partition_id == partition,
        BackupConfigurationInfo::Service(info) => {
            info.service_name.is_some() && info.service_name == backup.service_name
        }
        _ => false,
    })
}
