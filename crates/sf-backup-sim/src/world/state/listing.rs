//! Lists of backups, by entity and by storage.

use std::collections::{BTreeMap, HashSet};

use crate::world::refusal::Refusal;
use sf_backup_proto::model::backup::{BackupInfo, BackupType, FabricErrorError};
use sf_backup_proto::model::page::Page;
use sf_backup_proto::{ContinuationToken, FabricErrorCode, Timestamp};
use uuid::Uuid;

use super::State;
use super::store::{Folder, StoreFailure, StoreKey};
use crate::world::entity::{Entity, Level};
use crate::world::runtime::Runtime;
use crate::world::service_error;
use crate::world::view::{EntityView, Parameters, QueryView};

/// The filter of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter {
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    /// Only the latest backup of each partition within the time range.
    pub(crate) latest: bool,
}

/// Some of the backups in a folder, and the file after which to continue.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) items: Vec<BackupInfo>,
    pub(crate) rest: Option<String>,
}

impl Filter {
    /// Whether a backup is in the time range. Uses the file name, which has whole seconds; both bounds are inclusive.
    fn takes(&self, created: Timestamp) -> bool {
        let at = created.unix();
        self.start.is_none_or(|start| start.unix() <= at) && self.end.is_none_or(|end| at <= end.unix())
    }
}

impl State {
    /// The backups of an entity on the storages of all policies that apply to it or to entities below, storage by
    /// storage.
    ///
    /// For a storage without backups, the service fails in one of several ways.
    pub(crate) fn backup_list(
        &self,
        level: Level,
        id: &str,
        parameters: &Parameters,
    ) -> Result<Page<BackupInfo>, Refusal> {
        let entity = self.resolve(level, id)?;
        let storages = self.storages(&entity)?;
        self.check_entity(&entity)?;
        let filter = Filter { start: parameters.start, end: parameters.end, latest: parameters.latest };
        let folder = Folder::of(entity.key());
        let token = parameters.continuation_token.as_deref();
        let (from, inner) = match token.and_then(|token| token.split_once('+')) {
            Some((from, inner)) => (Some(from), Some(inner)),
            None => (token, None),
        };
        let size = usize::try_from(parameters.max_results).ok().filter(|size| *size > 0);
        let mut storages = storages
            .into_iter()
            .filter(|(storage_id, _)| from.is_none_or(|from| storage_id.as_str() >= from))
            .peekable();
        let mut items = Vec::new();
        while let Some((storage_id, store)) = storages.next() {
            let after = inner.filter(|_| from == Some(&*storage_id));
            let room = size.map_or(usize::MAX, |size| size - items.len());
            let part = self.part(&store, &folder, filter, after, room);
            let paged = parameters.max_results != 0;
            let Part { items: found, rest } = usable(part, paged, items.is_empty())?;
            items.extend(found);
            if size == Some(items.len()) {
                let next = match rest {
                    Some(rest) => Some(format!("{storage_id}+{rest}")),
                    None => storages.peek().map(|(next, _)| next.clone()),
                };
                let token = next.and_then(|next| ContinuationToken::new(&next));
                return Ok(Page::new(items, token));
            }
        }
        Ok(Page::new(items, None))
    }

    /// At most `room` of the backups below a folder, after the file `after`.
    ///
    /// # Errors
    /// If the storage fails, as a share does if the folder does not exist.
    pub(crate) fn part(
        &self,
        store: &StoreKey,
        folder: &Folder,
        filter: Filter,
        after: Option<&str>,
        room: usize,
    ) -> Result<Part, StoreFailure> {
        if let Some(failure) = self.broken.get(store) {
            return Err(failure.clone());
        }
        let stores = self.storages.lock();
        if store.is_share() && !stores.has_folder(store, folder) {
            return Err(StoreFailure::new(IO_ERROR, "Unable to enumerate metadata files from location"));
        }
        let after = after.map(|token| path_of(token, store));
        let found: Box<dyn Iterator<Item = _>> = if filter.latest {
            Box::new(stores.newest_below(store, folder, after.as_deref(), |backup| filter.takes(backup.created)))
        } else {
            Box::new(stores.below(store, folder, after.as_deref()))
        };
        let mut found = found.peekable();
        let mut items = Vec::new();
        let mut last = None;
        while items.len() < room
            && let Some((path, backup)) = found.next()
        {
            if filter.takes(backup.created) {
                items.push(backup.describe(path, self.runtime));
            }
            last = Some(path);
        }
        let more = found.peek().is_some();
        let rest = last.filter(|_| more).map(|path| token_of(path, store));
        Ok(Part { items, rest })
    }

    /// The storages of the effective policies by storage id, each once.
    fn storages(&self, entity: &Entity) -> Result<BTreeMap<String, StoreKey>, Refusal> {
        let mut policies: Vec<&str> = Vec::new();
        match entity.level() {
            Level::Partition => {
                policies.extend(self.effective(entity).map(|(_, mapping)| &*mapping.policy));
            }
            Level::Service | Level::Application => {
                policies.extend(self.mappings.policies_below(entity.key()));
                let above = self.mappings.get(entity.application());
                policies.extend(above.map(|(_, mapping)| &*mapping.policy));
            }
        }
        if policies.is_empty() {
            return Err(service_error::NOT_ENABLED.into());
        }
        let mut seen = HashSet::new();
        let known = policies.iter().filter_map(|name| self.policies.get(*name));
        Ok(known
            .map(|policy| (policy.storage_id, StoreKey::of(&policy.storage)))
            .filter(|(_, store)| seen.insert(store.clone()))
            .map(|(id, store): (Uuid, _)| (id.to_string(), store))
            .collect())
    }
}

/// Converts an empty or failed storage to the service's error.
fn usable(part: Result<Part, StoreFailure>, paged: bool, first: bool) -> Result<Part, Refusal> {
    match (part, paged) {
        (Ok(part), false) => Ok(part),
        (Ok(part), true) if !part.items.is_empty() => Ok(part),
        (Err(_), false) if first => Err(service_error::EMPTY_LIST.into()),
        (_, true) if first => Err(service_error::EMPTY_PAGE.into()),
        (Ok(_), true) => Err(service_error::EMPTY_REST.into()),
        (Err(failure), _) => Err(service_error::storage(FAILED_STORAGE, &failure.message)),
    }
}

/// The code that the service reports for any failure of a storage.
const FAILED_STORAGE: u32 = 2_148_734_208;
/// The code for a share on which the folder does not exist.
const IO_ERROR: u32 = 2_148_734_496;

impl State {
    /// The backups on a storage, whether or not the entity exists or is enabled. A failure of the storage is returned
    /// as an item with an error.
    pub(crate) fn location_list(
        &self,
        query: Option<&QueryView>,
        parameters: &Parameters,
    ) -> Result<Page<BackupInfo>, Refusal> {
        let query = query.ok_or(service_error::NULL_REFERENCE)?;
        let store = StoreKey::of(&query.storage);
        let filter = Filter { start: query.start, end: query.end, latest: query.latest };
        let room = usize::try_from(parameters.max_results).ok().filter(|size| *size > 0).unwrap_or(usize::MAX);
        let after = parameters.continuation_token.as_deref();
        Ok(match self.part(&store, &folder_of(&query.entity), filter, after, room) {
            Ok(Part { items, rest }) => Page::new(items, rest.and_then(|rest| ContinuationToken::new(&rest))),
            Err(failure) => Page::new(vec![failure_item(&failure, self.runtime)], None),
        })
    }
}

/// The folder of an entity. The first level of a name is taken as the application and the second as the service.
fn folder_of(entity: &EntityView) -> Folder {
    let levels = |name: &str, count: usize| -> Vec<String> {
        let name = name.strip_prefix("fabric:/").unwrap_or(name);
        name.split('/').take(count).map(ToOwned::to_owned).collect()
    };
    let names = match entity {
        EntityView::Application(name) => levels(name, 1),
        EntityView::Service(name) => levels(name, 2),
        EntityView::Partition(service, id) => {
            let mut names = levels(service, 2);
            names.push(id.to_string());
            names
        }
    };
    Folder::named(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

fn failure_item(failure: &StoreFailure, runtime: Runtime) -> BackupInfo {
    let error = FabricErrorError::new().code(FabricErrorCode::Hresult(failure.hresult)).message(&*failure.message);
    let mut item = BackupInfo::new().backup_type(BackupType::Invalid).lsn_of_last_backup_record(0).failure_error(error);
    if runtime >= Runtime::V6_4 {
        let _ = item.extra.set_json("ServiceManifestVersion", "null");
    }
    item
}

/// The continuation token for a file.
fn token_of(path: &str, store: &StoreKey) -> String {
    if store.is_share() { format!("{}.bkmetadata", path.replace('/', "+")) } else { format!("Null+{path}.bkmetadata") }
}

/// The file of a continuation token. Any other text yields a name that sorts before or after existing files.
fn path_of(token: &str, store: &StoreKey) -> String {
    let token = token.strip_suffix(".bkmetadata").unwrap_or(token);
    if store.is_share() {
        token.replace('+', "/")
    } else {
        token.split_once('+').map_or(token, |(_, marker)| marker).to_owned()
    }
}
