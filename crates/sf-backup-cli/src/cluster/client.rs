//! The client of a command: logs every change, if there is a log.

use std::sync::Arc;

use sf_backup_hyper::{Client as HttpClient, Error, HttpError, Pager, Poller, RetryPolicy, ServerClock};
use sf_backup_proto::error::NotAttempted;
use sf_backup_proto::flow::LongRunning;
use sf_backup_proto::{Endpoints, Operation, Paged, RequestOptions, Timestamp};

use crate::cluster::change_log::{ChangeLog, ChangeOutcome, Entry};
use crate::output::failure::with_causes;

/// A client of the cluster. Clones share its connections and its log.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: HttpClient,
    log: Option<Arc<ChangeLog>>,
}

impl Client {
    pub(crate) fn new(http: HttpClient, log: Option<Arc<ChangeLog>>) -> Self {
        Self { http, log }
    }

    pub(crate) fn log(&self) -> Option<&ChangeLog> {
        self.log.as_deref()
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        self.http.endpoints()
    }

    pub(crate) fn with_retry(&self, policy: RetryPolicy) -> Self {
        Self { http: self.http.with_retry(policy), log: self.log.clone() }
    }

    /// Lists pages. Lists change nothing, so they are not logged.
    pub(crate) fn pager<O: Paged>(&self, call: O) -> Pager<O> {
        self.http.pager(call)
    }

    pub(crate) fn clock(&self) -> Option<ServerClock> {
        self.http.clock()
    }

    pub(crate) fn server_now(&self) -> Option<Timestamp> {
        self.http.server_now()
    }

    /// Sends an operation. A change is logged before and after.
    ///
    /// # Errors
    /// As for the client, and if a change cannot be logged: it is not sent then.
    pub(crate) async fn send<O: Operation>(&self, operation: O) -> Result<O::Response, Error> {
        match self.begin(&operation)? {
            Some((entry, http)) => conclude(entry, http.send(operation).await),
            None => self.http.send(operation).await,
        }
    }

    /// Starts a backup or a restore, like [`send`](Self::send).
    pub(crate) async fn start<O: LongRunning>(&self, call: O) -> Result<Poller<O>, Error> {
        match self.begin(&call)? {
            Some((entry, http)) => conclude(entry, http.start(call).await),
            None => self.http.start(call).await,
        }
    }

    /// Waits for a backup or restore that was started earlier.
    pub(crate) fn attach<O: LongRunning>(&self, call: O) -> Poller<O> {
        self.http.attach(call)
    }

    /// Logs that a change is about to be sent. The client sends it with the logged request id.
    fn begin<O: Operation>(&self, operation: &O) -> Result<Option<(Entry<'_>, HttpClient)>, Error> {
        let Some(log) = self.log.as_ref().filter(|_| O::SPEC.changes()) else { return Ok(None) };
        let logged = self.begin_logged(log, O::SPEC.name, operation.entity());
        logged.map(Some).map_err(|error| Error::unsent(operation, NotAttempted::Settings, error))
    }

    fn begin_logged<'l>(
        &self,
        log: &'l ChangeLog,
        operation: &'static str,
        entity: Option<String>,
    ) -> Result<(Entry<'l>, HttpClient), HttpError> {
        let id = self.http.request_id();
        let http = self.http.with_options(RequestOptions::new().request_id(&id));
        match log.begin(operation, entity, self.endpoints().to_string(), id) {
            Ok(entry) => Ok((entry, http)),
            Err(error) => Err(HttpError::Settings { source: Arc::new(error) }),
        }
    }
}

fn conclude<T>(entry: Entry<'_>, result: Result<T, Error>) -> Result<T, Error> {
    match &result {
        Ok(_) => entry.end(ChangeOutcome::Succeeded, None),
        Err(error) if error.may_have_changed() => entry.end(ChangeOutcome::Unknown, Some(with_causes(error))),
        Err(error) => entry.end(ChangeOutcome::Failed, Some(with_causes(error))),
    }
    result
}
