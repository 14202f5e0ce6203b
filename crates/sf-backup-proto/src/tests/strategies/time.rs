use std::time::Duration;

use proptest::prelude::*;

use crate::time::{IsoDuration, RunTime, Timestamp};

/// Timestamps of whole seconds from the year 2, as in bodies.
pub(crate) fn moment() -> impl Strategy<Value = Timestamp> {
    (-62_104_060_800..=253_402_300_799_i64).prop_map(|seconds| Timestamp::from_unix(seconds).unwrap())
}

/// Timestamps with a resolution of 100 ns, as in queries.
pub(crate) fn fine_moment() -> impl Strategy<Value = Timestamp> {
    (moment(), 0..10_000_000_u64)
        .prop_map(|(moment, ticks)| moment.checked_add(Duration::from_nanos(ticks * 100)).unwrap())
}

pub(crate) fn run_time() -> impl Strategy<Value = RunTime> {
    (0..24, 0..60, 0..60)
        .prop_map(|(hour, minute, second)| format!("{hour:02}:{minute:02}:{second:02}").parse().unwrap())
}

fn spelled(text: impl Strategy<Value = String>) -> impl Strategy<Value = IsoDuration> {
    text.prop_map(|text| text.parse().unwrap())
}

/// Intervals of whole minutes, from one minute to 15 days.
pub(crate) fn interval() -> impl Strategy<Value = IsoDuration> {
    prop_oneof![
        spelled((1..=21_600).prop_map(|minutes| format!("PT{minutes}M"))),
        spelled((1..=360).prop_map(|hours| format!("PT{hours}H"))),
        spelled((1..=14, 0..24, 0..60).prop_map(|(days, hours, minutes)| format!("P{days}DT{hours}H{minutes}M"))),
        spelled((1..=21_600).prop_map(|minutes| format!("PT{}S", minutes * 60))),
    ]
}

/// Retentions of whole hours, at least one.
pub(crate) fn retention() -> impl Strategy<Value = IsoDuration> {
    prop_oneof![
        spelled((1..=10_000).prop_map(|hours| format!("PT{hours}H"))),
        spelled((1..=4_000).prop_map(|days| format!("P{days}D"))),
        spelled((0..=5, 1..=30).prop_map(|(years, months)| format!("P{years}Y{months}M"))),
    ]
}
