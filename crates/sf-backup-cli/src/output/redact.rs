//! Hides secrets: what a dry run and an error may print of a request's body.

use serde_json::Value;
use sf_backup_proto::Secret;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::secret::MASK;

use crate::output::ordered_json::OrderedJson;

/// Members of storages that are not secrets. All others are treated as secrets, because a newer kind can have keys
/// under any name.
const SHOWN: &[&str] = &[
    "StorageKind",
    "ContainerName",
    "FriendlyName",
    "Path",
    "PrimaryUserName",
    "SecondaryUserName",
    "StorageCredentialsSourceLocation",
    "ManagedIdentityType",
    "ManagedIdentityClientId",
    "BlobServiceUri",
];

/// Words in the names of members that are always secrets.
const SECRET_WORDS: &[&str] =
    &["password", "secret", "connectionstring", "credential", "token", "accountkey", "accesskey", "sas"];

/// Replaces the secrets of a policy by `****`, as the cluster does.
pub(crate) fn conceal(policy: &mut BackupPolicyDescription) {
    let hide = |secret: &mut Option<Secret>| *secret = secret.take().map(|_| Secret::from(MASK));
    match &mut policy.storage {
        BackupStorageDescription::AzureBlobStore(store) => store.connection_string = Secret::from(MASK),
        BackupStorageDescription::FileShare(share) => {
            hide(&mut share.primary_password);
            hide(&mut share.secondary_password);
        }
        _ => {}
    }
}

/// The secret part of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    /// What follows the question mark of a URL, because it can contain a signature.
    Query,
}

/// Replaces every secret by `****`. The output cannot be sent by mistake, because masks are rejected.
pub(crate) fn hide(value: &mut OrderedJson) {
    each_secret(value, &mut |_, secret, part| match (part, &mut *secret) {
        (Part::Query, OrderedJson::Scalar(Value::String(text))) => hide_query(text),
        _ => *secret = OrderedJson::text(MASK),
    });
}

/// Calls `act` for every secret.
pub(crate) fn each_secret(value: &mut OrderedJson, act: &mut impl FnMut(&str, &mut OrderedJson, Part)) {
    match value {
        OrderedJson::Object(members) => each_secret_member(members, act),
        OrderedJson::Array(items) => items.iter_mut().for_each(|item| each_secret(item, act)),
        OrderedJson::Scalar(_) => {}
    }
}

fn each_secret_member(members: &mut [(String, OrderedJson)], act: &mut impl FnMut(&str, &mut OrderedJson, Part)) {
    let storage = members.iter().find_map(|(name, value)| match value {
        OrderedJson::Scalar(Value::String(kind)) if name.eq_ignore_ascii_case("StorageKind") => Some(kind.clone()),
        _ if name.eq_ignore_ascii_case("StorageKind") => Some(String::new()),
        _ => None,
    });
    for (name, value) in members {
        let is = |known: &&str| name.eq_ignore_ascii_case(known);
        let secret = match storage.as_deref() {
            Some(kind) if known_kind(kind) => !SHOWN.iter().any(is),
            Some(_) => !is(&"StorageKind"),
            // A storage that is not an object may be a misplaced connection string.
            None => has_secret_word(name) || (names_storage(name) && !matches!(value, OrderedJson::Object(_))),
        };
        match value {
            OrderedJson::Scalar(Value::Null) => {}
            value if secret => act(name, value, Part::Whole),
            OrderedJson::Scalar(Value::String(text)) if is(&"BlobServiceUri") && text.contains('?') => {
                act(name, value, Part::Query);
            }
            value => each_secret(value, act),
        }
    }
}

fn known_kind(kind: &str) -> bool {
    let kinds = ["AzureBlobStore", "FileShare", "DsmsAzureBlobStore", "ManagedIdentityAzureBlobStore"];
    kinds.iter().any(|known| known.eq_ignore_ascii_case(kind))
}

fn has_secret_word(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

fn names_storage(name: &str) -> bool {
    ["Storage", "BackupStorage"].iter().any(|storage| name.eq_ignore_ascii_case(storage))
}

/// Hides the query of a URL, which can contain a signature.
fn hide_query(uri: &mut String) {
    if let Some(query) = uri.find('?') {
        uri.truncate(query + 1);
        uri.push_str(MASK);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hidden(value: Value) -> Value {
        let mut document = serde_json::from_value(value).unwrap();
        hide(&mut document);
        serde_json::to_value(document).unwrap()
    }

    #[test]
    fn only_the_secrets_of_every_storage_are_hidden() {
        let redacted = hidden(json!({ "Name": "Daily", "Storage": {
            "StorageKind": "FileShare", "Path": "\\\\s\\b", "PrimaryUserName": "u",
            "PrimaryPassword": "hunter2", "secondarypassword": "hunter2", "Fresh": "hunter2",
        }}));
        assert_eq!(
            redacted,
            json!({ "Name": "Daily", "Storage": {
                "StorageKind": "FileShare", "Path": "\\\\s\\b", "PrimaryUserName": "u",
                "PrimaryPassword": "****", "secondarypassword": "****", "Fresh": "****",
            }})
        );
    }

    #[test]
    fn an_unknown_storage_shows_only_its_kind() {
        let redacted = hidden(json!([{ "storagekind": "Tape", "Path": "key=hunter2", "Deep": { "Path": "hunter2" } }]));
        assert_eq!(redacted, json!([{ "storagekind": "Tape", "Path": "****", "Deep": "****" }]));
    }

    #[test]
    fn a_signature_in_an_address_is_hidden() {
        let redacted = hidden(json!({ "StorageKind": "ManagedIdentityAzureBlobStore",
            "BlobServiceUri": "https://a.blob.core.windows.net/?sig=hunter2" }));
        assert_eq!(redacted["BlobServiceUri"], "https://a.blob.core.windows.net/?****");
    }

    #[test]
    fn any_value_in_place_of_a_storage_is_hidden() {
        let redacted = hidden(json!({ "Storage": "hunter2", "backupstorage": ["hunter2"] }));
        assert_eq!(redacted, json!({ "Storage": "****", "backupstorage": "****" }));
    }

    #[test]
    fn outside_of_storages_secrets_are_found_by_name() {
        let redacted = hidden(json!({ "ApiToken": "hunter2", "Comment": "fine", "RetentionPolicy": null }));
        assert_eq!(redacted, json!({ "ApiToken": "****", "Comment": "fine", "RetentionPolicy": null }));
    }
}
