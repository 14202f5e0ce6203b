//! Finds partitions by the start of their id, by name, or below services and applications.

use std::num::NonZeroUsize;

use crate::cluster::client::Client;
use sf_backup_ops::inventory::{Service, ServiceState, partition_names, without_scheme};
use sf_backup_proto::{ApplicationId, PartitionId, PolicyName, ServiceId};

use crate::cluster::context::CommandContext;
use crate::cluster::input::{Input, PartitionFinder};
use crate::cluster::inventory;
use crate::cluster::runtime::block_on;
use crate::cluster::session::Session;
use crate::options::ids::{EntityText, PartitionRef, starts_with};
use crate::options::scope::Scope;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

/// Number of lists that are read concurrently.
const LISTED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);
/// Maximum number of candidates in an error.
const NAMED: usize = 5;

/// An entity in an argument.
pub(crate) trait Typed: EntityText {
    /// The API's id of the entity.
    type Id;

    /// Converts it to the id; looks it up in the cluster if necessary.
    fn resolve(self, input: &mut Input<'_, '_>) -> Result<Self::Id, Failure>;
}

macro_rules! typed_as_it_is {
    ($($Id:ty),+) => {$(
        impl Typed for $Id {
            type Id = Self;

            fn resolve(self, _: &mut Input<'_, '_>) -> Result<Self, Failure> {
                Ok(self)
            }
        }
    )+};
}
typed_as_it_is!(ApplicationId, ServiceId, PolicyName);

impl Typed for PartitionRef {
    type Id = PartitionId;

    fn resolve(self, input: &mut Input<'_, '_>) -> Result<PartitionId, Failure> {
        input.partition(&self)
    }
}

impl PartitionFinder for CommandContext<'_> {
    fn find(&self, typed: &PartitionRef, terminal: &mut Terminal<'_>) -> Result<PartitionId, Failure> {
        resolve(typed, *self, terminal)
    }

    fn below(&self, scopes: &[Scope], terminal: &mut Terminal<'_>) -> Result<Vec<PartitionId>, Failure> {
        below(scopes, *self, terminal)
    }
}

/// The partition of an argument. Sends nothing if it is a whole id.
pub(crate) fn resolve(
    typed: &PartitionRef,
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<PartitionId, Failure> {
    if let PartitionRef::Id(id) = typed {
        return Ok(*id);
    }
    let interruptible = terminal.console.interruptible;
    let mut session = context.session(None, terminal)?;
    if session.is_dry_run() {
        return Err(Failure::Usage(format!(
            "{typed}: a dry run sends nothing, so it cannot look the partition up; give its whole id"
        )));
    }
    block_on(interruptible, None, find(typed, &mut session))
}

/// The partitions of services and applications that keep state on disk.
fn below(
    scopes: &[Scope],
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<Vec<PartitionId>, Failure> {
    let interruptible = terminal.console.interruptible;
    let mut session = context.session(None, terminal)?;
    if session.is_dry_run() {
        return Err(Failure::usage(
            "a dry run sends nothing, so it cannot list partitions; 'partition backup ID --dry-run' prints the \
                request of one",
        ));
    }
    block_on(interruptible, None, async {
        let client = session.client().clone();
        let mut found = Vec::new();
        for scope in scopes {
            let inventory = session.patiently(inventory::read(&client, scope, LISTED)).await?;
            let persisted = inventory.partitions().filter(|(_, service, _)| service.state == ServiceState::Persisted);
            let before = found.len();
            found.extend(persisted.map(|(.., partition)| partition.id));
            if found.len() == before {
                return Err(Failure::Absent(format!(
                    "{scope}: has no partitions that keep state on disk, or does not exist; 'sf-backup service list APP' lists \
                     services, and whether they keep state"
                )));
            }
        }
        Ok(found)
    })
}

/// Like [`resolve`], in a session.
pub(crate) async fn find(typed: &PartitionRef, session: &mut Session<'_, '_>) -> Result<PartitionId, Failure> {
    let client = session.client().clone();
    match typed {
        PartitionRef::Id(id) => Ok(*id),
        PartitionRef::Prefix(start) => {
            let all = session.patiently(inventory::read(&client, &Scope::Cluster, LISTED)).await?;
            let services = all.applications.iter().flat_map(|application| &application.services);
            let found: Vec<_> = services.flat_map(named).filter(|(id, _)| starts_with(id, start)).collect();
            only(typed, found)
        }
        PartitionRef::Name(name) => {
            let services = session.patiently(services_above(&client, name)).await?;
            let all: Vec<_> = services.iter().flat_map(named).collect();
            let exact: Vec<_> = all.iter().filter(|(_, own)| own == name).cloned().collect();
            if !exact.is_empty() {
                return only(typed, exact);
            }
            // The name of a service with several partitions, or of one that does not exist.
            let below: Vec<_> = all.into_iter().filter(|(_, own)| is_below(own, name)).collect();
            if below.is_empty() { only(typed, Vec::new()) } else { Err(ambiguous(typed, &below)) }
        }
    }
}

fn named(service: &Service) -> impl Iterator<Item = (PartitionId, String)> {
    let names = partition_names(&service.id, &service.partitions);
    service.partitions.iter().map(|partition| partition.id).zip(names).collect::<Vec<_>>().into_iter()
}

/// Whether an entity has this name or is below one that has it.
fn is_below(name: &str, above: &str) -> bool {
    name.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#']))
}

/// The services whose partitions can have this name, with their partitions.
async fn services_above(client: &Client, name: &str) -> Result<Vec<Service>, Failure> {
    let all = crate::cluster::pages::all(client, sf_backup_proto::inventory::GetApplicationInfoList::new()).await?;
    let mut found = Vec::new();
    for info in all {
        let Some(application) = info.name.and_then(|name| name.parse::<ApplicationId>().ok()) else { continue };
        if !is_below(name, without_scheme(&application.to_string())) {
            continue;
        }
        let (_, services) = inventory::services(client.clone(), application).await?;
        for mut service in services {
            let own = service.id.to_string();
            let own = without_scheme(&own);
            if is_below(name, own) || is_below(own, name) {
                service.partitions = inventory::partitions(client.clone(), service.id.clone()).await?;
                found.push(service);
            }
        }
    }
    Ok(found)
}

fn only(typed: &PartitionRef, found: Vec<(PartitionId, String)>) -> Result<PartitionId, Failure> {
    match found.as_slice() {
        [(id, _)] => Ok(*id),
        [] => Err(Failure::Absent(match typed {
            PartitionRef::Prefix(_) => format!("{typed}: no partition id starts with this"),
            _ => format!("{typed}: no partition has this name"),
        })),
        several => Err(ambiguous(typed, several)),
    }
}

fn ambiguous(typed: &PartitionRef, found: &[(PartitionId, String)]) -> Failure {
    let listed: Vec<_> = found.iter().take(NAMED).map(|(id, name)| format!("{name} ({id})")).collect();
    let more = found.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Failure::Usage(format!("{typed}: matches {} partitions: {}{more}", found.len(), listed.join(", ")))
}
