//! Storages and their backups.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::backup::{BackupInfo, BackupType, Epoch};
use sf_backup_proto::model::partition::PartitionInformation;
use sf_backup_proto::model::storage::BackupStorageDescription;
use uuid::Uuid;

use crate::world::entity::Key;
use crate::world::runtime::Runtime;
use crate::world::state::State;

/// The identity of a storage: the path of a share, or the account and name of a container.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum StoreKey {
    Share(String),
    Container(String, String),
}

impl StoreKey {
    pub(crate) fn of(storage: &BackupStorageDescription) -> Self {
        match storage {
            BackupStorageDescription::FileShare(share) => Self::Share(share.path.clone()),
            BackupStorageDescription::AzureBlobStore(blob) => {
                Self::Container(blob.connection_string.expose().to_owned(), blob.container_name.clone())
            }
            BackupStorageDescription::DsmsAzureBlobStore(blob) => {
                Self::Container(blob.storage_credentials_source_location.clone(), blob.container_name.clone())
            }
            BackupStorageDescription::ManagedIdentityAzureBlobStore(blob) => {
                Self::Container(blob.blob_service_uri.clone(), blob.container_name.clone())
            }
            other => Self::Container(other.kind().to_owned(), String::new()),
        }
    }

    /// Whether this is a share, which fails if a folder does not exist. A container is then empty.
    pub(crate) fn is_share(&self) -> bool {
        matches!(self, Self::Share(_))
    }
}

/// Hides the connection string.
impl std::fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Share(path) => f.debug_tuple("Share").field(path).finish(),
            Self::Container(_, name) => f.debug_tuple("Container").field(name).finish(),
        }
    }
}

/// The first epoch of a partition, of the size of real ones.
pub(crate) const FIRST_EPOCH: (i64, i64) = (131_992_384_400_001_234, 8_589_934_592);

/// The failure of a storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoreFailure {
    pub(crate) hresult: u32,
    pub(crate) message: String,
}

impl StoreFailure {
    pub(crate) fn new(hresult: u32, message: &str) -> Self {
        Self { hresult, message: message.to_owned() }
    }
}

/// The time without fractions of a second, as in file names.
pub(crate) fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_unix(at.unix()).unwrap_or(at)
}

/// A backup on a storage. Its path is the key in the map.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: Uuid,
    /// The id of the full backup that starts the chain.
    pub(crate) chain: Uuid,
    /// The path of the previous backup in the chain; `None` for a full backup.
    pub(crate) parent: Option<String>,
    pub(crate) partition: PartitionInformation,
    pub(crate) epoch: (i64, i64),
    pub(crate) lsn: i64,
    pub(crate) created: Timestamp,
}

/// A folder on a storage, such as `App/Svc/partition`, in the spelling of folder names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folder(Box<str>);

impl Folder {
    /// The folder of an entity's backups.
    pub(crate) fn of(key: &Key) -> Self {
        Self(key.folders().collect::<Vec<_>>().join("/").into())
    }

    /// The folder with these names, which need not belong to an entity.
    pub(crate) fn named(names: &[&str]) -> Self {
        Self(names.join("/").into())
    }

    /// The folder of a file.
    fn of_file(path: &str) -> Self {
        Self(path.rsplit_once('/').map_or(path, |(folder, _)| folder).into())
    }

    /// The prefix of all paths in the folder.
    pub(crate) fn prefix(&self) -> String {
        format!("{}/", self.0)
    }

    /// What sorts after all paths in the folder: `0` is the character after `/`.
    fn end(&self) -> String {
        format!("{}0", self.0)
    }
}

/// The backups of one storage by `App/Svc/partition/yyyy-MM-dd HH.mm.ss`, so that a folder is sorted by time.
pub(crate) type Store = BTreeMap<String, Stored>;

/// All storages.
#[derive(Debug, Default)]
pub(crate) struct Stores(BTreeMap<StoreKey, Store>);

/// The storages of simulated clusters. Backups outlive the cluster that made them, and other clusters can read them.
///
/// Clones share the same storages.
#[derive(Debug, Clone, Default)]
pub struct Storages(Arc<Mutex<Stores>>);

impl Storages {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Stores> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stores {
    /// The backups below a folder after the file `after`, oldest first within each partition.
    pub(crate) fn below<'s>(
        &'s self,
        store: &StoreKey,
        folder: &Folder,
        after: Option<&str>,
    ) -> impl DoubleEndedIterator<Item = (&'s String, &'s Stored)> + use<'s> {
        let prefix = folder.prefix();
        let end = folder.end();
        let start = match after {
            Some(after) if after >= prefix.as_str() && after < end.as_str() => Bound::Excluded(after.to_owned()),
            Some(after) if after >= end.as_str() => Bound::Excluded(end.clone()),
            _ => Bound::Included(prefix),
        };
        // The start of a range must not be after its end.
        let end = if start == Bound::Excluded(end.clone()) { Bound::Included(end) } else { Bound::Excluded(end) };
        self.0.get(store).map(|found| found.range((start, end))).into_iter().flatten()
    }

    /// The newest backup that is wanted of each partition below a folder, after the file `after`. Skips the other backups, so that
    /// a page takes no longer in a large folder than in a small one.
    pub(crate) fn newest_below<'s>(
        &'s self,
        store: &'s StoreKey,
        folder: &'s Folder,
        after: Option<&str>,
        is_wanted: impl Fn(&Stored) -> bool + 's,
    ) -> impl Iterator<Item = (&'s String, &'s Stored)> {
        let mut after = after.map(ToOwned::to_owned);
        std::iter::from_fn(move || {
            loop {
                let (first, _) = self.below(store, folder, after.as_deref()).next()?;
                let own = Folder::of_file(first);
                let newest = self.below(store, &own, after.as_deref()).rev().find(|(_, backup)| is_wanted(backup));
                after = Some(own.end());
                if newest.is_some() {
                    return newest;
                }
            }
        })
    }

    /// Whether a folder contains backups.
    pub(crate) fn has_folder(&self, store: &StoreKey, folder: &Folder) -> bool {
        self.below(store, folder, None).next().is_some()
    }

    pub(crate) fn get(&self, store: &StoreKey, path: &str) -> Option<&Stored> {
        self.0.get(store)?.get(path)
    }

    /// Stores a backup under its time, or a second later if that is taken.
    pub(crate) fn put(&mut self, store: StoreKey, folder: &Folder, mut backup: Stored) -> String {
        let files = self.0.entry(store).or_default();
        loop {
            let path = format!("{}{}", folder.prefix(), file_name(backup.created));
            match Timestamp::from_unix(backup.created.unix() + 1) {
                Some(later) if files.contains_key(&path) => backup.created = later,
                _ => {
                    files.insert(path.clone(), backup);
                    return path;
                }
            }
        }
    }

    /// Deletes a backup; returns whether it existed.
    pub(crate) fn delete(&mut self, store: &StoreKey, path: &str) -> bool {
        self.0.get_mut(store).is_some_and(|files| files.remove(path).is_some())
    }
}

/// `yyyy-MM-dd HH.mm.ss`.
fn file_name(at: Timestamp) -> String {
    let whole = Timestamp::from_unix(at.unix()).unwrap_or(at).to_string();
    whole.replace('T', " ").replace(':', ".").trim_end_matches('Z').to_owned()
}

const MANIFEST_VERSION: &str = "1.0.0";

impl Stored {
    pub(crate) fn is_full(&self) -> bool {
        self.parent.is_none()
    }

    /// The backup as lists return it. Names are taken from the folders; locations always have backslashes.
    pub(crate) fn describe(&self, path: &str, runtime: Runtime) -> BackupInfo {
        let mut names = path.split('/');
        let application = names.next().unwrap_or_default().replace('$', "/");
        let service = names.next().unwrap_or_default().replace('$', "/");
        let mut info = BackupInfo::new()
            .backup_id(self.id)
            .backup_chain_id(self.chain)
            .application_name(format!("fabric:/{application}"))
            .service_name(format!("fabric:/{application}/{service}"))
            .partition_information(self.partition.clone())
            .backup_location(location(path))
            .backup_type(if self.is_full() { BackupType::Full } else { BackupType::Incremental })
            .epoch_of_last_backup_record(epoch(self.epoch))
            .lsn_of_last_backup_record(self.lsn)
            .creation_time_utc(self.created);
        if runtime >= Runtime::V6_4 {
            info.service_manifest_version = Some(MANIFEST_VERSION.to_owned());
        }
        info
    }
}

pub(crate) fn epoch((data_loss, configuration): (i64, i64)) -> Epoch {
    Epoch::new().data_loss_version(data_loss).configuration_version(configuration)
}

/// The location of a path: the archive below the root of the storage.
pub(crate) fn location(path: &str) -> String {
    format!("{}.zip", path.replace('/', "\\"))
}

/// The path of a location, with slashes or backslashes.
pub(crate) fn path_at(location: &str) -> String {
    let path = location.replace('\\', "/");
    path.strip_suffix(".zip").unwrap_or(&path).to_owned()
}

impl State {
    /// Makes a storage fail, or ends its failure.
    pub(crate) fn break_storage(&mut self, storage: &BackupStorageDescription, failure: Option<(u32, &str)>) {
        let store = StoreKey::of(storage);
        match failure {
            Some((hresult, message)) => self.broken.insert(store, StoreFailure::new(hresult, message)),
            None => self.broken.remove(&store),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::{prop_assert_eq, proptest};
    use sf_backup_proto::Timestamp;
    use sf_backup_proto::model::partition::SingletonPartitionInformation;
    use uuid::Uuid;

    use super::{Folder, StoreKey, Stored, Stores};

    fn stored(at: &str) -> Stored {
        Stored {
            id: Uuid::nil(),
            chain: Uuid::nil(),
            parent: None,
            partition: SingletonPartitionInformation::new().into(),
            epoch: (1, 1),
            lsn: 1,
            created: at.parse::<Timestamp>().unwrap(),
        }
    }

    fn stores() -> (Stores, StoreKey) {
        let (mut stores, key) = (Stores::default(), StoreKey::Share("x".into()));
        for folder in [["A", "S", "p"], ["A", "S", "q"], ["A", "S2", "p"], ["A0", "S", "p"]] {
            stores.put(key.clone(), &Folder::named(&folder), stored("2024-03-09T04:10:22Z"));
        }
        (stores, key)
    }

    #[test]
    fn a_folder_contains_only_backups_below_it() {
        let (stores, key) = stores();
        let count = |names: &[&str]| stores.below(&key, &Folder::named(names), None).count();
        assert_eq!([count(&["A"]), count(&["A", "S"]), count(&["A", "S", "p"]), count(&["B"])], [3, 2, 1, 0]);
    }

    #[test]
    fn two_backups_in_the_same_second_get_different_names() {
        let (mut stores, key) = stores();
        let path = stores.put(key, &Folder::named(&["A", "S", "p"]), stored("2024-03-09T04:10:22.5Z"));
        assert_eq!(path, "A/S/p/2024-03-09 04.10.23");
    }

    proptest! {
        #[test]
        fn what_follows_a_file_is_what_sorts_behind_it(after in "[A0-9/Spq.-]{0,12}") {
            let (stores, key) = stores();
            let folder = Folder::named(&["A", "S"]);
            let all: Vec<_> = stores.below(&key, &folder, None).map(|(path, _)| path).collect();
            let expected: Vec<_> = all.into_iter().filter(|path| path.as_str() > after.as_str()).collect();
            let found: Vec<_> = stores.below(&key, &folder, Some(&after)).map(|(path, _)| path).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn the_newest_backups_are_the_last_wanted_ones_of_each_partition(
            files in vec(("[AB]/[ST]/[pq]", 0_i64..6), 0..24),
            after in option::of("[AB]/[ST]/[pq]/1970-01-01 00.00.0[0-6]"),
            wanted in 0_i64..6,
        ) {
            let (mut stores, store) = (Stores::default(), StoreKey::Share("x".into()));
            for (folder, second) in files {
                let created = Timestamp::from_unix(second).unwrap();
                stores.put(store.clone(), &Folder(folder.into()), Stored { created, ..stored("2024-03-09T04:10:22Z") });
            }
            let (folder, is_wanted) = (Folder::named(&["A"]), |backup: &Stored| backup.created.unix() <= wanted);
            let mut expected = BTreeMap::new();
            for (path, backup) in stores.below(&store, &folder, after.as_deref()) {
                if is_wanted(backup) {
                    expected.insert(path.rsplit_once('/').unwrap().0, path);
                }
            }
            let found = stores.newest_below(&store, &folder, after.as_deref(), is_wanted);
            prop_assert_eq!(found.map(|(path, _)| path).collect::<Vec<_>>(), expected.into_values().collect::<Vec<_>>());
        }
    }
}
