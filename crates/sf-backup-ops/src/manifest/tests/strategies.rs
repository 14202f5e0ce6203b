//! Random files and clusters, with few names so that they overlap.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

pub(super) fn json() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), "[a-zA-Z:/*]{0,8}".prop_map(Value::from)];
    let names = select(vec![
        "apiVersion",
        "kind",
        "policies",
        "Name",
        "Storage",
        "StorageKind",
        "Schedule",
        "ServiceName",
        "PartitionId",
    ]);
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((names.clone(), inner), 0..4).prop_map(|members| Value::Object(
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

/// Applications whose names are prefixes of each other, by letters and by levels; their services and partitions.
pub(super) fn entity() -> impl Strategy<Value = Entity> {
    let application = select(vec!["fabric:/A", "fabric:/A1", "fabric:/A/B"]);
    let service = select(vec!["fabric:/A/S", "fabric:/A/S2", "fabric:/A1/S", "fabric:/A/B/S"]);
    prop_oneof![
        application.prop_map(|name| Entity::Application(name.parse().unwrap())),
        service.clone().prop_map(|name| Entity::Service(name.parse().unwrap())),
        (service, 0_u128..3).prop_map(|(name, number)| {
            let nth = name.bytes().map(u128::from).sum::<u128>() * 10 + number;
            Entity::Partition { service: name.parse().unwrap(), id: uuid::Uuid::from_u128(nth).into() }
        }),
    ]
}

fn name() -> impl Strategy<Value = PolicyName> {
    select(vec!["A", "B", "C"]).prop_map(|name| name.parse().unwrap())
}

/// A policy of a file; some of them are equivalent.
fn described() -> impl Strategy<Value = Value> {
    let interval = select(vec!["PT24H", "P1D", "PT90M"]);
    let times = vec(select(vec!["09:00", "18:30", "18:30:00Z"]), 1..4);
    let days = of(vec(select(vec!["Monday", "friday", "Sunday"]), 1..4));
    let schedule = prop_oneof![
        interval.prop_map(|interval| json!({ "ScheduleKind": "FrequencyBased", "Interval": interval })),
        (times, days).prop_map(|(times, days)| json!({ "ScheduleKind": "TimeBased", "RunTimes": times,
            "ScheduleFrequencyType": if days.is_some() { "Weekly" } else { "daily" }, "RunDays": days })),
    ];
    let storage = prop_oneof![
        Just(share()),
        Just(blob("env:KEY")),
        Just(
            json!({ "StorageKind": "FileShare", "Path": "p", "PrimaryUserName": "u", "PrimaryPassword": "file:/p", "FriendlyName": "f" })
        ),
    ];
    let retention = of(select(vec![
        json!({ "RetentionPolicyType": "Basic", "RetentionDuration": "PT48H" }),
        json!({ "RetentionPolicyType": "Basic", "RetentionDuration": "P2D", "MinimumNumberOfBackups": 0 }),
    ]));
    (schedule, storage, retention).prop_map(|(schedule, storage, retention)| {
        json!({ "Name": "", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 3,
            "Schedule": schedule, "Storage": storage, "RetentionPolicy": retention })
    })
}

/// A file that can be applied to an empty cluster.
pub(super) fn manifest() -> impl Strategy<Value = Manifest> {
    let sections = (btree_map(name(), described(), 0..4), btree_map(entity(), name(), 0..6), btree_set(entity(), 0..4));
    sections.prop_map(|(mut policies, mut enablement, mut suspensions)| {
        for (name, policy) in &mut policies {
            policy["Name"] = name.as_str().into();
        }
        enablement.retain(|_, policy| policies.contains_key(policy));
        let owners = Actual::default();
        let enabled: BTreeSet<_> = enablement.keys().map(|entity| owners.application(entity)).collect();
        suspensions.retain(|entity| enabled.contains(&owners.application(entity)));
        let policies = policies.into_values().collect::<Vec<_>>();
        Manifest {
            enablement: Some(enablement),
            suspensions: Some(suspensions),
            ..read(&json!({ "policies": policies }))
        }
    })
}
