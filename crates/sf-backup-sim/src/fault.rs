//! Misbehaviour on order.

use bytes::Bytes;
use http::{Response, StatusCode};
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
    /// `None`: the connection is cut.
    answer: Option<Response<Bytes>>,
}

impl Fault {
    /// Answers this instead.
    pub fn answer(answer: Response<Bytes>) -> Self {
        Self { operation: None, times: 1, after_effect: false, answer: Some(answer) }
    }

    /// Answers this status without a body, as the gateway does for most of its own trouble.
    pub fn empty(status: StatusCode) -> Self {
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = status;
        Self::answer(answer)
    }

    /// Cuts the connection instead of answering.
    pub fn cut() -> Self {
        Self { operation: None, times: 1, after_effect: false, answer: None }
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
}

/// The faults that are still to come, in the order in which they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

/// What a fault does to one call.
#[derive(Debug)]
pub(crate) struct Struck {
    pub(crate) after_effect: bool,
    pub(crate) answer: Option<Response<Bytes>>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first fault that this call meets; one use of it is gone.
    pub(crate) fn strike(&mut self, operation: Option<&OperationSpec>) -> Option<Struck> {
        let met = |fault: &Fault| fault.operation.is_none() || fault.operation == operation;
        let at = self.0.iter().position(|fault| fault.times > 0 && met(fault))?;
        let fault = self.0.get_mut(at)?;
        fault.times -= 1;
        let struck = Struck { after_effect: fault.after_effect, answer: fault.answer.clone() };
        self.0.retain(|fault| fault.times > 0);
        Some(struck)
    }
}
