"""Calls every backup operation of the official client once bare and, where it takes options, once with all of them.

Usage: calls.py URL. The server at URL may answer anything that counts as success. Each request carries the header
X-Intent with the name of what it is meant to say; the other side holds our own requests under the same names.
"""

import sys
from datetime import datetime, timedelta, timezone
from typing import Any

from azure.servicefabric import ServiceFabricClientAPIs
from azure.servicefabric import models as sf
from msrest.authentication import Authentication

APPLICATION = "CalcApp"
SERVICE = "CalcApp/CalcService"
PARTITION = "6b1c2f7e-0000-4000-8000-000000000001"
POLICY = "DailyAzureBackupPolicy"
TOKEN = "CalcPolicy"
MARCH = datetime(2024, 3, 1, tzinfo=timezone.utc)
APRIL = datetime(2024, 4, 1, 12, 30, 15, tzinfo=timezone.utc)


def time_of_day(hour: int, minute: int) -> datetime:
    return datetime(1, 1, 1, hour, minute, tzinfo=timezone.utc)


SHARE = sf.FileShareBackupStorageDescription(path=r"\\nas\backup")
SHARE_WITH_USERS = sf.FileShareBackupStorageDescription(
    path=r"\\nas\backup",
    friendly_name="nas",
    primary_user_name=r"corp\one",
    primary_password="first",
    secondary_user_name=r"corp\two",
    secondary_password="second",
)
BLOB = sf.AzureBlobBackupStorageDescription(
    connection_string="DefaultEndpointsProtocol=https;AccountName=a;AccountKey=b==",
    container_name="backups",
    friendly_name="blob",
)
DSMS = sf.DsmsAzureBlobBackupStorageDescription(
    storage_credentials_source_location="https://dsms.example/credentials", container_name="backups"
)
IDENTITY = sf.ManagedIdentityAzureBlobBackupStorageDescription(
    managed_identity_type="VMSS", blob_service_uri="https://a.blob.core.windows.net", container_name="backups"
)

EVERY_QUARTER_HOUR = sf.FrequencyBasedBackupScheduleDescription(interval=timedelta(minutes=15))
DAILY = sf.TimeBasedBackupScheduleDescription(schedule_frequency_type="Daily", run_times=[time_of_day(9, 0)])
WEEKLY = sf.TimeBasedBackupScheduleDescription(
    schedule_frequency_type="Weekly",
    run_days=["Monday", "Friday"],
    run_times=[time_of_day(9, 0), time_of_day(17, 30)],
)
TEN_DAYS = sf.BasicRetentionPolicyDescription(retention_duration=timedelta(days=10), minimum_number_of_backups=20)


def policy(schedule: Any, storage: Any, retention: Any = None) -> sf.BackupPolicyDescription:
    return sf.BackupPolicyDescription(
        name=POLICY,
        auto_restore_on_data_loss=False,
        max_incremental_backups=20,
        schedule=schedule,
        storage=storage,
        retention_policy=retention,
    )


def restore(storage: Any = None) -> sf.RestorePartitionDescription:
    return sf.RestorePartitionDescription(
        backup_id="5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11",
        backup_location=rf"CalcApp\CalcService\{PARTITION}\2024-03-09 04.10.22.zip",
        backup_storage=storage,
    )


def on_storage(storage: Any, entity: Any, **filters: Any) -> sf.GetBackupByStorageQueryDescription:
    return sf.GetBackupByStorageQueryDescription(storage=storage, backup_entity=entity, **filters)


PAGE = {"continuation_token": TOKEN, "max_results": 5, "timeout": 30}
WINDOW = {"latest": True, "start_date_time_filter": MARCH, "end_date_time_filter": APRIL}

# The name of the intent, the client's method, its arguments.
CALLS: list[tuple[str, str, list[Any], dict[str, Any]]] = [
    ("CreateBackupPolicy", "create_backup_policy", [policy(EVERY_QUARTER_HOUR, SHARE)], {}),
    (
        "CreateBackupPolicy in full",
        "create_backup_policy",
        [policy(WEEKLY, BLOB, TEN_DAYS)],
        {"validate_connection": True, "timeout": 30},
    ),
    ("DeleteBackupPolicy", "delete_backup_policy", [POLICY], {}),
    ("DeleteBackupPolicy by an odd name", "delete_backup_policy", ["Täglich 100%~(a+b)"], {}),
    ("GetBackupPolicyList", "get_backup_policy_list", [], {}),
    ("GetBackupPolicyList in full", "get_backup_policy_list", [], PAGE),
    ("GetBackupPolicyByName", "get_backup_policy_by_name", [POLICY], {}),
    ("GetAllEntitiesBackedUpByPolicy", "get_all_entities_backed_up_by_policy", [POLICY], {}),
    ("GetAllEntitiesBackedUpByPolicy in full", "get_all_entities_backed_up_by_policy", [POLICY], PAGE),
    ("UpdateBackupPolicy", "update_backup_policy", [policy(DAILY, DSMS), POLICY], {}),
    (
        "UpdateBackupPolicy in full",
        "update_backup_policy",
        [policy(EVERY_QUARTER_HOUR, IDENTITY, TEN_DAYS), POLICY],
        {"validate_connection": True, "timeout": 30},
    ),
    ("EnableApplicationBackup", "enable_application_backup", [APPLICATION, POLICY], {}),
    ("DisableApplicationBackup", "disable_application_backup", [APPLICATION, None], {}),
    ("DisableApplicationBackup in full", "disable_application_backup", [APPLICATION, True], {"timeout": 30}),
    ("GetApplicationBackupConfigurationInfo", "get_application_backup_configuration_info", [APPLICATION], {}),
    ("GetApplicationBackupConfigurationInfo in full", "get_application_backup_configuration_info", [APPLICATION], PAGE),
    ("GetApplicationBackupList", "get_application_backup_list", [APPLICATION], {}),
    ("GetApplicationBackupList in full", "get_application_backup_list", [APPLICATION], PAGE | WINDOW),
    ("SuspendApplicationBackup", "suspend_application_backup", [APPLICATION], {}),
    ("ResumeApplicationBackup", "resume_application_backup", [APPLICATION], {}),
    ("EnableServiceBackup", "enable_service_backup", [SERVICE, POLICY], {}),
    ("EnableServiceBackup by tildes", "enable_service_backup", ["CalcApp~CalcService", POLICY], {}),
    ("EnableServiceBackup by an odd name", "enable_service_backup", ["Calc App/Größe", POLICY], {}),
    ("DisableServiceBackup", "disable_service_backup", [SERVICE, None], {}),
    ("DisableServiceBackup in full", "disable_service_backup", [SERVICE, False], {"timeout": 30}),
    ("GetServiceBackupConfigurationInfo", "get_service_backup_configuration_info", [SERVICE], {}),
    ("GetServiceBackupConfigurationInfo in full", "get_service_backup_configuration_info", [SERVICE], PAGE),
    (
        "GetServiceBackupConfigurationInfo from a real token",
        "get_service_backup_configuration_info",
        [SERVICE],
        {"continuation_token": "fabric:/CalcApp/CalcService+O"},
    ),
    ("GetServiceBackupList", "get_service_backup_list", [SERVICE], {}),
    ("GetServiceBackupList in full", "get_service_backup_list", [SERVICE], PAGE | WINDOW),
    ("SuspendServiceBackup", "suspend_service_backup", [SERVICE], {}),
    ("ResumeServiceBackup", "resume_service_backup", [SERVICE], {}),
    ("EnablePartitionBackup", "enable_partition_backup", [PARTITION, POLICY], {}),
    ("DisablePartitionBackup", "disable_partition_backup", [PARTITION, None], {}),
    ("DisablePartitionBackup in full", "disable_partition_backup", [PARTITION, True], {"timeout": 30}),
    ("GetPartitionBackupConfigurationInfo", "get_partition_backup_configuration_info", [PARTITION], {}),
    ("GetPartitionBackupList", "get_partition_backup_list", [PARTITION], {}),
    ("GetPartitionBackupList in full", "get_partition_backup_list", [PARTITION], WINDOW | {"timeout": 30}),
    ("SuspendPartitionBackup", "suspend_partition_backup", [PARTITION], {}),
    ("SuspendPartitionBackup in capitals", "suspend_partition_backup", [PARTITION.upper()], {}),
    ("ResumePartitionBackup", "resume_partition_backup", [PARTITION], {}),
    ("BackupPartition", "backup_partition", [PARTITION], {}),
    (
        "BackupPartition in full",
        "backup_partition",
        [PARTITION],
        {"backup_timeout": 25, "backup_storage": SHARE_WITH_USERS, "timeout": 30},
    ),
    ("GetPartitionBackupProgress", "get_partition_backup_progress", [PARTITION], {}),
    ("RestorePartition", "restore_partition", [PARTITION, restore()], {}),
    ("RestorePartition in full", "restore_partition", [PARTITION, restore(BLOB)], {"restore_timeout": 45, "timeout": 30}),
    ("GetPartitionRestoreProgress", "get_partition_restore_progress", [PARTITION], {}),
    (
        "GetBackupsFromBackupLocation",
        "get_backups_from_backup_location",
        [on_storage(SHARE, sf.ApplicationBackupEntity(application_name="fabric:/CalcApp"))],
        {},
    ),
    (
        "GetBackupsFromBackupLocation of a service",
        "get_backups_from_backup_location",
        [on_storage(BLOB, sf.ServiceBackupEntity(service_name="fabric:/CalcApp/CalcService"))],
        {},
    ),
    (
        "GetBackupsFromBackupLocation in full",
        "get_backups_from_backup_location",
        [
            on_storage(
                BLOB,
                sf.PartitionBackupEntity(service_name="fabric:/CalcApp/CalcService", partition_id=PARTITION),
                **WINDOW,
            )
        ],
        PAGE,
    ),
]


def main(url: str) -> None:
    client = ServiceFabricClientAPIs(Authentication(), base_url=url)
    for intent, method, positional, named in CALLS:
        getattr(client, method)(*positional, custom_headers={"X-Intent": intent}, **named)


if __name__ == "__main__":
    main(sys.argv[1])
