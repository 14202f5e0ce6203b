//! A long list, page by page.

use http::Response;
use sf_backup_proto::{ContinuationToken, Pager};

use crate::page;

/// Backups of a page.
const PAGE: usize = 1_000;

/// Goes through a list of so many backups, page by page, and forgets them.
pub fn walk(backups: usize) -> usize {
    // One page's bytes serve for all: its token is put into place by hand, as no token may come twice.
    let answer = Response::new(page::page(PAGE, 0, None));
    let mut pager = Pager::new(page::call());
    let (mut seen, mut token) = (0, 0_usize);
    while let Some(call) = pager.next_call() {
        let mut reply = page::ours(&call, &answer);
        token += 1;
        reply.continuation_token =
            (token < backups / PAGE).then(|| ContinuationToken::new(&token.to_string())).flatten();
        seen += pager.accept::<std::convert::Infallible>(Ok(reply)).unwrap().len();
    }
    assert_eq!(seen, backups);
    seen
}
