//! Tables of entities on which a policy is enabled.

use sf_backup_proto::model::entity::BackupEntity;

use super::{Table, cell};
use crate::output::render::{Listed, View};

impl Listed for BackupEntity {
    const NOTHING: &'static str = "the policy is not enabled directly on any entity";

    fn table(items: &[Self], _: &View) -> Table {
        let mut table = Table::new(&["KIND", "NAME", "PARTITION"])
            .ids(&["PARTITION"])
            .dropping(&["KIND"])
            .named(&["PARTITION", "NAME"]);
        for entity in items {
            let (name, partition) = match entity {
                Self::Application(app) => (app.application_name.as_ref(), None),
                Self::Service(service) => (service.service_name.as_ref(), None),
                Self::Partition(part) => (part.service_name.as_ref(), part.partition_id),
                _ => (None, None),
            };
            table.row([entity.kind().to_owned(), cell(name), cell(partition)]);
        }
        table
    }
}
