use sf_backup_proto::flow::pager;
use sf_backup_proto::{ContinuationToken, Paged};

use crate::Error;
use crate::client::Client;

impl Client {
    /// Lists all items, from the operation's continuation token on. Requests one page at a time, when it is needed.
    pub fn pager<O: Paged>(&self, operation: O) -> Pager<O> {
        let pages = Pages { client: self.clone(), pager: pager::Pager::new(operation) };
        Pager { pages, page: Vec::new().into_iter() }
    }
}

/// The items of a list: an iterator. Holds one page at most.
#[derive(Debug)]
#[must_use = "no page is requested until it is iterated"]
pub struct Pager<O: Paged> {
    pages: Pages<O>,
    page: std::vec::IntoIter<O::Item>,
}

impl<O: Paged> Pager<O> {
    /// The same list, page by page. Items of a page that was only partly read are skipped.
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
/// Holds one page at most. An error ends the list; [`token`](Self::token) then names the page that failed, and an operation
/// with that token lists from there on.
#[derive(Debug, Clone)]
#[must_use = "no page is requested until it is iterated"]
pub struct Pages<O: Paged> {
    client: Client,
    pager: pager::Pager<O>,
}

impl<O: Paged> Pages<O> {
    /// The token of the next page, or after an error, of the page that failed: enough to continue later, in another
    /// process. `None` at the beginning and at the end.
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
