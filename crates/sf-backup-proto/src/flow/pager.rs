//! Lists, page by page.

use crate::error::{Cause, Error};
use crate::model::page::Page;
use crate::name::ContinuationToken;
use crate::operation::Paged;

/// Returns the call for each page of a list in turn, and takes the responses.
///
/// ```text
///            next_call                accept(Ok, with token)
///   start ──────────────▶ asked ───────────────────────────────▶ start
///                           │ accept(Ok, no token), accept(Err)
///                           ▼
///                          end
/// ```
///
/// Holds one call and two tokens, however long the list.
#[derive(Debug, Clone)]
pub struct Pager<O> {
    call: O,
    ended: bool,
    /// An earlier token, replaced at every power of two, so that a cycle of any length is detected.
    landmark: Option<ContinuationToken>,
    pages: u64,
    /// Pages without an item since the last one that had some.
    empty: u32,
    /// How many items may still come; `None` if unlimited.
    left: Option<usize>,
}

impl<O: Paged> Pager<O> {
    /// Maximum number of consecutive empty pages. An empty page need not be the last one, but a server that only sends
    /// tokens would keep its client busy forever.
    pub const MAX_EMPTY_PAGES: u32 = 1_000;

    /// Maximum number of items of a list that is collected in memory: more than any cluster has, and a few hundred
    /// megabytes.
    pub const MAX_COLLECTED_ITEMS: usize = 250_000;

    /// Creates a pager for a list that is collected in memory. Fails at more than [`Self::MAX_COLLECTED_ITEMS`], so
    /// that no server can exhaust the client's memory.
    pub fn collecting(call: O) -> Self {
        Self { left: Some(Self::MAX_COLLECTED_ITEMS), ..Self::new(call) }
    }

    /// Creates a pager for the list of `call`, starting at its continuation token if it has one.
    pub fn new(call: O) -> Self {
        let landmark = call.continuation_token().cloned();
        Self { call, ended: false, landmark, pages: 0, empty: 0, left: None }
    }

    /// The call for the next page; `None` at the end of the list, or after an error.
    pub fn next_call(&self) -> Option<O> {
        (!self.ended).then(|| self.call.clone())
    }

    /// The token of the next page, or after an error, of the page that failed. Another pager can continue there. `None`
    /// at the beginning and at the end.
    pub fn token(&self) -> Option<&ContinuationToken> {
        self.call.continuation_token()
    }

    /// Takes the response to [`Self::next_call`] and returns its items.
    ///
    /// # Errors
    /// The error of the call; a continuation token that the server sent before; more than [`Self::MAX_EMPTY_PAGES`]
    /// consecutive empty pages; more items than a [collected](Self::collecting) list can have. After an error the list has
    /// ended. The error code with which some lists end beyond the first page is not an error.
    pub fn accept<T>(&mut self, response: Result<Page<O::Item>, Error<T>>) -> Result<Vec<O::Item>, Error<T>> {
        let page = match response {
            Ok(page) => page,
            Err(error) => {
                self.ended = true;
                if self.is_end(&error) {
                    self.call.set_continuation_token(None);
                    return Ok(Vec::new());
                }
                return Err(error);
            }
        };
        if let Some(left) = &mut self.left {
            match left.checked_sub(page.items.len()) {
                Some(rest) => *left = rest,
                None => return self.fail(Cause::TooManyItems(Self::MAX_COLLECTED_ITEMS)),
            }
        }
        self.empty = if page.items.is_empty() { self.empty + 1 } else { 0 };
        match &page.continuation_token {
            None => self.ended = true,
            Some(_) if self.empty > Self::MAX_EMPTY_PAGES => return self.fail(Cause::EmptyPages(self.empty)),
            Some(token) if self.landmark.as_ref() == Some(token) || self.token() == Some(token) => {
                return self.fail(Cause::RepeatedToken(token.clone()));
            }
            Some(token) => {
                self.pages += 1;
                if self.pages.is_power_of_two() {
                    self.landmark = Some(token.clone());
                }
            }
        }
        self.call.set_continuation_token(page.continuation_token);
        Ok(page.items)
    }

    fn fail<T>(&mut self, cause: Cause<T>) -> Result<Vec<O::Item>, Error<T>> {
        self.ended = true;
        Err(Error::new(O::spec(), self.call.entity(), cause))
    }

    /// If the server filters a configuration list so that nothing is left for its last page, it responds "not enabled"
    /// to the request for that page.
    fn is_end<T>(&self, error: &Error<T>) -> bool {
        let code = error.fabric().and_then(|response| response.code.as_ref());
        let ends = code.zip(O::SPEC.ends_with).is_some_and(|(code, end)| code.to_string() == end);
        ends && self.token().is_some()
    }
}

#[cfg(test)]
mod tests;
