//! The backup service: one method for each operation of the table.

use sf_backup_proto as proto;
use std::time::Duration;

use crate::http::server::{Call, OperationResult, Service};
use crate::world::refusal::Refusal;
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::configuration::BackupConfigurationInfo;
use sf_backup_proto::model::page::Page;

use crate::http::bind::Body;
use crate::http::pipeline::Inputs;
use crate::world::entity::Level;
use crate::world::state::State;
use crate::world::view::PolicyView;

/// One call, past all checks that do not depend on the state.
#[derive(Debug)]
pub(crate) struct Handler<'s> {
    pub(crate) state: &'s mut State,
    pub(crate) inputs: Inputs,
}

impl Handler<'_> {
    fn policy_body(&mut self) -> Option<PolicyView> {
        match std::mem::take(&mut self.inputs.body) {
            Body::Policy(view) => view.map(|view| *view),
            _ => None,
        }
    }

    fn enable(&mut self, level: Level) -> Result<(), Refusal> {
        let policy = match std::mem::take(&mut self.inputs.body) {
            Body::Mapping(policy) => policy,
            _ => None,
        };
        self.state.enable(level, &self.inputs.id, policy)
    }

    fn disable(&mut self, level: Level) -> Result<(), Refusal> {
        let clean = matches!(self.inputs.body, Body::Clean(Some(true)));
        self.state.disable(level, &self.inputs.id, clean)
    }

    fn suspend(&mut self, level: Level) -> Result<(), Refusal> {
        self.state.suspend(level, &self.inputs.id)
    }

    fn resume(&mut self, level: Level) -> Result<(), Refusal> {
        self.state.resume(level, &self.inputs.id)
    }

    fn configurations(&self, level: Level) -> Result<Page<BackupConfigurationInfo>, Refusal> {
        let parameters = &self.inputs.parameters;
        self.state.configurations(
            level,
            &self.inputs.id,
            parameters.continuation_token.as_deref(),
            parameters.max_results,
        )
    }

    fn backups(&self, level: Level) -> Result<Page<BackupInfo>, Refusal> {
        self.state.backup_list(level, &self.inputs.id, &self.inputs.parameters)
    }
}

impl Service for Handler<'_> {
    fn create_backup_policy(&mut self, _: &Call<'_>) -> OperationResult<proto::CreateBackupPolicy> {
        let view = self.policy_body();
        self.state.create_policy(view)
    }

    fn delete_backup_policy(&mut self, _: &Call<'_>) -> OperationResult<proto::DeleteBackupPolicy> {
        self.state.delete_policy(&self.inputs.id, Duration::from_secs(self.inputs.parameters.timeout))
    }

    fn get_backup_policy_list(&mut self, _: &Call<'_>) -> OperationResult<proto::GetBackupPolicyList> {
        let parameters = &self.inputs.parameters;
        Ok(self.state.policy_list(parameters.continuation_token.as_deref(), parameters.max_results))
    }

    fn get_backup_policy_by_name(&mut self, _: &Call<'_>) -> OperationResult<proto::GetBackupPolicyByName> {
        self.state.policy(&self.inputs.id)
    }

    fn get_all_entities_backed_up_by_policy(
        &mut self,
        _: &Call<'_>,
    ) -> OperationResult<proto::GetAllEntitiesBackedUpByPolicy> {
        let parameters = &self.inputs.parameters;
        self.state.enabled_entities(&self.inputs.id, parameters.continuation_token.as_deref(), parameters.max_results)
    }

    fn update_backup_policy(&mut self, _: &Call<'_>) -> OperationResult<proto::UpdateBackupPolicy> {
        let view = self.policy_body();
        self.state.update_policy(&self.inputs.id, view)
    }

    fn enable_application_backup(&mut self, _: &Call<'_>) -> OperationResult<proto::EnableApplicationBackup> {
        self.enable(Level::Application)
    }

    fn disable_application_backup(&mut self, _: &Call<'_>) -> OperationResult<proto::DisableApplicationBackup> {
        self.disable(Level::Application)
    }

    fn get_application_backup_configuration_info(
        &mut self,
        _: &Call<'_>,
    ) -> OperationResult<proto::GetApplicationBackupConfigurationInfo> {
        self.configurations(Level::Application)
    }

    fn get_application_backup_list(&mut self, _: &Call<'_>) -> OperationResult<proto::GetApplicationBackupList> {
        self.backups(Level::Application)
    }

    fn suspend_application_backup(&mut self, _: &Call<'_>) -> OperationResult<proto::SuspendApplicationBackup> {
        self.suspend(Level::Application)
    }

    fn resume_application_backup(&mut self, _: &Call<'_>) -> OperationResult<proto::ResumeApplicationBackup> {
        self.resume(Level::Application)
    }

    fn enable_service_backup(&mut self, _: &Call<'_>) -> OperationResult<proto::EnableServiceBackup> {
        self.enable(Level::Service)
    }

    fn disable_service_backup(&mut self, _: &Call<'_>) -> OperationResult<proto::DisableServiceBackup> {
        self.disable(Level::Service)
    }

    fn get_service_backup_configuration_info(
        &mut self,
        _: &Call<'_>,
    ) -> OperationResult<proto::GetServiceBackupConfigurationInfo> {
        self.configurations(Level::Service)
    }

    fn get_service_backup_list(&mut self, _: &Call<'_>) -> OperationResult<proto::GetServiceBackupList> {
        self.backups(Level::Service)
    }

    fn suspend_service_backup(&mut self, _: &Call<'_>) -> OperationResult<proto::SuspendServiceBackup> {
        self.suspend(Level::Service)
    }

    fn resume_service_backup(&mut self, _: &Call<'_>) -> OperationResult<proto::ResumeServiceBackup> {
        self.resume(Level::Service)
    }

    fn enable_partition_backup(&mut self, _: &Call<'_>) -> OperationResult<proto::EnablePartitionBackup> {
        self.enable(Level::Partition)
    }

    fn disable_partition_backup(&mut self, _: &Call<'_>) -> OperationResult<proto::DisablePartitionBackup> {
        self.disable(Level::Partition)
    }

    fn get_partition_backup_configuration_info(
        &mut self,
        _: &Call<'_>,
    ) -> OperationResult<proto::GetPartitionBackupConfigurationInfo> {
        self.state.partition_configuration(&self.inputs.id)
    }

    fn get_partition_backup_list(&mut self, _: &Call<'_>) -> OperationResult<proto::GetPartitionBackupList> {
        self.backups(Level::Partition)
    }

    fn suspend_partition_backup(&mut self, _: &Call<'_>) -> OperationResult<proto::SuspendPartitionBackup> {
        self.suspend(Level::Partition)
    }

    fn resume_partition_backup(&mut self, _: &Call<'_>) -> OperationResult<proto::ResumePartitionBackup> {
        self.resume(Level::Partition)
    }

    fn backup_partition(&mut self, _: &Call<'_>) -> OperationResult<proto::BackupPartition> {
        let storage = match std::mem::take(&mut self.inputs.body) {
            Body::Storage(storage) => storage.map(|storage| *storage),
            _ => None,
        };
        let minutes = self.inputs.parameters.minutes.unwrap_or(DEFAULT_MINUTES);
        self.state.backup_partition(&self.inputs.id, storage, minutes)
    }

    fn get_partition_backup_progress(&mut self, _: &Call<'_>) -> OperationResult<proto::GetPartitionBackupProgress> {
        self.state.backup_progress(&self.inputs.id)
    }

    fn restore_partition(&mut self, _: &Call<'_>) -> OperationResult<proto::RestorePartition> {
        let Inputs { id, parameters, body } = &self.inputs;
        let view = match body {
            Body::Restore(view) => view.as_deref(),
            _ => None,
        };
        self.state.restore_partition(id, view, parameters.latest, parameters.minutes)
    }

    fn skip_restore_partition(&mut self, _: &Call<'_>) -> OperationResult<proto::SkipRestorePartition> {
        self.state.skip_restore(&self.inputs.id)
    }

    fn get_partition_restore_progress(&mut self, _: &Call<'_>) -> OperationResult<proto::GetPartitionRestoreProgress> {
        self.state.restore_progress(&self.inputs.id)
    }

    fn get_backups_from_backup_location(
        &mut self,
        _: &Call<'_>,
    ) -> OperationResult<proto::GetBackupsFromBackupLocation> {
        let query = match &self.inputs.body {
            Body::Query(query) => query.as_deref(),
            _ => None,
        };
        self.state.location_list(query, &self.inputs.parameters)
    }
}

/// How long a backup may take unless the request says.
const DEFAULT_MINUTES: i32 = 10;
