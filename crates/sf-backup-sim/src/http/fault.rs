//! Faults that are injected into requests.

mod alter;

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use sf_backup_proto::OperationSpec;

/// A fault to inject: into which requests, how often, and what it does.
///
/// ```
/// use http::StatusCode;
/// use sf_backup_proto::{GetBackupPolicyList, Operation, Target};
/// use sf_backup_sim::{Cluster, Fault};
///
/// let cluster = Cluster::builder().build();
/// cluster.inject(Fault::empty(StatusCode::SERVICE_UNAVAILABLE).on(GetBackupPolicyList::spec()).times(2));
/// let list = GetBackupPolicyList::new();
/// let to = Target::new("http://localhost:19080".parse()?);
/// let mut statuses = Vec::new();
/// for _ in 0..3 {
///     statuses.push(cluster.respond(list.to_request(&to)?.map(Into::into)).status().as_u16());
/// }
/// assert_eq!(statuses, [503, 503, 200]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Fault {
    operation: Option<&'static OperationSpec>,
    times: u32,
    after_effect: bool,
    from_service: bool,
    latency: Duration,
    action: FaultAction,
}

/// What a fault does to a request.
#[derive(Debug, Clone)]
enum FaultAction {
    /// The request is processed as usual.
    Nothing,
    Response(Response<Bytes>),
    Cut,
    /// The request is processed, and its response is changed.
    UnknownValues,
    WrongTypes,
    Tokens(Tokens),
    /// The backup or restore is accepted and never starts.
    Stuck,
}

/// Wrong continuation tokens of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tokens {
    /// Every page is the first one, always with the same token.
    Repeat,
    /// Every page is the first one, each with a new token.
    Endless,
    /// Every page is empty, each with a new token.
    Empty,
    /// The token is one that the server itself rejects.
    Garbage,
}

impl Fault {
    fn new(action: FaultAction) -> Self {
        Self { operation: None, times: 1, after_effect: false, from_service: false, latency: Duration::ZERO, action }
    }

    /// Responds with this response instead.
    pub fn response(response: Response<Bytes>) -> Self {
        Self::new(FaultAction::Response(response))
    }

    /// Responds with this status and no body, as the gateway does for most of its own errors.
    pub fn empty(status: StatusCode) -> Self {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = status;
        Self::response(response)
    }

    /// Cuts the connection instead of responding.
    pub fn cut() -> Self {
        Self::new(FaultAction::Cut)
    }

    /// Responds as usual after a delay: see [`Self::latency`].
    pub fn late(latency: Duration) -> Self {
        Self::new(FaultAction::Nothing).latency(latency)
    }

    /// Responds as usual, but with unknown values in all enumerations of the API.
    pub fn unknown_values() -> Self {
        Self::new(FaultAction::UnknownValues)
    }

    /// Responds as usual, but with an object in place of every string, number and boolean.
    pub fn wrong_types() -> Self {
        Self::new(FaultAction::WrongTypes)
    }

    /// Responds with pages whose continuation tokens are wrong.
    pub fn tokens(tokens: Tokens) -> Self {
        Self::new(FaultAction::Tokens(tokens))
    }

    /// Accepts backups and restores that never start. A backup times out at the end of its time. A restore stays `Accepted`
    /// forever, and the partition refuses all further ones, as on a cluster that cannot start the data loss that a restore
    /// needs. Other requests are processed as usual.
    pub fn stuck() -> Self {
        Self::new(FaultAction::Stuck)
    }

    pub(crate) fn operation_name(&self) -> Option<&'static str> {
        self.operation.map(|operation| operation.name)
    }

    pub(crate) fn remaining(&self) -> u32 {
        self.times
    }

    /// What the fault does, in a few words.
    pub(crate) fn summary(&self) -> String {
        let action = match &self.action {
            FaultAction::Nothing => "no change".to_owned(),
            FaultAction::Response(response) => format!("status {}", response.status().as_u16()),
            FaultAction::Cut => "connection cut".to_owned(),
            FaultAction::UnknownValues => "unknown values".to_owned(),
            FaultAction::WrongTypes => "wrong types".to_owned(),
            FaultAction::Tokens(tokens) => format!("tokens: {tokens:?}"),
            FaultAction::Stuck => "never starts".to_owned(),
        };
        let delay = if self.latency.is_zero() { String::new() } else { format!(", {:?} late", self.latency) };
        let after = if self.after_effect { ", after the effect" } else { "" };
        format!("{action}{delay}{after}")
    }

    fn applies_to(&self, operation: Option<&OperationSpec>) -> bool {
        self.times > 0 && (self.operation.is_none() || self.operation == operation)
    }

    /// Limits the fault to requests of this operation; the default is any operation.
    #[must_use]
    pub fn on(mut self, operation: &'static OperationSpec) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Sets the number of requests with this fault; the default is 1.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Processes the request before the fault; the default is to inject the fault instead of processing the request.
    #[must_use]
    pub fn after_effect(mut self) -> Self {
        self.after_effect = true;
        self
    }

    /// Makes the response one of the backup service and not of the gateway: the gateway retries a GET that receives 503, 410
    /// or an unmarked 404, and each retry counts as a request.
    #[must_use]
    pub fn from_service(mut self) -> Self {
        self.from_service = true;
        self
    }

    /// Delays the response. In memory, the cluster's time passes. On a socket, real time passes, and the cluster's time
    /// continues at its own speed.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }
}

/// The pending faults, in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    ordered: Vec<Fault>,
    /// Number of requests with a fault so far; it makes tokens different.
    injected: u64,
}

/// The fault of one request.
#[derive(Debug, Clone)]
pub(crate) struct InjectedFault {
    pub(crate) after_effect: bool,
    pub(crate) from_service: bool,
    pub(crate) latency: Duration,
    action: FaultAction,
    number: u64,
}

/// What replaces the response of the cluster.
#[derive(Debug)]
pub(crate) enum Replacement {
    Response(Response<Bytes>),
    Cut,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.ordered.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.ordered.clear();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.ordered.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.ordered.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ordered.is_empty()
    }

    /// Whether a request of this operation uses up a fault.
    pub(crate) fn has_for(&self, operation: Option<&OperationSpec>) -> bool {
        self.ordered.iter().any(|fault| fault.applies_to(operation))
    }

    /// Takes one use of the first fault for a request of this operation.
    pub(crate) fn take_for(&mut self, operation: Option<&OperationSpec>) -> Option<InjectedFault> {
        let at = self.ordered.iter().position(|fault| fault.applies_to(operation))?;
        let fault = self.ordered.get_mut(at)?;
        fault.times -= 1;
        self.injected += 1;
        let Fault { after_effect, from_service, latency, action, .. } = fault.clone();
        self.ordered.retain(|fault| fault.times > 0);
        Some(InjectedFault { after_effect, from_service, latency, action, number: self.injected })
    }
}

impl InjectedFault {
    pub(crate) fn replacement(&self) -> Option<Replacement> {
        match &self.action {
            FaultAction::Response(response) => Some(Replacement::Response(response.clone())),
            FaultAction::Cut => Some(Replacement::Cut),
            _ => None,
        }
    }

    pub(crate) fn is_stuck(&self) -> bool {
        matches!(self.action, FaultAction::Stuck)
    }

    /// The request that the cluster receives instead, if it is different.
    pub(crate) fn request(&self, request: &Request<Bytes>) -> Option<Request<Bytes>> {
        let again = matches!(self.action, FaultAction::Tokens(Tokens::Repeat | Tokens::Endless | Tokens::Empty));
        again.then(|| alter::without_token(request)).flatten()
    }

    /// Changes the response of the cluster.
    pub(crate) fn alter(&self, response: Response<Bytes>) -> Response<Bytes> {
        let json =
            response.headers().get(CONTENT_TYPE).is_some_and(|label| label.as_bytes().starts_with(b"application/json"));
        if !response.status().is_success() || !json {
            return response;
        }
        let (head, body) = response.into_parts();
        let changed = match self.action {
            FaultAction::UnknownValues => alter::json(&body, alter::unknown_values),
            FaultAction::WrongTypes => alter::json(&body, alter::wrong_types),
            FaultAction::Tokens(Tokens::Repeat) => alter::token(&body, "again"),
            FaultAction::Tokens(Tokens::Endless) => alter::token(&body, &format!("more-{}", self.number)),
            FaultAction::Tokens(Tokens::Empty) => alter::empty_page(&body, &format!("more-{}", self.number)),
            FaultAction::Tokens(Tokens::Garbage) => alter::token(&body, GARBAGE),
            FaultAction::Nothing | FaultAction::Response(_) | FaultAction::Cut | FaultAction::Stuck => None,
        };
        Response::from_parts(head, changed.unwrap_or(body))
    }
}

/// A token with characters that must be escaped in a URL.
const GARBAGE: &str = "\u{fffd} %zz&+#?=/\\\"";
