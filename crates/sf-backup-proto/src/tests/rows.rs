//! Strategies for the request and the response of every operation in the table.

use proptest::option::of;
use proptest::prelude::*;

use super::strategies::fields;
use super::strategies::listing::{
    backup, backup_progress, configuration, entity, page, query, restore, restore_progress,
};
use super::strategies::name::{application, partition, policy, service, token};
use super::strategies::policy::{policy as description, storage};
use super::strategies::time::fine_moment;
use crate::operation::Operation;
use crate::operations::*;

/// An operation with strategies for its request and response.
pub(crate) trait Row: Operation {
    fn call() -> BoxedStrategy<Self>;
    fn response() -> BoxedStrategy<Self::Response>;
}

/// A visitor for the rows of the table, by type.
pub(crate) trait EachRow {
    fn row<O: Row>(&mut self);
}

macro_rules! rows {
    ($($test:ident: $Op:ident { $($fields:tt)+ } $(if $valid:expr)? => $response:expr;)+) => {
        $(impl Row for $Op {
            fn call() -> BoxedStrategy<Self> {
                fields!($Op { $($fields)+ })$(.prop_filter("refused before sending", $valid))?.boxed()
            }
            fn response() -> BoxedStrategy<Self::Response> {
                $response.boxed()
            }
        })+

        pub(crate) fn each_row(visitor: &mut impl EachRow) {
            $(visitor.row::<$Op>();)+
        }

        mod response {
            $(#[test]
            fn $test() {
                crate::tests::round_trip::assert_responses::<crate::operations::$Op>();
            })+
        }

        mod call {
            $(#[test]
            fn $test() {
                crate::tests::served::assert_calls::<crate::operations::$Op>();
            })+
        }
    };
}

rows! {
    create_backup_policy: CreateBackupPolicy { policy: description(), validate_connection: of(any::<bool>()) } => Just(());
    delete_backup_policy: DeleteBackupPolicy { policy: policy() } => Just(());
    get_backup_policy_list:
        GetBackupPolicyList { continuation_token: of(token()), max_results: of(any::<u32>()) } => page(description());
    get_backup_policy_by_name: GetBackupPolicyByName { policy: policy() } => description();
    get_all_entities_backed_up_by_policy: GetAllEntitiesBackedUpByPolicy {
        policy: policy(), continuation_token: of(token()), max_results: of(any::<u32>())
    } => page(entity());
    update_backup_policy: UpdateBackupPolicy {
        policy: policy(), description: description(), validate_connection: of(any::<bool>())
    } => Just(());
    enable_application_backup: EnableApplicationBackup { application: application(), policy: policy() } => Just(());
    disable_application_backup:
        DisableApplicationBackup { application: application(), clean_backup: of(any::<bool>()) } => Just(());
    get_application_backup_configuration_info: GetApplicationBackupConfigurationInfo {
        application: application(), continuation_token: of(token()), max_results: of(any::<u32>())
    } => page(configuration());
    get_application_backup_list: GetApplicationBackupList {
        application: application(), latest: of(any::<bool>()), start_date_time_filter: of(fine_moment()),
        end_date_time_filter: of(fine_moment()), continuation_token: of(token()), max_results: of(any::<u32>()),
        metadata_from_blob: of(any::<bool>())
    } => page(backup());
    suspend_application_backup: SuspendApplicationBackup { application: application() } => Just(());
    resume_application_backup: ResumeApplicationBackup { application: application() } => Just(());
    enable_service_backup: EnableServiceBackup { service: service(), policy: policy() } => Just(());
    disable_service_backup: DisableServiceBackup { service: service(), clean_backup: of(any::<bool>()) } => Just(());
    get_service_backup_configuration_info: GetServiceBackupConfigurationInfo {
        service: service(), continuation_token: of(token()), max_results: of(any::<u32>())
    } => page(configuration());
    get_service_backup_list: GetServiceBackupList {
        service: service(), latest: of(any::<bool>()), start_date_time_filter: of(fine_moment()),
        end_date_time_filter: of(fine_moment()), continuation_token: of(token()), max_results: of(any::<u32>()),
        metadata_from_blob: of(any::<bool>())
    } => page(backup());
    suspend_service_backup: SuspendServiceBackup { service: service() } => Just(());
    resume_service_backup: ResumeServiceBackup { service: service() } => Just(());
    enable_partition_backup: EnablePartitionBackup { partition: partition(), policy: policy() } => Just(());
    disable_partition_backup:
        DisablePartitionBackup { partition: partition(), clean_backup: of(any::<bool>()) } => Just(());
    get_partition_backup_configuration_info:
        GetPartitionBackupConfigurationInfo { partition: partition() } => of(configuration());
    get_partition_backup_list: GetPartitionBackupList {
        partition: partition(), latest: of(any::<bool>()), start_date_time_filter: of(fine_moment()),
        end_date_time_filter: of(fine_moment()), continuation_token: of(token()), max_results: of(any::<u32>()),
        metadata_from_blob: of(any::<bool>())
    } => page(backup());
    suspend_partition_backup: SuspendPartitionBackup { partition: partition() } => Just(());
    resume_partition_backup: ResumePartitionBackup { partition: partition() } => Just(());
    backup_partition:
        BackupPartition { partition: partition(), storage: of(storage()), backup_timeout: of(any::<u32>()) } => Just(());
    get_partition_backup_progress: GetPartitionBackupProgress { partition: partition() } => of(backup_progress());
    restore_partition: RestorePartition {
        partition: partition(), restore: of(restore()), latest: of(any::<bool>()), restore_timeout: of(any::<u32>()),
        metadata_from_blob: of(any::<bool>())
    } if |call| call.restore.is_some() || call.latest == Some(true) => Just(());
    skip_restore_partition:
        SkipRestorePartition { partition: partition(), restore_timeout: of(any::<u32>()) } => Just(());
    get_partition_restore_progress: GetPartitionRestoreProgress { partition: partition() } => of(restore_progress());
    get_backups_from_backup_location: GetBackupsFromBackupLocation {
        query: query(), continuation_token: of(token()), max_results: of(any::<u32>())
    } => page(backup());
}

#[test]
fn every_row_of_the_table_has_strategies() {
    struct Names(Vec<&'static str>);
    impl EachRow for Names {
        fn row<O: Row>(&mut self) {
            self.0.push(O::SPEC.name);
        }
    }
    let mut names = Names(Vec::new());
    each_row(&mut names);
    let table: Vec<&str> = OPERATIONS.iter().map(|spec| spec.name).collect();
    assert_eq!(names.0, table);
    assert_eq!(table.len(), 30);
}
