//! Where a policy has secrets, or may have.

use serde_json::Value;
use sf_backup_proto::Secret;
use sf_backup_proto::model::Extra;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::retention::RetentionPolicyDescription;
use sf_backup_proto::model::schedule::BackupScheduleDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A secret.
    Secret,
    /// A text in a member of a storage that this library does not know: it may be one.
    UnknownOfStorage,
    /// A text in another member that it does not know.
    Unknown,
}

/// Told a place, what stands there and its text, gives what shall stand there instead, if anything.
pub(super) type Rewrite<'a, E> = dyn FnMut(&str, Kind, &str) -> Result<Option<Secret>, E> + 'a;

/// Gives `rewrite` each secret of a policy, and each text that may be one, with its place; and puts what it gives back there.
pub(super) fn rewrite<E>(policy: &mut BackupPolicyDescription, rewrite: &mut Rewrite<'_, E>) -> Result<(), E> {
    let mut known = |place: &str, secret: &mut Secret| {
        if let Some(other) = rewrite(place, Kind::Secret, secret.expose())? {
            *secret = other;
        }
        Ok(())
    };
    match &mut policy.storage {
        BackupStorageDescription::AzureBlobStore(store) => {
            known("Storage.ConnectionString", &mut store.connection_string)?;
        }
        BackupStorageDescription::FileShare(share) => {
            let passwords = [
                ("Storage.PrimaryPassword", &mut share.primary_password),
                ("Storage.SecondaryPassword", &mut share.secondary_password),
            ];
            for (place, password) in passwords {
                password.as_mut().map_or(Ok(()), |password| known(place, password))?;
            }
        }
        _ => {}
    }
    for (place, kind, extra) in extras(policy) {
        let names: Vec<String> = extra.names().map(str::to_owned).collect();
        for name in names {
            let value = extra.json(&name).and_then(|json| serde_json::from_str(&json).ok());
            let Some(mut value) = value else { continue };
            let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
            if texts(&place, kind, &mut value, rewrite)? {
                // What serde_json writes is JSON.
                let _ = extra.set_json(&name, &value.to_string());
            }
        }
    }
    Ok(())
}

/// The members that this library does not know, object by object.
pub(super) fn extras(policy: &mut BackupPolicyDescription) -> Vec<(&'static str, Kind, &mut Extra)> {
    let mut extras = vec![("", Kind::Unknown, &mut policy.extra)];
    let schedule = match &mut policy.schedule {
        BackupScheduleDescription::FrequencyBased(schedule) => Some(&mut schedule.extra),
        BackupScheduleDescription::TimeBased(schedule) => Some(&mut schedule.extra),
        BackupScheduleDescription::Unknown(unknown) => Some(unknown.members_mut()),
        _ => None,
    };
    extras.extend(schedule.map(|extra| ("Schedule", Kind::Unknown, extra)));
    let storage = match &mut policy.storage {
        BackupStorageDescription::AzureBlobStore(store) => Some(&mut store.extra),
        BackupStorageDescription::FileShare(share) => Some(&mut share.extra),
        BackupStorageDescription::DsmsAzureBlobStore(store) => Some(&mut store.extra),
        BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => Some(&mut store.extra),
        BackupStorageDescription::Unknown(unknown) => Some(unknown.members_mut()),
        _ => None,
    };
    extras.extend(storage.map(|extra| ("Storage", Kind::UnknownOfStorage, extra)));
    let retention = match &mut policy.retention_policy {
        Some(RetentionPolicyDescription::Basic(basic)) => Some(&mut basic.extra),
        Some(RetentionPolicyDescription::Unknown(unknown)) => Some(unknown.members_mut()),
        _ => None,
    };
    extras.extend(retention.map(|extra| ("RetentionPolicy", Kind::Unknown, extra)));
    extras
}

/// The texts in a value, at any depth; whether one was replaced.
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
