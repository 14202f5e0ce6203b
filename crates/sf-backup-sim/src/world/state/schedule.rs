//! The next run of a schedule.

use sf_backup_proto::Timestamp;

use super::policy::Schedule;

impl Schedule {
    /// The slot after `last`. Intervals count from now, times of the day from the later of `last` and now.
    pub(crate) fn next_slot(&self, last: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Frequency(_) => self.next(now),
            Self::Time(_) => self.next(last.map_or(now, |last| last.max(now))),
        }
    }

    /// The first run after `now`; `None` if the schedule never runs, as with an interval of zero or less.
    pub(crate) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Frequency(interval) => {
                let seconds = u64::try_from(interval.seconds()).ok().filter(|seconds| *seconds > 0)?;
                now.checked_add(std::time::Duration::from_secs(seconds))
            }
            Self::Time(times) => times.next_after(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use sf_backup_proto::Timestamp;

    use super::Schedule;
    use crate::world::interval::Interval;

    #[test]
    fn an_interval_counts_from_now() {
        let next = |interval: &str| {
            let schedule = Schedule::Frequency(Interval::parse(interval).unwrap());
            schedule.next("2024-03-09T23:30:00Z".parse::<Timestamp>().unwrap()).map(|at| at.to_string())
        };
        assert_eq!(next("PT2H").unwrap(), "2024-03-10T01:30:00Z");
        for never in ["PT0S", "-PT5M"] {
            assert_eq!(next(never), None);
        }
    }
}
