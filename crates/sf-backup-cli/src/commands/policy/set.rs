//! `sf-backup policy set`: changes single settings of a policy in the cluster.

use clap::Args;
use serde::Serialize;
use sf_backup_proto::PolicyName;
use sf_backup_proto::model::retention::{BasicRetentionPolicyDescription, RetentionPolicyDescription};

use super::flags;
use super::replace::{PolicyEdit, Replacement, Replacing};
use crate::cluster::context::CommandContext;
use crate::options::duration::DurationArg;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::ordered_json::OrderedJson;

#[derive(Debug, Args)]
pub(crate) struct Set {
    /// Name of the policy
    #[arg(value_name = "NAME")]
    pub(crate) name: PolicyName,

    #[command(flatten)]
    pub(crate) settings: flags::Settings,

    /// Whether the newest backup is restored automatically after data loss; not recommended in production
    #[arg(long, value_name = "BOOL")]
    pub(crate) auto_restore: Option<bool>,

    #[command(flatten)]
    pub(crate) replacing: Replacing,
}

pub(crate) fn run(args: &Set, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let settings = &args.settings;
    let schedule = settings.schedule();
    let changes_retention = settings.keep.is_some() || settings.keep_at_least.is_some();
    let secrets =
        [&args.replacing.connection_string, &args.replacing.share_password, &args.replacing.share_second_password];
    let changes_secrets = secrets.iter().any(|reference| reference.is_some());
    let changes_counts = settings.incrementals.is_some() || args.auto_restore.is_some();
    if schedule.is_none() && !changes_retention && !changes_counts && !changes_secrets {
        return Err(Failure::usage(
            "policy set: no setting is given, such as --every 2h, --keep 14d or --incrementals 10",
        ));
    }
    let apply = |policy: &mut OrderedJson| {
        put(policy, "Schedule", schedule.as_ref());
        put(policy, "MaxIncrementalBackups", settings.incrementals.as_ref());
        put(policy, "AutoRestoreOnDataLoss", args.auto_restore.as_ref());
        let keep = settings.keep.map(DurationArg::iso);
        match (policy.at_mut("RetentionPolicy").filter(|retention| matches!(retention, OrderedJson::Object(_))), keep) {
            (Some(retention), keep) => put(retention, "RetentionDuration", keep.as_ref()),
            (None, Some(keep)) => {
                let retention = RetentionPolicyDescription::from(BasicRetentionPolicyDescription::new(keep));
                put(policy, "RetentionPolicy", Some(&retention));
            }
            (None, None) if settings.keep_at_least.is_some() => {
                return Err(Failure::usage(
                    "policy set: --keep-at-least requires --keep: the policy keeps backups forever",
                ));
            }
            (None, None) => {}
        }
        if let Some(retention) = policy.at_mut("RetentionPolicy") {
            put(retention, "MinimumNumberOfBackups", settings.keep_at_least.as_ref());
        }
        Ok(())
    };
    let job = Replacement { verb: "policy set", name: &args.name, how: &args.replacing };
    job.carry_out(|| Ok(PolicyEdit::Settings(&apply)), context, terminal)
}

/// Sets a member of an object, if there is a value.
fn put(object: &mut OrderedJson, name: &str, value: Option<&impl Serialize>) {
    let Some(Ok(value)) = value.map(OrderedJson::of) else { return };
    if let Some(member) = object.at_mut(name) {
        *member = value;
    } else if let OrderedJson::Object(members) = object {
        members.push((name.to_owned(), value));
    }
}
