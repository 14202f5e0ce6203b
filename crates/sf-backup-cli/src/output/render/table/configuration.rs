//! Tables of effective policies.

use sf_backup_proto::model::configuration::{BackupConfigurationInfo, BackupSuspensionScope};

use super::{Record, Table, cell};
use crate::output::render::{Listed, SingleView, View};

impl Listed for BackupConfigurationInfo {
    const NOTHING: &'static str = "no policy is in effect";

    fn table(items: &[Self], _: &View) -> Table {
        let header = ["KIND", "NAME", "PARTITION", "POLICY", "ENABLED ON", "SUSPENDED"];
        let mut table = Table::new(&header)
            .ids(&["PARTITION"])
            .dropping(&["KIND", "ENABLED ON", "SUSPENDED"])
            .named(&["PARTITION", "NAME"]);
        for info in items {
            table.row([
                info.kind().to_owned(),
                cell(name(info)),
                cell(partition(info)),
                cell(info.policy_name()),
                cell(info.policy_inherited_from()),
                suspended(info),
            ]);
        }
        table
    }
}

impl SingleView for Option<BackupConfigurationInfo> {
    const NOTHING: &'static str = "no policy is in effect for the partition";

    fn record(&self, _: &View) -> Option<Record> {
        let info = self.as_ref()?;
        Some(
            Record::default()
                .with("Kind", Some(info.kind()))
                .with("Name", name(info))
                .with("Partition", partition(info))
                .with("Policy", info.policy_name())
                .with("Enabled on", info.policy_inherited_from())
                .with("Suspended", Some(suspended(info))),
        )
    }
}

fn name(info: &BackupConfigurationInfo) -> Option<&String> {
    match info {
        BackupConfigurationInfo::Application(app) => app.application_name.as_ref(),
        BackupConfigurationInfo::Service(service) => service.service_name.as_ref(),
        BackupConfigurationInfo::Partition(partition) => partition.service_name.as_ref(),
        _ => None,
    }
}

fn partition(info: &BackupConfigurationInfo) -> Option<impl std::fmt::Display> {
    match info {
        BackupConfigurationInfo::Partition(partition) => partition.partition_id,
        _ => None,
    }
}

/// `no`, or the suspended level.
fn suspended(info: &BackupConfigurationInfo) -> String {
    let Some(suspension) = info.suspension_info() else {
        return String::new();
    };
    match (suspension.is_suspended, &suspension.suspension_inherited_from) {
        (Some(true), None | Some(BackupSuspensionScope::Invalid)) => "yes".to_owned(),
        (Some(true), Some(level)) => format!("yes, on {level}"),
        _ => "no".to_owned(),
    }
}
