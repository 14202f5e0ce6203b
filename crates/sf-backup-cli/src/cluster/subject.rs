//! One argument that names a partition, a service or an application.

use sf_backup_proto::{ApplicationId, PartitionId, ServiceId};

use crate::cluster::context::CommandContext;
use crate::cluster::partitions;
use crate::options::ids::PartitionRef;
use crate::options::scope::Scope;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

/// The argument; the cluster shows what kind of entity a name is.
#[derive(Debug)]
pub(crate) enum Subject {
    Partition(PartitionId),
    /// A service, or an application with several levels.
    Name(ServiceId),
    /// A name of one level.
    Application(ApplicationId),
}

impl Subject {
    /// Reads an argument. A GUID, the start of one, and a name with `#` denote a partition, which is looked up unless
    /// its whole id is given. `argument` is the argument's name in errors.
    pub(crate) fn read(
        text: &str,
        argument: &str,
        context: CommandContext<'_>,
        terminal: &mut Terminal<'_>,
    ) -> Result<Self, Failure> {
        if let Some(typed) = PartitionRef::unmistakable(text) {
            return partitions::resolve(&typed, context, terminal).map(Self::Partition);
        }
        let refused = |error| Failure::Usage(format!("{argument}: {error}"));
        let name: ServiceId = text.parse().map_err(refused)?;
        match name.application() {
            Some(_) => Ok(Self::Name(name)),
            None => text.parse().map(Self::Application).map_err(refused),
        }
    }
}

/// Treats a name of several levels as a service.
impl From<Subject> for Scope {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Partition(id) => Self::Partition(id),
            Subject::Name(id) => Self::Service(id),
            Subject::Application(id) => Self::Application(id),
        }
    }
}
