//! Lists backups in slices of time if the cluster cannot list all of them in time.

use std::time::Duration;

use sf_backup_hyper::Error;
use sf_backup_ops::chain::{Search, Slice};
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::query::GetBackupByStorageQueryDescription;
use sf_backup_proto::{ErrorKind, GetBackupsFromBackupLocation, GetPartitionBackupList, Paged, PartitionId, Timestamp};
use uuid::Uuid;

use crate::cluster::client::Client;
use crate::cluster::pages::all_without_timeouts;
use crate::options::ids::BackupRef;
use crate::output::failure::Failure;
use crate::output::render::age::minute;

/// The first slice if the schedule is not known.
const FIRST_SLICE: Duration = Duration::from_secs(3 * 86_400);

/// The newest backups of a partition, as far back as needed to find the newest one created by `at` that can be
/// restored. Older ones may be missing, unless none can be restored.
pub(crate) async fn newest(
    client: &Client,
    partition: PartitionId,
    at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Vec<BackupInfo>, Error> {
    let call = |slice: Slice| {
        let mut call = GetPartitionBackupList::new(partition);
        (call.start_date_time_filter, call.end_date_time_filter) = (slice.from, slice.to);
        call
    };
    search(client, Search::new(Some(partition), at, now, FIRST_SLICE), call).await
}

/// Finds a backup of a partition by its id or the start of it, with its location and creation time.
pub(crate) async fn typed(
    client: &Client,
    partition: PartitionId,
    typed: &BackupRef,
) -> Result<(Uuid, String, Option<Timestamp>), Failure> {
    let list = all_without_timeouts(client, GetPartitionBackupList::new(partition)).await?;
    let found = list.into_iter().filter_map(|backup| {
        let id = backup.backup_id.filter(|id| typed.means(*id))?;
        Some((id, backup.backup_location?, backup.creation_time_utc))
    });
    let mut found: Vec<_> = found.collect();
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (Some(last), others) => {
            let listed = found.iter().chain([&last]).take(NAMED).map(|(id, _, made)| match made {
                Some(made) => format!("{id} of {}", minute(*made)),
                None => id.to_string(),
            });
            let listed = listed.collect::<Vec<_>>().join(", ");
            let more = (others + 1).saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            Err(Failure::Usage(format!("--backup-id {typed}: matches {} backups: {listed}{more}", others + 1)))
        }
        (None, _) => Err(Failure::Absent(format!("--backup-id {typed}: partition {partition} has no such backup"))),
    }
}

/// Maximum number of candidates in an error.
const NAMED: usize = 5;

/// The backups of a partition created within this second.
pub(crate) async fn within(client: &Client, partition: PartitionId, made: Timestamp) -> Result<Vec<BackupInfo>, Error> {
    let mut call = GetPartitionBackupList::new(partition);
    (call.start_date_time_filter, call.end_date_time_filter) = (Some(made), Some(made));
    all_without_timeouts(client, call).await
}

/// All backups on a storage that were created by `at`.
pub(crate) async fn on_storage(
    client: &Client,
    query: GetBackupByStorageQueryDescription,
    at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Vec<BackupInfo>, Error> {
    let call = |slice: Slice| {
        let mut query = query.clone();
        (query.start_date_time_filter, query.end_date_time_filter) = (slice.from, slice.to);
        GetBackupsFromBackupLocation::new(query)
    };
    search(client, Search::everything(at, now), call).await
}

async fn search<O: Paged<Item = BackupInfo>>(
    client: &Client,
    mut search: Search,
    call: impl Fn(Slice) -> O,
) -> Result<Vec<BackupInfo>, Error> {
    while let Some(slice) = search.next() {
        match all_without_timeouts(client, call(slice)).await {
            Ok(list) => search.listed(list),
            Err(error) if error.kind() == ErrorKind::Timeout => {
                search.timed_out();
                if search.gave_up() {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(search.found())
}
