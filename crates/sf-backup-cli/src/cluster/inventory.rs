//! Reads what a cluster is made of, several calls at once.

use std::num::NonZeroUsize;

use sf_backup_hyper::{Client, Error};
use sf_backup_ops::inventory::{Application, Inventory, Partition, Service, ServiceState};
use sf_backup_proto::inventory::{
    GetApplicationInfoList, GetApplicationNameInfo, GetPartitionInfoList, GetServiceInfoList, GetServiceNameInfo,
};
use sf_backup_proto::{ApplicationId, Paged, Pager, PartitionId, ServiceId};

use crate::cluster::batch;
use crate::options::scope::Scope;
use crate::output::failure::Failure;

/// The applications, services and partitions of a part of the cluster, with what stands above them. Items whose names cannot
/// be read as names are left out: no operation could be called for them.
pub(crate) async fn read(client: &Client, scope: &Scope, at_once: NonZeroUsize) -> Result<Inventory, Failure> {
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
    let mut inventory = Inventory::default();
    let services = batch::try_map(applications, at_once, |id| services(client.clone(), id)).await?;
    let partitions = |id: &ServiceId| partitions(client.clone(), id.clone());
    for (id, services) in services {
        let ids: Vec<_> = services.iter().map(|service| service.id.clone()).collect();
        let partitions = batch::try_map(&ids, at_once, partitions).await?;
        let services = services.into_iter().zip(partitions);
        let services = services.map(|(service, partitions)| Service { partitions, ..service }).collect();
        inventory.applications.push(Application { id, services });
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

/// The name of the application that a service belongs to, where the cluster returns it.
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

/// All items of a list.
pub(crate) async fn all<O: Paged>(client: &Client, list: O) -> Result<Vec<O::Item>, Error> {
    let mut items = Vec::new();
    let mut pager = Pager::collecting(list);
    while let Some(call) = pager.next_call() {
        items.append(&mut pager.accept(client.send(call).await)?);
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use sf_backup_sim::Cluster;

    use super::*;

    const PARTITION: &str = "6b1c2f7e-0000-4000-8000-000000000001";

    fn read(scope: &Scope) -> Result<Inventory, Failure> {
        let simulated = Cluster::builder().build().listen().unwrap();
        let client = Client::new(simulated.endpoint());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(super::read(&client, scope, 4.try_into().unwrap()))
    }

    #[test]
    fn every_scope_is_seen_with_what_stands_above_it() {
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
    fn what_is_not_there_is_an_error() {
        for scope in
            [Scope::Service("fabric:/No/Such".parse().unwrap()), Scope::Partition(uuid::Uuid::from_u128(9).into())]
        {
            assert!(matches!(read(&scope), Err(Failure::Call { .. })), "{scope:?}");
        }
    }
}
