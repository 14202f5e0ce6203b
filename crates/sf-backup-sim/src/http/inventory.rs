//! The queries that the gateway itself responds to: the inventory of the cluster.

mod cluster;
mod describe;
mod health;
mod nodes;
mod page;
mod query;
mod replicas;
mod table;
#[cfg(test)]
mod tests;
mod types;
mod version;

use crate::world::refusal::Refusal;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use sf_backup_proto::inventory as proto;
use sf_backup_proto::model::inventory::{
    AadMetadata, AadMetadataObject, ApplicationNameInfo, ClusterVersion, ServiceNameInfo,
};
use sf_backup_proto::model::inventory::{ApplicationHealth, PartitionHealth, ServiceHealthState};
use uuid::Uuid;

use crate::http::pipeline::Inputs;
use crate::http::refusal;
use crate::http::server::{self, Call, Inventory, OperationResult as Outcome};
use crate::http::service::Handler;
use crate::world::entity::guid;
use crate::world::state::State;
use crate::world::state::health::worst;
use crate::world::system::SYSTEM;
use crate::world::topology::Partition;
use page::page;
use query::Query;
pub(crate) use table::Match;
use table::Responder;
use version::Version;

/// The response to a query for one entity that does not exist.
const NONE: Refusal = Refusal::Empty(StatusCode::NO_CONTENT);

/// Responds to a query.
pub(crate) fn respond(state: &mut State, request: &Request<Bytes>, found: &Match) -> Result<Response<Bytes>, Refusal> {
    let pairs = request.uri().query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let parameters: Vec<(String, String)> = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
    let version = parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case("api-version"));
    let version = Version::of(version.map(|(_, value)| value.as_str()), state.runtime)?;
    let response = match found.responder() {
        Responder::Json(respond) => {
            let query = Query { state, version, ids: found.ids(), parameters, body: request.body() };
            server::json(StatusCode::OK, respond(&query)?.to_string().into_bytes())
        }
        Responder::Operation(operation) => {
            let call = Call::new(operation, request).map_err(|_| refusal::invalid_request())?;
            let inputs = Inputs::of_id(found.ids().pop().unwrap_or_default());
            call.dispatch(&mut Handler { state, inputs }, server::GATEWAY)
        }
    };
    Ok(version.without_page(response, found.row.paged_from))
}

impl Handler<'_> {
    fn name(&self) -> String {
        format!("fabric:/{}", self.inputs.id)
    }

    fn partition_id(&self) -> Option<Uuid> {
        guid(&self.inputs.id)
    }
}

impl Inventory for Handler<'_> {
    fn get_application_info_list(&mut self, call: &Call<'_>) -> Outcome<proto::GetApplicationInfoList> {
        let version = Version::of(call.parameter("api-version"), self.state.runtime)?;
        let wanted = call.parameter("ApplicationTypeName").filter(|name| !name.is_empty());
        Ok(page(
            call,
            self.state.topology.applications(),
            |application| application.name().to_owned(),
            |application| wanted.is_none_or(|name| describe::type_of(application.name()) == name),
            |application| self.state.application_info(application, version),
        ))
    }

    fn get_service_info_list(&mut self, call: &Call<'_>) -> Outcome<proto::GetServiceInfoList> {
        let version = Version::of(call.parameter("api-version"), self.state.runtime)?;
        let wanted = call.parameter("ServiceTypeName").filter(|name| !name.is_empty());
        if self.name() == SYSTEM {
            let services: Vec<_> = self.state.system_services().collect();
            return Ok(page(
                call,
                &services,
                |service| service.name().to_owned(),
                |service| wanted.is_none_or(|name| service.type_name == name),
                |service| self.state.system_service_info(service, version),
            ));
        }
        let found = self.state.topology.application(&self.name());
        let application = found.ok_or_else(refusal::gateway_application_missing)?;
        Ok(page(
            call,
            application.services(),
            |service| service.name().to_owned(),
            |service| wanted.is_none_or(|name| describe::type_of(service.name()) == name),
            |service| self.state.service_info(service, version),
        ))
    }

    fn get_application_info(&mut self, call: &Call<'_>) -> Outcome<proto::GetApplicationInfo> {
        let version = Version::of(call.parameter("api-version"), self.state.runtime)?;
        let found = self.state.topology.application(&self.name()).ok_or(NONE)?;
        Ok(Some(self.state.application_info(found, version)))
    }

    fn get_application_health(&mut self, _: &Call<'_>) -> Outcome<proto::GetApplicationHealth> {
        let name = self.name();
        let state = |name: &str, state| ServiceHealthState::new().service_name(name).aggregated_health_state(state);
        let services: Vec<ServiceHealthState> = if name == SYSTEM {
            let services = self.state.system_services();
            services.map(|service| state(service.name(), self.state.system_health(service.name()))).collect()
        } else {
            let found = self.state.topology.application(&name).ok_or_else(refusal::health_entity_missing)?;
            let services = found.services().iter();
            services.map(|service| state(service.name(), self.state.service_health(service))).collect()
        };
        let worst = worst(services.iter().filter_map(|service| service.aggregated_health_state.clone()));
        let mut health = ApplicationHealth::new()
            .aggregated_health_state(worst)
            .health_events(Vec::new())
            .name(name)
            .service_health_states(services);
        describe::lists(&mut health.extra, &["UnhealthyEvaluations", "DeployedApplicationHealthStates"]);
        Ok(health)
    }

    fn get_partition_info_list(&mut self, call: &Call<'_>) -> Outcome<proto::GetPartitionInfoList> {
        if let Some(service) = self.state.system_service(&self.name()) {
            let ids: Vec<_> = service.partitions().collect();
            let describe = |id: &Uuid| self.state.system_partition_info(*id);
            return Ok(page(call, &ids, Uuid::to_string, |_| true, describe));
        }
        let found = self.state.topology.service(&self.name());
        let (_, service) = found.ok_or_else(refusal::gateway_service_missing)?;
        let describe = |partition: &Partition| self.state.partition_info(service, partition);
        Ok(page(call, service.partitions(), |partition| partition.id().to_string(), |_| true, describe))
    }

    fn get_partition_info(&mut self, _: &Call<'_>) -> Outcome<proto::GetPartitionInfo> {
        let id = self.partition_id().ok_or_else(refusal::gateway_bad_partition)?;
        if self.state.system_service_of(id).is_some() {
            return Ok(Some(self.state.system_partition_info(id)));
        }
        let (_, service, partition) = self.state.topology.partition(id).ok_or(NONE)?;
        Ok(Some(self.state.partition_info(service, partition)))
    }

    fn get_partition_health(&mut self, _: &Call<'_>) -> Outcome<proto::GetPartitionHealth> {
        let id = self.partition_id().ok_or_else(refusal::gateway_bad_partition)?;
        let known = self.state.topology.partition(id).is_some() || self.state.system_service_of(id).is_some();
        if !known {
            return Err(refusal::health_entity_missing());
        }
        let mut health = PartitionHealth::new()
            .aggregated_health_state(self.state.partition_health(id))
            .health_events(self.state.partition_events(id))
            .partition_id(id);
        describe::lists(&mut health.extra, &["UnhealthyEvaluations", "ReplicaHealthStates"]);
        Ok(health)
    }

    fn get_application_name_info(&mut self, call: &Call<'_>) -> Outcome<proto::GetApplicationNameInfo> {
        let version = Version::of(call.parameter("api-version"), self.state.runtime)?;
        let name = self.name();
        let application = match self.state.system_service(&name) {
            Some(_) => SYSTEM,
            None => self.state.topology.service(&name).ok_or_else(refusal::gateway_service_missing)?.0.name(),
        };
        Ok(ApplicationNameInfo::new().id(version.id_of(application)).name(application))
    }

    fn get_service_name_info(&mut self, call: &Call<'_>) -> Outcome<proto::GetServiceNameInfo> {
        let version = Version::of(call.parameter("api-version"), self.state.runtime)?;
        let id = self.partition_id().ok_or_else(refusal::gateway_partition_missing)?;
        let service = match self.state.system_service_of(id) {
            Some(service) => service.name(),
            None => self.state.topology.partition(id).ok_or_else(refusal::gateway_partition_missing)?.1.name(),
        };
        Ok(ServiceNameInfo::new().id(version.id_of(service)).name(service))
    }

    fn get_cluster_version(&mut self, _: &Call<'_>) -> Outcome<proto::GetClusterVersion> {
        let version = self.state.runtime.code_version();
        Ok(ClusterVersion::new().version(version))
    }

    /// A cluster without Microsoft Entra ID.
    fn get_aad_metadata(&mut self, _: &Call<'_>) -> Outcome<proto::GetAadMetadata> {
        Ok(AadMetadataObject::new().kind("").metadata(AadMetadata::new()))
    }
}
