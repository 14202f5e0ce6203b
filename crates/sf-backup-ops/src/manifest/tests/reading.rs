//! Valid contents of files, and the errors for everything else.

use proptest::prelude::*;

use super::*;

#[test]
fn a_file_is_written_as_it_is_read_sorted() {
    let file = read(&json!({
        "suspensions": [{ "ApplicationName": "Shop" }],
        "enablement": [
            { "ServiceName": "fabric:/Shop/Cart", "PartitionId": "{6B1C2F7E-0000-4000-8000-000000000001}", "BackupPolicyName": "B" },
            { "EntityKind": "Service", "ServiceName": "Shop/Cart", "BackupPolicyName": "A" },
            { "ApplicationName": "fabric:/Shop", "BackupPolicyName": "A" },
        ],
        "policies": [policy("B", &share()), policy("A", &blob("env:KEY"))],
    }));
    let written = serde_json::to_string(&file).unwrap();
    let policies = r#"[{"Name":"A","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,"Schedule":{"ScheduleKind":"FrequencyBased","Interval":"P1D"},"Storage":{"StorageKind":"AzureBlobStore","ConnectionString":"env:KEY","ContainerName":"c"}},{"Name":"B","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,"Schedule":{"ScheduleKind":"FrequencyBased","Interval":"P1D"},"Storage":{"StorageKind":"FileShare","Path":"\\\\nas\\b"}}]"#;
    let enablement = r#"[{"EntityKind":"Application","ApplicationName":"fabric:/Shop","BackupPolicyName":"A"},{"EntityKind":"Service","ServiceName":"fabric:/Shop/Cart","BackupPolicyName":"A"},{"EntityKind":"Partition","ServiceName":"fabric:/Shop/Cart","PartitionId":"6b1c2f7e-0000-4000-8000-000000000001","BackupPolicyName":"B"}]"#;
    let suspensions = r#"[{"EntityKind":"Application","ApplicationName":"fabric:/Shop"}]"#;
    assert_eq!(
        written,
        format!(
            r#"{{"apiVersion":"sf-backup/v1","kind":"BackupConfiguration","policies":{policies},"enablement":{enablement},"suspensions":{suspensions}}}"#
        )
    );
    assert_eq!(Manifest::read(&serde_json::from_str(&written).unwrap()).unwrap(), file);
}

#[test]
fn a_section_that_is_left_out_is_not_an_empty_one() {
    let none = read(&json!({}));
    assert_eq!(none, Manifest::default());
    assert_ne!(none, read(&json!({ "policies": [], "enablement": [], "suspensions": [] })));
    let rule = "policies: must be a list; [] for none; omit it if it is not managed here";
    assert_eq!(problem(&json!({ "policies": null })), rule);
}

#[test]
fn every_mistake_is_reported_with_its_place() {
    let one = |section: &str, item: Value| problem(&json!({ section: [item] }));
    for (said, expected) in [
        (Manifest::read(&json!([])).unwrap_err().to_string(), "must be an object"),
        (Manifest::read(&json!({})).unwrap_err().to_string(), "apiVersion: must be sf-backup/v1"),
        (problem(&json!({ "kind": "Policies" })), "kind: must be BackupConfiguration"),
        (
            problem(&json!({ "Policies": [] })),
            "Policies: is unknown; expected one of apiVersion, kind, policies, enablement, suspensions",
        ),
        (one("policies", json!("x")), "policies[0]: invalid type: string, expected an object"),
        (
            one("policies", policy(" ", &share())),
            "policies[0].Name: must not be blank, contain /, \\ or control characters, or be . or ..",
        ),
        (
            problem(&json!({ "policies": [policy("A", &share()), policy("A", &share())] })),
            "policies[1].Name: is also the name of an earlier policy",
        ),
        (one("enablement", json!({ "ServiceName": "A/S" })), "enablement[0]: BackupPolicyName is required"),
        (
            one("enablement", json!({ "ApplicationName": "A", "ServiceName": "A/S", "BackupPolicyName": "P" })),
            "enablement[0]: must have an ApplicationName, or a ServiceName, or a ServiceName and a PartitionId",
        ),
        (
            one("suspensions", json!({ "EntityKind": "Service", "ApplicationName": "A" })),
            "suspensions[0].EntityKind: must be Application, according to the names, or be omitted",
        ),
        (one("suspensions", json!({ "ApplicationName": 1 })), "suspensions[0].ApplicationName: must be text"),
        (
            one("suspensions", json!({ "ServiceName": "A/S", "PartitionId": "1" })),
            "suspensions[0].PartitionId: partition id \"1\": is not a GUID such as 6b1c2f7e-0000-4000-8000-000000000001",
        ),
        (
            problem(&json!({ "suspensions": [{ "ApplicationName": "A" }, { "ApplicationName": "fabric:/A" }] })),
            "suspensions[1]: names application fabric:/A again",
        ),
    ] {
        assert_eq!(said, expected);
    }
}

#[test]
fn policies_are_held_to_the_rules_of_requests() {
    let mut often = policy("A", &share());
    often["Schedule"]["Interval"] = "PT30S".into();
    let rule = "policies[0].Schedule.Interval: must be from one minute to 15 days (PT1M to P15D)";
    assert_eq!(problem(&json!({ "policies": [often.clone()] })), rule);
    often["Schedule"]["Interval"] = "often".into();
    let said = problem(&json!({ "policies": [often] }));
    assert!(said.starts_with("policies[0].Schedule.Interval: expected an ISO 8601 duration"), "{said}");
}

#[test]
fn a_secret_is_a_reference_or_nothing() {
    let said = |storage: &Value| problem(&json!({ "policies": [policy("A", storage)] }));
    let reference = "must be a reference to a secret: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS";
    let literal = said(&blob("AccountKey=hunter2"));
    assert_eq!(literal, format!("policies[0].Storage.ConnectionString: {reference}"));
    let masked = said(&blob("****"));
    assert!(masked.contains("ConnectionString: **** is the cluster's mask") && masked.contains("env:NAME"));
    let deep = said(&json!({ "StorageKind": "Tape", "Robots": [{ "Key": "****" }] }));
    assert!(deep.starts_with("policies[0].Storage.Robots[0].Key: **** is the cluster"), "{deep}");
    let mut password = share();
    password["SecondaryPassword"] = "hunter2".into();
    assert_eq!(said(&password), format!("policies[0].Storage.SecondaryPassword: {reference}"));
}

#[test]
fn references_are_followed_when_a_policy_is_sent_and_not_before() {
    let tape = json!({ "StorageKind": "Tape", "Robots": [{ "Key": "cmd:vault read", "Arm": 3 }], "Path": "x" });
    let file = read(&json!({ "policies": [policy("A", &blob("env:KEY")), policy("B", &tape), policy("C", &share())] }));
    let policies = file.policies.unwrap();
    let resolved = |name: &str| {
        let policy = policies.get(&name.parse().unwrap()).unwrap();
        let fetched = policy.resolved(|reference| Ok(format!("<{reference}>").as_str().into())).unwrap();
        (policy.has_secrets(), serde_json::to_value(&fetched).unwrap())
    };
    assert_eq!(resolved("A").1["Storage"]["ConnectionString"], "<env:KEY>");
    let (secrets, tape) = resolved("B");
    assert!(secrets);
    assert_eq!(tape["Storage"]["Robots"], json!([{ "Key": "<cmd:vault read>", "Arm": 3 }]));
    assert_eq!(tape["Storage"]["Path"], "x");
    assert!(!resolved("C").0);
}

#[test]
fn masked_secrets_are_required_when_needed() {
    let file = Manifest::of(&with_policy(&policy("A", &blob("****"))));
    let text = serde_json::to_string(&file).unwrap();
    assert!(text.contains(PLACEHOLDER) && !text.contains("****"), "{text}");
    let again = Manifest::read(&serde_json::from_str(&text).unwrap()).unwrap();
    assert_eq!(again, file);
    let policy = file.policies.unwrap().into_values().next().unwrap();
    let error = policy.resolved(|_| unreachable!()).unwrap_err();
    assert_eq!(error.place, "Storage.ConnectionString");
    assert!(error.to_string().ends_with("write env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS in its place"), "{error}");
}

#[test]
fn a_password_without_a_user_is_ignored() {
    let masked = json!({ "StorageKind": "FileShare", "Path": "p", "PrimaryUserName": "u", "PrimaryPassword": "****",
        "SecondaryUserName": null, "SecondaryPassword": "****", "FriendlyName": "" });
    let file = Manifest::of(&with_policy(&policy("A", &masked)));
    let storage = &serde_json::to_value(&file).unwrap()["policies"][0]["Storage"];
    let expected =
        json!({ "StorageKind": "FileShare", "Path": "p", "PrimaryUserName": "u", "PrimaryPassword": PLACEHOLDER });
    assert_eq!(*storage, expected);
}

#[test]
fn debug_shows_no_literal_of_a_storage() {
    let tape = json!({ "StorageKind": "Tape", "Key": "hunter2" });
    let file = read(&json!({ "policies": [policy("B", &tape)] }));
    assert!(!format!("{file:?}").contains("hunter2"));
}

proptest! {
    #[test]
    fn every_value_is_accepted_or_rejected_with_one_line(value in strategies::json()) {
        for value in [value.clone(), file(&json!({ "policies": [value.clone()], "enablement": [value.clone()] }))] {
            if let Err(error) = Manifest::read(&value) {
                prop_assert!(!error.rule().is_empty());
            }
        }
    }
}
