//! What befalls a request.

use std::fmt;

use super::roll;

/// What befalls a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    Passed,
    /// Comes in small pieces with pauses.
    Dripped,
    /// Interim answers go before.
    Interim,
    /// The connection is closed behind the answer, without a word.
    ClosedBehind,
    /// More comes than was announced.
    Overfull,
    /// Cut on the way to the cluster.
    RequestCut,
    /// Never delivered, never answered.
    Swallowed,
    /// Delivered; the answer is cut off before it begins.
    AnswerLost,
    /// Delivered; the answer is cut off somewhere.
    AnswerCut,
    /// Delivered; bytes that belong nowhere stand in the answer.
    Garbled,
    /// Delivered; what comes back is no HTTP.
    Nonsense,
    /// Delivered; the answer comes when nobody waits for it any more.
    AnswerLate,
    /// Delivered when nobody waits for the answer any more.
    DeliveredLate,
    /// Delivered; nothing more comes, and the connection stays half open.
    HalfClosed,
    /// Delivered; header lines without end.
    HeadFlood,
    /// Delivered; chunks without end.
    BodyFlood,
    /// Delivered; interim answers without end.
    InterimFlood,
    /// Delivered; the gateway says that it has given up.
    GaveUp,
    /// Not delivered; the gateway says that the service is away.
    Away,
    /// Not delivered; too many requests.
    TooMany,
    /// Not delivered; refused by somebody who knows nothing of Service Fabric.
    Refused,
    /// Not delivered; sent elsewhere.
    Redirected,
}

/// How often each befalls a request, out of the sum.
const FOUL: &[(Fate, u32)] = &[
    (Fate::Passed, 100),
    (Fate::Dripped, 8),
    (Fate::Interim, 8),
    (Fate::ClosedBehind, 8),
    (Fate::Overfull, 8),
    (Fate::RequestCut, 8),
    (Fate::Swallowed, 8),
    (Fate::AnswerLost, 8),
    (Fate::AnswerCut, 8),
    (Fate::Garbled, 8),
    (Fate::Nonsense, 6),
    (Fate::AnswerLate, 4),
    (Fate::DeliveredLate, 4),
    (Fate::HalfClosed, 6),
    (Fate::HeadFlood, 2),
    (Fate::BodyFlood, 2),
    (Fate::InterimFlood, 2),
    (Fate::GaveUp, 8),
    (Fate::Away, 8),
    (Fate::TooMany, 8),
    (Fate::Refused, 4),
    (Fate::Redirected, 4),
];

/// For calls that may take their two minutes to find out what became of a change.
const THICK: &[(Fate, u32)] = &[
    (Fate::Passed, 30),
    (Fate::Swallowed, 30),
    (Fate::RequestCut, 10),
    (Fate::AnswerLost, 10),
    (Fate::AnswerCut, 10),
    (Fate::DeliveredLate, 30),
    (Fate::Away, 10),
];

/// What the sky holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    Fair,
    Foul,
    Thick,
}

impl Fate {
    /// Of the request that is the `attempt`th of its call.
    pub(crate) fn of(weather: Weather, seed: u64, call: u64, attempt: u64) -> Self {
        let table = match weather {
            Weather::Fair => return Self::Passed,
            Weather::Foul => FOUL,
            Weather::Thick => THICK,
        };
        let sum: u32 = table.iter().map(|(_, weight)| weight).sum();
        let mut left = roll(&[seed, call, attempt]) % u64::from(sum);
        for (fate, weight) in table {
            match left.checked_sub(u64::from(*weight)) {
                Some(rest) => left = rest,
                None => return *fate,
            }
        }
        Self::Passed
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Passed => "passed",
            Self::Dripped => "answered byte by byte",
            Self::Interim => "interim answers before",
            Self::ClosedBehind => "connection closed behind",
            Self::Overfull => "more than was announced",
            Self::RequestCut => "request cut",
            Self::Swallowed => "swallowed",
            Self::AnswerLost => "answer lost",
            Self::AnswerCut => "answer cut",
            Self::Garbled => "answer garbled",
            Self::Nonsense => "no HTTP at all",
            Self::AnswerLate => "answered too late",
            Self::DeliveredLate => "delivered too late",
            Self::HalfClosed => "half closed",
            Self::HeadFlood => "header lines without end",
            Self::BodyFlood => "chunks without end",
            Self::InterimFlood => "interim answers without end",
            Self::GaveUp => "504, delivered",
            Self::Away => "503, not delivered",
            Self::TooMany => "429, not delivered",
            Self::Refused => "400, not delivered",
            Self::Redirected => "redirected",
        })
    }
}
