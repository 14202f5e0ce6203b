use std::fmt;
use std::sync::Arc;

use sf_backup_proto::{Operation, RequestOptions};

use crate::call::{Call, Shared};
use crate::error::Error;
use crate::policy::SettingsError;
use crate::settings::Settings;

/// The parts of a client: connections `H`, the state of the cluster, and the options of its calls.
///
/// Clones share connections and state.
pub struct Handle<H> {
    parts: Arc<Parts<H>>,
    options: RequestOptions,
}

struct Parts<H> {
    shared: Shared,
    http: Result<H, Arc<SettingsError>>,
}

impl<H> Handle<H> {
    /// Creates a client. Without connections, every call fails with the reason.
    pub fn new(settings: Settings, http: Result<H, Arc<SettingsError>>) -> Self {
        let parts = Parts { shared: Shared::new(settings), http };
        Self { parts: Arc::new(parts), options: RequestOptions::new() }
    }

    /// The same client with these options.
    #[must_use]
    pub fn with_options(&self, options: RequestOptions) -> Self {
        Self { parts: Arc::clone(&self.parts), options: options.or(&self.options) }
    }

    /// The state that all calls share.
    pub fn shared(&self) -> &Shared {
        &self.parts.shared
    }

    /// Creates a call, and returns the connections to make it on.
    ///
    /// # Errors
    /// If the client's settings cannot be used.
    pub fn call<O: Operation>(&self, operation: O, options: RequestOptions) -> Result<(Call<'_, O>, &H), Error> {
        match &self.parts.http {
            Ok(http) => Ok((self.parts.shared.call(operation, options.or(&self.options)), http)),
            Err(error) => Err(Shared::unusable(&operation, error)),
        }
    }
}

impl<H> Clone for Handle<H> {
    fn clone(&self) -> Self {
        Self { parts: Arc::clone(&self.parts), options: self.options.clone() }
    }
}

impl<H> fmt::Debug for Handle<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.shared.fmt(f)
    }
}
