use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use sf_backup_proto::flow::pager;
use sf_backup_proto::{ContinuationToken, Page, Paged};

use crate::Error;
use crate::client::Client;

impl Client {
    /// Lists all items, starting at the operation's continuation token if set. Requests each page when it is needed.
    pub fn pager<O: Paged>(&self, operation: O) -> Pager<O> {
        let mut pages = Pages { client: self.clone(), pager: pager::Pager::new(operation), call: None };
        pages.call = pages.next_call();
        Pager { pages, page: Vec::new().into_iter() }
    }
}

/// The items of a list: a [`Stream`]. [`next`](Self::next) requires no stream library. Holds at most one page.
#[derive(Debug)]
#[must_use = "no page is requested until it is polled"]
pub struct Pager<O: Paged> {
    pages: Pages<O>,
    page: std::vec::IntoIter<O::Item>,
}

impl<O: Paged> Pager<O> {
    /// Returns the rest of the list page by page. Skips the items of a page that was partly read.
    pub fn into_pages(self) -> Pages<O> {
        self.pages
    }

    /// Returns the next item; `None` at the end of the list and after an error.
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
impl<O: Paged> Unpin for Pager<O> {}

impl<O: Paged> Stream for Pager<O> {
    type Item = Result<O::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

/// The pages of a list: a [`Stream`] of the items of each page. [`next`](Self::next) requires no stream library.
///
/// Holds at most one page. An error ends the list. [`token`](Self::token) is then the token of the failed page, with
/// which another operation can continue.
#[must_use = "no page is requested until it is polled"]
pub struct Pages<O: Paged> {
    client: Client,
    pager: pager::Pager<O>,
    /// For the next page; sends nothing until it is polled.
    call: Option<Call<O>>,
}

type Call<O> = Pin<Box<dyn Future<Output = Result<Page<<O as Paged>::Item>, Error>> + Send>>;

impl<O: Paged> Pages<O> {
    /// Returns the items of the next page, which can be none; `None` at the end of the list and after an error.
    ///
    /// Dropping the future loses nothing: the request continues, and the next call of `next` waits for it.
    ///
    /// # Errors
    /// As [`Client::send`], and if the server repeats a token so that the list would never end.
    pub async fn next(&mut self) -> Option<Result<Vec<O::Item>, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// The token of the next page, or after an error, of the page that failed. Use it to continue later, also in
    /// another process. `None` at the beginning and at the end.
    pub fn token(&self) -> Option<&ContinuationToken> {
        self.pager.token()
    }

    fn next_call(&self) -> Option<Call<O>> {
        let (client, operation) = (self.client.clone(), self.pager.next_call()?);
        Some(Box::pin(async move { client.send(operation).await }))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<O::Item>, Error>>> {
        let Some(call) = &mut self.call else { return Poll::Ready(None) };
        let response = ready!(call.as_mut().poll(context));
        let page = self.pager.accept(response);
        self.call = self.next_call();
        Poll::Ready(Some(page))
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
        f.debug_struct("Pages").field("pager", &self.pager).finish_non_exhaustive()
    }
}
