use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use sf_backup_proto::{ContinuationToken, Page, Paged, Pager};

use crate::Error;
use crate::client::Client;

/// A list, page by page: a [`Stream`], and without one at hand, [`next`](Self::next).
///
/// Holds one page at most. An error ends the list; [`token`](Self::token) then names the page that failed, and an operation
/// with that token begins a list there.
#[must_use = "no page is asked for until it is polled"]
pub struct Pages<O: Paged> {
    client: Client,
    pager: Pager<O>,
    call: Option<Call<O>>,
}

type Call<O> = Pin<Box<dyn Future<Output = Result<Page<<O as Paged>::Item>, Error>> + Send>>;

impl Client {
    /// Goes through a list page by page, from where the operation's own token says.
    pub fn pages<O: Paged>(&self, operation: O) -> Pages<O> {
        Pages::new(self.clone(), operation)
    }
}

impl<O: Paged> Pages<O> {
    fn new(client: Client, operation: O) -> Self {
        Self { client, pager: Pager::new(operation), call: None }
    }

    /// The items of the next page, which may be none; `None` at the end of the list, or after an error.
    ///
    /// A dropped future loses nothing: the page is still on its way, and the next call of `next` waits for it.
    ///
    /// # Errors
    /// As [`Client::send`]; and if the server repeats itself, so that the list would never end.
    pub async fn next(&mut self) -> Option<Result<Vec<O::Item>, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Where the next page begins, or after an error, the page that failed: enough to continue later, in another process.
    /// `None` at the beginning and at the end.
    pub fn token(&self) -> Option<&ContinuationToken> {
        self.pager.token()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<O::Item>, Error>>> {
        if self.call.is_none() {
            let Some(operation) = self.pager.next_call() else {
                return Poll::Ready(None);
            };
            let client = self.client.clone();
            self.call = Some(Box::pin(async move { client.send(operation).await }));
        }
        let Some(call) = &mut self.call else {
            return Poll::Ready(None);
        };
        let reply = ready!(call.as_mut().poll(context));
        self.call = None;
        Poll::Ready(Some(self.pager.accept(reply)))
    }
}

/// The operation is never pinned, only the call in its box.
impl<O: Paged> Unpin for Pages<O> {}

impl<O: Paged> Stream for Pages<O> {
    type Item = Result<Vec<O::Item>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl<O: Paged> fmt::Debug for Pages<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("pager", &self.pager)
            .field("waiting", &self.call.is_some())
            .finish_non_exhaustive()
    }
}

/// A list, item by item: a [`Stream`], and without one at hand, [`next`](Self::next). Holds one page at most.
#[must_use = "no page is asked for until it is polled"]
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

impl<O: Paged> Items<O> {
    /// The next item; `None` at the end of the list, or after an error.
    ///
    /// # Errors
    /// As [`Pages::next`].
    pub async fn next(&mut self) -> Option<Result<O::Item, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<O::Item, Error>>> {
        loop {
            if let Some(item) = self.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll(context)) {
                Some(Ok(page)) => self.page = page.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Items are moved out, never pinned.
impl<O: Paged> Unpin for Items<O> {}

impl<O: Paged> Stream for Items<O> {
    type Item = Result<O::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl<O: Paged> fmt::Debug for Items<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}
