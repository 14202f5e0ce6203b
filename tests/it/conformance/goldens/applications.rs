use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::configuration::{
    ApplicationBackupConfigurationInfo, BackupPolicyScope, BackupSuspensionInfo, BackupSuspensionScope,
    ServiceBackupConfigurationInfo,
};
use sf_backup_proto::{
    ApplicationId, ContinuationToken, DisableApplicationBackup, EnableApplicationBackup,
    GetApplicationBackupConfigurationInfo, GetApplicationBackupList, Page, ResumeApplicationBackup,
    SuspendApplicationBackup,
};

use super::super::golden::EachGolden;
use super::{order, query};

fn mill() -> ApplicationId {
    "fabric:/Mill".parse().unwrap()
}

pub(crate) fn each(visitor: &mut impl EachGolden) {
    order(
        visitor,
        EnableApplicationBackup::new("Mill/West Wing".parse().unwrap(), "Dawn".parse().unwrap()),
        "POST http://localhost:19080/Applications/Mill/West%20Wing/$/EnableBackup?api-version=6.4",
        r#"{"BackupPolicyName":"Dawn"}"#,
    );
    order(
        visitor,
        DisableApplicationBackup::new(mill()).clean_backup(true),
        "POST http://localhost:19080/Applications/Mill/$/DisableBackup?api-version=6.4",
        r#"{"CleanBackup":true}"#,
    );
    order(
        visitor,
        SuspendApplicationBackup::new(mill()),
        "POST http://localhost:19080/Applications/Mill/$/SuspendBackup?api-version=6.4",
        "",
    );
    order(
        visitor,
        ResumeApplicationBackup::new(mill()),
        "POST http://localhost:19080/Applications/Mill/$/ResumeBackup?api-version=6.4",
        "",
    );
    configuration(visitor);
    query(
        visitor,
        GetApplicationBackupList::new(mill())
            .latest(true)
            .start_date_time_filter("2025-02-03T00:00:00Z".parse().unwrap())
            .end_date_time_filter("2025-02-03T23:59:59.5Z".parse().unwrap())
            .continuation_token(ContinuationToken::new("c0ffee+Mill+2025-02-03 04.05.06.bkmetadata").unwrap())
            .max_results(50)
            .metadata_from_blob(true),
        concat!(
            "GET http://localhost:19080/Applications/Mill/$/GetBackups?api-version=6.4&Latest=true",
            "&StartDateTimeFilter=2025-02-03T00%3A00%3A00Z&EndDateTimeFilter=2025-02-03T23%3A59%3A59.5Z",
            "&ContinuationToken=c0ffee%2BMill%2B2025-02-03%2004.05.06.bkmetadata&MaxResults=50&MetadataFromBlob=true",
        ),
        r#"{"Items":[{"BackupLocation":"Mill\\Ledger\\x\\2025-02-03 04.05.06.zip"}],"ContinuationToken":null}"#,
        Page::new(vec![BackupInfo::new().backup_location(r"Mill\Ledger\x\2025-02-03 04.05.06.zip")], None),
    );
}

fn configuration(visitor: &mut impl EachGolden) {
    query(
        visitor,
        GetApplicationBackupConfigurationInfo::new(mill())
            .continuation_token(ContinuationToken::new("fabric:/Mill/Ledger+O").unwrap())
            .max_results(2),
        concat!(
            "GET http://localhost:19080/Applications/Mill/$/GetBackupConfigurationInfo?api-version=6.4",
            "&ContinuationToken=fabric%3A%2FMill%2FLedger%2BO&MaxResults=2",
        ),
        concat!(
            r#"{"ContinuationToken":"fabric:/Mill/Till+S","Items":["#,
            r#"{"Kind":"Application","ApplicationName":"fabric:/Mill","PolicyName":"Dawn","PolicyInheritedFrom":"Application","#,
            r#""SuspensionInfo":{"IsSuspended":false,"SuspensionInheritedFrom":"Invalid"}},"#,
            r#"{"Kind":"Service","ServiceName":"fabric:/Mill/Till","PolicyName":"Ledger","PolicyInheritedFrom":"Service","#,
            r#""SuspensionInfo":{"IsSuspended":true,"SuspensionInheritedFrom":"Service"}}]}"#,
        ),
        Page::new(
            vec![
                ApplicationBackupConfigurationInfo::new()
                    .application_name("fabric:/Mill")
                    .policy_name("Dawn")
                    .policy_inherited_from(BackupPolicyScope::Application)
                    .suspension_info(
                        BackupSuspensionInfo::new()
                            .is_suspended(false)
                            .suspension_inherited_from(BackupSuspensionScope::Invalid),
                    )
                    .into(),
                ServiceBackupConfigurationInfo::new()
                    .service_name("fabric:/Mill/Till")
                    .policy_name("Ledger")
                    .policy_inherited_from(BackupPolicyScope::Service)
                    .suspension_info(
                        BackupSuspensionInfo::new()
                            .is_suspended(true)
                            .suspension_inherited_from(BackupSuspensionScope::Service),
                    )
                    .into(),
            ],
            ContinuationToken::new("fabric:/Mill/Till+S"),
        ),
    );
}
