"""Policies: created, read back, listed, replaced, deleted."""

from datetime import datetime, timedelta, timezone
from typing import Any

from azure.servicefabric import models as sf
from cluster import APPLICATION, Cluster, check

SHARE = sf.FileShareBackupStorageDescription(
    path=r"\\nas\backup", primary_user_name=r"corp\backup", primary_password="secret"
)
BLOB = sf.AzureBlobBackupStorageDescription(
    connection_string="DefaultEndpointsProtocol=https;AccountName=a;AccountKey=b==", container_name="backups"
)


def hourly(name: str, storage: Any = BLOB, incrementals: int = 2, **more: Any) -> sf.BackupPolicyDescription:
    return sf.BackupPolicyDescription(
        name=name,
        auto_restore_on_data_loss=False,
        max_incremental_backups=incrementals,
        schedule=sf.FrequencyBasedBackupScheduleDescription(interval=timedelta(hours=1)),
        storage=storage,
        **more,
    )


def weekly(name: str) -> sf.BackupPolicyDescription:
    morning = datetime(1, 1, 1, 9, 30, tzinfo=timezone.utc)
    return sf.BackupPolicyDescription(
        name=name,
        auto_restore_on_data_loss=True,
        max_incremental_backups=0,
        schedule=sf.TimeBasedBackupScheduleDescription(
            schedule_frequency_type="Weekly", run_days=["Monday", "Friday"], run_times=[morning]
        ),
        storage=SHARE,
    )


def policies(cluster: Cluster) -> None:
    retention = sf.BasicRetentionPolicyDescription(retention_duration=timedelta(days=10), minimum_number_of_backups=5)
    cluster.create_backup_policy(hourly("Hourly", retention_policy=retention))
    cluster.create_backup_policy(weekly("Weekly"), validate_connection=True)
    check.assertEqual(
        cluster.refusal("create_backup_policy", hourly("Hourly")), (409, "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTS")
    )
    read_back(cluster)
    listed(cluster)
    replaced_and_deleted(cluster)


def read_back(cluster: Cluster) -> None:
    by_hour = cluster.get_backup_policy_by_name("Hourly")
    check.assertEqual(by_hour.schedule.interval, timedelta(hours=1))
    check.assertIsInstance(by_hour.storage, sf.AzureBlobBackupStorageDescription)
    check.assertEqual((by_hour.storage.connection_string, by_hour.storage.container_name), ("****", "backups"))
    check.assertEqual(by_hour.retention_policy.retention_duration, timedelta(days=10))
    check.assertEqual(by_hour.retention_policy.minimum_number_of_backups, 5)

    by_week = cluster.get_backup_policy_by_name("Weekly")
    check.assertEqual((by_week.auto_restore_on_data_loss, by_week.max_incremental_backups), (True, 0))
    check.assertEqual(by_week.schedule.run_days, ["Monday", "Friday"])
    check.assertEqual([(at.hour, at.minute) for at in by_week.schedule.run_times], [(9, 30)])
    check.assertIsInstance(by_week.storage, sf.FileShareBackupStorageDescription)
    check.assertEqual((by_week.storage.path, by_week.storage.primary_password), (r"\\nas\backup", "****"))
    check.assertIsNone(by_week.retention_policy)

    check.assertEqual(
        cluster.refusal("get_backup_policy_by_name", "hourly"), (404, "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST")
    )


def listed(cluster: Cluster) -> None:
    everything = cluster.get_backup_policy_list()
    check.assertEqual([policy.name for policy in everything.items], ["Hourly", "Weekly"])
    check.assertFalse(everything.continuation_token)
    pages = cluster.every("get_backup_policy_list", max_results=1)
    check.assertEqual([policy.name for page in pages for policy in page], ["Hourly", "Weekly"])
    check.assertLessEqual(max(map(len, pages)), 1)


def replaced_and_deleted(cluster: Cluster) -> None:
    cluster.enable_application_backup(APPLICATION, "Hourly")
    cluster.update_backup_policy(hourly("ignored", storage=SHARE), "Hourly")
    replaced = cluster.get_backup_policy_by_name("Hourly")
    check.assertEqual((replaced.name, replaced.storage.path), ("Hourly", SHARE.path))
    check.assertIsNone(replaced.retention_policy)
    check.assertEqual(
        cluster.refusal("update_backup_policy", hourly("Nightly"), "Nightly"),
        (404, "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST"),
    )

    check.assertEqual(cluster.refusal("delete_backup_policy", "Hourly"), (400, "FABRIC_E_BACKUP_IS_ENABLED"))
    cluster.disable_application_backup(APPLICATION, None)
    cluster.delete_backup_policy("Hourly")
    check.assertEqual([policy.name for policy in cluster.get_backup_policy_list().items], ["Weekly"])
