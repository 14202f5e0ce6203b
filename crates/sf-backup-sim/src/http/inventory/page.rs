//! Pages of the gateway's lists.

use crate::http::server::Call;
use serde_json::{Value, json};
use sf_backup_proto::ContinuationToken;
use sf_backup_proto::model::page::Page;

use super::query::Query;

/// The maximum number of items in a page.
const LARGEST: usize = 1_000;

/// A page of these items, which must be sorted by name.
pub(super) fn page<I, T>(
    call: &Call<'_>,
    items: &[I],
    name: impl Fn(&I) -> String,
    is_wanted: impl Fn(&I) -> bool,
    describe: impl Fn(&I) -> T,
) -> Page<T> {
    let (found, last) = cut(|parameter| call.parameter(parameter), items, name, is_wanted);
    Page::new(found.into_iter().map(describe).collect(), last.and_then(|last| ContinuationToken::new(&last)))
}

/// The same as JSON.
pub(super) fn json_page<I>(
    query: &Query<'_>,
    items: &[I],
    name: impl Fn(&I) -> String,
    is_wanted: impl Fn(&I) -> bool,
    describe: impl Fn(&I) -> Value,
) -> Value {
    let (found, last) = cut(|parameter| query.parameter(parameter), items, name, is_wanted);
    let items: Vec<Value> = found.into_iter().map(describe).collect();
    json!({ "ContinuationToken": last.unwrap_or_default(), "Items": items })
}

/// The items of a page, and the name of the last one if others follow. A page begins after the name in its token, even if that
/// item no longer exists.
fn cut<'i, 'p, I>(
    parameter: impl Fn(&str) -> Option<&'p str>,
    items: &'i [I],
    name: impl Fn(&I) -> String,
    is_wanted: impl Fn(&I) -> bool,
) -> (Vec<&'i I>, Option<String>) {
    let requested = parameter("MaxResults").and_then(|text| text.parse().ok()).filter(|size| *size > 0);
    let size = requested.map_or(LARGEST, |size: usize| size.min(LARGEST));
    let after = parameter("ContinuationToken").filter(|token| !token.is_empty());
    let start = after.map_or(0, |after| items.partition_point(|item| name(item).as_str() <= after));
    let mut rest = items.iter().skip(start).filter(|item| is_wanted(item)).peekable();
    let found: Vec<&I> = rest.by_ref().take(size).collect();
    let last = found.last().filter(|_| rest.peek().is_some()).map(|item| name(item));
    (found, last)
}
