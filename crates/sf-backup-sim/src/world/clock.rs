//! Virtual time, and the events that are due at their times.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use sf_backup_proto::Timestamp;

/// The speed of a cluster's time while it listens on a socket. In memory, time stands still until
/// [`Cluster::advance`](crate::Cluster::advance).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed(f64);

/// An invalid speed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("speed {0:?}: must be a number from 0 to 1000000 and an x, such as 1x, 60x or 0x")]
pub struct SpeedError(String);

impl Speed {
    /// As fast as real time.
    pub const REAL: Self = Self(1.0);
    /// Time stands still until [`Cluster::advance`](crate::Cluster::advance).
    pub const FROZEN: Self = Self(0.0);
}

impl Default for Speed {
    fn default() -> Self {
        Self::REAL
    }
}

impl FromStr for Speed {
    type Err = SpeedError;
    fn from_str(text: &str) -> Result<Self, SpeedError> {
        let number = text.strip_suffix(['x', 'X']).unwrap_or(text);
        let digits = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        match number.parse::<f64>() {
            Ok(factor) if digits && factor <= 1_000_000.0 => Ok(Self(factor)),
            _ => Err(SpeedError(text.to_owned())),
        }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x", self.0)
    }
}

/// How long to wait, and by which clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// Real time on a socket.
    Latency(Duration),
    /// Until this time of the cluster's own clock.
    Until(Timestamp),
}

/// The time, the planned events, and how real time moves it.
#[derive(Debug)]
pub(crate) struct Clock<E> {
    now: Timestamp,
    /// By time; events at the same time are in the order in which they were planned.
    due: BTreeMap<(Timestamp, u64), E>,
    planned: u64,
    speed: Speed,
    real: Option<Instant>,
}

impl<E> Clock<E> {
    pub(crate) fn new(start: Timestamp, speed: Speed) -> Self {
        Self { now: start, due: BTreeMap::new(), planned: 0, speed, real: None }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn speed(&self) -> Speed {
        self.speed
    }

    /// The time after this delay, at most the last second of the year 9999.
    pub(crate) fn later(&self, delay: Duration) -> Timestamp {
        self.now.checked_add(delay).or_else(|| Timestamp::from_unix(LAST_SECOND)).unwrap_or(self.now)
    }

    pub(crate) fn plan(&mut self, delay: Duration, event: E) {
        self.plan_at(self.later(delay), event);
    }

    pub(crate) fn plan_at(&mut self, at: Timestamp, event: E) {
        self.planned += 1;
        self.due.insert((at.max(self.now), self.planned), event);
    }

    /// The next event until then. Moves the time to it.
    pub(crate) fn next(&mut self, until: Timestamp) -> Option<E> {
        let entry = self.due.first_entry().filter(|entry| entry.key().0 <= until)?;
        self.now = entry.key().0;
        Some(entry.remove())
    }

    /// Moves the time, after all events before it.
    pub(crate) fn move_to(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
    }

    /// The real time until then; `None` if time stands still.
    pub(crate) fn real_time_until(&self, there: Timestamp) -> Option<Duration> {
        let seconds = there.since(self.now).as_secs_f64() / self.speed.0;
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// How far real time has moved this clock since the last call.
    pub(crate) fn passed(&mut self, real: Instant) -> Duration {
        let last = *self.real.get_or_insert(real);
        if real <= last {
            return Duration::ZERO;
        }
        self.real = Some(real);
        real.duration_since(last).mul_f64(self.speed.0)
    }
}

/// The end of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use sf_backup_proto::Timestamp;

    use super::{Clock, Speed};

    fn clock(speed: &str) -> Clock<&'static str> {
        Clock::new(Timestamp::from_unix(0).unwrap(), speed.parse().unwrap())
    }

    #[test]
    fn events_are_returned_by_time_and_then_in_planned_order() {
        let mut clock = clock("0x");
        clock.plan(Duration::from_secs(5), "c");
        clock.plan(Duration::from_secs(2), "a");
        clock.plan(Duration::from_secs(2), "b");
        let until = clock.later(Duration::from_secs(4));
        assert_eq!([clock.next(until), clock.next(until), clock.next(until)], [Some("a"), Some("b"), None]);
        assert_eq!(clock.now().unix(), 2);
        clock.move_to(until);
        assert_eq!(clock.now(), until);
    }

    #[test]
    fn real_time_counts_once_and_by_the_factor() {
        let mut clock = clock("60x");
        let start = Instant::now();
        assert_eq!(clock.passed(start), Duration::ZERO);
        let later = start + Duration::from_secs(2);
        assert_eq!(clock.passed(later), Duration::from_secs(120));
        assert_eq!(clock.passed(later), Duration::ZERO);
        assert_eq!(clock.passed(start), Duration::ZERO);
    }

    #[test]
    fn speeds() {
        assert_eq!("1x".parse(), Ok(Speed::REAL));
        assert_eq!("0x".parse(), Ok(Speed::FROZEN));
        assert_eq!("2.5x".parse::<Speed>().unwrap().to_string(), "2.5x");
        for text in ["", "x", "-1x", "fast", "infx", "nanx", "1e9x", "1000001x"] {
            assert!(text.parse::<Speed>().is_err(), "{text}");
        }
    }
}
