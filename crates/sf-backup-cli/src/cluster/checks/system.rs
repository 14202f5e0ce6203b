//! The cluster's own services: whether they are deployed, and their health.

use sf_backup_ops::advice::CodeAdvice;
use sf_backup_proto::inventory::GetServiceInfoList;
use sf_backup_proto::{ApplicationId, FabricErrorCode};

use super::step::{Name, Step};
use crate::cluster::client::Client;
use crate::cluster::pages::all;
use crate::output::exit::Exit;

/// The application of the system services.
const SYSTEM: &str = "fabric:/System";
const FAULT_ANALYSIS: &str = "fabric:/System/FaultAnalysisService";
pub(super) const BACKUP_RESTORE: &str = "fabric:/System/BackupRestoreService";
const NO_FAULT_ANALYSIS: &str = "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED";

/// The services of the System application.
pub(super) struct System {
    /// Names, and health if reported; or why they are unknown.
    services: Result<Vec<(String, Option<String>)>, String>,
}

impl System {
    pub(super) async fn read(client: &Client) -> Self {
        let Ok(system) = SYSTEM.parse::<ApplicationId>() else {
            return Self { services: Err("not checked".to_owned()) };
        };
        let services = match all(client, GetServiceInfoList::new(system)).await {
            Ok(infos) => {
                let service = |info: sf_backup_proto::model::inventory::ServiceInfo| {
                    let health = info.health_state.as_ref().map(ToString::to_string);
                    Some((info.name?, health))
                };
                Ok(infos.into_iter().filter_map(service).collect())
            }
            Err(error) => Err(format!("the cluster does not list its own services: {}", error.cause())),
        };
        Self { services }
    }

    /// Whether the cluster has listed anything, which shows that it accepts the caller.
    pub(super) fn is_listed(&self) -> bool {
        self.services.as_ref().is_ok_and(|services| !services.is_empty())
    }

    /// Whether the backup service is deployed, and its health; `None` if nothing was listed.
    pub(super) fn backup_service(&self) -> Option<Option<&str>> {
        if !self.is_listed() {
            return None;
        }
        let services = self.services.as_ref().ok()?;
        let found = services.iter().find(|(name, _)| name == BACKUP_RESTORE)?;
        Some(found.1.as_deref())
    }

    /// The step for the fault analysis service, which restores need.
    pub(super) fn fault_analysis(&self) -> Step {
        match &self.services {
            Err(why) => Step::skipped(Name::FaultAnalysis, why.clone()),
            Ok(services) if services.is_empty() => {
                Step::skipped(Name::FaultAnalysis, "the cluster does not list its own services")
            }
            Ok(services) if services.iter().any(|(name, _)| name == FAULT_ANALYSIS) => {
                Step::passed(Name::FaultAnalysis, "running")
            }
            Ok(_) => {
                let advice = CodeAdvice::of(&FabricErrorCode::from_text(NO_FAULT_ANALYSIS)).map(|advice| advice.action);
                let step = Step::failed(Name::FaultAnalysis, Exit::Lacking, "not deployed; restores require it");
                step.advice(advice.unwrap_or_default())
            }
        }
    }
}
