use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

/// The server's time limit for one request: whole seconds, 1 to 4294967295, the documented range.
///
/// Real servers accept at most 2147483 s and respond to more with a 500 without a body. The gateway in front of them
/// gives up after 120 s unless the parameter is spelled `Timeout`. Requests with 121 s to 2147483 s use that spelling.
///
/// ```
/// # use sf_backup_proto::Timeout;
/// # use std::time::Duration;
/// assert_eq!(Timeout::try_from(Duration::from_millis(1_500))?.seconds(), 2);
/// assert_eq!("0".parse::<Timeout>().unwrap_err().to_string(),
///     "timeout \"0\": must be a whole number of seconds from 1 to 4294967295");
/// # Ok::<(), sf_backup_proto::TimeoutError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timeout(NonZeroU32);

/// Text or a duration that is not a valid timeout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("timeout {0:?}: must be a whole number of seconds from 1 to 4294967295")]
pub struct TimeoutError(String);

impl Timeout {
    /// The server's default for requests without a timeout: 60 s.
    pub const SERVER_DEFAULT: Self = Self(NonZeroU32::MIN.saturating_add(59));

    /// Seconds that the gateway waits for the service behind it, unless the parameter is spelled `Timeout`.
    const GATEWAY_LIMIT: u32 = 120;
    /// Maximum seconds that the server accepts.
    const SERVER_LIMIT: u32 = 2_147_483;

    /// The name of the query parameter. The server ignores its case; the gateway only reads `Timeout`, and without it
    /// cuts requests off after 120 s.
    pub(crate) fn parameter(self) -> &'static str {
        let beyond_gateway = self.seconds() > Self::GATEWAY_LIMIT && self.seconds() <= Self::SERVER_LIMIT;
        if beyond_gateway { "Timeout" } else { "timeout" }
    }

    /// How long the gateway keeps delivering a request with this timeout, even after its client has gone.
    pub(crate) fn gateway(self) -> Duration {
        let limit = Self::GATEWAY_LIMIT;
        let seconds = if self.parameter() == "Timeout" { self.seconds() } else { limit };
        Duration::from_secs(seconds.into())
    }

    /// The timeout in whole seconds.
    pub fn seconds(self) -> u32 {
        self.0.get()
    }

    /// The timeout as a duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.seconds().into())
    }
}

impl TryFrom<u64> for Timeout {
    type Error = TimeoutError;
    fn try_from(seconds: u64) -> Result<Self, TimeoutError> {
        let checked = u32::try_from(seconds).ok().and_then(NonZeroU32::new);
        checked.map(Self).ok_or_else(|| TimeoutError(seconds.to_string()))
    }
}

/// Rounds up to whole seconds.
impl TryFrom<Duration> for Timeout {
    type Error = TimeoutError;
    fn try_from(duration: Duration) -> Result<Self, TimeoutError> {
        let seconds = duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0));
        Self::try_from(seconds)
    }
}

impl FromStr for Timeout {
    type Err = TimeoutError;
    fn from_str(text: &str) -> Result<Self, TimeoutError> {
        // Digits only: no sign, no spaces.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = if digits { text.parse::<u64>().ok() } else { None };
        seconds.and_then(|seconds| Self::try_from(seconds).ok()).ok_or_else(|| TimeoutError(text.to_owned()))
    }
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.seconds())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_bounds_are_inclusive_and_nothing_beyond_is_taken() {
        assert_eq!("1".parse::<Timeout>().unwrap().seconds(), 1);
        assert_eq!("4294967295".parse::<Timeout>().unwrap().seconds(), u32::MAX);
        assert_eq!(Timeout::SERVER_DEFAULT.seconds(), 60);
        for text in ["0", "4294967296", "18446744073709551616", "", "-1", "+1", " 1", "1.0", "60s", "١"] {
            let error = text.parse::<Timeout>().unwrap_err();
            let rule = "must be a whole number of seconds from 1 to 4294967295";
            assert_eq!(error.to_string(), format!("timeout {text:?}: {rule}"));
        }
    }

    #[test]
    fn timeouts_above_the_gateway_limit_are_sent_to_the_gateway() {
        let parameter = |seconds: u64| Timeout::try_from(seconds).unwrap().parameter();
        assert_eq!([1, 60, 120].map(parameter), ["timeout"; 3]);
        assert_eq!([121, 3_600, 2_147_483].map(parameter), ["Timeout"; 3]);
        assert_eq!([2_147_484, 4_294_967_295].map(parameter), ["timeout"; 2]);
    }

    #[test]
    fn durations_are_rounded_up_and_zero_is_none() {
        assert!(Timeout::try_from(Duration::ZERO).is_err());
        assert_eq!(Timeout::try_from(Duration::from_nanos(1)).unwrap().seconds(), 1);
        assert!(Timeout::try_from(Duration::new(u32::MAX.into(), 1)).is_err());
        assert!(Timeout::try_from(Duration::MAX).is_err());
    }

    proptest! {
        #[test]
        fn every_number_from_1_is_a_timeout_and_is_written_in_decimal(seconds in 1_u32..) {
            let timeout = Timeout::try_from(u64::from(seconds)).unwrap();
            prop_assert_eq!(timeout.seconds(), seconds);
            prop_assert_eq!(timeout.to_string(), format!("{seconds} s"));
            prop_assert_eq!(seconds.to_string().parse(), Ok(timeout));
            prop_assert_eq!(Timeout::try_from(timeout.duration()), Ok(timeout));
        }

        #[test]
        fn every_number_above_is_refused(seconds in u64::from(u32::MAX) + 1..) {
            prop_assert!(Timeout::try_from(seconds).is_err());
            prop_assert!(seconds.to_string().parse::<Timeout>().is_err());
        }

        #[test]
        fn a_duration_becomes_the_next_whole_second(seconds in 0_u32..u32::MAX, nanoseconds in 1_u32..1_000_000_000) {
            let timeout = Timeout::try_from(Duration::new(seconds.into(), nanoseconds)).unwrap();
            prop_assert_eq!(timeout.seconds(), seconds + 1);
        }
    }
}
