//! The chosen restore points, compared with the simulator.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use sf_backup_ops::restore::{Plan, When};
use sf_backup_proto::{PartitionId, Timestamp};
use sf_backup_sim::{Cluster, EffectKind};

use super::{chosen, planned, protected, share};

/// Something that happens to the cluster for a while.
#[derive(Debug, Clone)]
enum Event {
    Hours(u64),
    /// The storage fails for this many hours.
    Broken(u64),
    /// This partition's primary moves, which takes this many minutes.
    Moves(u32, u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        3 => (1_u64..30).prop_map(Event::Hours),
        1 => (1_u64..5).prop_map(Event::Broken),
        1 => (0_u32..4, 10_u64..200).prop_map(|(partition, minutes)| Event::Moves(partition, minutes)),
    ];
    prop::collection::vec(event, 1..8)
}

fn happen(cluster: &Cluster, events: &[Event], partitions: u32) {
    for event in events {
        match event {
            Event::Hours(hours) => cluster.advance(Duration::from_secs(hours * 3_600)),
            Event::Broken(hours) => {
                cluster.break_storage(&share(), Some((0x8013_1620, "the share is gone")));
                cluster.advance(Duration::from_secs(hours * 3_600));
                cluster.break_storage(&share(), None);
            }
            Event::Moves(partition, minutes) => {
                let id = uuid::Uuid::from_u128(super::FIRST_ID + u128::from(partition % partitions));
                assert!(cluster.fail_over_partition(id.into(), Duration::from_secs(minutes * 60)));
            }
        }
    }
}

/// The newest backup of each partition at this time, from the cluster's effect log.
fn truth(cluster: &Cluster, at: Timestamp) -> BTreeMap<PartitionId, String> {
    let mut newest = BTreeMap::new();
    for effect in cluster.effects() {
        // Lists have whole seconds.
        if effect.kind == EffectKind::BackupMade && effect.at.unix() <= at.unix() {
            newest.insert(effect.subject.parse().unwrap(), effect.detail.unwrap());
        }
    }
    newest
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_newest_good_point_not_after_a_time_is_chosen(
        events in events(), partitions in 1_u32..5, incrementals in 0_u8..6, back in 0_u64..200, seed in any::<u64>(),
    ) {
        let cluster = protected(Cluster::builder().seed(seed), partitions, incrementals);
        happen(&cluster, &events, partitions);
        // The storage works while planning.
        let now = cluster.now();
        let at = Timestamp::from_unix(now.unix() - i64::try_from(back).unwrap() * 1_799).unwrap();
        let plan = planned(&cluster, When::At(at));
        let truth = truth(&cluster, at);
        prop_assert_eq!(&chosen(&plan), &truth);
        prop_assert_eq!(plan.restores.len() + plan.missing.len(), usize::try_from(partitions).unwrap());
        for restore in &plan.restores {
            prop_assert!(restore.point.created() <= at);
            prop_assert!(restore.partition.key.takes(restore.point.key()));
        }
        let latest = planned(&cluster, When::Latest);
        prop_assert_eq!(chosen(&latest), super::planning::truth(&cluster, now));

        // A plan equals the contents of its file.
        let file = serde_json::to_string(&plan).unwrap();
        let again = Plan::read(&serde_json::from_str(&file).unwrap()).unwrap();
        prop_assert_eq!(again.fingerprint(), plan.fingerprint());
        prop_assert_eq!(&again, &plan);
        prop_assert!(again.fingerprint() != latest.fingerprint());
    }
}
