//! What all calls of one client have in common.

use crate::cluster::{ApiVersion, Endpoint, Endpoints, IdDelimiter, Target, Timeout};
use crate::flow::{ClusterState, Exchange, RetryPolicy};
use crate::operation::Operation;
use crate::secret::Secret;

/// What all calls of one client have in common: where to, in which dress, and when to try again. A transport's client is a
/// session, a [`ClusterState`] and a pool of connections.
#[derive(Debug, Clone)]
#[must_use]
pub struct Session {
    endpoints: Endpoints,
    target: Target,
    pinned: bool,
    retry: RetryPolicy,
}

impl Session {
    /// Calls to a cluster, with every setting as it is unless set.
    pub fn new(endpoint: Endpoint) -> Self {
        let endpoints = Endpoints::from(endpoint);
        Self { target: Target::new(endpoints.first().clone()), endpoints, pinned: false, retry: RetryPolicy::default() }
    }

    /// Adds endpoints of the same cluster, to turn to when one fails.
    pub fn other_endpoints(mut self, others: impl IntoIterator<Item = Endpoint>) -> Self {
        self.endpoints.extend(others);
        self
    }

    /// Uses this api-version and no other. Unless set, each client finds out what the cluster takes: 6.4, or else
    /// 6.2-preview; and remembers it.
    pub fn api_version(mut self, version: ApiVersion) -> Self {
        self.target = self.target.api_version(version);
        self.pinned = true;
        self
    }

    /// Sets what stands between the levels of names in URLs. `/` unless set.
    pub fn id_delimiter(mut self, delimiter: IdDelimiter) -> Self {
        self.target = self.target.id_delimiter(delimiter);
        self
    }

    /// Asks the server to give up after this time. Not sent unless set; the server's own default is 60 s.
    pub fn timeout(mut self, timeout: Timeout) -> Self {
        self.target = self.target.timeout(timeout);
        self
    }

    /// Sets when to try again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The cluster's endpoints, as they were named.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// A state of which nothing is known, for [`Exchange::step`]. The same seed gives the same trace.
    pub fn state(&self, seed: u64) -> ClusterState {
        ClusterState::new(&self.endpoints, seed)
    }

    /// A call of `operation`, with this token if there is one.
    pub fn exchange<O: Operation, T>(&self, operation: O, token: Option<Secret>) -> Exchange<O, T> {
        let target = match token {
            Some(token) => self.target.clone().bearer(token),
            None => self.target.clone(),
        };
        let exchange = Exchange::new(operation, target).retry(self.retry);
        if self.pinned { exchange } else { exchange.negotiate() }
    }
}
