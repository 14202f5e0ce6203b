//! Searches for a partition's newest backup that can be restored, without listing everything.
//!
//! A storage with years of backups cannot be listed within the gateway's two minutes. The search therefore lists slices
//! of time, the newest first, until it is known what can be restored. A slice that times out is replaced by shorter
//! ones, and never repeated unchanged.

use std::time::Duration;

use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::{PartitionId, Timestamp};

use super::{Backups, Flaw, PartitionBackups};

/// A range of time, both ends included, for `StartDateTimeFilter` and `EndDateTimeFilter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// The start; `None` for no limit.
    pub from: Option<Timestamp>,
    /// The end; `None` for no limit.
    pub to: Option<Timestamp>,
}

/// A search, slice by slice.
///
/// ```
/// use sf_backup_ops::chain::Search;
/// use std::time::Duration;
///
/// let partition = "6b1c2f7e-0000-4000-8000-000000000001".parse()?;
/// let mut search = Search::new(Some(partition), None, "2024-03-09T12:00:00Z".parse()?, Duration::from_secs(86_400));
/// let slice = search.next().unwrap();
/// assert_eq!(slice.from, Some("2024-03-08T12:00:00Z".parse()?));
/// search.timed_out(); // a part of it is requested next
/// assert_eq!(search.next().unwrap().from, Some("2024-03-09T06:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Search {
    /// The partition whose backups are searched; `None` for all.
    partition: Option<PartitionId>,
    /// Only backups created by this time.
    at: Option<Timestamp>,
    /// Everything after this time was listed.
    cursor: Timestamp,
    /// The search ends here if it finds nothing: no backup is older.
    horizon: Timestamp,
    /// The length of the next slice.
    width: Duration,
    /// Whether the next slice is everything that is left.
    rest: bool,
    /// Whether a slice has timed out: slices then grow slowly, and the rest is not requested at once.
    careful: bool,
    /// Whether the newest slice was not listed yet.
    first: bool,
    requests: u32,
    state: State,
    found: Vec<BackupInfo>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Looking,
    Done,
    GaveUp,
}

/// Minimum length of a slice.
const SHORTEST: Duration = Duration::from_secs(3_600);
/// Slices grow up to this length; then the rest is requested.
const LONGEST: Duration = Duration::from_secs(60 * 86_400);
/// How far back slices go if the rest cannot be listed at once.
const HORIZON: Duration = Duration::from_secs(10 * 366 * 86_400);
/// Factor by which slices grow, and by which they shrink after a timeout, because each timeout takes minutes.
const GROWTH: u32 = 4;
/// Maximum number of slices.
const MOST: u32 = 200;

impl Search {
    /// Searches for the newest backup of a partition that can be restored, among those created by `at`, or among all.
    /// `now` is the cluster's time. `width` is the length of the first slice; the time that a chain covers is a good
    /// choice.
    pub fn new(partition: Option<PartitionId>, at: Option<Timestamp>, now: Timestamp, width: Duration) -> Self {
        let cursor = at.unwrap_or(now);
        Self {
            partition,
            at,
            cursor,
            horizon: earlier(cursor, HORIZON),
            width: width.clamp(2 * SHORTEST, LONGEST),
            rest: partition.is_none(),
            careful: false,
            first: true,
            requests: 0,
            state: State::Looking,
            found: Vec::new(),
        }
    }

    /// Lists everything created by `at`: in one request if the cluster can respond to it, otherwise in slices.
    pub fn everything(at: Option<Timestamp>, now: Timestamp) -> Self {
        Self::new(None, at, now, LONGEST)
    }

    /// The next slice to list; `None` if the search is over.
    pub fn next(&self) -> Option<Slice> {
        if self.state != State::Looking {
            return None;
        }
        // The newest slice has no end, because the clocks of two machines differ.
        let to = if self.first { self.at } else { Some(self.cursor) };
        let from = (!self.rest).then(|| earlier(self.cursor, self.width));
        Some(Slice { from, to })
    }

    /// Accepts the list of the requested slice.
    pub fn listed(&mut self, list: impl IntoIterator<Item = BackupInfo>) {
        self.found.extend(list);
        self.requests += 1;
        let slice_begins = earlier(self.cursor, self.width);
        if self.rest || slice_begins <= self.horizon || self.is_settled() {
            self.state = State::Done;
            return;
        }
        if self.requests >= MOST {
            self.state = State::GaveUp;
            return;
        }
        (self.cursor, self.first) = (slice_begins, false);
        self.rest = self.width >= LONGEST && !self.careful;
        self.width = if self.careful { self.width * 2 } else { (self.width * GROWTH).min(LONGEST) };
    }

    /// Records that the requested slice timed out.
    pub fn timed_out(&mut self) {
        self.requests += 1;
        self.careful = true;
        if self.rest {
            self.rest = false;
        } else {
            self.width /= GROWTH;
        }
        if self.width < SHORTEST || self.requests >= MOST {
            self.state = State::GaveUp;
        }
    }

    /// Whether the search ended without a result: even a short slice timed out.
    pub fn gave_up(&self) -> bool {
        self.state == State::GaveUp
    }

    /// The backups listed so far. Older backups of a partition may be missing.
    pub fn found(self) -> Vec<BackupInfo> {
        self.found
    }

    /// Whether older backups cannot change the result: a restore point is known, and no newer chain may begin before
    /// what was listed.
    fn is_settled(&self) -> bool {
        let Some(partition) = self.partition else { return false };
        let sorted = Backups::of(self.found.iter().cloned());
        sorted.partition(partition).is_some_and(|backups| settled(backups, self.at))
    }
}

fn settled(backups: &PartitionBackups, at: Option<Timestamp>) -> bool {
    let point = at.map_or_else(|| backups.newest_point(), |at| backups.newest_point_at(at));
    let Some(point) = point else { return false };
    let cut = backups.chains.iter().filter(|chain| chain.flaw() == Some(Flaw::MissingFull));
    !cut.filter_map(|chain| chain.ended()).any(|ended| ended > point.created && at.is_none_or(|at| ended <= at))
}

fn earlier(at: Timestamp, length: Duration) -> Timestamp {
    let seconds = i64::try_from(length.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_unix(at.unix().saturating_sub(seconds)).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    const NOW: i64 = 1_700_000_000;
    const HOUR: i64 = 3_600;

    fn at(unix: i64) -> Timestamp {
        Timestamp::from_unix(unix).unwrap()
    }

    fn partition() -> PartitionId {
        Uuid::from_u128(7).into()
    }

    /// A storage with chains of `length`, a backup every `pause` seconds, the last one `age` seconds ago.
    fn storage(count: u32, length: u32, pause: i64, age: i64) -> Vec<BackupInfo> {
        let backup = |number: u32| {
            let id = |number: u32| Uuid::from_u128(u128::from(number) + 100);
            let made = NOW - age - i64::from(count - 1 - number) * pause;
            let json = json!({
                "BackupId": id(number), "BackupChainId": id(number - number % length), "ServiceName": "fabric:/A/S",
                "BackupLocation": number.to_string(),
                "BackupType": if number.is_multiple_of(length) { "Full" } else { "Incremental" },
                "PartitionInformation": { "ServicePartitionKind": "Singleton", "Id": partition().to_string() },
                "LsnOfLastBackupRecord": number.to_string(), "CreationTimeUtc": at(made).to_string(),
            });
            serde_json::from_value(json).unwrap()
        };
        (0..count).map(backup).collect()
    }

    fn within(slice: Slice, backup: &BackupInfo) -> bool {
        let made = backup.creation_time_utc.unwrap();
        slice.from.is_none_or(|from| from <= made) && slice.to.is_none_or(|to| made <= to)
    }

    /// Queries a server that can list only `most` backups in time. Returns the requested slices.
    fn ask(search: &mut Search, storage: &[BackupInfo], most: usize) -> Vec<Slice> {
        let mut slices = Vec::new();
        while let Some(slice) = search.next() {
            assert!(!slices.contains(&slice), "{slice:?} again, after {slices:?}");
            slices.push(slice);
            let list: Vec<_> = storage.iter().filter(|backup| within(slice, backup)).cloned().collect();
            if list.len() > most { search.timed_out() } else { search.listed(list) }
        }
        slices
    }

    fn location(backups: &[BackupInfo], when: Option<Timestamp>) -> Option<String> {
        let sorted = Backups::of(backups.iter().cloned());
        let backups = sorted.partition(partition())?;
        let point = when.map_or_else(|| backups.newest_point(), |when| backups.newest_point_at(when))?;
        Some(point.location.to_owned())
    }

    #[test]
    fn the_newest_is_found_without_the_whole_list() {
        let storage = storage(2_000, 5, HOUR, 0);
        let mut search = Search::new(Some(partition()), None, at(NOW), Duration::from_secs(86_400));
        let slices = ask(&mut search, &storage, usize::MAX);
        assert_eq!(slices, [Slice { from: Some(at(NOW - 24 * HOUR)), to: None }]);
        assert_eq!(location(&search.found(), None).as_deref(), Some("1999"));
    }

    #[test]
    fn the_search_ends_for_a_partition_without_backups() {
        let mut search = Search::new(Some(partition()), None, at(NOW), Duration::from_secs(86_400));
        let slices = ask(&mut search, &[], 10);
        assert_eq!(slices.last().unwrap().from, None);
        assert!(slices.len() <= 6 && !search.gave_up() && search.found().is_empty(), "{slices:?}");
    }

    #[test]
    fn the_search_gives_up_if_every_slice_times_out() {
        let mut search = Search::new(Some(partition()), None, at(NOW), Duration::from_secs(86_400));
        let mut slices = 0;
        while search.next().is_some() {
            search.timed_out();
            slices += 1;
        }
        assert!(search.gave_up() && slices < 5, "{slices}");
    }

    #[test]
    fn everything_is_listed_in_one_go_or_in_slices() {
        let storage = storage(300, 5, 20 * HOUR, 0);
        let mut search = Search::everything(None, at(NOW));
        assert_eq!(ask(&mut search, &storage, usize::MAX), [Slice { from: None, to: None }]);
        let mut search = Search::everything(None, at(NOW));
        let slices = ask(&mut search, &storage, 40);
        assert!(slices.len() < 40 && !search.gave_up(), "{slices:?}");
        assert_eq!(Backups::of(search.found()), Backups::of(storage));
    }

    proptest! {
        #[test]
        fn the_search_finds_the_same_as_the_whole_list(
            count in 0_u32..200, length in 1_u32..12, pause in 1_i64..200, age in 0_i64..2_000, back in 0_i64..3_000,
            most in 12_usize..100, first in 1_u64..500, latest: bool, lost in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        ) {
            let mut storage = storage(count, length, pause * HOUR, age * HOUR);
            for lost in lost {
                if !storage.is_empty() {
                    storage.remove(lost.index(storage.len()));
                }
            }
            let when = (!latest).then(|| at(NOW - back * HOUR));
            let mut search = Search::new(Some(partition()), when, at(NOW), Duration::from_secs(first * 3_600));
            let slices = ask(&mut search, &storage, most);
            prop_assert!(!search.gave_up() && slices.len() < 100);
            let found = search.found();
            prop_assert_eq!(location(&found, when), location(&storage, when));
        }
    }
}
