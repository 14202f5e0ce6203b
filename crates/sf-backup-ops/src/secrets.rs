//! Finds the secrets of a policy, and texts that may be secrets.

use serde_json::Value;
use sf_backup_proto::Secret;
use sf_backup_proto::model::Extra;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::retention::RetentionPolicyDescription;
use sf_backup_proto::model::schedule::BackupScheduleDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;

/// The kind of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A secret.
    Secret,
    /// A text in an unknown member of a storage: it may be a secret.
    UnknownOfStorage,
    /// A text in another unknown member.
    Unknown,
}

/// Returns the replacement for a text, if any, from its place, its kind and the text.
pub(crate) type Rewrite<'a, E> = dyn FnMut(&str, Kind, &str) -> Result<Option<Secret>, E> + 'a;

/// Calls `rewrite` for each secret of a policy, and each text that may be one, and replaces it by the result.
pub(crate) fn rewrite<E>(policy: &mut BackupPolicyDescription, rewrite: &mut Rewrite<'_, E>) -> Result<(), E> {
    rewrite_storage(&mut policy.storage, "Storage", rewrite)?;
    let mut others = extras(policy).into_iter().filter(|(_, kind, _)| *kind == Kind::Unknown);
    others.try_for_each(|(place, kind, extra)| rewrite_extra(extra, place, kind, rewrite))
}

/// The same for a storage at `place`.
pub(crate) fn rewrite_storage<E>(
    storage: &mut BackupStorageDescription,
    place: &str,
    rewrite: &mut Rewrite<'_, E>,
) -> Result<(), E> {
    let mut known = |name: &str, secret: &mut Secret| {
        if let Some(other) = rewrite(&below(place, name), Kind::Secret, secret.expose())? {
            *secret = other;
        }
        Ok(())
    };
    match storage {
        BackupStorageDescription::AzureBlobStore(store) => known("ConnectionString", &mut store.connection_string)?,
        BackupStorageDescription::FileShare(share) => {
            let passwords = [
                ("PrimaryPassword", &mut share.primary_password),
                ("SecondaryPassword", &mut share.secondary_password),
            ];
            for (name, password) in passwords {
                password.as_mut().map_or(Ok(()), |password| known(name, password))?;
            }
        }
        _ => {}
    }
    match storage_extra(storage) {
        Some(extra) => rewrite_extra(extra, place, Kind::UnknownOfStorage, rewrite),
        None => Ok(()),
    }
}

fn rewrite_extra<E>(extra: &mut Extra, place: &str, kind: Kind, rewrite: &mut Rewrite<'_, E>) -> Result<(), E> {
    let names: Vec<String> = extra.names().map(str::to_owned).collect();
    for name in names {
        let value = extra.json(&name).and_then(|json| serde_json::from_str(&json).ok());
        let Some(mut value) = value else { continue };
        if texts(&below(place, &name), kind, &mut value, rewrite)? {
            // Serialized values are valid JSON.
            let _ = extra.set_json(&name, &value.to_string());
        }
    }
    Ok(())
}

fn below(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

/// The unknown members, object by object.
pub(crate) fn extras(policy: &mut BackupPolicyDescription) -> Vec<(&'static str, Kind, &mut Extra)> {
    let mut extras = vec![("", Kind::Unknown, &mut policy.extra)];
    let schedule = match &mut policy.schedule {
        BackupScheduleDescription::FrequencyBased(schedule) => Some(&mut schedule.extra),
        BackupScheduleDescription::TimeBased(schedule) => Some(&mut schedule.extra),
        BackupScheduleDescription::Unknown(unknown) => Some(unknown.members_mut()),
        _ => None,
    };
    extras.extend(schedule.map(|extra| ("Schedule", Kind::Unknown, extra)));
    let storage = storage_extra(&mut policy.storage);
    extras.extend(storage.map(|extra| ("Storage", Kind::UnknownOfStorage, extra)));
    let retention = match &mut policy.retention_policy {
        Some(RetentionPolicyDescription::Basic(basic)) => Some(&mut basic.extra),
        Some(RetentionPolicyDescription::Unknown(unknown)) => Some(unknown.members_mut()),
        _ => None,
    };
    extras.extend(retention.map(|extra| ("RetentionPolicy", Kind::Unknown, extra)));
    extras
}

fn storage_extra(storage: &mut BackupStorageDescription) -> Option<&mut Extra> {
    match storage {
        BackupStorageDescription::AzureBlobStore(store) => Some(&mut store.extra),
        BackupStorageDescription::FileShare(share) => Some(&mut share.extra),
        BackupStorageDescription::DsmsAzureBlobStore(store) => Some(&mut store.extra),
        BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => Some(&mut store.extra),
        BackupStorageDescription::Unknown(unknown) => Some(unknown.members_mut()),
        _ => None,
    }
}

/// Rewrites the texts in a value at any depth. Returns whether one was replaced.
fn texts<E>(place: &str, kind: Kind, value: &mut Value, rewrite: &mut Rewrite<'_, E>) -> Result<bool, E> {
    let mut changed = false;
    match value {
        Value::String(text) => {
            if let Some(other) = rewrite(place, kind, text)? {
                other.expose().clone_into(text);
                changed = true;
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                changed |= texts(&format!("{place}[{index}]"), kind, item, rewrite)?;
            }
        }
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                changed |= texts(&format!("{place}.{name}"), kind, member, rewrite)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(changed)
}
