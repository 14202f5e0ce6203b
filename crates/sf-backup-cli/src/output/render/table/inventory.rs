//! Tables of the inventory.

use sf_backup_ops::inventory::{PartitionKey, ServiceState};
use sf_backup_proto::model::inventory::{ApplicationInfo, ServiceInfo, ServicePartitionInfo};

use super::{Table, cell};
use crate::output::render::{Listed, View};

impl Listed for ApplicationInfo {
    const NOTHING: &'static str = "there are no applications";

    fn table(items: &[Self], _: &View) -> Table {
        let mut table = Table::new(&["NAME", "TYPE", "VERSION"]).dropping(&["TYPE", "VERSION"]);
        for info in items {
            table.row([cell(info.name.as_ref()), cell(info.type_name.as_ref()), cell(info.type_version.as_ref())]);
        }
        table
    }
}

impl Listed for ServiceInfo {
    const NOTHING: &'static str = "there are no services, or no such application";

    fn table(items: &[Self], _: &View) -> Table {
        let mut table = Table::new(&["NAME", "KIND", "BACKUP"]).dropping(&["KIND", "BACKUP"]);
        for info in items {
            let can_be = match ServiceState::of(info) {
                ServiceState::Persisted => "supported",
                ServiceState::Volatile => "not supported (in memory only)",
                ServiceState::Stateless => "not supported (stateless)",
            };
            table.row([cell(info.name.as_ref()), cell(info.service_kind.as_ref()), can_be.to_owned()]);
        }
        table
    }
}

impl Listed for ServicePartitionInfo {
    const NOTHING: &'static str = "there are no partitions";

    fn table(items: &[Self], view: &View) -> Table {
        let mut table = Table::new(&["PARTITION", "KIND", "KEY", "STATUS", "HEALTH"])
            .ids(&["PARTITION"])
            .dropping(&["KIND", "KEY"])
            .wide_only(&["STATUS", "HEALTH"], view.wide);
        for info in items {
            let information = info.partition_information.as_ref();
            let id = information.and_then(|information| information.id());
            let kind = information.map(|information| information.kind().to_owned());
            table.row([
                cell(id),
                cell(kind),
                cell(information.map(PartitionKey::of)),
                cell(info.partition_status.as_ref()),
                cell(info.health_state.as_ref()),
            ]);
        }
        table
    }
}
