//! Reads lists that have pages.

use crate::cluster::client::Client;
use sf_backup_hyper::{Error, RetryPolicy};
use sf_backup_proto::{ErrorKind, Paged, Pager};

/// All items of a list.
pub(crate) async fn all<O: Paged>(client: &Client, list: O) -> Result<Vec<O::Item>, Error> {
    let mut items = Vec::new();
    let mut pager = Pager::collecting(list);
    while let Some(call) = pager.next_call() {
        items.append(&mut pager.accept(client.send(call).await)?);
    }
    Ok(items)
}

/// All items of a list, without retries after a timeout: the caller shortens the range instead.
pub(crate) async fn all_without_timeouts<O: Paged>(client: &Client, list: O) -> Result<Vec<O::Item>, Error> {
    let once = client.with_retry(RetryPolicy::never());
    let mut items = Vec::new();
    let mut pager = Pager::new(list);
    while let Some(call) = pager.next_call() {
        let page = match once.send(call.clone()).await {
            // Other transient errors are retried as for any read.
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
