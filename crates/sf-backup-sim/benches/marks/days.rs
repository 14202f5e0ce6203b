//! A day of hourly schedules.

use std::time::{Duration, Instant};

use sf_backup_sim::EffectKind;

use crate::{Mark, cluster, protect};

const SERVICES: usize = 100;
const PARTITIONS: usize = 100;
const HOURS: usize = 24;

pub(crate) fn marks() -> Vec<Mark> {
    let cluster = cluster(SERVICES, PARTITIONS);
    protect(&cluster, (0..10).map(|application| format!("Applications/App{application}")));
    let begun = Instant::now();
    cluster.advance(Duration::from_secs(HOURS as u64 * 3_600));
    let took = begun.elapsed();
    let made = cluster.effects().iter().filter(|effect| effect.kind == EffectKind::BackupMade).count();
    assert_eq!(made, SERVICES * PARTITIONS * HOURS);
    vec![Mark::most("a scheduled backup, of 240,000", took.as_secs_f64() * 1e6 / made as f64, 10.0, "us")]
}
