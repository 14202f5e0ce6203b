//! Injected faults.

use std::fmt;

use super::next_random;

/// The fault that the proxy injects into a request or its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum InjectedFault {
    Passed,
    /// The response is sent in small pieces with pauses.
    Dripped,
    /// Interim responses precede the response.
    Interim,
    /// The connection is closed after the response, without `connection: close`.
    ClosedBehind,
    /// More bytes follow than the length of the response.
    Overfull,
    /// The request is truncated before it reaches the cluster.
    RequestCut,
    /// Not delivered, and no response is sent.
    Swallowed,
    /// Delivered; the connection closes before the response.
    ResponseLost,
    /// Delivered; the response is truncated.
    AnswerCut,
    /// Delivered; invalid bytes are inserted into the response.
    Garbled,
    /// Delivered; the response is not HTTP.
    Nonsense,
    /// Delivered; the response is sent after the client's deadline.
    AnswerLate,
    /// Delivered after the client's deadline.
    DeliveredLate,
    /// Delivered; no response is sent, and the connection stays half open.
    HalfClosed,
    /// Delivered; endless header lines are sent.
    HeadFlood,
    /// Delivered; endless chunks are sent.
    BodyFlood,
    /// Delivered; endless interim responses are sent.
    InterimFlood,
    /// Delivered; the gateway responds with a timeout (504).
    GaveUp,
    /// Not delivered; the gateway responds that the service is unavailable (503).
    Away,
    /// Not delivered; the response is 429.
    TooMany,
    /// Not delivered; the response is a 400 that is not from Service Fabric.
    Refused,
    /// Not delivered; the response is a redirect.
    Redirected,
}

/// The faults of a storm with their weights.
const MIXED: &[(InjectedFault, u32)] = &[
    (InjectedFault::Passed, 100),
    (InjectedFault::Dripped, 8),
    (InjectedFault::Interim, 8),
    (InjectedFault::ClosedBehind, 8),
    (InjectedFault::Overfull, 8),
    (InjectedFault::RequestCut, 8),
    (InjectedFault::Swallowed, 8),
    (InjectedFault::ResponseLost, 8),
    (InjectedFault::AnswerCut, 8),
    (InjectedFault::Garbled, 8),
    (InjectedFault::Nonsense, 6),
    (InjectedFault::AnswerLate, 4),
    (InjectedFault::DeliveredLate, 4),
    (InjectedFault::HalfClosed, 6),
    (InjectedFault::HeadFlood, 2),
    (InjectedFault::BodyFlood, 2),
    (InjectedFault::InterimFlood, 2),
    (InjectedFault::GaveUp, 8),
    (InjectedFault::Away, 8),
    (InjectedFault::TooMany, 8),
    (InjectedFault::Refused, 4),
    (InjectedFault::Redirected, 4),
];

/// The faults for calls that may wait two minutes for certainty, with their weights.
const DELAYS: &[(InjectedFault, u32)] = &[
    (InjectedFault::Passed, 30),
    (InjectedFault::Swallowed, 30),
    (InjectedFault::RequestCut, 10),
    (InjectedFault::ResponseLost, 10),
    (InjectedFault::AnswerCut, 10),
    (InjectedFault::DeliveredLate, 30),
    (InjectedFault::Away, 10),
];

/// The faults that the proxy injects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultProfile {
    None,
    Mixed,
    Delays,
}

impl InjectedFault {
    /// The fault of the `attempt`th request of a call.
    pub(crate) fn of(faults: FaultProfile, seed: u64, call: u64, attempt: u64) -> Self {
        let table = match faults {
            FaultProfile::None => return Self::Passed,
            FaultProfile::Mixed => MIXED,
            FaultProfile::Delays => DELAYS,
        };
        let sum: u32 = table.iter().map(|(_, weight)| weight).sum();
        let mut left = next_random(&[seed, call, attempt]) % u64::from(sum);
        for (fault, weight) in table {
            match left.checked_sub(u64::from(*weight)) {
                Some(rest) => left = rest,
                None => return *fault,
            }
        }
        Self::Passed
    }
}

impl fmt::Display for InjectedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Passed => "passed",
            Self::Dripped => "response byte by byte",
            Self::Interim => "interim responses first",
            Self::ClosedBehind => "closed after response",
            Self::Overfull => "longer than its length",
            Self::RequestCut => "request truncated",
            Self::Swallowed => "no response",
            Self::ResponseLost => "response lost",
            Self::AnswerCut => "response truncated",
            Self::Garbled => "response corrupted",
            Self::Nonsense => "response not HTTP",
            Self::AnswerLate => "response late",
            Self::DeliveredLate => "request late",
            Self::HalfClosed => "half closed",
            Self::HeadFlood => "endless header lines",
            Self::BodyFlood => "endless chunks",
            Self::InterimFlood => "endless interim responses",
            Self::GaveUp => "504, delivered",
            Self::Away => "503, not delivered",
            Self::TooMany => "429, not delivered",
            Self::Refused => "400, not delivered",
            Self::Redirected => "redirected",
        })
    }
}
