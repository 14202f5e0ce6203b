//! Deserialization errors with the path of the invalid member, but without its value, which may be a secret.

use std::fmt::Display;

use serde::de::{Deserialize, Deserializer};
use serde_path_to_error::Path;

use crate::wire::ReadError;

/// Deserializes a value; an error names the path of the invalid member. Slower than serde alone.
pub(crate) fn read<'de, T: Deserialize<'de>, D: Deserializer<'de>>(source: D) -> Result<T, ReadError> {
    serde_path_to_error::deserialize(source).map_err(|error| {
        let (mut place, mut problem) = (error.path().to_string(), message(error.inner()));
        while let Some((inner, rest)) = problem.strip_prefix(BELOW).and_then(|text| text.split_once(END)) {
            place = join(&place, inner);
            problem = rest.to_owned();
        }
        ReadError::new(&place, &problem)
    })
}

const BELOW: &str = "at ";
const END: &str = ": ";

/// Formats an error inside an object that is read from memory. The outer deserializer sees it as text, from which
/// [`read`] extracts the path again.
pub(crate) fn nested(path: &Path, error: &impl Display) -> String {
    let (path, problem) = (path.to_string(), message(error));
    if path == "." { problem } else { format!("{BELOW}{path}{END}{problem}") }
}

/// Joins two paths; `.` is the root.
pub(crate) fn join(outer: &str, inner: &str) -> String {
    match (outer, inner) {
        (whole, ".") => whole.to_owned(),
        (".", inner) => inner.to_owned(),
        (outer, inner) if inner.starts_with('[') => format!("{outer}{inner}"),
        (outer, inner) => format!("{outer}.{inner}"),
    }
}

/// The message of a serde error, without the value that it quotes. Types and positions stay.
fn message(error: &impl Display) -> String {
    let text = error.to_string();
    match text.find(['`', '"']) {
        Some(quote) if text.starts_with("invalid type") || text.starts_with("invalid value") => {
            let kind = text.get(..quote).unwrap_or_default().trim_end();
            // Search from the end: the quoted value can contain the same words.
            let expected = text.rfind(", expected").and_then(|at| text.get(at..)).unwrap_or_default();
            format!("{kind}{expected}")
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::policy::BackupPolicyDescription;
    use crate::model::query::GetBackupByStorageQueryDescription;

    fn wrong<'de, T: Deserialize<'de> + std::fmt::Debug>(value: &'de Value) -> String {
        read::<T, _>(value).unwrap_err().to_string()
    }

    #[test]
    fn the_path_is_found_for_any_order_of_members() {
        // Maps are sorted, so each discriminator comes after the invalid member.
        let policy = json!({ "Name": "x", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 1,
            "Schedule": { "RunTimes": ["09:00", "noon"], "ScheduleFrequencyType": "Daily", "scheduleKind": "TimeBased" },
            "Storage": { "Path": "p", "StorageKind": "FileShare" } });
        let expected = "Schedule.RunTimes[1]: expected a time of day such as 18:30:00";
        assert_eq!(wrong::<BackupPolicyDescription>(&policy), expected);
        let text = serde_json::to_string(&policy).unwrap();
        let error = read::<BackupPolicyDescription, _>(&mut serde_json::Deserializer::from_str(&text)).unwrap_err();
        assert_eq!(error.place(), "Schedule.RunTimes[1]");
    }

    #[test]
    fn a_missing_member_is_reported_at_its_object() {
        let query = json!({ "Storage": { "A": 1, "StorageKind": "FileShare" } });
        assert_eq!(wrong::<GetBackupByStorageQueryDescription>(&query), "Storage: missing field `Path`");
        let share = json!({ "A": { "B": 1 }, "StorageKind": "FileShare" });
        assert_eq!(wrong::<crate::model::storage::BackupStorageDescription>(&share), ".: missing field `Path`");
    }

    #[test]
    fn the_value_is_never_quoted_at_any_depth() {
        for storage in [
            json!("hunter2"),
            json!({ "Path": { "hunter2": 1 }, "StorageKind": "FileShare" }),
            json!({ "Path": "p", "PrimaryPassword": ["hunter2"], "StorageKind": "FileShare" }),
            json!({ "A": 1, "StorageKind": ["hunter2"] }),
        ] {
            let said = wrong::<GetBackupByStorageQueryDescription>(&json!({ "Storage": storage }));
            assert!(said.starts_with("Storage") && !said.contains("hunter2"), "{said}");
        }
        assert_eq!(
            message(&"invalid type: string \"a, expected=, expected it\", expected b"),
            "invalid type: string, expected b"
        );
        assert_eq!(
            message(&"invalid type: integer `7`, expected an object"),
            "invalid type: integer, expected an object"
        );
    }
}
