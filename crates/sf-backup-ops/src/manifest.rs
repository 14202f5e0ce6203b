//! The backup configuration of a cluster as a file: its policies, where they are enabled, and what is suspended.
//!
//! ```yaml
//! apiVersion: sf-backup/v1
//! kind: BackupConfiguration
//! policies:                                # as the API writes them; secrets by reference
//! - Name: Daily
//!   AutoRestoreOnDataLoss: false
//!   MaxIncrementalBackups: 5
//!   Schedule:
//!     ScheduleKind: FrequencyBased
//!     Interval: P1D
//!   Storage:
//!     StorageKind: AzureBlobStore
//!     ConnectionString: env:BACKUP_STORAGE # or file:PATH, or cmd:PROGRAM ARGUMENTS
//!     ContainerName: backups
//! enablement:                              # what has a policy of its own; what inherits one is not named
//! - EntityKind: Service
//!   ServiceName: fabric:/Shop/Cart
//!   BackupPolicyName: Daily
//! suspensions:                             # what is suspended itself
//! - EntityKind: Application
//!   ApplicationName: fabric:/Shop
//! ```
//!
//! A section that is left out is not managed: nothing in it changes or is pruned. A section that is there is complete:
//! a policy is replaced as a whole, and an enabled entity is suspended if `suspensions` lists it, and resumed if not.
//! What the cluster has in addition is pruned only on request.

mod actual;
mod change;
mod compare;
mod entity;
mod order;
mod policy;
pub(crate) mod read;
#[cfg(test)]
mod tests;
mod view;
mod visible;

use std::collections::{BTreeMap, BTreeSet};

use serde::ser::{Serialize, SerializeMap, Serializer};
use sf_backup_proto::PolicyName;

pub use actual::{Actual, suspended};
pub use change::{Change, Replaced};
pub use compare::{Comparison, Scope, compare};
pub use entity::Entity;
pub use order::{Phase, phases, reveals};
pub use policy::{Missing, PLACEHOLDER, Policy};
pub use read::ManifestError;

/// The value of `apiVersion`.
pub const API_VERSION: &str = "sf-backup/v1";

/// The value of `kind`.
pub const KIND: &str = "BackupConfiguration";

/// The backup configuration in a file. Serializes as the contents of the file, sorted and in canonical form.
///
/// ```
/// use sf_backup_ops::manifest::Manifest;
///
/// let value = serde_json::json!({
///     "apiVersion": "sf-backup/v1", "kind": "BackupConfiguration",
///     "enablement": [{ "ApplicationName": "fabric:/Shop", "PolicyName": "Daily" }],
/// });
/// let error = Manifest::read(&value).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "enablement[0].PolicyName: is unknown; expected one of EntityKind, ApplicationName, ServiceName, PartitionId, BackupPolicyName"
/// );
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The policies by name; `None` if they are not managed.
    pub policies: Option<BTreeMap<PolicyName, Policy>>,
    /// Entities with their own policy; `None` if they are not managed.
    pub enablement: Option<BTreeMap<Entity, PolicyName>>,
    /// Entities that are suspended themselves; `None` if that is not managed.
    pub suspensions: Option<BTreeSet<Entity>>,
}

impl Manifest {
    /// Creates a manifest of the whole configuration of a cluster. Masked secrets become [`PLACEHOLDER`]s. Omits labels
    /// of storages, which the cluster loses, and deleted entities.
    pub fn of(actual: &Actual) -> Self {
        let policies = actual.policies.iter();
        let policies = policies.map(|(name, policy)| (name.clone(), Policy::of_cluster(policy.clone())));
        let there = |entity: &Entity| !actual.gone.contains(entity);
        let enablement = actual.enablement.iter().filter(|(entity, _)| there(entity));
        let suspensions = actual.suspensions.iter().filter(|entity| there(entity));
        Self {
            policies: Some(policies.collect()),
            enablement: Some(enablement.map(|(entity, policy)| (entity.clone(), policy.clone())).collect()),
            suspensions: Some(suspensions.cloned().collect()),
        }
    }
}

impl Serialize for Manifest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("apiVersion", API_VERSION)?;
        map.serialize_entry("kind", KIND)?;
        if let Some(policies) = &self.policies {
            map.serialize_entry("policies", &policies.values().collect::<Vec<_>>())?;
        }
        if let Some(enablement) = &self.enablement {
            let enabled = enablement.iter().map(|(entity, policy)| entity::EntityView { entity, policy: Some(policy) });
            map.serialize_entry("enablement", &enabled.collect::<Vec<_>>())?;
        }
        if let Some(suspensions) = &self.suspensions {
            let suspended = suspensions.iter().map(|entity| entity::EntityView { entity, policy: None });
            map.serialize_entry("suspensions", &suspended.collect::<Vec<_>>())?;
        }
        map.end()
    }
}
