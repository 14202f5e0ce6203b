//! The time zone of the backup service's own clock.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use sf_backup_proto::Timestamp;

/// Hours east of UTC; negative to the west.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct UtcOffset(i8);

impl UtcOffset {
    /// Creates the offset of this many hours; `None` if no time zone has it.
    pub(crate) fn hours(hours: i8) -> Option<Self> {
        let nearest = Self::nearest(hours);
        (nearest.0 == hours).then_some(nearest)
    }

    pub(crate) fn as_hours(self) -> i8 {
        self.0
    }

    /// The nearest offset that a time zone has: 12 hours west to 14 hours east.
    pub(crate) fn nearest(hours: i8) -> Self {
        Self(hours.clamp(-12, 14))
    }

    /// Converts a local time, read as if it were UTC, to UTC.
    pub(crate) fn to_utc(self, local: Timestamp) -> Option<Timestamp> {
        let hours = Duration::from_secs(u64::from(self.0.unsigned_abs()) * 3_600);
        if self.0 <= 0 { local.checked_add(hours) } else { local.checked_sub(hours) }
    }

    /// Shifts the dates of a response that are not set. West of UTC, the first date of .NET shows the offset when it is
    /// converted to UTC; east of UTC, .NET keeps it, because there is no earlier date.
    pub(crate) fn shift_unset_dates(self, response: Response<Bytes>) -> Response<Bytes> {
        const UNSET: &str = "0001-01-01T00:00:00Z";
        if self.0 >= 0 {
            return response;
        }
        let (head, body) = response.into_parts();
        let shifted = std::str::from_utf8(&body).ok().map(|text| {
            let shown = format!("0001-01-01T{:02}:00:00Z", self.0.unsigned_abs());
            // Only these dates may be unset. Quotes inside of texts are escaped, so they cannot match.
            ["TimeStampUtc", "CreationTimeUtc"].iter().fold(text.to_owned(), |text, member| {
                text.replace(&format!("\"{member}\":\"{UNSET}\""), &format!("\"{member}\":\"{shown}\""))
            })
        });
        Response::from_parts(head, shifted.map_or(body, Bytes::from))
    }
}
