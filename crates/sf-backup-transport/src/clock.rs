//! The cluster's clock, from the `Date` headers of its responses.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use sf_backup_proto::flow::Moment;
use sf_backup_proto::{Endpoint, Endpoints, Timestamp};

/// The difference between the cluster's clock and the local one, and its accuracy.
///
/// Derived from the `Date` headers of responses. Calculate ages of backups, schedules and deadlines with the cluster's
/// clock, which can differ from the local one: use [`ServerClock::server_time`] of the local time as the current time.
///
/// ```
/// use sf_backup_proto::Timestamp;
/// use sf_backup_transport::ServerClock;
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let clock = ServerClock::measure(
///     "Sat, 09 Mar 2024 10:00:00 GMT",
///     at("2024-03-09T04:00:00.2Z"),
///     at("2024-03-09T04:00:00.4Z"),
/// )
/// .unwrap();
/// assert!(clock.is_ahead());
/// assert_eq!(clock.difference().as_secs(), 6 * 3_600);
/// assert_eq!(clock.uncertainty().as_millis(), 600); // half of the second that Date leaves open, and of the round trip
/// assert_eq!(clock.server_time(at("2024-03-09T05:00:00Z")).unix(), at("2024-03-09T11:00:00Z").unix());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerClock {
    /// Server time minus local time, in units of 100 ns.
    offset: i64,
    /// The true offset is at most this much more or less.
    uncertainty: u64,
}

/// Units of 100 ns.
const SECOND: i64 = 10_000_000;

/// `Date` values outside of this range are ignored: computers with an empty battery start in 1970, and no real clock is
/// beyond 2200.
const EARLIEST_UNIX: i64 = 315_532_800; // 1980
const LATEST_UNIX: i64 = 7_258_118_400; // 2200

impl ServerClock {
    /// Measures the difference from one response: its `Date`, and the local time just before the request was sent and
    /// just after the response arrived.
    ///
    /// `None` if the text is not a date of the years 1980 to 2199, or the local clock went backwards between the two.
    pub fn measure(date: &str, sent: Timestamp, received: Timestamp) -> Option<Self> {
        Self::between_times(Timestamp::from_http_date(date)?, sent, received)
    }

    /// Like [`Self::measure`], from the headers of a response. `None` also for several `Date` headers that differ, and
    /// for a response from a cache (`Age`), whose date is that of the original.
    pub fn from_headers(headers: &HeaderMap, sent: Timestamp, received: Timestamp) -> Option<Self> {
        Self::between_times(Timestamp::from_date_header(headers)?, sent, received)
    }

    fn between_times(date: Timestamp, sent: Timestamp, received: Timestamp) -> Option<Self> {
        if !(EARLIEST_UNIX..LATEST_UNIX).contains(&date.unix()) || received < sent {
            return None;
        }
        // The server wrote the date between sending and receiving, within the second that it names.
        let earliest = difference(date, received)?;
        let latest = difference(date, sent)?.checked_add(SECOND)?;
        Some(Self::between(earliest, latest))
    }

    /// The absolute difference between the clocks.
    pub fn difference(self) -> Duration {
        duration(self.offset.unsigned_abs())
    }

    /// Whether the server's clock is ahead of the local one.
    pub fn is_ahead(self) -> bool {
        self.offset > 0
    }

    /// Server time minus local time, in milliseconds: positive if the server is ahead.
    pub fn offset_millis(self) -> i64 {
        self.offset / (SECOND / 1_000)
    }

    /// Server time minus local time, in seconds, rounded.
    pub fn offset_seconds(self) -> i64 {
        self.offset_millis().saturating_add(500).div_euclid(1_000)
    }

    /// The true difference is at most this much larger or smaller: half of the round trip, and half of the second that
    /// a `Date` leaves open. If a cluster's endpoints disagree, the range covers them.
    pub fn uncertainty(self) -> Duration {
        duration(self.uncertainty)
    }

    /// Converts a local time to the server's clock.
    pub fn server_time(self, local: Timestamp) -> Timestamp {
        shifted(local, self.offset)
    }

    fn between(earliest: i64, latest: i64) -> Self {
        let width = latest.saturating_sub(earliest).max(0);
        Self { offset: earliest.saturating_add(width / 2), uncertainty: width.unsigned_abs().div_ceil(2) }
    }

    fn earliest(self) -> i64 {
        self.offset.saturating_sub_unsigned(self.uncertainty)
    }

    fn latest(self) -> i64 {
        self.offset.saturating_add_unsigned(self.uncertainty)
    }

    fn agrees_with(self, other: Self) -> bool {
        self.earliest() <= other.latest() && other.earliest() <= self.latest()
    }

    /// The same measurement after a while, in which the clocks may have drifted apart.
    fn aged(self, age: Duration) -> Self {
        let drift = u64::try_from(age.as_nanos() / 100 / DRIFT).unwrap_or(u64::MAX);
        Self { uncertainty: self.uncertainty.saturating_add(drift), ..self }
    }
}

/// `a` minus `b`, in units of 100 ns.
fn difference(a: Timestamp, b: Timestamp) -> Option<i64> {
    let ticks = |duration: Duration| i64::try_from(duration.as_nanos() / 100).ok();
    ticks(a.since(b))?.checked_sub(ticks(b.since(a))?)
}

fn duration(ticks: u64) -> Duration {
    Duration::from_micros(ticks / 10) + Duration::from_nanos(ticks % 10 * 100)
}

/// Adds units of 100 ns, within the years 1 to 9999.
fn shifted(at: Timestamp, by: i64) -> Timestamp {
    let shift = duration(by.unsigned_abs());
    let shifted = if by < 0 { at.checked_sub(shift) } else { at.checked_add(shift) };
    shifted.unwrap_or(at)
}

/// Clocks drift apart by one part in this many.
const DRIFT: u128 = 10_000;

/// Any new measurement replaces one that is older than this.
const LONGEST_KEPT: Duration = Duration::from_secs(600);

/// The clocks of a cluster's endpoints.
#[derive(Debug)]
pub(crate) struct Clocks(Mutex<Vec<(Endpoint, EndpointClock)>>);

impl Clocks {
    pub(crate) fn new(endpoints: &Endpoints) -> Self {
        Self(Mutex::new(endpoints.iter().map(|endpoint| (endpoint.clone(), EndpointClock::default())).collect()))
    }

    /// Learns from the `Date` of a response of `endpoint`: `sent` and `received` are the local times before and after.
    /// Ignores unusable dates and unknown endpoints.
    pub(crate) fn observe(
        &self,
        endpoint: &Endpoint,
        date: Timestamp,
        sent: SystemTime,
        received: SystemTime,
        now: Moment,
    ) {
        let between = |sent, received| ServerClock::between_times(date, sent, received);
        let measured =
            sent.try_into().ok().zip(received.try_into().ok()).and_then(|(sent, received)| between(sent, received));
        let Some(measured) = measured else { return };
        let mut clocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, clock)) = clocks.iter_mut().find(|(known, _)| known == endpoint) {
            clock.learn(measured, now);
        }
    }

    /// The difference between the cluster's clock and the local one; `None` until a response with a `Date` header
    /// arrives. Uses each endpoint's best recent measurement, and the median of the endpoints.
    pub(crate) fn median(&self, now: Moment) -> Option<ServerClock> {
        median(self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(_, clock)| *clock), now)
    }
}

/// The best recent measurement of one endpoint's clock.
#[derive(Debug, Clone, Copy, Default)]
struct EndpointClock(Option<(ServerClock, Moment)>);

impl EndpointClock {
    /// Takes a new measurement unless the current one is more accurate and consistent with it. An inconsistent one
    /// shows that a clock was set.
    fn learn(&mut self, measured: ServerClock, now: Moment) {
        let keep = self.0.is_some_and(|(kept, since)| {
            let age = now.since(since);
            let aged = kept.aged(age);
            age <= LONGEST_KEPT && aged.agrees_with(measured) && aged.uncertainty < measured.uncertainty
        });
        if !keep {
            self.0 = Some((measured, now));
        }
    }

    fn at(self, now: Moment) -> Option<ServerClock> {
        self.0.map(|(kept, since)| kept.aged(now.since(since)))
    }
}

/// The median of the endpoints' clocks, so that a single wrong one changes nothing. Of two in the middle, the more
/// accurate one if they agree, otherwise the range that covers both.
fn median(clocks: impl Iterator<Item = EndpointClock>, now: Moment) -> Option<ServerClock> {
    let mut clocks: Vec<_> = clocks.filter_map(|clock| clock.at(now)).collect();
    clocks.sort_by_key(|clock| clock.offset);
    let (lower, upper) = (clocks.get(clocks.len().checked_sub(1)? / 2)?, clocks.get(clocks.len() / 2)?);
    let agree = lower.agrees_with(*upper);
    let narrower = if upper.uncertainty < lower.uncertainty { upper } else { lower };
    Some(if agree { *narrower } else { ServerClock::between(lower.earliest(), upper.latest()) })
}

#[cfg(test)]
mod tests;
