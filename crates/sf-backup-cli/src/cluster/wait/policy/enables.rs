//! The operations that enable a policy.

use sf_backup_proto::{EnableApplicationBackup, EnablePartitionBackup, EnableServiceBackup, Operation};

use crate::cluster::wait::protection::Level;
use crate::options::scope::Scope;

/// An operation that enables a policy.
pub(crate) trait Enables: Operation<Response = ()> {
    const LEVEL: Level;

    fn policy(&self) -> &str;
    fn scope(&self) -> Scope;
}

impl Enables for EnableApplicationBackup {
    const LEVEL: Level = Level::Application;

    fn policy(&self) -> &str {
        self.policy.as_str()
    }
    fn scope(&self) -> Scope {
        Scope::Application(self.application.clone())
    }
}

impl Enables for EnableServiceBackup {
    const LEVEL: Level = Level::Service;

    fn policy(&self) -> &str {
        self.policy.as_str()
    }
    fn scope(&self) -> Scope {
        Scope::Service(self.service.clone())
    }
}

impl Enables for EnablePartitionBackup {
    const LEVEL: Level = Level::Partition;

    fn policy(&self) -> &str {
        self.policy.as_str()
    }
    fn scope(&self) -> Scope {
        Scope::Partition(self.partition)
    }
}
