//! Lists of backups that stay answerable: in slices of time, where a whole list takes too long.

use std::time::Duration;

use sf_backup_hyper::{Client, Error, RetryPolicy};
use sf_backup_ops::chain::{Search, Slice};
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::query::GetBackupByStorageQueryDescription;
use sf_backup_proto::{
    ErrorKind, GetBackupsFromBackupLocation, GetPartitionBackupList, Paged, Pager, PartitionId, Timestamp,
};

/// The first slice, where nothing is known of the schedule.
const FIRST_SLICE: Duration = Duration::from_secs(3 * 86_400);

/// A partition's backups, from those back that must be known to tell the newest that can be restored and was made by `at`.
/// Older ones may be missing, unless none can be restored.
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

/// The backups of a partition that were made in this second.
pub(crate) async fn within(client: &Client, partition: PartitionId, made: Timestamp) -> Result<Vec<BackupInfo>, Error> {
    let mut call = GetPartitionBackupList::new(partition);
    (call.start_date_time_filter, call.end_date_time_filter) = (Some(made), Some(made));
    whole(client, call).await
}

/// All backups on a storage that were made by `at`.
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
        match whole(client, call(slice)).await {
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

/// All pages of a list. What takes too long is not asked for again as it is.
async fn whole<O: Paged>(client: &Client, list: O) -> Result<Vec<O::Item>, Error> {
    let once = client.with_retry(RetryPolicy::never());
    let mut items = Vec::new();
    let mut pager = Pager::new(list);
    while let Some(call) = pager.next_call() {
        let page = match once.send(call.clone()).await {
            // What passes by itself is asked for as often as any other read.
            Err(error) if error.kind() != ErrorKind::Timeout && may_pass(&error) => client.send(call).await,
            page => page,
        };
        items.extend(pager.accept(page)?);
    }
    Ok(items)
}

fn may_pass(error: &Error) -> bool {
    error.is_transient() || error.kind() == ErrorKind::ResponseLost
}
