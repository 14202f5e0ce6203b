//! Lost responses of a simulated cluster: the reported outcome must be what the cluster did.

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use sf_backup_proto::error::LostOutcome;
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::{
    BackupPartition, DeleteBackupPolicy, DisableServiceBackup, EnableServiceBackup, ErrorKind, GetBackupPolicyList,
    GetPartitionBackupProgress, Operation, PartitionId, RestorePartition, ResumeServiceBackup, ServiceId,
    SuspendServiceBackup, Target,
};
use sf_backup_sim::{Cluster, EffectKind, Runtime};

use super::{FIRST, create};
use crate::lossy_line::{Fate, LossyLine};

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Delivered),
        1 => Just(Fate::NeverSent),
        2 => Just(Fate::Swallowed),
        2 => Just(Fate::ResponseLost),
        2 => (1_u64..119).prop_map(Fate::DeliveredLater),
        1 => Just(Fate::GatewayTimeout),
        1 => Just(Fate::Unavailable),
    ]
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    proptest::collection::vec(fate(), 0..10)
}

/// The outcome that a call reported, and how often it was done.
#[derive(Debug, PartialEq)]
struct Reported {
    /// `None` if it is unknown.
    done: Option<bool>,
    times: usize,
}

impl Reported {
    fn truth(&self) -> bool {
        self.done.map(usize::from) == Some(self.times)
    }
}

/// Makes the call with these fates of its requests, without failures after them, then delivers everything that is still
/// on its way.
fn make<O: Operation<Response = ()>>(call: O, cluster: Cluster, effect: EffectKind, fates: &[Fate]) -> Reported {
    let count = |cluster: &Cluster| cluster.effects().iter().filter(|happened| happened.kind == effect).count();
    let before = count(&cluster);
    let mut line = LossyLine::new(cluster, fates.to_vec());
    let result = line.send(call);
    line.pass(Duration::from_secs(300));
    let done = match result {
        Ok(()) => Some(true),
        Err(error) => match error.lost_outcome() {
            Some(LostOutcome::Unknown(_)) => None,
            _ if error.may_have_changed() => None,
            _ => Some(false),
        },
    };
    Reported { done, times: count(&line.cluster) - before }
}

fn service() -> ServiceId {
    "fabric:/CalcApp/CalcService".parse().unwrap()
}

fn partition() -> PartitionId {
    FIRST.parse().unwrap()
}

/// A cluster with a policy, `enabled` on the service or not.
fn cluster(enabled: bool) -> Cluster {
    let cluster = Cluster::builder().runtime(Runtime::V6_4).build();
    let none = &[];
    assert!(make(create("P"), cluster.clone(), EffectKind::PolicyCreated, none).truth());
    if enabled {
        let enable = EnableServiceBackup::new(service(), "P".parse().unwrap());
        assert!(make(enable, cluster.clone(), EffectKind::Enabled, none).truth());
    }
    cluster
}

/// A restore of a backup that is created for it.
fn restore(cluster: &Cluster) -> RestorePartition {
    assert!(make(BackupPartition::new(partition()), cluster.clone(), EffectKind::BackupAccepted, &[]).truth());
    let mut driver = super::Driver::of(cluster.clone());
    let made = driver.send(GetPartitionBackupProgress::new(partition())).unwrap().unwrap();
    let from = RestorePartitionDescription::new(made.backup_id.unwrap(), made.backup_location.unwrap());
    RestorePartition::new(partition()).restore(from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_policy_is_created_once_or_not(fates in fates()) {
        let printed = make(create("New"), cluster(false), EffectKind::PolicyCreated, &fates);
        prop_assert!(printed.truth(), "{printed:?}");
    }

    #[test]
    fn a_policy_is_deleted_once_or_not(fates in fates()) {
        let delete = DeleteBackupPolicy::new("P".parse().unwrap());
        let printed = make(delete, cluster(false), EffectKind::PolicyDeleted, &fates);
        prop_assert!(printed.truth(), "{printed:?}");
    }

    #[test]
    fn a_service_is_disabled_once_or_not(fates in fates()) {
        let printed = make(DisableServiceBackup::new(service()), cluster(true), EffectKind::Disabled, &fates);
        prop_assert!(printed.truth(), "{printed:?}");
    }

    #[test]
    fn a_backup_is_begun_once_or_not(fates in fates(), earlier in 0_u32..2) {
        let cluster = cluster(true);
        for _ in 0..earlier {
            make(BackupPartition::new(partition()), cluster.clone(), EffectKind::BackupAccepted, &[]);
        }
        let printed = make(BackupPartition::new(partition()), cluster, EffectKind::BackupAccepted, &fates);
        prop_assert!(printed.truth(), "{printed:?}");
    }

    #[test]
    fn a_restore_is_begun_once_or_not(fates in fates()) {
        let cluster = cluster(true);
        let printed = make(restore(&cluster), cluster, EffectKind::RestoreAccepted, &fates);
        prop_assert!(printed.truth(), "{printed:?}");
    }

    /// Idempotent changes are repeated, and the second one has no effect.
    #[test]
    fn suspending_and_resuming_happen_at_most_once(fates in fates()) {
        let cluster = cluster(true);
        for (printed, what) in [
            (make(SuspendServiceBackup::new(service()), cluster.clone(), EffectKind::Suspended, &fates), "suspended"),
            (make(SuspendServiceBackup::new(service()), cluster.clone(), EffectKind::Suspended, &[]), "suspended at last"),
            (make(ResumeServiceBackup::new(service()), cluster, EffectKind::Resumed, &fates), "resumed"),
        ] {
            prop_assert!(printed.times <= 1, "{what}: {printed:?}");
            prop_assert!(printed.done != Some(false) || printed.times == 0, "{what}: {printed:?}");
        }
    }
}

/// A gateway gives up after two minutes, unless the request has `Timeout` in its spelling: the client sends it.
#[test]
fn a_long_timeout_reaches_the_gateway() {
    let waited = |seconds: u64| {
        let cluster = Cluster::builder().build();
        cluster.fail_over_backup_service(Duration::from_secs(3_600));
        let before = cluster.now();
        let to = Target::new("http://localhost:19080".parse().unwrap()).timeout(seconds.try_into().unwrap());
        let list = GetBackupPolicyList::new();
        let response = cluster.respond(list.to_request(&to).unwrap().map(Bytes::from));
        assert_eq!(list.parse(&response).unwrap_err().kind(), ErrorKind::Timeout);
        cluster.now().since(before).as_secs()
    };
    assert_eq!([60, 120, 300].map(waited), [120, 120, 300]);
}
