//! The driver: does what [`Exchange`] orders, and reports what came of it.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use http::Request;
use sf_backup_proto::error::{HttpError, NotAttempted};
use sf_backup_proto::flow::{ClusterState, Exchanged, Outcome, RetryPolicy, ServerClock, Step};
use sf_backup_proto::{Body, Endpoint, Endpoints, Operation, Paged, Timestamp};

use crate::builder::ClientBuilder;
use crate::http::{Error, Http};
use crate::pages::Pages;
use crate::secured::{Bearer, Security, SettingsError};
use crate::trace;

pub(crate) type Observer = Arc<dyn Fn(&Exchanged) + Send + Sync>;

/// A client of one cluster. Clones share its connections, and what it has learned of the cluster.
///
/// Calls need a tokio runtime with IO and time enabled. Dropping the future of a call closes its connection; the server
/// may have begun with it all the same.
#[derive(Clone)]
pub struct Client(Arc<Shared>, Option<RetryPolicy>);

struct Shared {
    settings: ClientBuilder,
    http: Result<Http, Arc<SettingsError>>,
    bearer: Bearer,
    cluster: Mutex<ClusterState>,
    /// From when the exchanges' time counts.
    born: Instant,
}

impl Client {
    /// A client of the cluster at `endpoint`, with every setting as it is unless set.
    pub fn new(endpoint: Endpoint) -> Self {
        Self::builder(endpoint).build()
    }

    /// Settings for a client of the cluster at `endpoint`.
    pub fn builder(endpoint: Endpoint) -> ClientBuilder {
        ClientBuilder::new(endpoint)
    }

    pub(crate) fn with(settings: ClientBuilder, security: Result<Security, Arc<SettingsError>>) -> Self {
        let cluster = Mutex::new(settings.session.state(seed()));
        let http = security.map(|security| Http::new(settings.response_limit, security));
        let bearer = settings.secured.bearer();
        Self(Arc::new(Shared { http, bearer, settings, cluster, born: Instant::now() }), None)
    }

    /// A clone whose calls are tried as this policy says, in place of the client's own.
    #[must_use]
    pub fn with_retry(&self, policy: RetryPolicy) -> Self {
        Self(self.0.clone(), Some(policy))
    }

    /// Where requests go: the cluster's endpoints, as they were named.
    pub fn endpoints(&self) -> &Endpoints {
        self.0.settings.session.endpoints()
    }

    /// How far the cluster's clock is from this machine's, as the `Date` headers of responses show it; `None` until a
    /// response has had one. Every call improves it.
    pub fn clock(&self) -> Option<ServerClock> {
        self.cluster().clock(self.0.born.elapsed())
    }

    /// The cluster's time now, by which ages of backups and schedules are to be reckoned; `None` as for [`Self::clock`].
    /// [`ServerClock::uncertainty`] says how exact it is.
    pub fn server_now(&self) -> Option<Timestamp> {
        Some(self.clock()?.server_time(wall_time()?))
    }

    /// Makes one call: chooses an endpoint, tries again where that is safe, and looks for a change whose answer was lost.
    ///
    /// # Errors
    /// [`kind`](sf_backup_proto::Error::kind) tells what it means; where no answer came, the source is an [`HttpError`].
    pub async fn send<O: Operation>(&self, operation: O) -> Result<O::Response, Error> {
        trace::call(O::spec(), self.call(operation)).await
    }

    async fn call<O: Operation>(&self, operation: O) -> Result<O::Response, Error> {
        let Shared { settings, http, bearer, .. } = &*self.0;
        let http = match http {
            Ok(http) => http,
            Err(error) => {
                let source = HttpError::Settings { source: error.clone() };
                return Err(Error::unsent(&operation, NotAttempted::Settings, source));
            }
        };
        let token = match bearer.token().await {
            Ok(token) => token,
            Err(error) => return Err(Error::unsent(&operation, NotAttempted::Credential, error)),
        };
        let mut exchange = settings.session.exchange(operation, token.clone());
        if let Some(policy) = self.1 {
            exchange = exchange.retry(policy);
        }
        let mut attempt = 0;
        loop {
            let step = exchange.step(&mut self.cluster(), self.0.born.elapsed());
            match step {
                Step::Send { request, deadline } => {
                    attempt += 1;
                    let outcome = self.exchange(http, request, deadline, attempt).await;
                    exchange.report(outcome, &mut self.cluster(), self.0.born.elapsed());
                }
                Step::Wait(pause) => tokio::time::sleep(pause).await,
                Step::Refresh => exchange.refreshed(bearer.fresh(token.as_ref()).await),
                Step::Done(result) => return result,
            }
        }
    }

    /// Goes through a list page by page, from where the operation's own token says.
    pub fn pages<O: Paged>(&self, operation: O) -> Pages<O> {
        Pages::new(self.clone(), operation)
    }

    async fn exchange(
        &self,
        http: &Http,
        request: Request<Body>,
        deadline: Duration,
        attempt: u32,
    ) -> Outcome<HttpError> {
        let settings = &self.0.settings;
        // What nobody wants to know costs nothing.
        let watched = trace::WATCHES || settings.observer.is_some();
        let exchanged = watched.then(|| (Exchanged::of(&request), Instant::now()));
        let deadline = settings.deadline.unwrap_or(deadline);
        let (uri, sent) = (request.uri().clone(), wall_time());
        let outcome = http.exchange(request, deadline).await;
        if let (Outcome::Answered(answer), Some(sent), Some(received)) = (&outcome, sent, wall_time()) {
            self.cluster().observe_clock(&uri, answer, sent, received, self.0.born.elapsed());
        }
        if let Some((mut exchanged, started)) = exchanged {
            exchanged.elapsed = started.elapsed();
            if let Outcome::Answered(answer) = &outcome {
                exchanged.status = Some(answer.status());
            }
            trace::exchanged(&exchanged, attempt);
            if let Some(observer) = &settings.observer {
                observer(&exchanged);
            }
        }
        outcome
    }

    /// Held only while nothing is awaited. What is learned of a cluster is whole at any time, so that a panic elsewhere
    /// spoils nothing.
    fn cluster(&self) -> MutexGuard<'_, ClusterState> {
        self.0.cluster.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.0.settings).finish()
    }
}

/// What this machine's clock shows; `None` outside the years 1 to 9999.
fn wall_time() -> Option<Timestamp> {
    SystemTime::now().try_into().ok()
}

/// The keys of `RandomState` are the only randomness in the standard library, and good enough to spread clients over
/// endpoints and to tell requests apart.
fn seed() -> u64 {
    RandomState::new().hash_one(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sf_backup_proto::GetBackupPolicyList;

    fn shared<T: Send + Sync + Clone>(value: T) -> T {
        value
    }

    fn sendable<T: Send>(_: &T) {}

    #[test]
    fn a_client_is_shared_between_threads_and_its_calls_between_tasks() {
        let client = shared(Client::new("http://127.0.0.1:1".parse().unwrap()));
        sendable(&client.send(GetBackupPolicyList::new()));
        let pages = client.pages(GetBackupPolicyList::new());
        sendable(&pages);
        fn stream(_: &(impl futures_core::Stream + Unpin)) {}
        stream(&pages);
        assert_eq!(client.endpoints().to_string(), "http://127.0.0.1:1");
    }

    #[cfg(feature = "tls")]
    #[test]
    fn debug_shows_the_settings_and_no_token() {
        let builder = Client::builder("http://127.0.0.1:1".parse().unwrap());
        let builder = builder.bearer("hunter2".into()).deadline(Duration::from_secs(7)).observer(|_| {});
        for shown in [format!("{builder:?}"), format!("{:?}", builder.clone().build())] {
            assert!(shown.contains("http://127.0.0.1:1") && shown.contains("7s"), "{shown}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
