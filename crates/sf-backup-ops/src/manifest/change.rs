//! Changes that make a cluster match a file.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use sf_backup_proto::PolicyName;
use sf_backup_proto::model::policy::BackupPolicyDescription;

use super::{Entity, Policy};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Create a policy.
    CreatePolicy(PolicyName, Box<Policy>),
    /// Replace a policy that differs, or has secrets to resend. Its partitions start new chains.
    UpdatePolicy(PolicyName, Box<Replaced>),
    /// Delete a policy that is not in the file.
    DeletePolicy(PolicyName, Box<BackupPolicyDescription>),
    /// Enable this policy on an entity without its own policy.
    Enable(Entity, PolicyName),
    /// Enable another policy on an entity: the second instead of the first.
    Move(Entity, PolicyName, PolicyName),
    /// Disable this policy on an entity that is not in the file. Its backups are kept.
    Disable(Entity, PolicyName),
    /// Suspend an entity.
    Suspend(Entity),
    /// Resume an entity.
    Resume(Entity),
}

/// The replacement of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The new policy.
    pub policy: Policy,
    /// The cluster's policy, for display. What cannot be compared is as in `after`.
    pub before: BackupPolicyDescription,
    /// The file's policy, for display.
    pub after: BackupPolicyDescription,
    /// The members that differ, such as `Schedule.Interval`; empty if only secrets are resent.
    pub members: Vec<String>,
}

impl Change {
    /// The kind of the change: `CreatePolicy`, `Enable`, and so on.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CreatePolicy(..) => "CreatePolicy",
            Self::UpdatePolicy(..) => "UpdatePolicy",
            Self::DeletePolicy(..) => "DeletePolicy",
            Self::Enable(..) => "Enable",
            Self::Move(..) => "Move",
            Self::Disable(..) => "Disable",
            Self::Suspend(_) => "Suspend",
            Self::Resume(_) => "Resume",
        }
    }

    /// The entity of the change; `None` if it concerns a policy.
    pub fn entity(&self) -> Option<&Entity> {
        match self {
            Self::CreatePolicy(..) | Self::UpdatePolicy(..) | Self::DeletePolicy(..) => None,
            Self::Enable(entity, _) | Self::Move(entity, ..) | Self::Disable(entity, _) => Some(entity),
            Self::Suspend(entity) | Self::Resume(entity) => Some(entity),
        }
    }

    /// Whether it deletes or disables a policy.
    pub fn takes_away(&self) -> bool {
        matches!(self, Self::DeletePolicy(..) | Self::Disable(..))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreatePolicy(name, _) => write!(f, "create policy {name}"),
            Self::UpdatePolicy(name, replaced) if replaced.members.is_empty() => {
                write!(f, "update policy {name} for its secrets; its partitions start new backup chains")
            }
            Self::UpdatePolicy(name, replaced) => {
                let members = replaced.members.join(", ");
                write!(f, "update policy {name}: {members}; its partitions start new backup chains")
            }
            Self::DeletePolicy(name, _) => write!(f, "delete policy {name}"),
            Self::Enable(entity, policy) => write!(f, "enable {entity} under policy {policy}"),
            Self::Move(entity, from, to) => write!(f, "change {entity} from policy {from} to {to}"),
            Self::Disable(entity, policy) => {
                write!(f, "disable {entity}, which is under policy {policy}; existing backups are kept")
            }
            Self::Suspend(entity) => write!(f, "suspend {entity}"),
            Self::Resume(entity) => write!(f, "resume {entity}"),
        }
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("Change", self.kind())?;
        if let Some(entity) = self.entity() {
            map.serialize_entry("Entity", entity)?;
        }
        match self {
            Self::CreatePolicy(name, policy) => {
                map.serialize_entry("PolicyName", name.as_str())?;
                map.serialize_entry("After", &policy.redacted())?;
            }
            Self::UpdatePolicy(name, replaced) => {
                map.serialize_entry("PolicyName", name.as_str())?;
                map.serialize_entry("Members", &replaced.members)?;
                map.serialize_entry("Before", &replaced.before)?;
                map.serialize_entry("After", &replaced.after)?;
            }
            Self::DeletePolicy(name, policy) => {
                map.serialize_entry("PolicyName", name.as_str())?;
                map.serialize_entry("Before", policy)?;
            }
            Self::Enable(_, policy) => map.serialize_entry("PolicyName", policy.as_str())?,
            Self::Move(_, from, policy) => {
                map.serialize_entry("PolicyName", policy.as_str())?;
                map.serialize_entry("InPlaceOf", from.as_str())?;
            }
            Self::Disable(_, policy) => map.serialize_entry("InPlaceOf", policy.as_str())?,
            Self::Suspend(_) | Self::Resume(_) => {}
        }
        map.end()
    }
}
