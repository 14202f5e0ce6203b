"""Lists of backups that lie on a storage already: two chains of each partition, one backup an hour from 01:00 on."""

from datetime import datetime, timezone
from typing import Any

from azure.servicefabric import models as sf
from cluster import APPLICATION, NEIGHBOUR, PARTITION, SERVICE, Cluster, check
from policies import hourly

PLANTED = sf.AzureBlobBackupStorageDescription(connection_string="UseDevelopmentStorage=true", container_name="planted")
HOURS = [datetime(2024, 3, 1, hour, tzinfo=timezone.utc) for hour in (1, 2, 3, 4)]


def by_time(backups: list[Any]) -> list[Any]:
    return sorted(backups, key=lambda backup: backup.creation_time_utc)


def ids(backups: list[Any]) -> set[str]:
    return {backup.backup_id for backup in backups}


def on_storage(cluster: Cluster, storage: Any, entity: Any, **filters: Any) -> list[Any]:
    query = sf.GetBackupByStorageQueryDescription(storage=storage, backup_entity=entity, **filters)
    return cluster.get_backups_from_backup_location(query).items


def listing(cluster: Cluster) -> None:
    cluster.create_backup_policy(hourly("Planted", storage=PLANTED))
    check.assertEqual(cluster.refusal("get_service_backup_list", SERVICE), (404, "FABRIC_E_BACKUP_NOT_ENABLED"))
    cluster.enable_service_backup(SERVICE, "Planted")
    of_one = by_time(cluster.get_partition_backup_list(PARTITION).items)
    check.assertEqual([backup.creation_time_utc for backup in of_one], HOURS)
    check.assertEqual([backup.backup_type for backup in of_one], ["Full", "Incremental", "Incremental", "Full"])
    check.assertEqual([backup.backup_chain_id for backup in of_one], [of_one[0].backup_id] * 3 + [of_one[3].backup_id])
    described(of_one[0])

    of_service = cluster.get_service_backup_list(SERVICE).items
    check.assertEqual(len(ids(of_service)), 2 * len(of_one))
    check.assertEqual(ids(cluster.get_application_backup_list(APPLICATION).items), ids(of_service))
    pages = cluster.every("get_service_backup_list", SERVICE, max_results=3)
    check.assertEqual([len(page) for page in pages], [3, 3, 2])
    check.assertEqual(ids([backup for page in pages for backup in page]), ids(of_service))

    newest = cluster.get_application_backup_list(APPLICATION, latest=True).items
    check.assertEqual({backup.partition_information.id for backup in newest}, {PARTITION, NEIGHBOUR})
    check.assertEqual({backup.creation_time_utc for backup in newest}, {HOURS[-1]})
    window = {"start_date_time_filter": HOURS[1], "end_date_time_filter": HOURS[2]}
    check.assertEqual(ids(cluster.get_partition_backup_list(PARTITION, **window).items), ids(of_one[1:3]))


def described(backup: Any) -> None:
    check.assertEqual(backup.application_name, "fabric:/CalcApp")
    check.assertEqual(backup.service_name, "fabric:/CalcApp/CalcService")
    check.assertIsInstance(backup.partition_information, sf.Int64RangePartitionInformation)
    check.assertEqual(backup.partition_information.id, PARTITION)
    check.assertRegex(backup.backup_location, rf"^CalcApp\\CalcService\\{PARTITION}\\2024-03-01 01\.00\.00\.zip$")
    for number in (
        backup.lsn_of_last_backup_record,
        backup.epoch_of_last_backup_record.data_loss_version,
        backup.epoch_of_last_backup_record.configuration_version,
    ):
        check.assertRegex(number, r"^-?\d+$")
    check.assertIsNone(backup.failure_error)


def listing_a_storage(cluster: Cluster) -> None:
    """A storage is listed without any policy."""
    service = sf.ServiceBackupEntity(service_name="fabric:/CalcApp/CalcService")
    application = sf.ApplicationBackupEntity(application_name="fabric:/CalcApp")
    partition = sf.PartitionBackupEntity(service_name="fabric:/CalcApp/CalcService", partition_id=PARTITION)
    of_one = by_time(on_storage(cluster, PLANTED, partition))
    check.assertEqual([backup.creation_time_utc for backup in of_one], HOURS)
    described(of_one[0])
    check.assertEqual(len(ids(on_storage(cluster, PLANTED, service))), 2 * len(of_one))
    check.assertEqual(ids(on_storage(cluster, PLANTED, application)), ids(on_storage(cluster, PLANTED, service)))
    check.assertEqual(len(on_storage(cluster, PLANTED, application, latest=True)), 2)
    window = {"start_date_time_filter": HOURS[1], "end_date_time_filter": HOURS[2]}
    check.assertEqual(ids(on_storage(cluster, PLANTED, partition, **window)), ids(of_one[1:3]))
