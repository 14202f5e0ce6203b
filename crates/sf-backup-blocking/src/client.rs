use std::sync::Arc;

use sf_backup_proto::flow::{Outcome, RetryPolicy};
use sf_backup_proto::{Endpoint, Endpoints, Operation, RequestOptions, Timestamp};
use sf_backup_transport::{
    Build, Call, ConnectionPolicy, Drive, Handle, ServerClock, Settings, SettingsError, Step, within_span,
};

use crate::http::Http;
use crate::{ClientBuilder, Error};

/// A client of one cluster. Clones share its connections and what it knows of the cluster.
///
/// A call blocks its thread until the response or the deadline. Any number of threads may make calls at the same time.
#[derive(Debug, Clone)]
pub struct Client(pub(crate) Handle<Http>);

impl Client {
    /// Creates a client of the cluster at `endpoint` with default settings.
    pub fn new(endpoint: Endpoint) -> Self {
        Self::builder(endpoint).build()
    }

    /// Returns a builder for a client of the cluster at `endpoint`.
    pub fn builder(endpoint: Endpoint) -> ClientBuilder {
        ClientBuilder::new(endpoint)
    }

    /// Returns a clone whose calls have these options. What is not set stays as it is in the client.
    #[must_use]
    pub fn with_options(&self, options: RequestOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Returns a clone whose calls have this retry policy.
    #[must_use]
    pub fn with_retry(&self, policy: RetryPolicy) -> Self {
        self.with_options(RequestOptions::new().retry(policy))
    }

    /// The endpoints of the cluster.
    pub fn endpoints(&self) -> &Endpoints {
        self.0.shared().endpoints()
    }

    /// A new request id, to be known before the call that has it: see [`RequestOptions::request_id`].
    pub fn request_id(&self) -> String {
        self.0.shared().request_id()
    }

    /// The difference between the cluster's clock and that of this machine; `None` until a response had a valid `Date` header.
    /// Every response improves it.
    pub fn clock(&self) -> Option<ServerClock> {
        self.0.shared().clock()
    }

    /// The current time of the cluster; `None` as for [`clock`](Self::clock). Use it to compute ages of backups.
    /// [`ServerClock::uncertainty`] is its accuracy.
    pub fn server_now(&self) -> Option<Timestamp> {
        self.0.shared().server_now()
    }

    /// Sends an operation. Retries only when it is safe; if the response to a change is lost, checks whether it was made.
    ///
    /// # Errors
    /// [`kind`](sf_backup_proto::Error::kind) classifies the error. If there was no response, its source is an
    /// [`HttpError`](crate::HttpError).
    pub fn send<O: Operation>(&self, operation: O) -> Result<O::Response, Error> {
        self.send_with(operation, RequestOptions::new())
    }

    /// Sends an operation with options for this call. Options that are not set are those of the client.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_with<O: Operation>(&self, operation: O, options: RequestOptions) -> Result<O::Response, Error> {
        let (call, http) = self.0.call(operation, options)?;
        run(call, http)
    }
}

/// Makes a call.
pub(crate) fn run<O: Operation>(mut call: Call<'_, O>, http: &Http) -> Result<O::Response, Error> {
    drive(call.drive(), http)?;
    call.into_response()
}

/// Not generic, so that it is compiled once for all operations.
fn drive(mut call: Drive<'_>, http: &Http) -> Result<(), Error> {
    within_span(call.spec(), || {
        loop {
            match call.step() {
                Step::Send { request, deadline, fresh_connection } => {
                    let outcome = http.exchange(request, deadline, fresh_connection);
                    call.sent(outcome.map_or_else(Outcome::from, Outcome::Response));
                }
                Step::Sleep(pause) => std::thread::sleep(pause),
                Step::Token(request) => call.token(request.run()),
                Step::Done(result) => return result,
            }
        }
    })
}

impl Build for Client {
    fn from_settings(settings: Settings, policy: Result<ConnectionPolicy, Arc<SettingsError>>) -> Self {
        let http = policy.map(|policy| Http::new(settings.response_limit(), policy));
        Self(Handle::new(settings, http))
    }
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_settings_and_no_token() {
        let builder = Client::builder("http://127.0.0.1:1".parse().unwrap());
        let builder = builder.bearer("hunter2".into()).deadline(std::time::Duration::from_secs(7)).observer(|_| {});
        for shown in [format!("{builder:?}"), format!("{:?}", builder.clone().build())] {
            assert!(shown.contains("http://127.0.0.1:1") && shown.contains("7s"), "{shown}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
