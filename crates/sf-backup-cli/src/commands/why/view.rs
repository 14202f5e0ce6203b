//! The output of `why`.

use std::time::Duration;

use serde::Serialize;
use sf_backup_ops::audit::{CauseView, Trouble};
use sf_backup_ops::duration;
use sf_backup_ops::effective_policy::{LevelKind, PolicySource};
use sf_backup_ops::schedule::NextRun;
use sf_backup_proto::Timestamp;
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::configuration::BackupConfigurationInfo;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::progress::{BackupProgressInfo, RestoreProgressInfo};

use super::{Explanation, Unlisted};
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::table::{Record, Table, describe, policy};
use crate::output::render::{Listed, View};

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WhyView<'f> {
    kind: &'static str,
    application_name: String,
    service_name: Option<String>,
    partition_id: Option<String>,
    /// From the application down.
    levels: Vec<LevelView>,
    policy_name: Option<&'f str>,
    policy_inherited_from: Option<&'static str>,
    is_suspended: Option<bool>,
    suspension_inherited_from: Option<&'static str>,
    policy: Option<&'f BackupPolicyDescription>,
    /// The items below it that do not simply inherit.
    overrides: &'f [BackupConfigurationInfo],
    /// The newest backup of each partition.
    last_backups: &'f [BackupInfo],
    next_run: NextRunView,
    /// The problem of the partition itself.
    trouble: Option<&'static str>,
    /// Why periodic backups fail, according to the partition's health.
    cause: Option<CauseView>,
    backup_progress: Option<&'f BackupProgressInfo>,
    restore_progress: Option<&'f RestoreProgressInfo>,
    problems: &'f [String],
    hints: &'f [String],
    #[serde(skip)]
    found: &'f Explanation,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct LevelView {
    kind: &'static str,
    name: String,
    /// Its own policy; absent with `PolicyKnown` if it has none.
    policy_name: Option<String>,
    policy_known: bool,
    /// Its own suspension; absent if it is not returned.
    is_suspended: Option<bool>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct NextRunView {
    state: &'static str,
    due_utc: Option<Timestamp>,
    next_utc: Option<Timestamp>,
    within_seconds: Option<u64>,
}

impl<'f> WhyView<'f> {
    pub(super) fn new(found: &'f Explanation) -> Self {
        let Explanation { path, effective, .. } = found;
        let levels = effective.levels.iter().map(|level| LevelView {
            kind: kind(level.kind),
            name: path.name(level.kind).unwrap_or_default(),
            policy_name: match &level.policy {
                PolicySource::Policy(name) => Some(name.clone()),
                PolicySource::None | PolicySource::Unknown => None,
            },
            policy_known: level.policy != PolicySource::Unknown,
            is_suspended: level.suspended,
        });
        Self {
            kind: kind(path.kind()),
            application_name: path.application.to_string(),
            service_name: path.name(LevelKind::Service),
            partition_id: path.name(LevelKind::Partition),
            levels: levels.collect(),
            policy_name: match &effective.policy {
                PolicySource::Policy(name) => Some(name),
                PolicySource::None | PolicySource::Unknown => None,
            },
            policy_inherited_from: effective.policy_from.map(kind),
            is_suspended: effective.suspended,
            suspension_inherited_from: effective.suspended_from.map(kind),
            policy: found.policy.as_ref(),
            overrides: &found.overrides,
            last_backups: &found.newest,
            next_run: NextRunView::of(found),
            trouble: found.trouble.map(Trouble::name),
            cause: found.failing.as_ref().map(CauseView::from),
            backup_progress: found.backup.as_ref(),
            restore_progress: found.restore.as_ref(),
            problems: &found.problems,
            hints: &found.hints,
            found,
        }
    }

    pub(super) fn show(&self, terminal: &mut Terminal<'_>, view: &View) -> Result<(), Failure> {
        let (tree, overrides) = (self.tree(), BackupConfigurationInfo::table(self.overrides, view));
        terminal.table(&tree)?;
        let decided = self.policy_inherited_from.or(self.suspension_inherited_from);
        terminal.remark(if decided.is_some() { "* in effect\n\n" } else { "\n" })?;
        terminal.remark_record(&self.record(view))?;
        if !self.overrides.is_empty() && !terminal.is_for_programs() {
            terminal.remark("\nEntities below with their own policy or suspension:\n")?;
            terminal.one_of_tables(&overrides)?;
        }
        Ok(())
    }

    /// The levels as a table, with the effective ones marked.
    fn tree(&self) -> Table {
        let mut table = Table::new(&["LEVEL", "NAME", "POLICY", "SUSPENDED"]).named(&["NAME"]);
        for (depth, level) in self.levels.iter().enumerate() {
            let mark = |decides: Option<&str>| if decides == Some(level.kind) { " *" } else { "" };
            let policy = match (&level.policy_name, level.policy_known) {
                (Some(name), _) => name,
                (None, true) => "-",
                (None, false) => "unknown",
            };
            let suspended = level.is_suspended.map_or("unknown", |yes| if yes { "yes" } else { "no" });
            table.row([
                format!("{:indent$}{}", "", level.kind, indent = 2 * depth),
                level.name.clone(),
                format!("{policy}{}", mark(self.policy_inherited_from)),
                format!("{suspended}{}", mark(self.suspension_inherited_from)),
            ]);
        }
        table
    }

    fn record(&self, view: &View) -> Record {
        Record::default()
            .prose("Effective policy", Some(self.policy_in_force()))
            .prose("Schedule", self.policy.map(policy::in_words))
            .prose("Suspended", Some(self.suspension()))
            .prose("Last backup", Some(self.last_backup(view)))
            .prose("Next run", Some(self.next_run.words(self.found, view)))
            .prose("Partition", self.found.trouble.map(|trouble| trouble.to_string()))
            .prose("Why it fails", self.found.failing.as_ref().map(|event| event.message.clone()))
            .prose(
                "Last on-demand backup",
                self.backup_progress.map(|progress| describe::backup_progress(progress, view)),
            )
            .prose("Last restore", self.restore_progress.map(|progress| describe::restore_progress(progress, view)))
    }

    fn policy_in_force(&self) -> String {
        match (&self.found.effective.policy, self.policy_inherited_from) {
            (PolicySource::Policy(name), Some(from)) if from == self.kind => {
                format!("{name} (set on this {})", self.kind.to_lowercase())
            }
            (PolicySource::Policy(name), Some(from)) => format!("{name} (from the {})", from.to_lowercase()),
            (PolicySource::Policy(name), None) => name.clone(),
            (PolicySource::None, _) => "none: it is not backed up".to_owned(),
            (PolicySource::Unknown, _) => "unknown (the cluster returns an error)".to_owned(),
        }
    }

    fn suspension(&self) -> String {
        match (self.is_suspended, self.suspension_inherited_from) {
            (Some(true), Some(from)) => {
                format!("yes, on the {}; '{} resume' resumes it", from.to_lowercase(), noun(from))
            }
            (Some(true), None) => "yes".to_owned(),
            (Some(false), _) => "no".to_owned(),
            (None, _) => "unknown (not reported for entities without a policy)".to_owned(),
        }
    }

    fn last_backup(&self, view: &View) -> String {
        let times: Vec<Timestamp> = self.last_backups.iter().filter_map(|backup| backup.creation_time_utc).collect();
        match (times.first(), times.last()) {
            (Some(oldest), Some(newest)) if times.len() > 1 && oldest == newest => {
                format!("the newest backups of {} partitions are from {}", times.len(), view.ago(*newest))
            }
            (Some(oldest), Some(newest)) if times.len() > 1 => format!(
                "the newest backups of {} partitions are from {} to {}",
                times.len(),
                view.ago(*oldest),
                view.ago(*newest)
            ),
            (Some(only), _) => {
                let kind = self.last_backups.first().and_then(|backup| backup.backup_type.as_ref());
                let kind = kind.map(|kind| format!(", {}", kind.as_str().to_lowercase())).unwrap_or_default();
                format!("{}{kind}", view.ago(*only))
            }
            (None, _) => match self.found.unlisted {
                Some(Unlisted::Failed) => "unknown: the backups could not be listed".to_owned(),
                Some(Unlisted::PerhapsEmpty) | None => "no backups listed".to_owned(),
            },
        }
    }
}

impl NextRunView {
    fn of(found: &Explanation) -> Self {
        let state = |state| Self { state, due_utc: None, next_utc: None, within_seconds: None };
        match (&found.next, &found.effective.policy) {
            _ if found.effective.suspended == Some(true) => state("Suspended"),
            (_, PolicySource::None) => state("NoPolicy"),
            (None | Some(NextRun::Unknown), _) => state("Unknown"),
            (Some(NextRun::At(at)), _) => Self { next_utc: Some(*at), ..state("Expected") },
            (Some(NextRun::Changed { until }), _) => Self { next_utc: Some(*until), ..state("Changed") },
            (Some(NextRun::Overdue { due, next }), _) => {
                Self { due_utc: Some(*due), next_utc: *next, ..state("Overdue") }
            }
            (Some(NextRun::Within(time)), _) => Self { within_seconds: Some(time.as_secs()), ..state("Within") },
            (Some(NextRun::Never), _) => state("Never"),
        }
    }

    fn words(&self, found: &Explanation, view: &View) -> String {
        let several =
            if found.path.partition.is_none() && found.newest.len() > 1 { " (earliest partition)" } else { "" };
        match (self.due_utc, self.next_utc, self.within_seconds) {
            (Some(due), Some(next), _) => {
                format!("overdue: a backup was due {}{several}; next attempt {}", view.ago(due), view.ago(next))
            }
            (Some(due), None, _) => format!("overdue: a backup was due {}{several}", view.ago(due)),
            (None, Some(next), _) if self.state == "Changed" => format!(
                "expected by {}{several}: the schedule was probably changed since the last backup",
                view.ago(next)
            ),
            (None, Some(next), _) => format!("expected {}{several}", view.ago(next)),
            (None, None, Some(seconds)) => format!(
                "within {}: the interval starts when backup is enabled or resumed or the policy changes, and the cluster \
                    does not report when that was",
                duration::exact(Duration::from_secs(seconds))
            ),
            (None, None, None) => match self.state {
                "Suspended" => "none while suspended".to_owned(),
                "NoPolicy" => "none: no policy is in effect".to_owned(),
                "Never" => "never: the schedule has no run times".to_owned(),
                _ => "unknown".to_owned(),
            },
        }
    }
}

fn kind(kind: LevelKind) -> &'static str {
    match kind {
        LevelKind::Application => "Application",
        LevelKind::Service => "Service",
        LevelKind::Partition => "Partition",
    }
}

/// The noun of the commands for this kind.
fn noun(kind: &str) -> &'static str {
    match kind {
        "Application" => "app",
        "Service" => "service",
        _ => "partition",
    }
}
