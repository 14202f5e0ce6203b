//! Rules for the values of a storage.

use sf_backup_proto::model::storage::BackupStorageDescription;

use super::{Facts, Push, RuntimeVersion, Severity, connection_string, finding, identity, share};
use crate::secret_ref::{self, Text};

/// The first release in which a storage account needs no stored secret.
const FIRST_IDENTITY: RuntimeVersion = RuntimeVersion::new(8, 0);

/// The findings of a storage at `place`, which is empty for a storage on its own.
pub(super) fn findings(storage: &BackupStorageDescription, place: &str, facts: &Facts<'_>, push: &mut Push<'_>) {
    let at = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    let (container, label) = match storage {
        BackupStorageDescription::AzureBlobStore(store) => {
            connection_string::findings(store.connection_string.expose(), &at("ConnectionString"), facts, push);
            if facts.runtime.is_none_or(|runtime| runtime >= FIRST_IDENTITY) {
                push(finding(
                    Severity::Info,
                    "connection-string",
                    at("ConnectionString"),
                    "is a long-lived secret in the cluster",
                    "since runtime 8.0 ManagedIdentityAzureBlobStore needs none",
                ));
            }
            (Some(&store.container_name), &store.friendly_name)
        }
        BackupStorageDescription::DsmsAzureBlobStore(store) => (Some(&store.container_name), &store.friendly_name),
        BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => {
            identity::findings(store, place, facts, push);
            (Some(&store.container_name), &store.friendly_name)
        }
        BackupStorageDescription::FileShare(share) => {
            share::finding_of(&share.path, &at("Path")).into_iter().for_each(&mut *push);
            let users = [
                ("PrimaryUserName", "PrimaryPassword", &share.primary_user_name, &share.primary_password),
                ("SecondaryUserName", "SecondaryPassword", &share.secondary_user_name, &share.secondary_password),
            ];
            for (user_name, password_name, user, password) in users {
                let password = password.as_ref().map(|password| password.expose());
                self::user(&at(user_name), user.as_deref(), password, push);
                let plain = password.filter(|text| matches!(secret_ref::text(text), Text::Plain(_)));
                plain
                    .and_then(|text| connection_string::password(text, &at(password_name)))
                    .into_iter()
                    .for_each(&mut *push);
            }
            (None, &share.friendly_name)
        }
        BackupStorageDescription::Unknown(_) | _ => return,
    };
    if let Some(problem) = container.and_then(|name| container_problem(name)) {
        push(finding(
            Severity::Error,
            "container-name",
            at("ContainerName"),
            format!("{problem}: the storage account refuses it"),
            "use 3 to 63 lowercase letters, digits and single hyphens, with a letter or digit at both ends",
        ));
    }
    if label.as_ref().is_some_and(|label| !label.trim().is_empty()) {
        push(finding(
            Severity::Info,
            "friendly-name-lost",
            at("FriendlyName"),
            "is lost when the policy is first enabled, disabled or updated",
            "leave it out",
        ));
    }
}

/// Checks a user of a share and the password.
fn user(member: &str, user: Option<&str>, password: Option<&str>, push: &mut Push<'_>) {
    let blank_user = user.is_some_and(|user| user.trim().is_empty());
    if blank_user || password.is_some_and(str::is_empty) {
        push(finding(
            Severity::Warning,
            "empty-user",
            member,
            "is empty or has an empty password: unlike an absent one, it makes the backup service fail (HTTP 500)",
            "leave user name and password out, or give both",
        ));
    }
    // A cluster masks every password, set or not.
    let set = password.is_some_and(|password| !password.is_empty() && !connection_string::is_masked(password));
    if user.is_none_or(str::is_empty) && set {
        let problem = "is absent, but there is a password for it";
        push(finding(Severity::Warning, "password-without-user", member, problem, "give both, or neither"));
    }
    if user.is_some_and(|user| !user.is_empty()) && password.is_none() {
        push(finding(Severity::Warning, "user-without-password", member, "has no password", "give both, or neither"));
    }
}

/// Why Azure Storage rejects a container with this name.
fn container_problem(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() || matches!(name, "$root" | "$web" | "$logs") {
        // The rule against blank values reports this.
        return None;
    }
    let bytes = name.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    if name.chars().any(|c| c.is_ascii_uppercase()) {
        Some("has an upper-case letter")
    } else if name.contains('_') {
        Some("has an underscore")
    } else if bytes.iter().any(|byte| !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')) {
        Some("has a character other than lowercase letters, digits and hyphens")
    } else if bytes.len() < 3 {
        Some("is shorter than 3 characters")
    } else if bytes.len() > 63 {
        Some("is longer than 63 characters")
    } else if !edge(bytes.first()) || !edge(bytes.last()) {
        Some("begins or ends with a hyphen")
    } else if name.contains("--") {
        Some("has two hyphens in a row")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn container_names_follow_the_storage_services_rule() {
        for good in ["backups", "sf-bk", "a1b", "0-0", "$root", &"a".repeat(63)] {
            assert_eq!(container_problem(good), None, "{good}");
        }
        for (bad, word) in [
            ("BackupContainer", "upper-case"),
            ("backup_container", "underscore"),
            ("back ups", "other than"),
            ("back.ups", "other than"),
            ("sicherung-ü", "other than"),
            ("back/ups", "other than"),
            ("ab", "shorter"),
            (&"a".repeat(64), "longer"),
            ("-backups", "hyphen"),
            ("backups-", "hyphen"),
            ("back--ups", "two hyphens"),
            ("$backups", "other than"),
        ] {
            assert!(container_problem(bad).is_some_and(|problem| problem.contains(word)), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_name_without_a_problem_is_one_that_the_rule_describes(name in "[a-zA-Z0-9_-]{0,70}") {
            let ok = name.len() >= 3 && name.len() <= 63 && !name.contains("--") && !name.starts_with('-')
                && !name.ends_with('-') && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            prop_assert_eq!(container_problem(&name).is_none(), ok || name.is_empty());
        }
    }
}
