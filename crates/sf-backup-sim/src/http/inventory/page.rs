//! Pages of the gateway's lists.

use sf_backup_proto::ContinuationToken;
use sf_backup_proto::model::page::Page;
use sf_backup_proto::server::Call;

/// The maximum number of items in a page.
const LARGEST: usize = 1_000;

/// Sorts by name. A page begins after the name in its token, even if that item no longer exists.
pub(super) fn page<N: Ord + ToString, I, T>(
    call: &Call<'_>,
    items: impl Iterator<Item = (N, I)>,
    describe: impl Fn(I) -> T,
) -> Page<T> {
    let asked = call.parameter("MaxResults").and_then(|text| text.parse().ok()).filter(|size| *size > 0);
    let size = asked.map_or(LARGEST, |size: usize| size.min(LARGEST));
    let after = call.parameter("ContinuationToken").unwrap_or_default();
    let mut found: Vec<(N, I)> =
        items.filter(|(name, _)| after.is_empty() || name.to_string().as_str() > after).collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let more = found.len() > size;
    found.truncate(size);
    let last = found.last().filter(|_| more).map(|(name, _)| name.to_string());
    let items = found.into_iter().map(|(_, item)| describe(item)).collect();
    Page::new(items, last.and_then(|last| ContinuationToken::new(&last)))
}
