//! Reads what an audit assesses, several partitions concurrently. Only the assessment of each is kept, and each is
//! assessed as of the time when its backups were listed.

pub(crate) mod partition;

use std::collections::HashMap;
use std::fmt::Display;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use sf_backup_hyper::{Batch, Error, Panicked};
use sf_backup_ops::audit::{Assessment, Audit, Condition, Gap, Partition, Policies, Reading, Rules, Unread};
use sf_backup_ops::inventory::{self, ServiceState, partition_names};
use sf_backup_proto::inventory::{GetApplicationInfoList, GetPartitionInfoList, GetServiceInfoList};
use sf_backup_proto::{ApplicationId, GetBackupPolicyList, ServiceId};

use crate::cluster::batch::each;
use crate::cluster::client::Client;
use crate::cluster::context::CommandContext;
use crate::cluster::inventory::{application_of, service_of};
use crate::cluster::lookup::{self, Entity};
use crate::cluster::pages::all;
use crate::cluster::partitions;
use crate::cluster::readings::partition::{PartitionReader, is_fatal};
use crate::cluster::service_reading::{self, ServiceReading};
use crate::cluster::session::Session;
use crate::options::scope::{AuditScope, Scope};
use crate::output::clock::Clock;
use crate::output::console::Terminal;
use crate::output::failure::{Failure, internal};

/// Items per page, for lists with reliable pages.
const PAGE: u32 = 500;

/// The settings of an audit.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) scope: Scope,
    pub(crate) rules: Rules,
    pub(crate) parallel: NonZeroUsize,
    /// How far back backups are listed at least.
    pub(crate) history: Duration,
    pub(crate) clock: Clock,
}

impl Plan {
    /// `clock` is that of a session, which follows the cluster's.
    pub(crate) fn new(part: &AuditScope, scope: Scope, clock: Clock) -> Self {
        Self { scope, rules: part.rules(), parallel: part.parallel, history: Duration::ZERO, clock }
    }
}

/// The part of the cluster to read; looks up a partition that is not given by its whole id.
pub(crate) fn scope(
    part: &AuditScope,
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<Scope, Failure> {
    let partition = part.partition.as_ref().map(|typed| partitions::resolve(typed, context, terminal));
    Ok(part.scope(partition.transpose()?))
}

/// Like [`read`], and prints a note if it takes long.
pub(crate) async fn read_patiently(plan: &Plan, session: &mut Session<'_, '_>) -> Result<Audit, Failure> {
    let reading = read(session.client().clone(), plan);
    session
        .patiently_saying("still reading the effective policy and the backups of every partition", pin!(reading))
        .await
}

/// Reads and assesses. What cannot be read below the lists of policies and applications is reported in the audit;
/// without these two lists, there is no audit.
pub(crate) async fn read(client: Client, plan: &Plan) -> Result<Audit, Failure> {
    if let Some(entity) = Entity::of_scope(&plan.scope) {
        lookup::must_be_there(&client, &entity).await?;
    }
    let mut reader =
        AuditReader { client, policies: Arc::default(), plan, assessed: Vec::new(), gaps: Vec::new(), fatal: None };
    let policies = all(&reader.client, GetBackupPolicyList::new().max_results(PAGE)).await?;
    reader.policies = Arc::new(policies.into_iter().map(|policy| (policy.name.clone(), policy)).collect());
    let service = match &plan.scope {
        Scope::Service(id) => Some(id.clone()),
        Scope::Partition(id) => Some(service_of(&reader.client, *id).await?),
        Scope::Cluster | Scope::Application(_) => None,
    };
    let services = reader.services(service.as_ref()).await?;
    let mut partitions = reader.partitions(services).await?;
    if let Scope::Partition(id) = plan.scope {
        partitions.retain(|partition| partition.id == id);
    }
    reader.assess(partitions).await?;
    Ok(Audit::of(plan.clock.whole(), plan.clock.source(), reader.assessed, reader.gaps))
}

struct AuditReader<'p> {
    client: Client,
    policies: Arc<Policies>,
    plan: &'p Plan,
    assessed: Vec<Assessment>,
    gaps: Vec<Gap>,
    /// An error that ends the audit, because every other request would fail as well.
    fatal: Option<Error>,
}

/// A service whose partitions are read.
#[derive(Debug, Clone)]
struct ListedService {
    application: ApplicationId,
    service: ServiceId,
    holds: ServiceState,
}

impl AuditReader<'_> {
    async fn applications(&mut self, service: Option<&ServiceId>) -> Result<Vec<ApplicationId>, Failure> {
        match (&self.plan.scope, service) {
            (Scope::Application(id), _) => Ok(vec![id.clone()]),
            (_, Some(service)) => Ok(vec![application_of(&self.client, service).await?]),
            (_, None) => {
                let infos = all(&self.client, GetApplicationInfoList::new()).await?;
                Ok(infos.into_iter().filter_map(|info| self.name(info.name.as_deref(), "an application")).collect())
            }
        }
    }

    /// All services, or only the given one.
    async fn services(&mut self, only: Option<&ServiceId>) -> Result<Vec<ListedService>, Failure> {
        let applications = self.applications(only).await?;
        let client = self.client.clone();
        let list = move |application: ApplicationId| {
            let client = client.clone();
            async move { all(&client, GetServiceInfoList::new(application)).await }
        };
        let mut batch = Batch::new(applications, self.plan.parallel, list);
        let mut services = Vec::new();
        while let Some((application, infos)) = batch.catch_next().await {
            let infos = match infos {
                Ok(Ok(infos)) => infos,
                // The named entity does not exist.
                Ok(Err(error)) if self.plan.scope != Scope::Cluster => return Err(error.into()),
                Ok(Err(error)) => {
                    self.gap(&application, "the services could not be listed", error)?;
                    continue;
                }
                Err(panicked) => {
                    self.panicked(&application, &panicked);
                    continue;
                }
            };
            for info in infos {
                let holds = ServiceState::of(&info);
                let Some(service) = self.name::<ServiceId>(info.name.as_deref(), "a service") else { continue };
                if only.is_some_and(|only| *only != service) {
                    continue;
                }
                services.push(ListedService { application: application.clone(), service, holds });
            }
        }
        if let (Some(id), true) = (only, services.is_empty()) {
            return Err(Failure::Other(format!("{id}: the cluster does not list it among its application's services")));
        }
        Ok(services)
    }

    async fn partitions(&mut self, services: Vec<ListedService>) -> Result<Vec<Partition>, Failure> {
        let client = self.client.clone();
        let list = move |service: ListedService| {
            let client = client.clone();
            async move { all(&client, GetPartitionInfoList::new(service.service)).await }
        };
        let mut batch = Batch::new(services, self.plan.parallel, list);
        let mut partitions = Vec::new();
        while let Some((ListedService { application, service, holds }, infos)) = batch.catch_next().await {
            let infos = match infos {
                Ok(Ok(infos)) => infos,
                Ok(Err(error)) => {
                    self.gap(&service, "the partitions could not be listed", error)?;
                    continue;
                }
                Err(panicked) => {
                    self.panicked(&service, &panicked);
                    continue;
                }
            };
            let (mut listed, mut conditions) = (Vec::new(), Vec::new());
            for info in infos {
                let partition = info.partition_information.as_ref().and_then(inventory::Partition::of);
                let Some(partition) = partition else {
                    self.gaps.push(Gap {
                        entity: Some(service.to_string()),
                        unread: Unread::of("the cluster lists a partition without an id"),
                    });
                    continue;
                };
                listed.push(partition);
                conditions.push(Condition::of(&info));
            }
            let names = partition_names(&service, &listed);
            for ((inventory::Partition { id, key }, name), condition) in listed.into_iter().zip(names).zip(conditions) {
                let (application, service) = (application.clone(), service.clone());
                partitions.push(Partition { application, service, id, name, key, holds, condition });
            }
        }
        Ok(partitions)
    }

    /// Reads what partitions share, for services with enough partitions to save requests.
    async fn common(&self, partitions: &[Partition]) -> HashMap<ServiceId, ServiceReading> {
        let mut counts: HashMap<&ServiceId, (&ApplicationId, usize)> = HashMap::new();
        for partition in partitions.iter().filter(|partition| partition.holds == ServiceState::Persisted) {
            counts.entry(&partition.service).or_insert((&partition.application, 0)).1 += 1;
        }
        let many = counts.into_iter().filter(|(_, (_, count))| *count >= service_reading::FEWEST);
        let services: Vec<_> = many.map(|(service, (application, _))| (application.clone(), service.clone())).collect();
        let (client, policies) = (self.client.clone(), self.policies.clone());
        let (history, clock) = (self.plan.history, self.plan.clock.clone());
        let mut common = HashMap::new();
        let read = move |(application, service): (ApplicationId, ServiceId)| {
            let (client, policies, clock) = (client.clone(), policies.clone(), clock.clone());
            async move {
                let reading =
                    service_reading::read(&client, &application, &service, &policies, history, &clock).await?;
                Some((service, reading))
            }
        };
        // After a panic, the service's partitions are read one by one.
        each(services, self.plan.parallel, read, |_, reading| {
            common.extend(reading.ok().flatten());
            true
        })
        .await;
        common
    }

    async fn assess(&mut self, partitions: Vec<Partition>) -> Result<(), Failure> {
        let reader = PartitionReader {
            common: Arc::new(self.common(&partitions).await),
            client: self.client.clone(),
            policies: self.policies.clone(),
            rules: self.plan.rules,
            history: self.plan.history,
            clock: self.plan.clock.clone(),
        };
        let one = |partition: Partition| {
            let reader = reader.clone();
            async move { reader.assess(partition).await }
        };
        let (assessed, fatal) = (&mut self.assessed, &mut self.fatal);
        each(partitions.iter().cloned(), self.plan.parallel, one, |place, result| {
            match result {
                Ok(Ok(assessment)) => assessed.push(assessment),
                Ok(Err(error)) => *fatal = Some(error),
                // The state is unknown.
                Err(panicked) => {
                    if let Some(partition) = partitions.get(place).cloned() {
                        let reading = Reading::unread(partition, Unread::of(internal(&panicked)));
                        assessed.push(reader.weigh(reading, reader.clock.whole()));
                    }
                }
            }
            fatal.is_none()
        })
        .await;
        self.fatal.take().map_or(Ok(()), |error| Err(error.into()))
    }

    /// A name that no request can be built for is a gap: what is below it cannot be read.
    fn name<T: std::str::FromStr<Err: Display>>(&mut self, name: Option<&str>, what: &str) -> Option<T> {
        let problem = match name.map(str::parse) {
            Some(Ok(id)) => return Some(id),
            Some(Err(error)) => format!("no request can be built for {what}: {error}"),
            None => format!("the cluster lists {what} without a name"),
        };
        self.gaps.push(Gap { entity: name.map(str::to_owned), unread: Unread::of(problem) });
        None
    }

    fn panicked(&mut self, entity: &dyn Display, panicked: &Panicked) {
        self.gaps.push(Gap { entity: Some(entity.to_string()), unread: Unread::of(internal(panicked)) });
    }

    fn gap(&mut self, entity: &dyn Display, what: &str, error: Error) -> Result<(), Failure> {
        if is_fatal(&error) {
            return Err(error.into());
        }
        self.gaps.push(Gap { entity: Some(entity.to_string()), unread: Unread::because(what, &error) });
        Ok(())
    }
}
