//! The `Date` header of responses: the cluster's own time, or the time of a gateway with a wrong clock.

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::DATE;
use http::{HeaderValue, Response};
use sf_backup_proto::Timestamp;

/// The `Date` header of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DateHeader {
    /// The cluster's time plus this number of seconds, which may be negative, as from a gateway with a wrong clock.
    Offset(i64),
    /// Responses have no `Date` header.
    Absent,
}

/// The cluster's own time.
impl Default for DateHeader {
    fn default() -> Self {
        Self::Offset(0)
    }
}

impl DateHeader {
    /// Sets the header, unless the response already has one.
    pub(crate) fn set(self, now: Timestamp, last: &LastDate, response: &mut Response<Bytes>) {
        if let Self::Offset(seconds) = self
            && !response.headers().contains_key(DATE)
            && let Some(value) = last.or_write(now.unix().saturating_add(seconds))
        {
            response.headers_mut().insert(DATE, value);
        }
    }
}

/// The date of the last response, which many responses share: writing one takes a twentieth of a small request's time.
#[derive(Debug, Default)]
pub(crate) struct LastDate(RefCell<Option<(i64, HeaderValue)>>);

impl LastDate {
    fn or_write(&self, unix: i64) -> Option<HeaderValue> {
        let mut last = self.0.borrow_mut();
        if last.as_ref().is_none_or(|(at, _)| *at != unix) {
            *last = Some((unix, http_date(unix)?));
        }
        last.as_ref().map(|(_, value)| value.clone())
    }
}

/// The last second of the year 9999: the format has four digits for the year.
const LAST_SECOND: u64 = 253_402_300_799;

/// `Sun, 06 Nov 1994 08:49:37 GMT`; the nearest date that the format can express.
fn http_date(unix: i64) -> Option<HeaderValue> {
    let seconds = u64::try_from(unix).unwrap_or(0).min(LAST_SECOND);
    let at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    HeaderValue::from_str(&httpdate::fmt_http_date(at)).ok()
}

#[cfg(test)]
mod tests {
    use super::http_date;

    #[test]
    fn dates_are_in_the_form_of_http_and_within_its_range() {
        let text = |unix| http_date(unix).unwrap().to_str().unwrap().to_owned();
        assert_eq!(text(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(text(-5), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(text(i64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
