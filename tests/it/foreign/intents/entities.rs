//! Enabling, disabling, suspending and resuming; configurations and lists of backups.

use sf_backup_proto::{
    DisableApplicationBackup, DisablePartitionBackup, DisableServiceBackup, EnableApplicationBackup,
    EnablePartitionBackup, EnableServiceBackup, GetApplicationBackupConfigurationInfo, GetApplicationBackupList,
    GetPartitionBackupConfigurationInfo, GetPartitionBackupList, GetServiceBackupConfigurationInfo,
    GetServiceBackupList, ResumeApplicationBackup, ResumePartitionBackup, ResumeServiceBackup,
    SuspendApplicationBackup, SuspendPartitionBackup, SuspendServiceBackup,
};

use super::deliberate::{
    CAPITALS, END, LATEST, MAX_RESULTS, PARAMETER_ORDER, REAL_TOKEN, START, TIMEOUT, TYPE_OF_NOTHING,
};
use super::{Intent, application, april, march, partition, policy, service, token};

pub(super) fn applications() -> Vec<Intent> {
    let disable = DisableApplicationBackup::new(application());
    let configuration = GetApplicationBackupConfigurationInfo::new(application());
    let list = GetApplicationBackupList::new(application());
    vec![
        Intent::new("EnableApplicationBackup", EnableApplicationBackup::new(application(), policy()))
            .differs(&[TIMEOUT]),
        Intent::new("DisableApplicationBackup", disable.clone()).differs(&[TIMEOUT, TYPE_OF_NOTHING]),
        Intent::new("DisableApplicationBackup in full", disable.clean_backup(true)).in_time(),
        Intent::read_as(
            "GetApplicationBackupConfigurationInfo",
            configuration.clone(),
            configuration.clone().max_results(0),
        )
        .differs(&[MAX_RESULTS, TIMEOUT]),
        Intent::new(
            "GetApplicationBackupConfigurationInfo in full",
            configuration.continuation_token(token("CalcPolicy")).max_results(5),
        )
        .in_time()
        .differs(&[PARAMETER_ORDER]),
        Intent::read_as("GetApplicationBackupList", list.clone(), list.clone().latest(false).max_results(0))
            .differs(&[TIMEOUT, LATEST, MAX_RESULTS]),
        Intent::new(
            "GetApplicationBackupList in full",
            list.latest(true)
                .start_date_time_filter(march())
                .end_date_time_filter(april())
                .continuation_token(token("CalcPolicy"))
                .max_results(5),
        )
        .in_time()
        .differs(&[START, END]),
        Intent::new("SuspendApplicationBackup", SuspendApplicationBackup::new(application())).differs(&[TIMEOUT]),
        Intent::new("ResumeApplicationBackup", ResumeApplicationBackup::new(application())).differs(&[TIMEOUT]),
    ]
}

pub(super) fn services() -> Vec<Intent> {
    let enable = EnableServiceBackup::new(service(), policy());
    let odd = EnableServiceBackup::new("fabric:/Calc App/Größe".parse().unwrap(), policy());
    let disable = DisableServiceBackup::new(service());
    let configuration = GetServiceBackupConfigurationInfo::new(service());
    let list = GetServiceBackupList::new(service());
    vec![
        Intent::new("EnableServiceBackup", enable.clone()).differs(&[TIMEOUT]),
        Intent::new("EnableServiceBackup by tildes", enable).by_tildes().differs(&[TIMEOUT]),
        Intent::new("EnableServiceBackup by an odd name", odd).differs(&[TIMEOUT]),
        Intent::new("DisableServiceBackup", disable.clone()).differs(&[TIMEOUT, TYPE_OF_NOTHING]),
        Intent::new("DisableServiceBackup in full", disable.clean_backup(false)).in_time(),
        Intent::read_as(
            "GetServiceBackupConfigurationInfo",
            configuration.clone(),
            configuration.clone().max_results(0),
        )
        .differs(&[MAX_RESULTS, TIMEOUT]),
        Intent::new(
            "GetServiceBackupConfigurationInfo in full",
            configuration.clone().continuation_token(token("CalcPolicy")).max_results(5),
        )
        .in_time()
        .differs(&[PARAMETER_ORDER]),
        Intent::read_as(
            "GetServiceBackupConfigurationInfo from a real token",
            configuration.clone().continuation_token(token("fabric:/CalcApp/CalcService+O")),
            configuration.continuation_token(token("fabric:/CalcApp/CalcService O")).max_results(0),
        )
        .differs(&[REAL_TOKEN, MAX_RESULTS, TIMEOUT]),
        Intent::read_as("GetServiceBackupList", list.clone(), list.clone().latest(false).max_results(0)).differs(&[
            TIMEOUT,
            LATEST,
            MAX_RESULTS,
        ]),
        Intent::new(
            "GetServiceBackupList in full",
            list.latest(true)
                .start_date_time_filter(march())
                .end_date_time_filter(april())
                .continuation_token(token("CalcPolicy"))
                .max_results(5),
        )
        .in_time()
        .differs(&[START, END]),
        Intent::new("SuspendServiceBackup", SuspendServiceBackup::new(service())).differs(&[TIMEOUT]),
        Intent::new("ResumeServiceBackup", ResumeServiceBackup::new(service())).differs(&[TIMEOUT]),
    ]
}

pub(super) fn partitions() -> Vec<Intent> {
    let disable = DisablePartitionBackup::new(partition());
    let list = GetPartitionBackupList::new(partition());
    let suspend = SuspendPartitionBackup::new(partition());
    vec![
        Intent::new("EnablePartitionBackup", EnablePartitionBackup::new(partition(), policy())).differs(&[TIMEOUT]),
        Intent::new("DisablePartitionBackup", disable.clone()).differs(&[TIMEOUT, TYPE_OF_NOTHING]),
        Intent::new("DisablePartitionBackup in full", disable.clean_backup(true)).in_time(),
        Intent::new("GetPartitionBackupConfigurationInfo", GetPartitionBackupConfigurationInfo::new(partition()))
            .differs(&[TIMEOUT]),
        Intent::read_as("GetPartitionBackupList", list.clone(), list.clone().latest(false)).differs(&[TIMEOUT, LATEST]),
        Intent::new(
            "GetPartitionBackupList in full",
            list.latest(true).start_date_time_filter(march()).end_date_time_filter(april()),
        )
        .in_time()
        .differs(&[START, END]),
        Intent::new("SuspendPartitionBackup", suspend.clone()).differs(&[TIMEOUT]),
        Intent::new("SuspendPartitionBackup in capitals", suspend).differs(&[CAPITALS, TIMEOUT]),
        Intent::new("ResumePartitionBackup", ResumePartitionBackup::new(partition())).differs(&[TIMEOUT]),
    ]
}
