//! Misbehaviour on order.

mod alter;

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use sf_backup_proto::OperationSpec;

/// One thing to go wrong: with which calls, how often, and how.
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
///     statuses.push(cluster.answer(list.to_request(&to)?.map(Into::into)).status().as_u16());
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
    does: Does,
}

/// What becomes of the call.
#[derive(Debug, Clone)]
enum Does {
    /// It is done and answered as ever.
    Nothing,
    Answer(Response<Bytes>),
    Cut,
    /// It is done, and its answer changed.
    UnknownValues,
    WrongTypes,
    Tokens(Tokens),
    /// It is accepted, and nothing comes of it.
    Stuck,
}

/// How a list's continuation tokens go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tokens {
    /// Every page is the first one, and its token is always the same.
    Repeat,
    /// Every page is the first one, and its token is always another.
    Endless,
    /// Every page is empty, and its token is always another.
    Empty,
    /// The token is one that the server does not understand itself.
    Garbage,
}

impl Fault {
    fn new(does: Does) -> Self {
        Self { operation: None, times: 1, after_effect: false, from_service: false, latency: Duration::ZERO, does }
    }

    /// Answers this instead.
    pub fn answer(answer: Response<Bytes>) -> Self {
        Self::new(Does::Answer(answer))
    }

    /// Answers this status without a body, as the gateway does for most of its own trouble.
    pub fn empty(status: StatusCode) -> Self {
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = status;
        Self::answer(answer)
    }

    /// Cuts the connection instead of answering.
    pub fn cut() -> Self {
        Self::new(Does::Cut)
    }

    /// Answers as ever, but late: see [`Self::latency`].
    pub fn late(latency: Duration) -> Self {
        Self::new(Does::Nothing).latency(latency)
    }

    /// Answers as ever, but with values that nobody has heard of wherever the API enumerates them.
    pub fn unknown_values() -> Self {
        Self::new(Does::UnknownValues)
    }

    /// Answers as ever, but with an object in place of every text, number and truth value.
    pub fn wrong_types() -> Self {
        Self::new(Does::WrongTypes)
    }

    /// Answers with pages whose continuation tokens lead nowhere.
    pub fn tokens(tokens: Tokens) -> Self {
        Self::new(Does::Tokens(tokens))
    }

    /// Accepts backups and restores that never begin. A backup then times out when its time is over; a restore stays
    /// `Accepted` for good, and the partition refuses all further ones, as it is when the data loss that it needs cannot be
    /// started. Other calls are done as ever.
    pub fn stuck() -> Self {
        Self::new(Does::Stuck)
    }

    /// With calls of this operation only; with any if not said.
    #[must_use]
    pub fn on(mut self, operation: &'static OperationSpec) -> Self {
        self.operation = Some(operation);
        self
    }

    /// With so many calls; with one if not said.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Only once the call has been done; before, and instead of it, if not said.
    #[must_use]
    pub fn after_effect(mut self) -> Self {
        self.after_effect = true;
        self
    }

    /// The answer is the backup service's and not the gateway's: a GET that gets 503, 410 or an unmarked 404 is repeated by
    /// the gateway, and each repetition counts as a call.
    #[must_use]
    pub fn from_service(mut self) -> Self {
        self.from_service = true;
        self
    }

    /// Takes this long. In memory the cluster's time passes by as much. On a socket the answer is held back for as long in
    /// real time, while the cluster's time goes on at its own speed.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }
}

/// The faults that are still to come, in the order in which they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    ordered: Vec<Fault>,
    /// How many calls were struck: tells tokens that must differ apart.
    struck: u64,
}

/// What a fault does to one call.
#[derive(Debug, Clone)]
pub(crate) struct Struck {
    pub(crate) after_effect: bool,
    pub(crate) from_service: bool,
    pub(crate) latency: Duration,
    does: Does,
    number: u64,
}

/// What takes the place of the cluster's own answer.
#[derive(Debug)]
pub(crate) enum Instead {
    Answer(Response<Bytes>),
    Cut,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.ordered.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.ordered.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.ordered.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ordered.is_empty()
    }

    /// The first fault that this call meets; one use of it is gone.
    pub(crate) fn strike(&mut self, operation: Option<&OperationSpec>) -> Option<Struck> {
        let met = |fault: &Fault| fault.operation.is_none() || fault.operation == operation;
        let at = self.ordered.iter().position(|fault| fault.times > 0 && met(fault))?;
        let fault = self.ordered.get_mut(at)?;
        fault.times -= 1;
        self.struck += 1;
        let Fault { after_effect, from_service, latency, does, .. } = fault.clone();
        self.ordered.retain(|fault| fault.times > 0);
        Some(Struck { after_effect, from_service, latency, does, number: self.struck })
    }
}

impl Struck {
    pub(crate) fn instead(&self) -> Option<Instead> {
        match &self.does {
            Does::Answer(answer) => Some(Instead::Answer(answer.clone())),
            Does::Cut => Some(Instead::Cut),
            _ => None,
        }
    }

    pub(crate) fn is_stuck(&self) -> bool {
        matches!(self.does, Does::Stuck)
    }

    /// The request that the cluster gets in place of this one, if it is another.
    pub(crate) fn request(&self, request: &Request<Bytes>) -> Option<Request<Bytes>> {
        let again = matches!(self.does, Does::Tokens(Tokens::Repeat | Tokens::Endless | Tokens::Empty));
        again.then(|| alter::without_token(request)).flatten()
    }

    /// Changes the cluster's answer.
    pub(crate) fn alter(&self, answer: Response<Bytes>) -> Response<Bytes> {
        let json =
            answer.headers().get(CONTENT_TYPE).is_some_and(|label| label.as_bytes().starts_with(b"application/json"));
        if !answer.status().is_success() || !json {
            return answer;
        }
        let (head, body) = answer.into_parts();
        let changed = match self.does {
            Does::UnknownValues => alter::json(&body, alter::unknown_values),
            Does::WrongTypes => alter::json(&body, alter::wrong_types),
            Does::Tokens(Tokens::Repeat) => alter::token(&body, "again"),
            Does::Tokens(Tokens::Endless) => alter::token(&body, &format!("more-{}", self.number)),
            Does::Tokens(Tokens::Empty) => alter::empty_page(&body, &format!("more-{}", self.number)),
            Does::Tokens(Tokens::Garbage) => alter::token(&body, GARBAGE),
            Does::Nothing | Does::Answer(_) | Does::Cut | Does::Stuck => None,
        };
        Response::from_parts(head, changed.unwrap_or(body))
    }
}

/// A token that needs every care in an URL.
const GARBAGE: &str = "\u{fffd} %zz&+#?=/\\\"";
