//! Any file on any cluster, with failures in between.

use http::StatusCode;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use sf_backup_proto::OPERATIONS;
use sf_backup_sim::Fault;

use super::*;

const ENTITIES: &[(&str, &str)] = &[
    ("app", "fabric:/Shop"),
    ("app", "fabric:/Shop10"),
    ("app", "fabric:/Shop/EU"),
    ("service", "fabric:/Shop/Cart"),
    ("service", "fabric:/Shop/Stock"),
    ("service", "fabric:/Shop10/Cart"),
    ("service", "fabric:/Shop/EU/Cart"),
    ("partition", "00000000-0000-4000-8000-000000000001"),
    ("partition", "00000000-0000-4000-8000-000000000003"),
    ("partition", "00000000-0000-4000-8000-000000000005"),
];

type Entity = (&'static str, &'static str);

fn service_of(partition: &str) -> &'static str {
    match partition.chars().last() {
        Some('1') => "fabric:/Shop/Cart",
        Some('3') => "fabric:/Shop/Stock",
        _ => "fabric:/Shop/EU/Cart",
    }
}

fn application_of((kind, id): Entity) -> &'static str {
    let service = if kind == "partition" { service_of(id) } else { id };
    ["fabric:/Shop10", "fabric:/Shop/EU", "fabric:/Shop"].into_iter().find(|name| service.starts_with(name)).unwrap()
}

fn members((kind, id): Entity) -> Value {
    match kind {
        "app" => json!({ "ApplicationName": id }),
        "service" => json!({ "ServiceName": id }),
        _ => json!({ "ServiceName": service_of(id), "PartitionId": id }),
    }
}

/// A policy with this name, number `variant` of several.
fn policy(name: &str, variant: u8) -> Value {
    let schedule = match variant % 3 {
        0 => json!({ "ScheduleKind": "FrequencyBased", "Interval": "PT36H" }),
        1 => {
            json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "daily", "RunTimes": ["18:00", "09:00", "18:00"], "RunDays": [] })
        }
        _ => {
            json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Weekly", "RunTimes": ["09:00"], "RunDays": ["friday", "Monday"] })
        }
    };
    let storage = match variant % 2 {
        0 => json!({ "StorageKind": "FileShare", "Path": "p", "FriendlyName": "f" }),
        _ => {
            json!({ "StorageKind": "FileShare", "Path": "p", "PrimaryUserName": "u", "PrimaryPassword": "cmd:echo hunter2" })
        }
    };
    json!({ "Name": name, "AutoRestoreOnDataLoss": variant > 8, "MaxIncrementalBackups": 3, "Schedule": schedule, "Storage": storage })
}

fn name() -> impl Strategy<Value = &'static str> {
    select(vec!["A", "B", "C"])
}

/// A file that can be applied to any cluster.
fn file() -> impl Strategy<Value = String> {
    let entity = || select(ENTITIES);
    (btree_map(name(), 0_u8..12, 0..4), btree_map(entity(), name(), 0..5), btree_set(entity(), 0..4)).prop_map(
        |(policies, mut enablement, mut suspensions)| {
            enablement.retain(|_, policy| policies.contains_key(policy));
            suspensions
                .retain(|entity| enablement.keys().any(|other| application_of(*other) == application_of(*entity)));
            let enabled = enablement.into_iter().map(|(entity, policy)| {
                let mut members = members(entity);
                members["BackupPolicyName"] = policy.into();
                members
            });
            json!({ "apiVersion": "sf-backup/v1", "kind": "BackupConfiguration",
                "policies": policies.into_iter().map(|(name, variant)| policy(name, variant)).collect::<Vec<_>>(),
                "enablement": enabled.collect::<Vec<_>>(),
                "suspensions": suspensions.into_iter().map(members).collect::<Vec<_>>() })
            .to_string()
        },
    )
}

/// Earlier changes by hand, in their order.
fn history() -> impl Strategy<Value = Vec<(Entity, &'static str, &'static str)>> {
    let verbs = select(vec!["enable", "enable", "suspend", "suspend", "resume", "disable"]);
    vec((select(ENTITIES), verbs, name()), 0..14)
}

impl Simulated {
    fn lived(history: &[(Entity, &str, &str)]) -> Self {
        let simulated = Self::new();
        let policies: Vec<Value> = ["A", "B", "C"].into_iter().map(|name| policy(name, 4)).collect();
        let all = json!({ "apiVersion": "sf-backup/v1", "kind": "BackupConfiguration", "policies": policies });
        simulated.apply(&all.to_string(), &[]).expect(0);
        for ((noun, id), verb, policy) in history {
            let mut args = vec![*noun, *verb, *id];
            if *verb == "enable" {
                args.extend(["--policy", *policy]);
            }
            // Suspending fails if nothing is enabled, which is expected.
            simulated.run(&args);
        }
        simulated
    }

    fn settled(&self, file: &str) {
        self.diff(file, &["--prune"]).expect(0);
        let before = self.changes(0).len();
        self.apply(file, &["--prune", "--yes"]).expect(0);
        assert_eq!(self.changes(before), [] as [&str; 0]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn apply_matches_the_file_and_an_export_rebuilds_the_cluster(history in history(), file in file()) {
        let first = Simulated::lived(&history);
        first.apply(&file, &["--prune", "--yes"]).expect(0);
        first.settled(&file);
        let exported = first.export();
        first.settled(&exported);

        let second = Simulated::new();
        let masked = "<masked by the cluster; write env:NAME, file:PATH or cmd:PROGRAM here>";
        let filled = exported.replace(masked, "cmd:echo hunter2");
        second.apply(&filled, &[]).expect(0);
        second.settled(&filled);
        prop_assert_eq!(second.export(), exported);
    }

    #[test]
    fn without_pruning_the_file_applies_and_nothing_else_is_removed(history in history(), file in file()) {
        let simulated = Simulated::lived(&history);
        let before = simulated.changes(0).len();
        simulated.apply(&file, &[]).expect(0);
        simulated.diff(&file, &[]).expect(0);
        let taken = simulated.changes(before).into_iter().filter(|change| change.starts_with("Disabled") || change.starts_with("PolicyDeleted"));
        prop_assert_eq!(taken.count(), 0);
    }

    #[test]
    fn the_next_run_completes_any_failed_one(
        history in history(),
        file in file(),
        faults in vec((select(OPERATIONS), 0_u8..4, any::<bool>()), 1..4),
    ) {
        let simulated = Simulated::lived(&history);
        for (operation, kind, after) in faults.iter().filter(|(operation, ..)| operation.changes()) {
            let fault = match kind {
                0 => Fault::cut(),
                1 => Fault::empty(StatusCode::FORBIDDEN),
                2 => Fault::empty(StatusCode::GATEWAY_TIMEOUT),
                _ => Fault::empty(StatusCode::NOT_FOUND),
            };
            let fault = fault.on(operation);
            simulated.cluster.inject(if *after { fault.after_effect() } else { fault });
        }
        let ran = simulated.apply(&file, &["--prune", "--yes", "--max-attempts", "1", "--parallel", "3"]);
        prop_assert_ne!(ran.code, 2, "{:?}", ran);
        simulated.cluster.clear_faults();
        simulated.apply(&file, &["--prune", "--yes"]).expect(0);
        simulated.settled(&file);
    }
}
