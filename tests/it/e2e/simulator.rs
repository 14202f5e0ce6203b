//! The main workflow against the simulator, on every transport and with both api-versions.

use sf_backup_proto::model::backup::BackupType;
use sf_backup_proto::model::configuration::{
    BackupConfigurationInfo, BackupPolicyScope, ServiceBackupConfigurationInfo,
};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::FileShareBackupStorageDescription;
use sf_backup_proto::{
    ApiVersion, CreateBackupPolicy, DisableServiceBackup, EnableServiceBackup, ErrorKind, GetBackupPolicyList,
    GetServiceBackupConfigurationInfo, GetServiceBackupList, IdDelimiter, IsoDuration, ResumeServiceBackup, ServiceId,
    SuspendServiceBackup,
};
use sf_backup_sim::{Cluster, Listening, Runtime, Topology};

use super::scenarios;
use super::transport::{Settings, Transport};

scenarios! {
    everywhere: [
        the_main_job,
        what_is_not_there,
        what_is_there_already,
        secrets_are_returned_masked,
        backups_in_pages,
        an_id_with_tildes,
    ],
    clients: [
        the_version_is_negotiated,
        many_calls_at_once,
    ],
}

/// The runtimes, with the api-version that each accepts.
const CLUSTERS: [(Runtime, ApiVersion); 2] =
    [(Runtime::V6_2, ApiVersion::V6_2_PREVIEW), (Runtime::V6_4, ApiVersion::V6_4)];

fn started(runtime: Runtime) -> Listening {
    Cluster::builder().runtime(runtime).build().listen().unwrap()
}

/// A client with its own simulator and a fixed api-version.
fn each<T: Transport>(scenario: impl Fn(&T)) {
    for (runtime, version) in CLUSTERS {
        let cluster = started(runtime);
        let mut settings = Settings::at(cluster.endpoint());
        settings.api_version = Some(version);
        scenario(&T::with(settings));
    }
}

fn service() -> ServiceId {
    "fabric:/CalcApp/CalcService".parse().unwrap()
}

fn storage() -> FileShareBackupStorageDescription {
    FileShareBackupStorageDescription::new(r"\\store\backups")
}

fn daily() -> CreateBackupPolicy {
    let hourly = FrequencyBasedBackupScheduleDescription::new("PT1H".parse::<IsoDuration>().unwrap());
    CreateBackupPolicy::new(BackupPolicyDescription::new("Daily", false, 3, hourly, storage()))
}

fn enable() -> EnableServiceBackup {
    EnableServiceBackup::new(service(), "Daily".parse().unwrap())
}

/// The configuration that the cluster reports for the service.
fn configuration(client: &impl Transport) -> ServiceBackupConfigurationInfo {
    let page = client.send(GetServiceBackupConfigurationInfo::new(service())).unwrap();
    match page.items.into_iter().next() {
        Some(BackupConfigurationInfo::Service(service)) => service,
        other => panic!("not of a service: {other:?}"),
    }
}

fn is_suspended(client: &impl Transport) -> bool {
    configuration(client).suspension_info.unwrap().is_suspended.unwrap()
}

fn the_main_job<T: Transport>() {
    each::<T>(|client| {
        client.send(daily()).unwrap();
        client.send(enable()).unwrap();
        let configuration = configuration(client);
        assert_eq!(configuration.service_name.as_deref(), Some("fabric:/CalcApp/CalcService"));
        assert_eq!(configuration.policy_name.as_deref(), Some("Daily"));
        assert_eq!(configuration.policy_inherited_from, Some(BackupPolicyScope::Service));
        assert!(!is_suspended(client));
        client.send(SuspendServiceBackup::new(service())).unwrap();
        assert!(is_suspended(client));
        client.send(ResumeServiceBackup::new(service())).unwrap();
        assert!(!is_suspended(client));
        client.send(DisableServiceBackup::new(service())).unwrap();
        let error = client.send(DisableServiceBackup::new(service())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BackupNotEnabled);
    });
}

fn what_is_not_there<T: Transport>() {
    each::<T>(|client| {
        let error = client.send(enable()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PolicyNotFound);
        let error = client.send(ResumeServiceBackup::new(service())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BackupNotEnabled);
        client.send(daily()).unwrap();
        let nowhere = EnableServiceBackup::new("CalcApp/Nowhere".parse().unwrap(), "Daily".parse().unwrap());
        let error = client.send(nowhere).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::EntityNotFound);
        assert_eq!(error.entity(), Some("fabric:/CalcApp/Nowhere"));
    });
}

fn what_is_there_already<T: Transport>() {
    each::<T>(|client| {
        client.send(daily()).unwrap();
        let error = client.send(daily()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PolicyExists);
        assert!(!error.may_have_changed());
        client.send(enable()).unwrap();
        client.send(enable()).unwrap();
    });
}

fn secrets_are_returned_masked<T: Transport>() {
    each::<T>(|client| {
        let mut create = daily();
        create.policy.storage = storage().primary_user_name("user").primary_password("hunter2").into();
        client.send(create).unwrap();
        let mut policies = client.send(GetBackupPolicyList::new()).unwrap().items;
        assert_eq!(policies.len(), 1);
        let read = policies.remove(0);
        assert_eq!(read.name, "Daily");
        assert!(!format!("{read:?}").contains("hunter2"));
        let error = client.send(CreateBackupPolicy::new(read)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    });
}

fn backups_in_pages<T: Transport>() {
    let cluster = Cluster::builder().build();
    let listening = cluster.listen().unwrap();
    let client = T::at(listening.endpoint());
    client.send(daily()).unwrap();
    client.send(enable()).unwrap();
    let partitions: Vec<_> = Topology::default().partitions().map(|(_, _, partition)| partition.id()).collect();
    for (&partition, day) in partitions.iter().cycle().zip(1..=5) {
        let created = format!("2024-01-0{day}T00:00:00Z").parse().unwrap();
        let planted = cluster.plant_backup(partition.into(), &storage().into(), created, &BackupType::Full);
        planted.unwrap();
    }
    let pages = client.pages(GetServiceBackupList::new(service()).max_results(2u32));
    let (pages, tokens): (Vec<_>, Vec<_>) = pages.into_iter().unzip();
    let mut seen: Vec<_> = pages.into_iter().flat_map(Result::unwrap).map(|backup| backup.backup_id).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
    assert!(tokens.len() > 1, "one page");
    assert_eq!(tokens.last(), Some(&None));
}

fn an_id_with_tildes<T: Transport>() {
    let cluster = started(Runtime::V6_2);
    let mut settings = Settings::at(cluster.endpoint());
    settings.api_version = Some(ApiVersion::V6_2_PREVIEW);
    settings.id_delimiter = Some(IdDelimiter::Tilde);
    let client = T::with(settings);
    client.send(daily()).unwrap();
    client.send(enable()).unwrap();
    assert!(!is_suspended(&client));
}

fn the_version_is_negotiated<T: Transport>() {
    for (runtime, _) in CLUSTERS {
        let cluster = started(runtime);
        let client = T::at(cluster.endpoint());
        let error = client.send(enable()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PolicyNotFound, "{runtime}");
        client.send(daily()).unwrap();
        client.send(enable()).unwrap();
    }
}

fn many_calls_at_once<T: Transport + Sync>() {
    let cluster = started(Runtime::V6_4);
    let client = T::at(cluster.endpoint());
    client.send(daily()).unwrap();
    client.send(enable()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(configuration(&client).policy_name.as_deref(), Some("Daily"));
                }
            });
        }
    });
}
