//! Tables of policies.

use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::retention::RetentionPolicyDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;

use super::{Record, Table, cell, describe};
use crate::output::redact;
use crate::output::render::{Listed, SingleView, View};

/// The columns of a wide list.
const MORE: &[&str] = &["STORAGE LABEL", "COMPRESSION", "QUICK RECOVERY"];

impl Listed for BackupPolicyDescription {
    const NOTHING: &'static str = "there are no policies";

    fn hide(&mut self) {
        redact::conceal(self);
    }

    fn table(items: &[Self], view: &View) -> Table {
        let usual = ["NAME", "SCHEDULE", "INCREMENTALS", "RETENTION", "STORAGE", "AUTO-RESTORE"];
        let mut table = Table::new(&[&usual[..], MORE].concat())
            .cutting(&["SCHEDULE", "RETENTION", "STORAGE"])
            .dropping(&["AUTO-RESTORE", "INCREMENTALS", "STORAGE", "RETENTION"])
            .wide_only(MORE, view.wide);
        for policy in items {
            table.row([
                policy.name.clone(),
                describe::schedule(&policy.schedule),
                policy.max_incremental_backups.to_string(),
                retention(policy),
                storage(&policy.storage),
                yes_or_no(policy.auto_restore_on_data_loss).to_owned(),
                cell(friendly_name(&policy.storage)),
                cell(policy.compression_type.as_ref()),
                cell(policy.quick_recovery.as_ref()),
            ]);
        }
        table
    }
}

impl SingleView for BackupPolicyDescription {
    const NOTHING: &'static str = "there is no such policy";

    fn hide(&mut self) {
        redact::conceal(self);
    }

    fn record(&self, _: &View) -> Option<Record> {
        Some(
            Record::default()
                .with("Name", Some(&self.name))
                .with("Schedule", Some(describe::schedule(&self.schedule)))
                .with("Incremental backups", Some(incrementals(self)))
                .with("Retention", Some(retention(self)))
                .with("Storage", Some(storage(&self.storage)))
                .with("Storage label", friendly_name(&self.storage))
                .with("Auto-restore", Some(yes_or_no(self.auto_restore_on_data_loss)))
                .with("Compression", self.compression_type.as_ref())
                .with("Quick recovery", self.quick_recovery.as_ref()),
        )
    }
}

/// A policy as one sentence.
pub(crate) fn in_words(policy: &BackupPolicyDescription) -> String {
    let incrementals = match policy.max_incremental_backups {
        0 => "every backup full".to_owned(),
        most => format!("up to {most} incremental backups between full ones"),
    };
    let mut text = format!(
        "{}, {incrementals}; kept {}; on {}",
        describe::schedule(&policy.schedule),
        retention(policy),
        storage(&policy.storage)
    );
    if policy.auto_restore_on_data_loss {
        text.push_str("; restored automatically after data loss");
    }
    text
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn incrementals(policy: &BackupPolicyDescription) -> String {
    match policy.max_incremental_backups {
        0 => "none, every backup is full".to_owned(),
        most => format!("at most {most} between full ones"),
    }
}

fn retention(policy: &BackupPolicyDescription) -> String {
    match &policy.retention_policy {
        None => "forever".to_owned(),
        Some(RetentionPolicyDescription::Basic(basic)) => {
            let kept = describe::duration(basic.retention_duration);
            match basic.minimum_number_of_backups {
                Some(least) if least > 0 => format!("{kept}, at least {least}"),
                _ => kept,
            }
        }
        Some(other) => other.kind().to_owned(),
    }
}

fn storage(storage: &BackupStorageDescription) -> String {
    match storage {
        BackupStorageDescription::AzureBlobStore(store) => {
            format!("blob container {}", store.container_name)
        }
        BackupStorageDescription::FileShare(share) => format!("share {}", share.path),
        BackupStorageDescription::DsmsAzureBlobStore(store) => {
            format!("blob container {} (DSMS)", store.container_name)
        }
        BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => format!(
            "blob container {} at {} (managed identity, {})",
            store.container_name, store.blob_service_uri, store.managed_identity_type
        ),
        other => other.kind().to_owned(),
    }
}

fn friendly_name(storage: &BackupStorageDescription) -> Option<&String> {
    match storage {
        BackupStorageDescription::AzureBlobStore(store) => store.friendly_name.as_ref(),
        BackupStorageDescription::FileShare(share) => share.friendly_name.as_ref(),
        BackupStorageDescription::DsmsAzureBlobStore(store) => store.friendly_name.as_ref(),
        BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => store.friendly_name.as_ref(),
        _ => None,
    }
}
