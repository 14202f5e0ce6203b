//! Where the policy and the suspension of an entity come from.
//!
//! A partition's own policy overrides its service's, which overrides its application's; a suspension at any of the three
//! counts. The API returns what is in force, and the level it comes from. What each level has of its own follows
//! from several such responses, as far as it can:
//! - A response about a service or an application also lists what lies below, and by the beginning of names what does not:
//!   `fabric:/App10` with `fabric:/App1`. Items are therefore matched by kind and exact name.
//! - The backup service cannot respond for a service whose application has no policy while one of its partitions is
//!   suspended alone: it fails with a null reference. What that response would have contained is taken from the others; where
//!   they do not contain it, it is unknown.
//! - Of several suspended levels the nearest is named, so that what stands above it is unknown.
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

/// What asking for a level's configuration has come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Reading {
    /// All that was listed.
    Listed(Vec<BackupConfigurationInfo>),
    /// That no policy is in effect.
    #[default]
    Nothing,
    /// Nothing: the service failed over it.
    Failed,
}

/// The responses for the levels of a path; those below its end do not count.
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

/// A policy, none, or unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySource {
    /// This policy was enabled here.
    Policy(String),
    /// None was.
    None,
    /// The responses do not contain it.
    Unknown,
}

/// What a level has of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// Which one.
    pub kind: LevelKind,
    /// The policy that was enabled on it.
    pub policy: PolicySource,
    /// Whether it was suspended; `None` if the responses do not contain it.
    pub suspended: Option<bool>,
}

/// Where the policy and the suspension of an entity come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectivePolicy {
    /// From the application down to the entity.
    pub levels: Vec<Level>,
    /// The policy in force.
    pub policy: PolicySource,
    /// The level that it comes from.
    pub policy_from: Option<LevelKind>,
    /// Whether the entity is suspended; `None` if the responses do not contain it.
    pub suspended: Option<bool>,
    /// The nearest level that is.
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

    /// Whether an item is about this level, and not about a neighbour of a similar name.
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

    /// Of what was listed, that which lies below the entity: services and partitions with a policy or a suspension of their
    /// own. `application_of` returns a service's application, which its name need not contain.
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
    /// What follows from the responses.
    pub fn of(path: &Path, readings: &Readings) -> Self {
        let evidence = Evidence::new(path, readings);
        let kinds = KINDS.into_iter().filter(|kind| *kind <= path.kind());
        let level = |kind| Level { kind, policy: evidence.policy(kind), suspended: evidence.suspended(kind) };
        Self::from_levels(kinds.map(level).collect())
    }

    /// The same, where the service failed over the entity itself: what is not known yet follows from the responses for partitions
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
