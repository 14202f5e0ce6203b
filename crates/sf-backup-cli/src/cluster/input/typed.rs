//! Converts a value to an object of the API; an error has the path of the invalid member.

use serde::de::DeserializeOwned;
use serde_json::Value;
use sf_backup_proto::model;

/// Reads a value; the error is the path and the rule, without the value.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, (String, String)> {
    model::read(value).map_err(|error| (error.place().to_owned(), error.problem().to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sf_backup_proto::model::policy::BackupPolicyDescription;
    use sf_backup_proto::model::storage::BackupStorageDescription;

    use super::*;

    #[test]
    fn the_path_is_found_in_any_order_of_members() {
        let policy = json!({ "Name": "x", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 1,
            "Schedule": { "RunTimes": ["09:00", "noon"], "ScheduleFrequencyType": "Daily", "scheduleKind": "TimeBased" },
            "Storage": { "Path": "p", "StorageKind": "FileShare" } });
        let (path, rule) = read::<BackupPolicyDescription>(&policy).unwrap_err();
        assert_eq!((&*path, &*rule), ("Schedule.RunTimes[1]", "expected a time of day such as 18:30:00"));
    }

    #[test]
    fn wrong_types_never_quote_the_value() {
        for wrong in [
            json!("hunter2"),
            json!(["hunter2"]),
            json!({ "StorageKind": ["hunter2"] }),
            json!({ "StorageKind": "FileShare", "Path": { "hunter2": 1 } }),
            json!({ "StorageKind": "FileShare", "Path": "p", "PrimaryPassword": ["hunter2"] }),
        ] {
            let (path, rule) = read::<BackupStorageDescription>(&wrong).unwrap_err();
            assert!(!rule.contains("hunter2") && !path.contains("hunter2"), "{path}: {rule}");
            assert!(!rule.contains(" line "), "{rule}");
        }
    }
}
