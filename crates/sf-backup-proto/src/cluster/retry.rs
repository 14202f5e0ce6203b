//! When to retry.

use std::time::Duration;

/// How often a call is attempted, and the pauses between attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Maximum attempts of a call, 1 or more. An endpoint that cannot be reached does not count while there are others.
    pub max_attempts: u32,
    /// Upper bound of the first pause. It doubles with each further attempt, up to `cap`.
    pub base: Duration,
    /// Upper bound of every pause, unless the server asks for a longer one.
    pub cap: Duration,
    /// Time limit of a call with all its attempts, pauses and tokens. Default: five minutes, or twice the server's timeout
    /// and [`RESPONSE_GRACE`](crate::flow::exchange::RESPONSE_GRACE) if that is longer. `Duration::MAX` means no limit.
    pub total: Option<Duration>,
    /// Whether to read if a change was made, when its response is lost and it must not be repeated. Costs a read before
    /// each backup and restore, and about two minutes after a loss. If `false`, a lost response is an error
    /// immediately.
    pub resolve: bool,
}

impl Default for RetryPolicy {
    /// Four attempts, pauses of at most 0.25, 0.5 and 1 s.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base: Duration::from_millis(250),
            cap: Duration::from_secs(10),
            total: None,
            resolve: true,
        }
    }
}

impl RetryPolicy {
    /// Never retries and never verifies.
    pub fn never() -> Self {
        Self { max_attempts: 1, resolve: false, ..Self::default() }
    }

    /// The pause after attempt number `attempt`, counted from 1: between zero and its upper bound, in proportion to
    /// `random`. Random pauses keep clients that failed together from retrying together.
    pub fn delay(&self, attempt: u32, random: u64) -> Duration {
        let doublings = attempt.saturating_sub(1).min(30);
        let bound = self.base.saturating_mul(1 << doublings).min(self.cap);
        let bound = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
        let nanoseconds = (u128::from(bound) * u128::from(random)) >> 64;
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::RetryPolicy;

    #[test]
    fn pauses_span_from_zero_to_the_bound() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.delay(1, 0), Duration::ZERO);
        let longest = policy.delay(3, u64::MAX);
        assert!(longest < Duration::from_secs(1) && longest > Duration::from_millis(999), "{longest:?}");
    }

    #[test]
    fn no_bound_overflows() {
        let policy = RetryPolicy { base: Duration::MAX, cap: Duration::MAX, ..RetryPolicy::default() };
        assert!(policy.delay(u32::MAX, u64::MAX) > Duration::from_secs(3_600));
    }

    proptest! {
        #[test]
        fn no_pause_is_longer_than_its_bound(attempt: u32, random: u64, base in 0_u64..100_000, cap in 0_u64..100_000) {
            let policy = RetryPolicy {
                base: Duration::from_millis(base), cap: Duration::from_millis(cap), ..RetryPolicy::default()
            };
            prop_assert!(policy.delay(attempt, random) <= policy.cap);
            prop_assert!(policy.delay(1, random) <= policy.base);
        }

        #[test]
        fn a_higher_random_number_never_waits_less(attempt in 0_u32..40, one: u64, other: u64) {
            let policy = RetryPolicy::default();
            prop_assert!(policy.delay(attempt, one.min(other)) <= policy.delay(attempt, one.max(other)));
        }
    }
}
