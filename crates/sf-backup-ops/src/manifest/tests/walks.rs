//! From any configuration to any other, change by change.

use proptest::prelude::*;

use super::model::Server;
use super::strategies::manifest;
use super::*;

const ALL: Scope = Scope { prune: true, rewrite_secrets: false };

/// Makes the server match the file, comparing again if suspensions may have become visible. Returns the number of
/// changes.
fn apply(server: &mut Server, file: &Manifest, scope: Scope) -> Result<usize, TestCaseError> {
    let mut made = 0;
    for _ in 0..4 {
        let actual = server.actual();
        let comparison = compare(file, &actual, scope).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let changes = comparison.orders();
        for phase in phases(&changes, &actual) {
            // The order within a phase does not matter.
            for change in phase.changes.iter().rev() {
                made += usize::from(server.make(change).map_err(TestCaseError::fail)?);
            }
        }
        if !reveals(&changes, &actual) {
            break;
        }
    }
    Ok(made)
}

proptest! {
    #[test]
    fn any_file_follows_any_other_and_then_nothing_differs(first in manifest(), second in manifest()) {
        let mut server = Server::default();
        apply(&mut server, &first, ALL)?;
        apply(&mut server, &second, ALL)?;
        let left = compare(&second, &server.actual(), ALL).unwrap();
        prop_assert_eq!(left.changes, []);
        prop_assert_eq!(left.left_alone, []);
        prop_assert_eq!(apply(&mut server, &second, ALL)?, 0);
        // Without pruning, the first configuration can be restored.
        apply(&mut server, &first, Scope::default())?;
        prop_assert_eq!(compare(&first, &server.actual(), Scope::default()).unwrap().changes, []);
        for (entity, policy) in second.enablement.iter().flatten() {
            let kept = server.actual().enablement.get(entity).cloned();
            prop_assert!(kept.is_some(), "{} under {}", entity, policy);
        }
    }

    #[test]
    fn an_export_reads_back_without_changes(file in manifest()) {
        let mut server = Server::default();
        apply(&mut server, &file, ALL)?;
        let actual = server.actual();
        let exported = Manifest::of(&actual);
        let text = serde_json::to_string(&exported).unwrap();
        prop_assert!(!text.contains("hunter2") && !text.contains("****"), "{}", text);
        let read = Manifest::read(&serde_json::from_str(&text).unwrap()).unwrap();
        prop_assert_eq!(&read, &exported);
        prop_assert_eq!(compare(&read, &actual, ALL).unwrap().changes, []);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }

    /// After an interruption, the next run completes the changes.
    #[test]
    fn the_next_apply_completes_an_interrupted_one(first in manifest(), second in manifest(), stop in 0_usize..8) {
        let mut server = Server::default();
        apply(&mut server, &first, ALL)?;
        let actual = server.actual();
        let changes = compare(&second, &actual, ALL).unwrap().orders();
        let ordered = phases(&changes, &actual).into_iter().flat_map(|phase| phase.changes);
        for change in ordered.take(stop) {
            server.make(&change).map_err(TestCaseError::fail)?;
        }
        apply(&mut server, &second, ALL)?;
        prop_assert_eq!(compare(&second, &server.actual(), ALL).unwrap().changes, []);
    }

    /// In an application that is already enabled, no backup runs in between for what is finally suspended, unless it
    /// ran before.
    #[test]
    fn nothing_runs_on_the_way_that_is_to_be_suspended(first in manifest(), second in manifest()) {
        let mut server = Server::default();
        apply(&mut server, &first, ALL)?;
        let actual = server.actual();
        let open = actual.enabled_applications();
        let wanted = second.suspensions.clone().unwrap();
        let mut quiet: Vec<Entity> = wanted.into_iter().filter(|entity| open.contains(&actual.application(entity))).collect();
        quiet.retain(|entity| !server.runs(entity));
        let changes = compare(&second, &actual, ALL).unwrap().orders();
        for change in phases(&changes, &actual).into_iter().flat_map(|phase| phase.changes) {
            server.make(&change).map_err(TestCaseError::fail)?;
            prop_assert!(!quiet.iter().any(|entity| server.runs(entity)), "after {}", change);
        }
    }
}

#[test]
fn a_policy_that_is_enabled_somewhere_is_not_pruned() {
    let mut actual = with_policy(&policy("A", &share()));
    let service = Entity::Service("fabric:/Shop/Cart".parse().unwrap());
    actual.enablement.insert(service, "A".parse().unwrap());
    let comparison = compare(&read(&json!({ "policies": [] })), &actual, ALL).unwrap();
    assert_eq!(comparison.changes, []);
    assert_eq!(comparison.left_alone.len(), 1);
    assert!(comparison.notes[0].contains("policy A is not in the file, and is kept"), "{:?}", comparison.notes);
}

#[test]
fn impossible_changes_are_rejected() {
    let error_of = |sections: &Value| compare(&read(sections), &Actual::default(), ALL).unwrap_err().to_string();
    let nowhere = error_of(&json!({ "enablement": [{ "ApplicationName": "Shop", "BackupPolicyName": "A" }] }));
    assert_eq!(nowhere, "enablement: application fabric:/Shop: policy A is neither in this file nor in the cluster");
    let suspended = error_of(&json!({ "suspensions": [{ "ApplicationName": "Shop" }] }));
    assert!(suspended.contains("application fabric:/Shop: cannot be suspended"), "{suspended}");
}

#[test]
fn deleted_entities_are_neither_exported_nor_disabled() {
    let mut actual = with_policy(&policy("A", &share()));
    let service = Entity::Service("fabric:/Shop/Gone".parse().unwrap());
    actual.enablement.insert(service.clone(), "A".parse().unwrap());
    actual.gone.insert(service);
    assert_eq!(Manifest::of(&actual).enablement, Some(BTreeMap::new()));
    let comparison = compare(&read(&json!({ "policies": [], "enablement": [] })), &actual, ALL).unwrap();
    let changes: Vec<String> = comparison.changes.iter().map(ToString::to_string).collect();
    assert_eq!(changes, ["delete policy A"]);
}

#[test]
fn a_partition_is_known_by_its_id_alone() {
    let id = uuid::Uuid::from_u128(7);
    let mut actual = with_policy(&policy("A", &share()));
    let partition = Entity::Partition { service: "fabric:/Shop/Cart".parse().unwrap(), id: id.into() };
    actual.enablement.insert(partition, "A".parse().unwrap());
    let file = read(
        &json!({ "enablement": [{ "ServiceName": "Shop/Other", "PartitionId": id.to_string(), "BackupPolicyName": "A" }] }),
    );
    assert_eq!(compare(&file, &actual, ALL).unwrap(), Comparison::default());
}
