//! Reads the inventory of a cluster, with concurrent calls.

use std::num::NonZeroUsize;

use sf_backup_hyper::Error;
use sf_backup_ops::inventory::{Application, Inventory, Partition, Service, ServiceState};
use sf_backup_proto::inventory::{
    GetApplicationInfoList, GetApplicationNameInfo, GetPartitionInfoList, GetServiceInfoList, GetServiceNameInfo,
};
use sf_backup_proto::{ApplicationId, PartitionId, ServiceId};

use crate::cluster::batch;
use crate::cluster::client::Client;
use crate::cluster::pages::all;
use crate::options::scope::Scope;
use crate::output::failure::Failure;

/// The applications, services and partitions of a part of the cluster, with their parents. Omits items with invalid
/// names, because no operation could be called for them.
pub(crate) async fn read(client: &Client, scope: &Scope, parallel: NonZeroUsize) -> Result<Inventory, Failure> {
    let applications = match scope {
        Scope::Cluster => {
            let infos = all(client, GetApplicationInfoList::new()).await?;
            infos.into_iter().filter_map(|info| info.name?.parse().ok()).collect()
        }
        Scope::Application(id) => vec![id.clone()],
        Scope::Service(id) => return of_service(client, id, |_| true).await,
        Scope::Partition(id) => {
            let service = service_of(client, *id).await?;
            return of_service(client, &service, |partition| partition.id == *id).await;
        }
    };
    let applications = batch::try_map(applications, parallel, |id| services(client.clone(), id)).await?;
    let applications = applications.into_iter().map(|(id, services)| Application { id, services });
    let mut inventory = Inventory { applications: applications.collect() };
    // All services at once: one application after the other would take a round trip for each.
    let services = || inventory.applications.iter().flat_map(|application| &application.services);
    let ids: Vec<_> = services().map(|service| service.id.clone()).collect();
    let lists = batch::try_map(&ids, parallel, |id: &ServiceId| partitions(client.clone(), id.clone())).await?;
    let services = inventory.applications.iter_mut().flat_map(|application| &mut application.services);
    for (service, partitions) in services.zip(lists) {
        service.partitions = partitions;
    }
    Ok(inventory)
}

/// The service that a partition belongs to.
pub(crate) async fn service_of(client: &Client, partition: PartitionId) -> Result<ServiceId, Failure> {
    let info = client.send(GetServiceNameInfo::new(partition)).await?;
    let name = info.name.and_then(|name| name.parse().ok());
    name.ok_or_else(|| Failure::Other(format!("partition {partition}: the cluster does not report its service's name")))
}

/// The application that a service belongs to.
pub(crate) async fn application_of(client: &Client, service: &ServiceId) -> Result<ApplicationId, Failure> {
    let info = client.send(GetApplicationNameInfo::new(service.clone())).await?;
    let name = info.name.and_then(|name| name.parse().ok());
    name.ok_or_else(|| Failure::Other(format!("{service}: the cluster does not report its application's name")))
}

/// The name of the application that a service belongs to, if the cluster returns it.
pub(crate) async fn application_name(client: &Client, service: &ServiceId) -> Option<ApplicationId> {
    client.send(GetApplicationNameInfo::new(service.clone())).await.ok()?.name?.parse().ok()
}

async fn of_service(
    client: &Client,
    service: &ServiceId,
    wanted: impl Fn(&Partition) -> bool,
) -> Result<Inventory, Failure> {
    let application = application_of(client, service).await?;
    let (id, mut services) = services(client.clone(), application).await?;
    services.retain(|found| found.id == *service);
    for found in &mut services {
        found.partitions = partitions(client.clone(), found.id.clone()).await?;
        found.partitions.retain(&wanted);
    }
    Ok(Inventory { applications: vec![Application { id, services }] })
}

/// An application's services, without their partitions.
pub(crate) async fn services(
    client: Client,
    application: ApplicationId,
) -> Result<(ApplicationId, Vec<Service>), Error> {
    let infos = all(&client, GetServiceInfoList::new(application.clone())).await?;
    let services = infos.into_iter().filter_map(|info| {
        let state = ServiceState::of(&info);
        Some(Service { id: info.name?.parse().ok()?, state, partitions: Vec::new() })
    });
    Ok((application, services.collect()))
}

pub(crate) async fn partitions(client: Client, service: ServiceId) -> Result<Vec<Partition>, Error> {
    let infos = all(&client, GetPartitionInfoList::new(service)).await?;
    Ok(infos.into_iter().filter_map(|info| Partition::of(info.partition_information.as_ref()?)).collect())
}

#[cfg(test)]
mod tests {
    use sf_backup_sim::Cluster;

    use super::*;

    const PARTITION: &str = "6b1c2f7e-0000-4000-8000-000000000001";

    fn read(scope: &Scope) -> Result<Inventory, Failure> {
        let simulated = Cluster::builder().build().listen().unwrap();
        let client = Client::new(sf_backup_hyper::Client::new(simulated.endpoint()), None);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(super::read(&client, scope, 4.try_into().unwrap()))
    }

    #[test]
    fn every_scope_is_read_with_its_parents() {
        let scopes = [
            (Scope::Cluster, 2),
            (Scope::Application("fabric:/CalcApp".parse().unwrap()), 2),
            (Scope::Service("fabric:/CalcApp/CalcService".parse().unwrap()), 2),
            (Scope::Partition(PARTITION.parse().unwrap()), 1),
        ];
        for (scope, count) in scopes {
            let inventory = read(&scope).unwrap();
            let partitions: Vec<_> = inventory.partitions().collect();
            assert_eq!(partitions.len(), count, "{scope:?}");
            let (application, service, partition) = partitions[0];
            assert_eq!(application.id.to_string(), "fabric:/CalcApp");
            assert_eq!(
                (service.id.to_string().as_str(), service.state),
                ("fabric:/CalcApp/CalcService", ServiceState::Persisted)
            );
            assert_eq!(partition.id.to_string(), PARTITION);
        }
    }

    #[test]
    fn absent_entities_are_errors() {
        for scope in
            [Scope::Service("fabric:/No/Such".parse().unwrap()), Scope::Partition(uuid::Uuid::from_u128(9).into())]
        {
            assert!(matches!(read(&scope), Err(Failure::Call { .. })), "{scope:?}");
        }
    }
}
