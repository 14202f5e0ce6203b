//! Which calls are made: one of the seed's choice for each number, with a partition and a policy of its own.

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

use super::roll;

/// What a call does.
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

/// Those that must not be sent twice: the client looks for what became of them.
const ONCE: &[Act] = &[Act::Create, Act::Delete, Act::Disable, Act::Backup, Act::Restore];
const REST: &[Act] = &[Act::Suspend, Act::Resume, Act::Update, Act::Enable, Act::ReadPolicy, Act::ListBackups];

impl Act {
    /// What the cluster notes when it is done; nothing where nothing changes.
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

    /// Whether the cluster notes a second time what is sent a second time. That does no harm, and is permitted.
    pub(crate) fn repeats(self) -> bool {
        matches!(self, Self::Update | Self::Enable)
    }
}

/// One call, by its number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) number: u64,
    pub(crate) act: Act,
}

/// What stands before the number in whatever belongs to a call, in a partition's id as in a policy's name.
const MARK: &str = "-4000-8000-";

impl Call {
    /// The call of this number.
    pub(crate) fn any(seed: u64, number: u64) -> Self {
        let drawn = roll(&[seed, number]) as usize % (ONCE.len() + REST.len());
        Self { number, act: ONCE.get(drawn).or(REST.get(drawn.wrapping_sub(ONCE.len()))).copied().unwrap() }
    }

    /// The same, of those that must not be sent twice.
    pub(crate) fn once(seed: u64, number: u64) -> Self {
        Self { number, act: ONCE[roll(&[seed, number]) as usize % ONCE.len()] }
    }

    pub(crate) fn partition(self) -> PartitionId {
        format!("57080000-0000{MARK}{:012x}", self.number).parse().unwrap()
    }

    pub(crate) fn policy(self) -> PolicyName {
        format!("Storm{MARK}{:012x}", self.number).parse().unwrap()
    }

    /// Whose a request is.
    pub(crate) fn number_in(request: &[u8]) -> Option<u64> {
        let at = request.windows(MARK.len()).position(|text| text == MARK.as_bytes())? + MARK.len();
        u64::from_str_radix(str::from_utf8(request.get(at..at + 12)?).ok()?, 16).ok()
    }

    /// Whose an effect is, by its subject.
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

/// A cluster with all that these calls need, and the backups that lie ready in it.
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

/// What a call needs before it is made.
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

/// Past all weather.
fn send<O: Operation<Response = ()>>(cluster: &Cluster, operation: O) {
    let to = Target::new("http://localhost:19080".parse().unwrap());
    let answer = cluster.answer(operation.to_request(&to).unwrap().map(Bytes::from));
    operation.parse(&answer).unwrap();
}
