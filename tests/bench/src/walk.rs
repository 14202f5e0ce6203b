//! Reading a long list page by page.

use http::Response;
use sf_backup_proto::{ContinuationToken, Pager};

use crate::page;

/// Number of backups per page.
const PAGE: usize = 1_000;

/// Reads a list of this many backups page by page and drops them.
pub fn walk(backups: usize) -> usize {
    // All pages share the same bytes; the token is changed separately, because it must not repeat.
    let response = Response::new(page::page(PAGE, 0, None));
    let mut pager = Pager::new(page::call());
    let (mut seen, mut token) = (0, 0_usize);
    while let Some(call) = pager.next_call() {
        let mut response = page::ours(&call, &response);
        token += 1;
        response.continuation_token =
            (token < backups / PAGE).then(|| ContinuationToken::new(&token.to_string())).flatten();
        seen += pager.accept::<std::convert::Infallible>(Ok(response)).unwrap().len();
    }
    assert_eq!(seen, backups);
    seen
}
