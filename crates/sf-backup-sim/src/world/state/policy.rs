//! Create, read, update and delete policies.

use std::time::Duration;

use crate::world::refusal::Refusal;
use sf_backup_proto::model::entity::{
    ApplicationBackupEntity, BackupEntity, PartitionBackupEntity, ServiceBackupEntity,
};
use sf_backup_proto::model::page::Page;
use sf_backup_proto::model::policy::{BackupPolicyDescription, CompressionType, QuickRecovery};
use sf_backup_proto::model::retention::BasicRetentionPolicyDescription;
use sf_backup_proto::model::schedule::{
    BackupScheduleDescription, FrequencyBasedBackupScheduleDescription, TimeBasedBackupScheduleDescription,
};
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::{ContinuationToken, IsoDuration};
use uuid::Uuid;

use super::State;
use super::mask;
use crate::world::effect::EffectKind;
use crate::world::entity::{Key, Level};
use crate::world::interval::Interval;
use crate::world::random::Random;
use crate::world::service_error::{self, ServiceError};
use crate::world::view::{PolicyView, RetentionView, ScheduleView};

/// A stored policy. Its name is the key in the map.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) auto_restore_on_data_loss: bool,
    pub(crate) max_incremental_backups: u8,
    pub(crate) schedule: Schedule,
    pub(crate) storage: BackupStorageDescription,
    /// Identifies the storage in continuation tokens. Every copy of the policy gets a new one.
    pub(crate) storage_id: Uuid,
    /// Identifies the version of the policy. Replicas restart their schedule when it changes.
    pub(crate) unique_id: Uuid,
    pub(crate) retention: Option<Retention>,
    /// The running retention passes and their retention.
    pub(crate) retention_run: Option<(Uuid, Retention)>,
    compression_type: Option<CompressionType>,
    quick_recovery: Option<QuickRecovery>,
    /// Whether replicas can no longer read the policy. They then silently make no periodic backups.
    pub(crate) unreadable: bool,
}

/// A schedule in canonical form.
#[derive(Debug, Clone)]
pub(crate) enum Schedule {
    Frequency(Interval),
    Time(TimeBasedBackupScheduleDescription),
}

/// A retention in whole hours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retention {
    pub(crate) duration: Interval,
    pub(crate) minimum: i32,
}

const LONGEST_INTERVAL_DAYS: i64 = 15;

impl Schedule {
    /// Converts a schedule. Keeps minutes only if the interval is not whole hours; drops seconds.
    fn from_view(view: ScheduleView) -> Result<Self, ServiceError> {
        match view {
            ScheduleView::Frequency(interval) if interval > Interval::days(LONGEST_INTERVAL_DAYS) => {
                Err(service_error::INTERVAL_TOO_LONG)
            }
            ScheduleView::Frequency(interval) if interval.minute_of_hour() != 0 => {
                Ok(Self::Frequency(interval.whole_minutes()))
            }
            ScheduleView::Frequency(interval) if !interval.is_zero() => Ok(Self::Frequency(interval.whole_hours())),
            ScheduleView::Frequency(_) => Err(service_error::INTERVAL_TOO_SHORT),
            ScheduleView::Time(times) => Ok(Self::Time(times)),
        }
    }

    fn describe(&self) -> BackupScheduleDescription {
        match self {
            Self::Frequency(interval) => FrequencyBasedBackupScheduleDescription::new(iso(*interval)).into(),
            Self::Time(times) => times.clone().into(),
        }
    }
}

impl Retention {
    fn from_view(view: &RetentionView) -> Result<Self, ServiceError> {
        if view.duration < Interval::HOUR {
            return Err(service_error::INTERVAL_TOO_SHORT);
        }
        Ok(Self { duration: view.duration.whole_hours(), minimum: view.minimum })
    }

    fn describe(self) -> BasicRetentionPolicyDescription {
        let mut basic = BasicRetentionPolicyDescription::new(iso(self.duration));
        match u32::try_from(self.minimum) {
            Ok(minimum) => basic.minimum_number_of_backups = Some(minimum),
            Err(_) => {
                // The server does not check the number, which is always valid JSON.
                let _ = basic.extra.set_json("MinimumNumberOfBackups", &self.minimum.to_string());
            }
        }
        basic
    }
}

/// Converts a span to the protocol's type, which parses every span's text.
fn iso(span: Interval) -> IsoDuration {
    span.to_string().parse().unwrap_or_else(|_| IsoDuration::hours(0))
}

impl Policy {
    fn from_view(view: PolicyView, random: &mut Random) -> Result<Self, ServiceError> {
        Ok(Self {
            auto_restore_on_data_loss: view.auto_restore_on_data_loss,
            max_incremental_backups: view.max_incremental_backups,
            schedule: Schedule::from_view(view.schedule)?,
            storage: view.storage,
            storage_id: random.guid(),
            unique_id: random.guid(),
            retention_run: None,
            retention: view.retention.as_ref().map(Retention::from_view).transpose()?,
            compression_type: view.compression_type,
            quick_recovery: view.quick_recovery,
            unreadable: false,
        })
    }

    /// Models a copy of the policy, which the service stores at every enable, disable or update: it gets a new storage
    /// id and loses the friendly name.
    pub(crate) fn copied(&mut self, storage_id: Uuid) {
        self.storage_id = storage_id;
        mask::drop_friendly_name(&mut self.storage);
    }

    fn describe(&self, name: &str) -> BackupPolicyDescription {
        let mut policy = BackupPolicyDescription::new(
            name,
            self.auto_restore_on_data_loss,
            self.max_incremental_backups,
            self.schedule.describe(),
            mask::masked(&self.storage),
        );
        policy.retention_policy = self.retention.map(|retention| retention.describe().into());
        policy.compression_type = self.compression_type.clone();
        policy.quick_recovery = self.quick_recovery.clone();
        policy
    }
}

impl State {
    pub(crate) fn create_policy(&mut self, view: Option<PolicyView>) -> Result<(), Refusal> {
        let view = view.ok_or(service_error::INVALID_ARGUMENTS)?;
        let name = view.name.clone();
        let policy = Policy::from_view(view, &mut self.random_ids)?;
        if self.policies.contains_key(&name) {
            return Err(service_error::POLICY_EXISTS.into());
        }
        self.policies.insert(name.clone(), policy);
        self.begin_retention(&name, None);
        self.note(EffectKind::PolicyCreated, name, None);
        Ok(())
    }

    pub(crate) fn update_policy(&mut self, name: &str, view: Option<PolicyView>) -> Result<(), Refusal> {
        let view = view.ok_or(service_error::INVALID_ARGUMENTS)?;
        let mut policy = Policy::from_view(view, &mut self.random_ids)?;
        policy.copied(self.random_ids.guid());
        let stored = self.policies.get_mut(name).ok_or(service_error::POLICY_MISSING)?;
        let before = std::mem::replace(stored, policy);
        self.begin_retention(name, before.retention_run);
        let enabled: Vec<Key> = self.enabled_under(name).cloned().collect();
        for key in &enabled {
            self.refresh(key);
        }
        self.note(EffectKind::PolicyUpdated, name.to_owned(), None);
        Ok(())
    }

    /// Deletes a policy. First drops mappings of deleted entities, even if the policy then stays.
    pub(crate) fn delete_policy(&mut self, name: &str, timeout: Duration) -> Result<(), Refusal> {
        let gone: Vec<Key> = self.enabled_under(name).filter(|key| !self.exists(key)).cloned().collect();
        for key in &gone {
            self.mappings.remove(key);
        }
        if !self.policies.contains_key(name) {
            return Err(service_error::POLICY_MISSING.into());
        }
        if self.enabled_under(name).next().is_some() {
            return Err(service_error::STILL_ENABLED.into());
        }
        self.await_clean_ups(name, timeout)?;
        self.policies.remove(name);
        self.note(EffectKind::PolicyDeleted, name.to_owned(), None);
        Ok(())
    }

    /// Makes a policy unreadable for replicas until it is updated, also with the same contents. Returns whether it
    /// exists.
    pub(crate) fn make_unreadable(&mut self, name: &str) -> bool {
        let Some(policy) = self.policies.get_mut(name) else { return false };
        policy.unreadable = true;
        self.note(EffectKind::PolicyUnreadable, name.to_owned(), None);
        true
    }

    pub(crate) fn policy(&self, name: &str) -> Result<BackupPolicyDescription, Refusal> {
        match self.policies.get(name) {
            Some(policy) => Ok(policy.describe(name)),
            None => Err(service_error::POLICY_MISSING.into()),
        }
    }

    pub(crate) fn policy_list(&self, token: Option<&str>, max_results: i32) -> Page<BackupPolicyDescription> {
        // With a negative number, a page has one item.
        let size = page_size(max_results).unwrap_or(1);
        let after = self.policies.iter().filter(|(name, _)| token.is_none_or(|token| name.as_str() > token));
        page(after, size, |(name, policy)| (policy.describe(name), name.clone()))
    }

    /// The entities on which the policy is enabled directly, in order.
    pub(crate) fn enabled_under(&self, name: &str) -> impl Iterator<Item = &Key> + use<'_> {
        self.mappings.under(name)
    }

    pub(crate) fn enabled_entities(
        &self,
        name: &str,
        token: Option<&str>,
        max_results: i32,
    ) -> Result<Page<BackupEntity>, Refusal> {
        if !self.policies.contains_key(name) {
            return Err(service_error::POLICY_MISSING.into());
        }
        let size = page_size(max_results).unwrap_or(usize::MAX);
        let after = self.enabled_under(name).filter(|key| token.is_none_or(|token| key.as_str() > token));
        Ok(page(after, size, |key| (entity_of(key), key.as_str().to_owned())))
    }
}

/// Maximum number of items for `MaxResults`: 0 means unlimited. `None` if it is negative.
fn page_size(max_results: i32) -> Option<usize> {
    match usize::try_from(max_results) {
        Ok(0) => Some(usize::MAX),
        Ok(size) => Some(size),
        Err(_) => None,
    }
}

/// A page of the first items, with the token of the last one if others follow.
fn page<I, T>(items: impl Iterator<Item = I>, size: usize, show: impl Fn(I) -> (T, String)) -> Page<T> {
    let mut items = items.peekable();
    let mut listed = Vec::new();
    let mut last = None;
    for item in items.by_ref().take(size) {
        let (item, token) = show(item);
        listed.push(item);
        last = Some(token);
    }
    let more = items.peek().is_some();
    let token = last.filter(|_| more).and_then(|token| ContinuationToken::new(&token));
    Page::new(listed, token)
}

fn entity_of(key: &Key) -> BackupEntity {
    match key.level() {
        Level::Application => ApplicationBackupEntity::new().application_name(key.application_name()).into(),
        Level::Service => ServiceBackupEntity::new().service_name(key.service_name()).into(),
        Level::Partition => {
            let mut partition = PartitionBackupEntity::new().service_name(key.service_name());
            super::configuration::spell_id(&mut partition.extra, key);
            partition.into()
        }
    }
}
