use sf_backup_proto::{ContinuationToken, Paged, Pager};

use crate::Error;
use crate::client::Client;

/// A list, page by page: an iterator over the items of each page, which may be none.
///
/// Holds one page at most. An error ends the list; [`token`](Self::token) then names the page that failed, and an operation
/// with that token begins a list there.
#[derive(Debug, Clone)]
#[must_use = "no page is asked for until it is iterated"]
pub struct Pages<O: Paged> {
    client: Client,
    pager: Pager<O>,
}

impl Client {
    /// Goes through a list page by page, from where the operation's own token says.
    pub fn pages<O: Paged>(&self, operation: O) -> Pages<O> {
        Pages::new(self.clone(), operation)
    }
}

impl<O: Paged> Pages<O> {
    fn new(client: Client, operation: O) -> Self {
        Self { client, pager: Pager::new(operation) }
    }

    /// Where the next page begins, or after an error, the page that failed: enough to continue later, in another process.
    /// `None` at the beginning and at the end.
    pub fn token(&self) -> Option<&ContinuationToken> {
        self.pager.token()
    }
}

impl<O: Paged> Iterator for Pages<O> {
    type Item = Result<Vec<O::Item>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let reply = self.client.send(self.pager.next_call()?);
        Some(self.pager.accept(reply))
    }
}

/// A list, item by item: an iterator. Holds one page at most.
#[derive(Debug)]
#[must_use = "no page is asked for until it is iterated"]
pub struct Items<O: Paged> {
    pages: Pages<O>,
    page: std::vec::IntoIter<O::Item>,
}

impl<O: Paged> Pages<O> {
    /// The same list, item by item.
    pub fn items(self) -> Items<O> {
        Items { pages: self, page: Vec::new().into_iter() }
    }
}

impl<O: Paged> Iterator for Items<O> {
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
