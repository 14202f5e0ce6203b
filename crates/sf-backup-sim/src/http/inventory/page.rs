//! Pages of the gateway's lists.

use sf_backup_proto::ContinuationToken;
use sf_backup_proto::model::page::Page;
use sf_backup_proto::server::Call;

/// The maximum number of items in a page.
const LARGEST: usize = 1_000;

/// A page of the wanted items. They must be sorted by name. A page begins after the name in its token, even if that item no
/// longer exists.
pub(super) fn page<I, T>(
    call: &Call<'_>,
    items: &[I],
    name: impl Fn(&I) -> String,
    is_wanted: impl Fn(&I) -> bool,
    describe: impl Fn(&I) -> T,
) -> Page<T> {
    let asked = call.parameter("MaxResults").and_then(|text| text.parse().ok()).filter(|size| *size > 0);
    let size = asked.map_or(LARGEST, |size: usize| size.min(LARGEST));
    let after = call.parameter("ContinuationToken").filter(|token| !token.is_empty());
    let start = after.map_or(0, |after| items.partition_point(|item| name(item).as_str() <= after));
    let mut rest = items.iter().skip(start).filter(|item| is_wanted(item)).peekable();
    let found: Vec<&I> = rest.by_ref().take(size).collect();
    let last = found.last().filter(|_| rest.peek().is_some()).map(|item| name(item));
    Page::new(found.into_iter().map(describe).collect(), last.and_then(|last| ContinuationToken::new(&last)))
}
