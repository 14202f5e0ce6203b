//! What the responses for the levels of one path show about each level.

use sf_backup_proto::model::configuration::{BackupConfigurationInfo, BackupPolicyScope, BackupSuspensionScope};

use super::{KINDS, LevelKind, Path, PolicySource, Reading, Readings};

/// The items about the levels of one path.
pub(super) struct Evidence<'r> {
    readings: &'r Readings,
    /// The level of the entity itself.
    end: LevelKind,
    /// The item of each level in its own response.
    own: [Option<&'r BackupConfigurationInfo>; 3],
    /// The service's item in the application's response.
    listed_service: Option<&'r BackupConfigurationInfo>,
}

impl<'r> Evidence<'r> {
    pub(super) fn new(path: &Path, readings: &'r Readings) -> Self {
        let find = |reading: &'r Reading, kind: LevelKind| match reading {
            Reading::Listed(items) if kind <= path.kind() => items.iter().find(|info| path.is_about(kind, info)),
            _ => None,
        };
        Self {
            readings,
            end: path.kind(),
            own: [
                find(&readings.application, LevelKind::Application),
                find(&readings.service, LevelKind::Service),
                find(&readings.partition, LevelKind::Partition),
            ],
            listed_service: find(&readings.application, LevelKind::Service),
        }
    }

    fn own(&self, kind: LevelKind) -> Option<&'r BackupConfigurationInfo> {
        self.own.get(kind as usize).copied().flatten()
    }

    /// The items of this level and those below it, nearest first: what a level below inherits comes from this one.
    fn from(&self, kind: LevelKind) -> impl Iterator<Item = &'r BackupConfigurationInfo> {
        KINDS.into_iter().filter(move |other| *other >= kind).filter_map(|other| self.own(other))
    }

    pub(super) fn policy(&self, kind: LevelKind) -> PolicySource {
        let inherited = self.from(kind).find(|info| policy_from(info) == Some(kind));
        let listed = self.listed_service.filter(|info| kind == LevelKind::Service && policy_from(info) == Some(kind));
        if let Some(name) = inherited.or(listed).and_then(BackupConfigurationInfo::policy_name) {
            return PolicySource::Policy(name.to_owned());
        }
        let nothing_below = KINDS.into_iter().filter(|other| *other >= kind).any(|other| self.shows_none(other));
        // The application's response lists every service with its own policy.
        let listed = kind == LevelKind::Service && self.readings.application != Reading::Failed;
        if *self.reading(kind) != Reading::Failed || nothing_below || listed || self.passed_over(kind) {
            PolicySource::None
        } else {
            PolicySource::Unknown
        }
    }

    fn reading(&self, kind: LevelKind) -> &'r Reading {
        match kind {
            LevelKind::Application => &self.readings.application,
            LevelKind::Service => &self.readings.service,
            LevelKind::Partition => &self.readings.partition,
        }
    }

    /// Whether the response for this level means that no policy is effective for it, so that none is enabled above it,
    /// either.
    fn shows_none(&self, kind: LevelKind) -> bool {
        kind <= self.end && *self.reading(kind) != Reading::Failed && self.own(kind).is_none()
    }

    /// Whether an item below inherits its policy from above this level.
    fn passed_over(&self, kind: LevelKind) -> bool {
        self.from(kind).filter_map(policy_from).any(|from| from < kind)
    }

    pub(super) fn suspended(&self, kind: LevelKind) -> Option<bool> {
        // The nearest suspended level is returned, so the levels between it and the item are not suspended.
        let reported = self.from(kind).chain(self.listed_service.filter(|_| kind <= LevelKind::Service));
        let reported = reported.filter_map(suspension);
        let mut levels_reported = reported.filter_map(|from| match from {
            None => Some(false),
            Some(from) if from == kind => Some(true),
            Some(from) if from < kind => Some(false),
            Some(_) => None,
        });
        // A listed item is suspended with the requested entity, and may not mention the levels in between.
        let own = self.own(kind).and_then(suspension);
        match own {
            Some(from) => Some(from == Some(kind)),
            None => levels_reported.next(),
        }
    }
}

fn policy_from(info: &BackupConfigurationInfo) -> Option<LevelKind> {
    match info.policy_inherited_from()? {
        BackupPolicyScope::Application => Some(LevelKind::Application),
        BackupPolicyScope::Service => Some(LevelKind::Service),
        BackupPolicyScope::Partition => Some(LevelKind::Partition),
        _ => None,
    }
}

/// The suspended level; `None` inside if it is not suspended, outside if it is not reported.
fn suspension(info: &BackupConfigurationInfo) -> Option<Option<LevelKind>> {
    let suspension = info.suspension_info()?;
    if suspension.is_suspended != Some(true) {
        return suspension.is_suspended.map(|_| None);
    }
    match suspension.suspension_inherited_from.as_ref()? {
        BackupSuspensionScope::Application => Some(Some(LevelKind::Application)),
        BackupSuspensionScope::Service => Some(Some(LevelKind::Service)),
        BackupSuspensionScope::Partition => Some(Some(LevelKind::Partition)),
        _ => None,
    }
}
