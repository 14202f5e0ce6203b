//! A plan in short: a line for each partition.

use std::fmt::Display;

use sf_backup_ops::restore::{Plan, Restore};
use sf_backup_proto::Timestamp;
use sf_backup_proto::model::backup::BackupType;

use crate::output::render::age::{age, minute};

/// Maximum number of partitions that are listed.
const LISTED: usize = 20;

/// The lines, at most 78 columns wide.
pub(super) fn lines(plan: &Plan, now: Timestamp) -> Vec<String> {
    let mut lines = Vec::new();
    if plan.restores.is_empty() {
        return lines;
    }
    lines.push(line(&"PARTITION", "BACKUP CREATED", "AGE", "TYPE"));
    let several =
        plan.restores.iter().any(|restore| plan.restores.first().is_some_and(|first| first.service != restore.service));
    let mut service = None;
    for restore in plan.restores.iter().take(LISTED) {
        if several && service != Some(&restore.service) {
            lines.push(format!("{}:", restore.service));
            service = Some(&restore.service);
        }
        let made = restore.point.created();
        lines.push(line(&restore.partition.id, &minute(made), &age(now, made), kind(restore)));
    }
    match plan.restores.len().saturating_sub(LISTED) {
        0 => {}
        1 => lines.push("and 1 more partition".to_owned()),
        more => lines.push(format!("and {more} more partitions")),
    }
    lines
}

fn line(partition: &dyn Display, made: &str, age: &str, kind: &str) -> String {
    format!("{:<36}  {made:<20}  {age:<7}  {kind}", partition.to_string())
}

fn kind(restore: &Restore) -> &'static str {
    match restore.point.backup().backup_type {
        Some(BackupType::Full) => "full",
        Some(BackupType::Incremental) => "incremental",
        _ => "",
    }
}
