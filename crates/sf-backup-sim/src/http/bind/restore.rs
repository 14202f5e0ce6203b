//! Binding of the bodies of backups, restores and storage queries.

use serde_json::Value;
use sf_backup_proto::model::storage::BackupStorageDescription;

use super::json::{self, Object, Reader};
use super::storage;
use crate::world::entity::guid;
use crate::world::runtime::Runtime;
use crate::world::view::{EntityView, QueryView, RestoreView};

/// Reads the optional `BackupStorage`.
pub(crate) fn read_storage(
    object: Object<'_>,
    runtime: Runtime,
    reader: &mut Reader<'_>,
) -> Option<BackupStorageDescription> {
    let storage = object.object("BackupStorage", "BackupStorage", reader)?;
    storage::read(storage, "BackupStorage", runtime, reader)
}

pub(crate) fn read_restore(object: Object<'_>, runtime: Runtime, reader: &mut Reader<'_>) -> RestoreView {
    RestoreView {
        backup_id: object.required_value("BackupId", reader, |value| guid(value.as_str()?)),
        location: object.required_text("BackupLocation", reader),
        storage: read_storage(object, runtime, reader),
    }
}

/// Reads a query; `None` if it is invalid, with the errors in the reader.
pub(crate) fn read_query(object: Object<'_>, runtime: Runtime, reader: &mut Reader<'_>) -> Option<QueryView> {
    let date = |value: &Value| value.as_str()?.parse().ok().map(Some);
    let start = object.optional_value("StartDateTimeFilter", reader, date);
    let end = object.optional_value("EndDateTimeFilter", reader, date);
    let latest = object.optional_value("Latest", reader, json::boolean);
    let storage = object
        .object("Storage", "Storage", reader)
        .and_then(|object| storage::read(object, "Storage", runtime, reader));
    let entity = object.object("BackupEntity", "BackupEntity", reader).and_then(|object| read_entity(object, reader));
    for (name, missing) in [("Storage", storage.is_none()), ("BackupEntity", entity.is_none())] {
        if missing {
            reader.required(name);
        }
    }
    Some(QueryView { start, end, latest, storage: storage?, entity: entity? })
}

fn read_entity(object: Object<'_>, reader: &mut Reader<'_>) -> Option<EntityView> {
    match object.tag("EntityKind") {
        Some("Application") => Some(EntityView::Application(object.required_text("ApplicationName", reader))),
        Some("Service") => Some(EntityView::Service(object.required_text("ServiceName", reader))),
        Some("Partition") => {
            let service = object.required_text("ServiceName", reader);
            let id = object.required_value("PartitionId", reader, |value| guid(value.as_str()?));
            Some(EntityView::Partition(service, id))
        }
        _ => {
            reader.unreadable("BackupEntity");
            None
        }
    }
}
