//! Empty members that belong to another kind of storage or schedule.
//!
//! Service Fabric Explorer posts one form for all kinds, in which unused fields are empty texts and lists. They have no
//! meaning and are removed.

use serde_json::{Map, Value};

use super::{Finding, Severity, finding};

/// The members of every kind of storage except the discriminator.
const STORAGES: &[(&str, &[&str])] = &[
    ("AzureBlobStore", &["FriendlyName", "ConnectionString", "ContainerName"]),
    (
        "FileShare",
        &["FriendlyName", "Path", "PrimaryUserName", "PrimaryPassword", "SecondaryUserName", "SecondaryPassword"],
    ),
    ("DsmsAzureBlobStore", &["FriendlyName", "StorageCredentialsSourceLocation", "ContainerName"]),
    (
        "ManagedIdentityAzureBlobStore",
        &["FriendlyName", "ManagedIdentityType", "ManagedIdentityClientId", "BlobServiceUri", "ContainerName"],
    ),
];

/// The members of every kind of schedule except the discriminator.
const SCHEDULES: &[(&str, &[&str])] =
    &[("FrequencyBased", &["Interval"]), ("TimeBased", &["ScheduleFrequencyType", "RunDays", "RunTimes"])];

/// Optional texts and ids for which an empty value means absent.
const EMPTY_IS_ABSENT: &[&str] = &["FriendlyName", "ManagedIdentityClientId"];

/// The paths of the removed members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftOut(Vec<String>);

impl LeftOut {
    /// The paths, such as `Storage.Path`.
    pub fn members(&self) -> &[String] {
        &self.0
    }

    /// One line about all of them; `None` if nothing was removed.
    pub fn note(&self) -> Option<String> {
        match self.0.as_slice() {
            [] => None,
            [one] => Some(format!("{one} is empty and is left out")),
            all => Some(format!("{} empty members are left out: {}", all.len(), all.join(", "))),
        }
    }

    pub(super) fn finding(&self) -> Option<Finding> {
        let problem = self.note()?;
        Some(finding(Severity::Info, "empty-member", "", problem, "nothing to do: these kinds do not use them"))
    }
}

/// Removes the empty members of other kinds from a policy or a storage.
pub fn without_other_kinds(value: &mut Value) -> LeftOut {
    let mut left_out = LeftOut::default();
    let Some(members) = value.as_object_mut() else { return left_out };
    if has(members, "StorageKind") {
        strip(members, "", "StorageKind", STORAGES, &mut left_out);
        return left_out;
    }
    for (name, discriminator, kinds) in [("Storage", "StorageKind", STORAGES), ("Schedule", "ScheduleKind", SCHEDULES)]
    {
        let part = members.iter_mut().find(|(member, _)| member.eq_ignore_ascii_case(name));
        if let Some((_, Value::Object(part))) = part {
            strip(part, name, discriminator, kinds, &mut left_out);
        }
    }
    left_out
}

fn strip(
    members: &mut Map<String, Value>,
    place: &str,
    discriminator: &str,
    kinds: &[(&str, &[&str])],
    left_out: &mut LeftOut,
) {
    let kind = members.iter().find(|(name, _)| name.eq_ignore_ascii_case(discriminator));
    let Some(kind) = kind.and_then(|(_, value)| value.as_str()) else { return };
    let users = empty_users(members);
    let Some((_, own)) = kinds.iter().find(|(known, _)| known.eq_ignore_ascii_case(kind)) else { return };
    let among = |names: &[&str], name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let others = |name: &str| kinds.iter().any(|(_, names)| among(names, name)) && !among(own, name);
    members.retain(|name, value| {
        let absent = among(EMPTY_IS_ABSENT, name) || among(&users, name);
        let goes = is_empty(value) && (others(name) || (absent && among(own, name) && !value.is_null()));
        if goes {
            left_out.0.push(if place.is_empty() { name.clone() } else { format!("{place}.{name}") });
        }
        !goes
    });
}

/// The members of users of a share without name and password: empty ones have made the backup service fail with a 500.
fn empty_users(members: &Map<String, Value>) -> Vec<&'static str> {
    let blank = |name: &str| {
        let mut found = members.iter().filter(|(member, _)| member.eq_ignore_ascii_case(name));
        found.all(|(_, value)| is_empty(value))
    };
    let users = [["PrimaryUserName", "PrimaryPassword"], ["SecondaryUserName", "SecondaryPassword"]];
    users.into_iter().filter(|user| user.iter().all(|name| blank(name))).flatten().collect()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn has(members: &Map<String, Value>, name: &str) -> bool {
    members.keys().any(|member| member.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn empty_members_of_other_kinds_go_and_all_others_stay() {
        let mut value = json!({ "Name": "", "Schedule": { "ScheduleKind": "FrequencyBased", "ScheduleFrequencyType": "",
            "RunDays": [], "RunTimes": null, "Interval": "PT15M" },
            "Storage": { "StorageKind": "FileShare", "FriendlyName": "", "Path": "", "ConnectionString": "",
                "containername": " ", "BlobServiceUri": "x", "PrimaryUserName": "", "PrimaryPassword": "",
                "SecondaryUserName": "", "SecondaryPassword": "p", "Fresh": "" } });
        let left_out = without_other_kinds(&mut value);
        assert_eq!(
            value,
            json!({ "Name": "", "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT15M" },
                "Storage": { "StorageKind": "FileShare", "Path": "", "BlobServiceUri": "x", "SecondaryUserName": "",
                    "SecondaryPassword": "p", "Fresh": "" } })
        );
        assert_eq!(left_out.members().len(), 8);
        assert!(left_out.note().unwrap().contains("Storage.ConnectionString"));
    }

    #[test]
    fn a_storage_on_its_own_is_treated_alike() {
        let mut value = json!({ "storagekind": "AzureBlobStore", "ConnectionString": "", "Path": "" });
        assert_eq!(without_other_kinds(&mut value).note().unwrap(), "Path is empty and is left out");
        for other in [json!("x"), json!({ "StorageKind": "Tape", "Path": "" }), json!({ "Storage": [] })] {
            assert_eq!(without_other_kinds(&mut other.clone()), LeftOut::default(), "{other}");
        }
    }
}
