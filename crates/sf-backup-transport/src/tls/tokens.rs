//! The token that all calls of a client use, and its replacement.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use sf_backup_proto::Secret;

use crate::tls::token::{TokenError, TokenSource};

/// A token source with a cache of its last token, shared by all calls of a client.
///
/// The source runs on its own thread, and calls wait for it no longer than their time limits. Concurrent calls share
/// one result.
#[derive(Debug)]
pub struct Tokens(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    source: TokenSource,
    state: Mutex<State>,
    asked: Condvar,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Secret>,
    /// Whether the source is running.
    asking: bool,
    /// How often it has run.
    rounds: u64,
    /// The error of the last run, if it failed.
    error: Option<Arc<TokenError>>,
}

impl Tokens {
    /// Creates an empty cache. Does not call the source.
    pub fn new(source: TokenSource) -> Self {
        let current = source.as_fixed().cloned();
        let state = Mutex::new(State { current, ..State::default() });
        Self(Arc::new(Shared { source, state, asked: Condvar::new() }))
    }

    /// The last token, unless it is `refused`. Does not call the source.
    pub fn cached(&self, refused: Option<&Secret>) -> Option<Secret> {
        self.0.state().current.clone().filter(|token| refused != Some(token))
    }

    /// Returns the last token. If that is `refused`, returns the one that another call or the source gets; `None` if
    /// that is `refused` again. Blocks for at most `limit`.
    ///
    /// # Errors
    /// As for [`TokenSource::token`], and if the source takes longer.
    pub fn get(&self, refused: Option<&Secret>, limit: Duration) -> Result<Option<Secret>, Arc<TokenError>> {
        let is_other = |token: &Secret| refused != Some(token);
        let mut state = self.0.state();
        if let Some(token) = state.current.clone().filter(is_other) {
            return Ok(Some(token));
        }
        if self.0.source.as_fixed().is_some() {
            return Ok(None);
        }
        let round = state.rounds;
        if !state.asking {
            state.asking = true;
            let shared = Arc::clone(&self.0);
            let started = thread::Builder::new().name("token".to_owned()).spawn(move || shared.ask());
            if let Err(source) = started {
                state.asking = false;
                return Err(Arc::new(TokenError::Start { program: "a thread".to_owned(), source }));
            }
        }
        let waited = self.0.asked.wait_timeout_while(state, limit, |state| state.rounds == round);
        let (state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return Err(Arc::new(TokenError::Late { origin: "the source of tokens".to_owned(), after: limit }));
        }
        match &state.error {
            Some(error) => Err(Arc::clone(error)),
            None => Ok(state.current.clone().filter(is_other)),
        }
    }
}

impl Shared {
    /// Calls the source, and wakes the waiting calls.
    fn ask(&self) {
        let asked = catch_unwind(AssertUnwindSafe(|| self.source.token()));
        let token = asked.unwrap_or_else(|_| Err(TokenError::Callback { source: "the callback panicked".into() }));
        let mut state = self.state();
        match token {
            Ok(token) => (state.current, state.error) = (Some(token), None),
            Err(error) => state.error = Some(Arc::new(error)),
        }
        (state.asking, state.rounds) = (false, state.rounds.wrapping_add(1));
        self.asked.notify_all();
    }

    /// Consistent at any time.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
