//! Which policies are equal, and which differ.

use super::*;

/// The members that differ between the cluster's policy and the file's, and the notes.
fn differs(theirs: &Value, ours: &Value, later: bool) -> (Vec<String>, Vec<String>) {
    let mut actual = with_policy(theirs);
    actual.returns_later_members = later;
    let file = read(&json!({ "policies": [ours] }));
    let comparison = compare(&file, &actual, Scope::default()).unwrap();
    let members = comparison.changes.into_iter().flat_map(|change| match change {
        Change::UpdatePolicy(_, replaced) => replaced.members,
        other => panic!("{other}"),
    });
    (members.collect(), comparison.notes)
}

fn same(theirs: &Value, ours: &Value) -> bool {
    let (members, notes) = differs(theirs, ours, true);
    assert_eq!(notes, [] as [String; 0]);
    members.is_empty()
}

fn changed(policy: &Value, member: &str, value: Value) -> Value {
    let mut policy = policy.clone();
    let mut at = &mut policy;
    for name in member.split('.') {
        at = at.as_object_mut().unwrap().entry(name).or_insert(Value::Null);
    }
    *at = value;
    policy
}

#[test]
fn different_spellings_of_the_server_are_equal() {
    let base = policy("A", &share());
    for (member, theirs, ours) in [
        ("Schedule.Interval", json!("PT1H"), json!("PT60M")),
        ("Schedule.Interval", json!("P1D"), json!("PT24H")),
        ("Storage.FriendlyName", json!(""), json!("nas")),
        ("Storage.PrimaryUserName", json!(null), json!("")),
        ("RetentionPolicy", json!(null), json!(null)),
        (
            "RetentionPolicy",
            json!({ "RetentionPolicyType": "Basic", "RetentionDuration": "P10D", "MinimumNumberOfBackups": 0 }),
            json!({ "retentionpolicytype": "basic", "RetentionDuration": "PT240H" }),
        ),
        (
            "Schedule",
            json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Daily", "RunDays": [], "RunTimes": ["0001-01-01T09:00:00Z", "0001-01-01T18:00:00Z"] }),
            json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "daily", "RunTimes": ["18:00", "09:00", "18:00:00"] }),
        ),
        (
            "Schedule",
            json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Weekly", "RunDays": ["Friday", "Monday"], "RunTimes": ["09:00"] }),
            json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Weekly", "RunDays": ["monday", "Friday", "Monday"], "RunTimes": ["09:00"] }),
        ),
        ("CompressionType", json!("CLUSTER_DEFINED"), json!(null)),
        ("QuickRecovery", json!(null), json!("Disabled")),
    ] {
        assert!(same(&changed(&base, member, theirs.clone()), &changed(&base, member, ours)), "{member} {theirs}");
    }
}

#[test]
fn different_meanings_differ_by_member() {
    let base = policy("A", &share());
    for (member, value) in [
        ("AutoRestoreOnDataLoss", json!(true)),
        ("MaxIncrementalBackups", json!(4)),
        ("Schedule.Interval", json!("P2D")),
        ("Storage.Path", json!("elsewhere")),
        ("Storage.PrimaryUserName", json!("u")),
        ("CompressionType", json!("ZIP")),
    ] {
        let (members, _) = differs(&base, &changed(&base, member, value.clone()), true);
        assert_eq!(members, [member]);
        let (members, _) = differs(&changed(&base, member, value), &base, true);
        assert_eq!(members, [member]);
    }
    let retention = json!({ "RetentionPolicyType": "Basic", "RetentionDuration": "P10D" });
    let (members, _) = differs(&base, &changed(&base, "RetentionPolicy", retention), true);
    assert_eq!(members, ["RetentionPolicy"]);
}

#[test]
fn secrets_are_never_a_difference_and_can_be_resent() {
    let (theirs, ours) = (policy("A", &blob("****")), policy("A", &blob("env:KEY")));
    assert!(same(&theirs, &ours));
    let (actual, file) = (with_policy(&theirs), read(&json!({ "policies": [ours] })));
    let comparison = compare(&file, &actual, Scope::default()).unwrap();
    assert_eq!(comparison.unseen_secrets, ["A".parse().unwrap()]);
    let rewritten = compare(&file, &actual, Scope { rewrite_secrets: true, ..Scope::default() }).unwrap();
    assert_eq!(
        rewritten.changes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["update policy A for its secrets; its partitions start new backup chains"]
    );
    assert_eq!(rewritten.unseen_secrets, []);
}

#[test]
fn members_that_a_runtime_drops_are_no_difference() {
    let base = policy("A", &share());
    let ours = changed(&base, "CompressionType", json!("ZIP"));
    let (members, notes) = differs(&base, &ours, false);
    assert_eq!(members, [] as [String; 0]);
    assert!(notes[0].contains("policy A: the cluster does not report CompressionType"), "{notes:?}");
    assert_eq!(differs(&changed(&base, "CompressionType", json!("ZSTANDARD")), &ours, false).0, ["CompressionType"]);
}

#[test]
fn unknown_members_are_compared_where_both_sides_have_them() {
    let base = policy("A", &json!({ "StorageKind": "Tape", "Robot": "r2", "Key": "****" }));
    let with = |member: &str, value: Value| changed(&base, member, value);
    assert!(same(&base, &with("Storage.Key", json!("env:KEY"))));
    assert!(same(&with("Shiny", json!(true)), &with("Storage.Key", json!(PLACEHOLDER))));
    let ours = |policy: Value| changed(&policy, "Storage.Key", json!("env:KEY"));
    let (members, notes) = differs(&base, &ours(with("Schedule.Shiny", json!(1))), true);
    assert_eq!((members.len(), notes.len()), (0, 1), "{notes:?}");
    let (members, _) = differs(&with("Schedule.Shiny", json!(1)), &ours(with("Schedule.Shiny", json!(2))), true);
    assert_eq!(members, ["Schedule.Shiny"]);
    let (members, _) = differs(&base, &ours(with("Storage.Robot", json!("hunter2"))), true);
    assert_eq!(members, ["Storage.Robot"]);
}

#[test]
fn a_change_shows_no_literal_of_a_storage() {
    let tape = |robot: &str| policy("A", &json!({ "StorageKind": "Tape", "Robot": robot, "Same": "hunter2" }));
    let actual = with_policy(&tape("r2"));
    let printed = |sections: &Value, scope| {
        let comparison = compare(&read(sections), &actual, scope).unwrap();
        serde_json::to_string(&(comparison.changes, comparison.left_alone)).unwrap()
    };
    let updated = printed(&json!({ "policies": [tape("hunter2")] }), Scope::default());
    assert!(updated.contains("Storage.Robot") && !updated.contains("hunter2") && !updated.contains("r2"), "{updated}");
    let created = printed(&json!({ "policies": [policy("B", &tape("hunter2")["Storage"])] }), Scope::default());
    assert!(created.contains("CreatePolicy") && !created.contains("hunter2"), "{created}");
}

#[test]
fn another_kind_of_storage_shows_no_mask() {
    let (actual, file) =
        (with_policy(&policy("A", &blob("****"))), read(&json!({ "policies": [policy("A", &share())] })));
    let comparison = compare(&file, &actual, Scope::default()).unwrap();
    let text = serde_json::to_string(&comparison.changes).unwrap();
    assert!(text.contains("Storage.StorageKind") && text.contains("(not shown)") && !text.contains("****"), "{text}");
}

#[test]
fn a_changed_retention_is_reported_as_delayed() {
    let retention = |days: &str| {
        let basic = json!({ "RetentionPolicyType": "Basic", "RetentionDuration": days });
        changed(&policy("A", &share()), "RetentionPolicy", basic)
    };
    let (members, notes) = differs(&retention("P10D"), &retention("P11D"), true);
    assert_eq!(members, ["RetentionPolicy.RetentionDuration"]);
    assert!(notes[0].contains("applies the old one"), "{notes:?}");
}
