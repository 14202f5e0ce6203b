//! The calls of a storm: the seed selects one for each number, with its own partition and policy.

use std::fmt::Write as _;

use bytes::Bytes;
use sf_backup_proto::model::backup::{BackupInfo, BackupType};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::{BackupStorageDescription, FileShareBackupStorageDescription};
use sf_backup_proto::{
    CreateBackupPolicy, EnablePartitionBackup, IsoDuration, Operation, PartitionId, PolicyName, SuspendPartitionBackup,
    Target,
};
use sf_backup_sim::{Cluster, EffectKind, Topology};

use super::next_random;

/// The operation of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    Create,
    Delete,
    Disable,
    Backup,
    Restore,
    Suspend,
    Resume,
    Update,
    Enable,
    ReadPolicy,
    ListBackups,
}

/// The operations that are not idempotent, for which clients verify a lost response.
const ONCE: &[Act] = &[Act::Create, Act::Delete, Act::Disable, Act::Backup, Act::Restore];
const REST: &[Act] = &[Act::Suspend, Act::Resume, Act::Update, Act::Enable, Act::ReadPolicy, Act::ListBackups];

impl Act {
    /// The effect that the cluster logs; `None` for a read.
    pub(crate) fn effect(self) -> Option<EffectKind> {
        Some(match self {
            Self::Create => EffectKind::PolicyCreated,
            Self::Delete => EffectKind::PolicyDeleted,
            Self::Disable => EffectKind::Disabled,
            Self::Backup => EffectKind::BackupAccepted,
            Self::Restore => EffectKind::RestoreAccepted,
            Self::Suspend => EffectKind::Suspended,
            Self::Resume => EffectKind::Resumed,
            Self::Update => EffectKind::PolicyUpdated,
            Self::Enable => EffectKind::Enabled,
            Self::ReadPolicy | Self::ListBackups => return None,
        })
    }

    /// Whether the cluster logs the effect again if the request is sent again, which is harmless and allowed.
    pub(crate) fn repeats(self) -> bool {
        matches!(self, Self::Update | Self::Enable)
    }
}

/// A call, identified by its number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) number: u64,
    pub(crate) act: Act,
}

/// The mark before the number of a call, in partition ids and policy names.
const MARK: &str = "-4000-8000-";

impl Call {
    /// The call with this number.
    pub(crate) fn any(seed: u64, number: u64) -> Self {
        let drawn = next_random(&[seed, number]) as usize % (ONCE.len() + REST.len());
        Self { number, act: ONCE.get(drawn).or(REST.get(drawn.wrapping_sub(ONCE.len()))).copied().unwrap() }
    }

    /// The call with this number, with an operation that is not idempotent.
    pub(crate) fn once(seed: u64, number: u64) -> Self {
        Self { number, act: ONCE[next_random(&[seed, number]) as usize % ONCE.len()] }
    }

    pub(crate) fn partition(self) -> PartitionId {
        format!("57080000-0000{MARK}{:012x}", self.number).parse().unwrap()
    }

    pub(crate) fn policy(self) -> PolicyName {
        format!("Storm{MARK}{:012x}", self.number).parse().unwrap()
    }

    /// The number of the call that sent a request.
    pub(crate) fn number_in(request: &[u8]) -> Option<u64> {
        let at = request.windows(MARK.len()).position(|text| text == MARK.as_bytes())? + MARK.len();
        u64::from_str_radix(str::from_utf8(request.get(at..at + 12)?).ok()?, 16).ok()
    }

    /// The number of the call that caused an effect, from its subject.
    pub(crate) fn number_of(subject: &str) -> Option<u64> {
        Self::number_in(subject.as_bytes())
    }

    pub(crate) fn description(self) -> BackupPolicyDescription {
        let daily = FrequencyBasedBackupScheduleDescription::new(IsoDuration::hours(24));
        BackupPolicyDescription::new(self.policy().as_str(), false, 3_u8, daily, storage())
    }
}

pub(crate) fn storage() -> BackupStorageDescription {
    FileShareBackupStorageDescription::new(r"\\nas\storm").into()
}

/// Creates a cluster with everything that the calls need, and returns its backups.
pub(crate) fn cluster(calls: &[Call]) -> (Cluster, Vec<(u64, Vec<BackupInfo>)>) {
    let mut partitions = String::new();
    for call in calls {
        let (comma, id, low) = (if partitions.is_empty() { "" } else { "," }, call.partition(), call.number * 10);
        let high = low + 9;
        write!(
            partitions,
            r#"{comma}{{"ServicePartitionKind":"Int64Range","Id":"{id}","LowKey":{low},"HighKey":{high}}}"#
        )
        .unwrap();
    }
    let topology = format!(
        r#"{{"Applications":[{{"Name":"fabric:/Storm","Services":[{{"Name":"fabric:/Storm/Eye",
            "ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[{partitions}]}}]}}]}}"#
    );
    let cluster = Cluster::builder().topology(Topology::from_json(&topology).unwrap()).build();
    let ready = calls.iter().map(|call| (call.number, prepare(&cluster, *call))).collect();
    (cluster, ready)
}

/// Prepares the cluster for a call.
fn prepare(cluster: &Cluster, call: Call) -> Vec<BackupInfo> {
    let policy = || send(cluster, CreateBackupPolicy::new(call.description()));
    let enable = || send(cluster, EnablePartitionBackup::new(call.partition(), call.policy()));
    match call.act {
        Act::Create | Act::Backup => {}
        Act::Delete | Act::Update | Act::Enable | Act::ReadPolicy => policy(),
        Act::Disable | Act::Suspend => {
            policy();
            enable();
        }
        Act::Resume => {
            policy();
            enable();
            send(cluster, SuspendPartitionBackup::new(call.partition()));
        }
        Act::Restore | Act::ListBackups => {
            let plant = |day: u32| {
                let created = format!("2023-12-0{day}T00:00:00Z").parse().unwrap();
                cluster.plant_backup(call.partition(), &storage(), created, &BackupType::Full).unwrap()
            };
            if call.act == Act::ListBackups {
                policy();
                enable();
            }
            return (1..=3).map(plant).collect();
        }
    }
    Vec::new()
}

/// Sends an operation without the proxy.
fn send<O: Operation<Response = ()>>(cluster: &Cluster, operation: O) {
    let to = Target::new("http://localhost:19080".parse().unwrap());
    let response = cluster.respond(operation.to_request(&to).unwrap().map(Bytes::from));
    operation.parse(&response).unwrap();
}
