use std::sync::Arc;
use std::time::Duration;

use sf_backup_proto::flow::{Exchanged, RetryPolicy, Session};
use sf_backup_proto::{ApiVersion, Endpoint, IdDelimiter, Timeout};

use crate::client::{Client, Observer};
use crate::secured::Secured;

const RESPONSE_LIMIT: usize = 64 * 1024 * 1024;

/// Settings for a [`Client`].
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    pub(crate) session: Session,
    pub(crate) secured: Secured,
    pub(crate) deadline: Option<Duration>,
    pub(crate) response_limit: usize,
    pub(crate) observer: Option<Observer>,
}

impl ClientBuilder {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        Self {
            session: Session::new(endpoint),
            secured: Secured::default(),
            deadline: None,
            response_limit: RESPONSE_LIMIT,
            observer: None,
        }
    }

    /// Adds endpoints of the same cluster. Calls begin at one chosen at random, stay with it, and turn to another when it
    /// fails; one that failed is returned to after a while.
    pub fn other_endpoints(mut self, others: impl IntoIterator<Item = Endpoint>) -> Self {
        self.session = self.session.other_endpoints(others);
        self
    }

    /// Uses this api-version and no other. Unless set, the client finds out what the cluster takes: 6.4, or else
    /// 6.2-preview; and remembers it.
    pub fn api_version(mut self, version: ApiVersion) -> Self {
        self.session = self.session.api_version(version);
        self
    }

    /// Sets what stands between the levels of names in URLs. `/` unless set.
    pub fn id_delimiter(mut self, delimiter: IdDelimiter) -> Self {
        self.session = self.session.id_delimiter(delimiter);
        self
    }

    /// Asks the server to give up after this time. Not sent unless set; the server's own default is 60 s.
    pub fn timeout(mut self, timeout: Timeout) -> Self {
        self.session = self.session.timeout(timeout);
        self
    }

    /// Sets when a call is tried again, and whether a lost change is looked for.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.session = self.session.retry(policy);
        self
    }

    /// How long one exchange may take, from connecting to the last byte of the answer. Unless set, the server's timeout
    /// and ten seconds more for the way.
    ///
    /// With less than the server's timeout, the client may give up on what the server still does.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The largest body of an answer to take, in bytes. 64 MiB unless set.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Calls `observer` after every exchange, from within the call that made it. It should not block.
    pub fn observer(mut self, observer: impl Fn(&Exchanged) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// The client. Nothing is connected until the first call.
    ///
    /// Settings that do not go together, such as a token and plain `http`, make every call fail with
    /// [`HttpError::Settings`](crate::HttpError::Settings), with nothing sent. `try_build` tells them at once.
    pub fn build(self) -> Client {
        let security = self.secured.security(self.session.endpoints());
        Client::with(self, security.map_err(Arc::new))
    }
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("session", &self.session)
            .field("secured", &self.secured)
            .field("deadline", &self.deadline)
            .field("response_limit", &self.response_limit)
            .finish_non_exhaustive()
    }
}
