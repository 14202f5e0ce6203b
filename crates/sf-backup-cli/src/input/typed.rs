//! From a value to one of the API's objects, with the path of what is wrong with it.

use serde::de::DeserializeOwned;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use crate::render::table;

/// The members that tell what an object is. Reading them first is what lets an error's path lead into the object.
const DISCRIMINATORS: &[&str] = &["ScheduleKind", "StorageKind", "RetentionPolicyType"];

/// Reads a value; or tells the path and the rule, without the value.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, (String, String)> {
    let text = serde_json::to_string(&Ordered(value)).map_err(|error| (".".to_owned(), error.to_string()))?;
    let source = &mut serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(source).map_err(|error| {
        let said = error.inner().to_string();
        // The position is one in our own text.
        let said = said.rsplit_once(" at line ").map_or(&*said, |(said, _)| said);
        (error.path().to_string(), without_value(said))
    })
}

/// A value with the discriminator of each object as its first member.
struct Ordered<'a>(&'a Value);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) => {
                let (first, rest): (Vec<_>, Vec<_>) = members.iter().partition(|(name, _)| is_discriminator(name));
                let mut map = to.serialize_map(Some(members.len()))?;
                for (name, value) in first.into_iter().chain(rest) {
                    map.serialize_entry(name, &Ordered(value))?;
                }
                map.end()
            }
            Value::Array(items) => {
                let mut list = to.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(&Ordered(item)))?;
                list.end()
            }
            scalar => scalar.serialize(to),
        }
    }
}

fn is_discriminator(name: &str) -> bool {
    DISCRIMINATORS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// serde's words without the value that they quote: it may be a secret in the wrong place.
fn without_value(said: &str) -> String {
    let quoting = said.starts_with("invalid type") || said.starts_with("invalid value");
    match (said.find(['`', '"']), said.rfind(", expected")) {
        (Some(start), Some(end)) if quoting && start < end => {
            let (before, after) = (said.get(..start), said.get(end..));
            format!("{}{}", before.unwrap_or_default().trim_end(), after.unwrap_or_default())
        }
        _ => table::plain(said),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sf_backup_proto::model::policy::BackupPolicyDescription;
    use sf_backup_proto::model::storage::BackupStorageDescription;

    use super::*;

    #[test]
    fn the_path_leads_into_objects_whatever_their_members_order() {
        let policy = json!({ "Name": "x", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 1,
            "Schedule": { "RunTimes": ["09:00", "noon"], "ScheduleFrequencyType": "Daily", "scheduleKind": "TimeBased" },
            "Storage": { "Path": "p", "StorageKind": "FileShare" } });
        let (path, rule) = read::<BackupPolicyDescription>(&policy).unwrap_err();
        assert_eq!((&*path, &*rule), ("Schedule.RunTimes[1]", "expected a time of day such as 18:30:00"));
    }

    #[test]
    fn the_value_is_cut_out_of_what_serde_says() {
        let said = "invalid type: string \"key, expected=, expected it\", expected an object";
        assert_eq!(without_value(said), "invalid type: string, expected an object");
        let said = "invalid type: integer `7`, expected an object";
        assert_eq!(without_value(said), "invalid type: integer, expected an object");
        assert_eq!(without_value("missing field `Name`"), "missing field `Name`");
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
