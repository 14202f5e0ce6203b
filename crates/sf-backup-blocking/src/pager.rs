use sf_backup_proto::flow::pager;
use sf_backup_proto::{ContinuationToken, Paged};

use crate::Error;
use crate::client::Client;

impl Client {
    /// Lists all items, starting at the operation's continuation token if set. Requests each page when it is needed.
    pub fn pager<O: Paged>(&self, operation: O) -> Pager<O> {
        let pages = Pages { client: self.clone(), pager: pager::Pager::new(operation) };
        Pager { pages, page: Vec::new().into_iter() }
    }
}

/// The items of a list: an iterator. Holds at most one page.
#[derive(Debug)]
#[must_use = "no page is requested until it is iterated"]
pub struct Pager<O: Paged> {
    pages: Pages<O>,
    page: std::vec::IntoIter<O::Item>,
}

impl<O: Paged> Pager<O> {
    /// Returns the rest of the list page by page. Skips the items of a page that was partly read.
    pub fn into_pages(self) -> Pages<O> {
        self.pages
    }
}

impl<O: Paged> Iterator for Pager<O> {
    type Item = Result<O::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.page.next() {
                return Some(Ok(item));
            }
            match self.pages.next()? {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The pages of a list: an iterator over the items of each page, which can be none.
///
/// Holds at most one page. An error ends the list. [`token`](Self::token) is then the token of the failed page, with
/// which another operation can continue.
#[derive(Debug, Clone)]
#[must_use = "no page is requested until it is iterated"]
pub struct Pages<O: Paged> {
    client: Client,
    pager: pager::Pager<O>,
}

impl<O: Paged> Pages<O> {
    /// The token of the next page, or after an error, of the page that failed. Use it to continue later, also in
    /// another process. `None` at the beginning and at the end.
    pub fn token(&self) -> Option<&ContinuationToken> {
        self.pager.token()
    }
}

impl<O: Paged> Iterator for Pages<O> {
    type Item = Result<Vec<O::Item>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let response = self.client.send(self.pager.next_call()?);
        Some(self.pager.accept(response))
    }
}
