//! The storage of backups in a plan, without secrets.

use std::convert::Infallible;

use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::{Secret, model};

use super::PlanError;
use crate::secret_ref::SecretRef;
use crate::secrets::rewrite_storage;

/// Replaces a secret that is not a reference in a plan.
pub const WITHHELD: &str =
    "<withheld: name the storage's file when this plan is run, or write env:NAME, file:PATH or cmd:PROGRAM>";

/// A storage without its secrets: each is replaced by a reference, or by [`WITHHELD`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage(BackupStorageDescription);

/// A secret that the plan does not contain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: a plan holds no secrets, and this one was not given as a reference")]
pub struct Withheld {
    /// The path, such as `ConnectionString`.
    pub place: String,
}

impl Storage {
    /// Keeps references, and withholds all other secrets.
    pub fn of(mut storage: BackupStorageDescription) -> Self {
        if let BackupStorageDescription::FileShare(share) = &mut storage {
            // The cluster masks passwords whether they are set or not; without a user, there is none.
            if share.primary_user_name.is_none() {
                share.primary_password = None;
            }
            if share.secondary_user_name.is_none() {
                share.secondary_password = None;
            }
        }
        rewritten(&mut storage, |text| (!is_reference(text)).then_some(WITHHELD));
        Self(storage)
    }

    /// Reads the storage of a plan.
    pub(super) fn read(value: &Value) -> Result<Self, PlanError> {
        let read = model::read::<BackupStorageDescription, _>(value);
        let mut storage = read.map_err(|error| {
            let place = if matches!(error.place(), "." | "?") { "" } else { error.place() };
            PlanError::new(place, error.problem())
        })?;
        rewrite_storage(&mut storage, "", &mut |place, _, text| {
            let allowed = text == WITHHELD || is_reference(text);
            let refused = || {
                PlanError::new(place, "must be a reference (env:NAME, file:PATH, cmd:PROGRAM): a plan holds no secrets")
            };
            if allowed { Ok(None) } else { Err(refused()) }
        })?;
        Ok(Self(storage))
    }

    /// The storage, for display only.
    pub fn description(&self) -> &BackupStorageDescription {
        &self.0
    }

    /// Checks that no secret is withheld.
    ///
    /// # Errors
    /// With the first place of a withheld secret.
    pub fn complete(&self) -> Result<(), Withheld> {
        rewrite_storage(&mut self.0.clone(), "", &mut |place, _, text| match text {
            WITHHELD => Err(Withheld { place: place.to_owned() }),
            _ => Ok(None),
        })
    }

    /// Whether it equals the other one, apart from secrets and labels.
    pub fn is_same_place(&self, other: &Self) -> bool {
        let bare = |storage: &Self| {
            let mut storage = storage.0.clone();
            match &mut storage {
                BackupStorageDescription::AzureBlobStore(store) => store.friendly_name = None,
                BackupStorageDescription::FileShare(share) => share.friendly_name = None,
                BackupStorageDescription::DsmsAzureBlobStore(store) => store.friendly_name = None,
                BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => store.friendly_name = None,
                _ => {}
            }
            rewritten(&mut storage, |_| Some(WITHHELD));
            storage
        };
        bare(self) == bare(other)
    }
}

fn is_reference(text: &str) -> bool {
    text.parse::<SecretRef>().is_ok()
}

fn rewritten(storage: &mut BackupStorageDescription, instead: impl Fn(&str) -> Option<&'static str>) {
    let done: Result<(), Infallible> =
        rewrite_storage(storage, "", &mut |_, _, text| Ok(instead(text).map(Secret::from)));
    let Ok(()) = done;
}

impl Serialize for Storage {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use sf_backup_proto::model::storage::AzureBlobBackupStorageDescription;

    use super::*;
    use crate::secret_ref::resolve_storage;

    #[test]
    fn secrets_never_stay_and_references_do() {
        let of = |text: &str| Storage::of(AzureBlobBackupStorageDescription::new(text, "c").into());
        let (secret, reference) = (of("AccountKey=hunter2"), of("env:KEY"));
        assert!(!serde_json::to_string(&secret).unwrap().contains("hunter2"));
        assert_eq!(secret.complete().unwrap_err().place, "ConnectionString");
        assert!(reference.complete().is_ok() && reference.is_same_place(&secret));
        assert!(serde_json::to_string(&reference).unwrap().contains("env:KEY"));
        let mut fetched = reference.description().clone();
        resolve_storage(&mut fetched, |_| Ok(Secret::from("k"))).unwrap();
        assert!(serde_json::to_string(&fetched).unwrap().contains(r#""ConnectionString":"k""#));
        for storage in [secret, reference] {
            assert_eq!(Storage::read(&serde_json::to_value(&storage).unwrap()), Ok(storage));
        }
    }

    #[test]
    fn a_secret_in_a_file_is_refused_and_not_repeated() {
        for json in [
            r#"{"StorageKind":"AzureBlobStore","ConnectionString":"hunter2","ContainerName":"c"}"#,
            r#"{"StorageKind":"FileShare","Path":"p","PrimaryPassword":"hunter2"}"#,
            r#"{"StorageKind":"Tape","Pin":"hunter2"}"#,
        ] {
            let error = Storage::read(&serde_json::from_str(json).unwrap()).unwrap_err();
            assert!(
                error.rule().starts_with("must be a reference") && !error.to_string().contains("hunter2"),
                "{error}"
            );
        }
    }
}
