use std::ops::Add;
use std::time::Duration;

/// A point on the driver's monotonic clock: the time since a start that is the same for all calls of one
/// [`Cluster`](super::Cluster).
///
/// Not `std::time::Instant`, because that has no clock on `wasm32-unknown-unknown`.
///
/// ```
/// use std::time::Instant;
/// use sf_backup_proto::flow::Moment;
///
/// let start = Instant::now();
/// let now = || Moment::after(start.elapsed());
/// assert!(now() >= Moment::START);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(Duration);

impl Moment {
    /// The start itself.
    pub const START: Self = Self(Duration::ZERO);

    /// This long after the start.
    pub const fn after(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// The time since `earlier`; zero if that is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// Saturates.
impl Add<Duration> for Moment {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}
