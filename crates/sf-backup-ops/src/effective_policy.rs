//! The effective policy and suspension of an entity, and the levels that they come from.
//!
//! A partition's own policy overrides its service's, which overrides its application's; a suspension at any of the
//! three levels applies. The API returns what is effective, and the level that it comes from. The settings of each
//! level follow from several such responses, as far as possible:
//!
//! - A response about a service or an application also lists what is below it, and items whose names begin with the
//!   same text: `fabric:/App10` with `fabric:/App1`. Items are therefore matched by kind and exact name.
//! - The backup service fails with a null reference for a service whose application has no policy while one of its
//!   partitions is suspended directly. What that response would contain is taken from the others, if they contain it;
//!   otherwise it is unknown.
//! - If several levels are suspended, only the nearest is returned, so the levels above it are unknown.
//! - Without any policy, no suspension is reported.

mod evidence;

use sf_backup_proto::model::configuration::BackupConfigurationInfo;
use sf_backup_proto::{ApplicationId, PartitionId, ServiceId};

use evidence::Evidence;

/// An entity, with the levels above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The application.
    pub application: ApplicationId,
    /// The service, if the entity is one or a partition of one.
    pub service: Option<ServiceId>,
    /// The partition, if the entity is one.
    pub partition: Option<PartitionId>,
}

/// The result of reading a level's configuration.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Reading {
    /// The listed items.
    Listed(Vec<BackupConfigurationInfo>),
    /// No policy is effective.
    #[default]
    Nothing,
    /// The backup service failed.
    Failed,
}

/// The responses for the levels of a path; levels below its end are ignored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Readings {
    /// For the application.
    pub application: Reading,
    /// For the service.
    pub service: Reading,
    /// For the partition.
    pub partition: Reading,
}

/// A level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LevelKind {
    /// The application.
    Application,
    /// The service.
    Service,
    /// The partition.
    Partition,
}

const KINDS: [LevelKind; 3] = [LevelKind::Application, LevelKind::Service, LevelKind::Partition];

/// The policy of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySource {
    /// This policy is enabled here.
    Policy(String),
    /// No policy is enabled here.
    None,
    /// The responses do not contain it.
    Unknown,
}

/// The settings of a level itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// The kind of the level.
    pub kind: LevelKind,
    /// The policy that is enabled on it.
    pub policy: PolicySource,
    /// Whether it is suspended; `None` if the responses do not contain it.
    pub suspended: Option<bool>,
}

/// The effective policy and suspension of an entity, and the levels that they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectivePolicy {
    /// The levels from the application down to the entity.
    pub levels: Vec<Level>,
    /// The effective policy.
    pub policy: PolicySource,
    /// The level at which it is enabled.
    pub policy_from: Option<LevelKind>,
    /// Whether the entity is suspended; `None` if the responses do not contain it.
    pub suspended: Option<bool>,
    /// The nearest suspended level.
    pub suspended_from: Option<LevelKind>,
}

impl Path {
    /// The level of the entity itself.
    pub fn kind(&self) -> LevelKind {
        match (&self.partition, &self.service) {
            (Some(_), _) => LevelKind::Partition,
            (None, Some(_)) => LevelKind::Service,
            (None, None) => LevelKind::Application,
        }
    }

    /// The name of a level, as far as the path reaches.
    pub fn name(&self, kind: LevelKind) -> Option<String> {
        match kind {
            LevelKind::Application => Some(self.application.to_string()),
            LevelKind::Service => self.service.as_ref().map(ToString::to_string),
            LevelKind::Partition => self.partition.map(|id| id.to_string()),
        }
    }

    /// Whether an item describes this level, and not one with a similar name.
    fn is_about(&self, kind: LevelKind, info: &BackupConfigurationInfo) -> bool {
        match (kind, info) {
            (LevelKind::Application, BackupConfigurationInfo::Application(info)) => {
                info.application_name.as_ref().and_then(|name| name.parse().ok()).as_ref() == Some(&self.application)
            }
            (LevelKind::Service, BackupConfigurationInfo::Service(info)) => {
                self.service.is_some() && info.service_name.as_ref().and_then(|name| name.parse().ok()) == self.service
            }
            (LevelKind::Partition, BackupConfigurationInfo::Partition(info)) => {
                self.partition.is_some() && info.partition_id.map(PartitionId::from) == self.partition
            }
            _ => false,
        }
    }

    /// The listed items below the entity: services and partitions with their own policy or suspension. `application_of`
    /// returns the application of a service, which need not be part of its name.
    pub fn below<'i>(
        &self,
        items: &'i [BackupConfigurationInfo],
        application_of: impl Fn(&ServiceId) -> Option<ApplicationId>,
    ) -> Vec<&'i BackupConfigurationInfo> {
        let service_of = |info: &BackupConfigurationInfo| -> Option<ServiceId> {
            match info {
                BackupConfigurationInfo::Service(info) => info.service_name.as_ref()?.parse().ok(),
                BackupConfigurationInfo::Partition(info) => info.service_name.as_ref()?.parse().ok(),
                _ => None,
            }
        };
        let below = |info: &&BackupConfigurationInfo| {
            let Some(service) = service_of(info) else { return false };
            match self.kind() {
                LevelKind::Application => application_of(&service).as_ref() == Some(&self.application),
                LevelKind::Service => {
                    matches!(info, BackupConfigurationInfo::Partition(_)) && Some(service) == self.service
                }
                LevelKind::Partition => false,
            }
        };
        items.iter().filter(below).collect()
    }
}

impl EffectivePolicy {
    /// Derives the effective policy from the responses.
    pub fn of(path: &Path, readings: &Readings) -> Self {
        let evidence = Evidence::new(path, readings);
        let kinds = KINDS.into_iter().filter(|kind| *kind <= path.kind());
        let level = |kind| Level { kind, policy: evidence.policy(kind), suspended: evidence.suspended(kind) };
        Self::from_levels(kinds.map(level).collect())
    }

    /// The same if the service failed for the entity itself: derives what is unknown from the responses for partitions
    /// below it.
    pub fn from_below<'p>(
        path: &Path,
        readings: &Readings,
        partitions: impl IntoIterator<Item = (&'p Path, &'p Reading)>,
    ) -> Self {
        let mut levels = Self::of(path, readings).levels;
        for (partition, reading) in partitions {
            // The service's own response counts if it is about the same service.
            let same = path.kind() != LevelKind::Application;
            let service = if same { readings.service.clone() } else { Reading::Failed };
            let readings = Readings { application: readings.application.clone(), service, partition: reading.clone() };
            for (level, below) in levels.iter_mut().zip(Self::of(partition, &readings).levels) {
                if level.policy == PolicySource::Unknown {
                    level.policy = below.policy;
                }
                level.suspended = level.suspended.or(below.suspended);
            }
        }
        Self::from_levels(levels)
    }

    fn from_levels(levels: Vec<Level>) -> Self {
        let nearest = levels.iter().rev().find(|level| level.policy != PolicySource::None);
        let suspended = levels.iter().rev().find(|level| level.suspended == Some(true));
        let whole = levels.iter().all(|level| level.suspended == Some(false));
        Self {
            policy: nearest.map_or(PolicySource::None, |level| level.policy.clone()),
            policy_from: nearest.filter(|level| level.policy != PolicySource::Unknown).map(|level| level.kind),
            suspended: if suspended.is_some() { Some(true) } else { whole.then_some(false) },
            suspended_from: suspended.map(|level| level.kind),
            levels,
        }
    }
}

#[cfg(test)]
mod tests;
