//! Binding of policies.

use std::collections::HashSet;
use std::hash::Hash;

use serde_json::Value;
use sf_backup_proto::model::policy::{CompressionType, QuickRecovery};
use sf_backup_proto::model::schedule::{BackupScheduleFrequencyType, DayOfWeek, TimeBasedBackupScheduleDescription};

use super::json::{self, Object, Reader};
use super::storage;
use crate::world::interval::Interval;
use crate::world::runtime::Runtime;
use crate::world::view::{PolicyView, RetentionView, ScheduleView};

/// Reads a policy; `None` if it is invalid, with the errors in the reader.
pub(crate) fn read(object: Object<'_>, runtime: Runtime, reader: &mut Reader<'_>) -> Option<PolicyView> {
    let auto_restore_on_data_loss = object.optional_value("AutoRestoreOnDataLoss", reader, json::boolean);
    let name = object.required_text("Name", reader);
    let max = object.required_value("MaxIncrementalBackups", reader, json::int32);
    let max_incremental_backups = u8::try_from(max).unwrap_or_else(|_| {
        let rule = "The field MaxIncrementalBackups must be between 0 and 255.";
        reader.rule("MaxIncrementalBackups", rule.to_owned());
        0
    });
    let schedule = object.object("Schedule", "Schedule", reader).and_then(|object| schedule(object, reader));
    let storage = object
        .object("Storage", "Storage", reader)
        .and_then(|object| storage::read(object, "Storage", runtime, reader));
    let retention = if runtime >= Runtime::V6_4 {
        object.object("RetentionPolicy", "RetentionPolicy", reader).and_then(|object| retention(object, reader))
    } else {
        None
    };
    let (compression_type, quick_recovery) =
        if runtime >= Runtime::V11_3 { later_members(object, reader) } else { (None, None) };
    for (name, missing) in [("Schedule", schedule.is_none()), ("Storage", storage.is_none())] {
        if missing {
            reader.required(name);
        }
    }
    Some(PolicyView {
        name,
        auto_restore_on_data_loss,
        max_incremental_backups,
        schedule: schedule?,
        storage: storage?,
        retention,
        compression_type,
        quick_recovery,
    })
}

fn later_members(object: Object<'_>, reader: &mut Reader<'_>) -> (Option<CompressionType>, Option<QuickRecovery>) {
    (
        object.optional_value("CompressionType", reader, |value| {
            json::choice(value, CompressionType::KNOWN, CompressionType::as_str).map(Some)
        }),
        object.optional_value("QuickRecovery", reader, |value| {
            json::choice(value, QuickRecovery::KNOWN, QuickRecovery::as_str).map(Some)
        }),
    )
}

fn schedule(object: Object<'_>, reader: &mut Reader<'_>) -> Option<ScheduleView> {
    match object.tag("ScheduleKind") {
        Some("FrequencyBased") => Some(ScheduleView::Frequency(object.required_value("Interval", reader, span))),
        Some("TimeBased") => Some(time_based(object, reader)),
        _ => {
            reader.unreadable("Schedule");
            None
        }
    }
}

fn time_based(object: Object<'_>, reader: &mut Reader<'_>) -> ScheduleView {
    let known = BackupScheduleFrequencyType::KNOWN;
    let frequency = object
        .required_value("ScheduleFrequencyType", reader, |value| {
            json::choice(value, known, BackupScheduleFrequencyType::as_str).map(Some)
        })
        .unwrap_or(BackupScheduleFrequencyType::Invalid);
    let run_days = object.list("RunDays", reader, |value| json::choice(value, DayOfWeek::KNOWN, DayOfWeek::as_str));
    let run_times = object.list("RunTimes", reader, |value| value.as_str()?.parse().ok());
    if run_times.is_none() {
        reader.required(&object.path_of("RunTimes"));
    }
    let days = run_days.as_ref().is_some_and(|days| !days.is_empty());
    if frequency != BackupScheduleFrequencyType::Daily && !days {
        reader.required(&object.path_of("RunDays"));
    }
    let run_times = without_repeats(run_times.unwrap_or_default());
    let run_days = without_repeats(run_days.unwrap_or_default());
    ScheduleView::Time(TimeBasedBackupScheduleDescription::new(frequency, run_times).run_days(run_days))
}

fn without_repeats<T: Clone + Eq + Hash>(mut items: Vec<T>) -> Vec<T> {
    let mut seen = HashSet::new();
    items.retain(|item| seen.insert(item.clone()));
    items
}

fn retention(object: Object<'_>, reader: &mut Reader<'_>) -> Option<RetentionView> {
    if object.tag("RetentionPolicyType") != Some("Basic") {
        reader.unreadable("RetentionPolicy");
        return None;
    }
    Some(RetentionView {
        duration: object.required_value("RetentionDuration", reader, span),
        minimum: object.optional_value("MinimumNumberOfBackups", reader, json::int32),
    })
}

fn span(value: &Value) -> Option<Interval> {
    Interval::parse(value.as_str()?)
}
