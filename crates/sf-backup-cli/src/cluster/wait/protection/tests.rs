use proptest::prelude::*;
use serde_json::json;

use super::*;

fn id(number: u128) -> PartitionId {
    Uuid::from_u128(number).into()
}

fn info(policy: &str, from: &str, suspended: Option<&str>) -> BackupConfigurationInfo {
    let suspension =
        json!({ "IsSuspended": suspended.is_some(), "SuspensionInheritedFrom": suspended.unwrap_or("Invalid") });
    let info = json!({ "Kind": "Partition", "PolicyName": policy, "PolicyInheritedFrom": from,
        "SuspensionInfo": suspension });
    serde_json::from_value(info).unwrap()
}

fn of(first_backup: bool) -> Protection {
    Protection::new("P".into(), Level::Service, first_backup, [id(1), id(2)])
}

#[test]
fn it_is_over_once_the_policy_is_in_effect_everywhere() {
    let mut protection = of(false);
    assert_eq!(protection.open(), [id(1), id(2)]);
    protection.configured(id(1), None);
    assert_eq!(protection.open(), [id(1), id(2)]);
    protection.configured(id(1), Some(&info("P", "Service", None)));
    // The application's policy, until ours is in effect.
    protection.configured(id(2), Some(&info("Q", "Application", None)));
    assert_eq!(protection.open(), [id(2)]);
    protection.configured(id(2), Some(&info("P", "Service", None)));
    assert!(protection.is_over());
    assert_eq!(protection.count(|effective| *effective == RolloutStatus::Ready), 2);
}

#[test]
fn a_policy_that_is_closer_and_a_suspension_are_not_waited_for() {
    let mut protection = of(true);
    protection.configured(id(1), Some(&info("Own", "Partition", None)));
    protection.configured(id(2), Some(&info("P", "Service", Some("Application"))));
    assert!(protection.is_over());
    let standings: Vec<_> = protection.partitions().map(|(_, effective)| effective.clone()).collect();
    let suspended = RolloutStatus::Suspended { on: "Application".into() };
    assert_eq!(standings, [RolloutStatus::Overridden { by: "Own".into() }, suspended]);
    // The same policy at a closer level is in effect.
    let mut protection = of(false);
    protection.configured(id(1), Some(&info("P", "Partition", None)));
    protection.gone(id(2));
    assert!(protection.is_over());
}

#[test]
fn a_backup_counts_if_it_was_not_there_before() {
    let (old, new) = (Some(Uuid::from_u128(7)), Some(Uuid::from_u128(8)));
    let mut protection = of(true);
    protection.before(id(1), old);
    let ours = info("P", "Service", None);
    for partition in [id(1), id(2)] {
        // Before the policy is in effect, backups are ignored.
        protection.newest(partition, new);
        protection.configured(partition, Some(&ours));
    }
    protection.newest(id(1), old);
    // The first backup of a partition without a known earlier one.
    protection.newest(id(2), old);
    protection.newest(id(2), None);
    assert_eq!(protection.open(), [id(1), id(2)]);
    protection.newest(id(1), new);
    protection.newest(id(2), new);
    assert!(protection.is_over());
}

#[test]
fn a_suspension_during_the_wait_is_reported() {
    let mut protection = of(true);
    protection.configured(id(1), Some(&info("P", "Service", None)));
    protection.configured(id(1), Some(&info("P", "Service", Some("Partition"))));
    assert_eq!(protection.open(), [id(2)]);
}

proptest! {
    /// Whatever is read, final states do not change and are not waited for.
    #[test]
    fn final_states_do_not_change(
        first in any::<bool>(),
        readings in prop::collection::vec((1u128..4, 0..6u8, prop::option::of(0u128..3)), 0..40),
    ) {
        let mut protection = of(first);
        let mut over: Vec<(PartitionId, RolloutStatus)> = Vec::new();
        for (partition, what, backup) in readings {
            let backup = backup.map(Uuid::from_u128);
            match what {
                0 => protection.configured(id(partition), None),
                1 => protection.configured(id(partition), Some(&info("P", "Service", None))),
                2 => protection.configured(id(partition), Some(&info("Q", "Partition", None))),
                3 => protection.configured(id(partition), Some(&info("P", "Service", Some("Service")))),
                4 => protection.before(id(partition), backup),
                _ => protection.newest(id(partition), backup),
            }
            for (partition, effective) in &over {
                let now = protection.partitions().find(|(other, _)| other == partition).unwrap().1;
                prop_assert_eq!(now, effective);
            }
            over = protection.partitions().filter(|(_, s)| s.is_final()).map(|(p, s)| (p, s.clone())).collect();
            prop_assert_eq!(protection.open().len() + over.len(), 2);
            prop_assert_eq!(protection.is_over(), over.len() == 2);
        }
    }
}
