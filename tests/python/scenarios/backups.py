"""Backups: asked for, scheduled, restored, cleaned up."""

import json
from datetime import timedelta
from typing import Any

from azure.servicefabric import models as sf
from cluster import NEIGHBOUR, PARTITION, SERVICE, Cluster, check
from lists import by_time, on_storage
from policies import BLOB, SHARE, hourly
from protection import NOT_ENABLED


def protected(cluster: Cluster, **policy: Any) -> None:
    cluster.create_backup_policy(hourly("Hourly", **policy))
    cluster.enable_service_backup(SERVICE, "Hourly")
    cluster.advance("PT1M")


def backing_up(cluster: Cluster) -> None:
    check.assertIsNone(cluster.get_partition_backup_progress(PARTITION))
    check.assertEqual(cluster.refusal("backup_partition", PARTITION), NOT_ENABLED)
    protected(cluster)
    cluster.backup_partition(PARTITION, backup_timeout=5)
    check.assertEqual(cluster.get_partition_backup_progress(PARTITION).backup_state, "Accepted")
    check.assertEqual(cluster.refusal("backup_partition", PARTITION), (409, "FABRIC_E_BACKUP_IN_PROGRESS"))
    cluster.advance("PT1M")

    done = cluster.get_partition_backup_progress(PARTITION)
    check.assertEqual((done.backup_state, done.failure_error), ("Success", None))
    [backup] = cluster.get_partition_backup_list(PARTITION).items
    check.assertEqual((backup.backup_id, backup.backup_location), (done.backup_id, done.backup_location))
    check.assertEqual((backup.backup_type, backup.backup_chain_id), ("Full", backup.backup_id))
    check.assertEqual(backup.application_name, "fabric:/CalcApp")
    check.assertEqual(backup.service_name, "fabric:/CalcApp/CalcService")
    check.assertIsInstance(backup.partition_information, sf.Int64RangePartitionInformation)
    check.assertEqual(backup.partition_information.id, PARTITION)
    check.assertEqual(backup.epoch_of_last_backup_record, done.epoch_of_last_backup_record)
    check.assertEqual(backup.lsn_of_last_backup_record, done.lsn_of_last_backup_record)

    # To a storage of its own, for which no policy is needed.
    cluster.disable_service_backup(SERVICE, None)
    cluster.backup_partition(NEIGHBOUR, backup_storage=SHARE)
    cluster.advance("PT1M")
    entity = sf.PartitionBackupEntity(service_name="fabric:/CalcApp/CalcService", partition_id=NEIGHBOUR)
    [elsewhere] = on_storage(cluster, SHARE, entity)
    check.assertEqual(elsewhere.backup_id, cluster.get_partition_backup_progress(NEIGHBOUR).backup_id)


def scheduled(cluster: Cluster) -> None:
    protected(cluster)
    cluster.advance("PT4H")
    backups = by_time(cluster.get_partition_backup_list(PARTITION).items)
    # A chain is a full backup and two incremental ones; a fourth backup begins the next.
    check.assertEqual([backup.backup_type for backup in backups], ["Full", "Incremental", "Incremental", "Full"])
    check.assertEqual([backup.backup_chain_id for backup in backups], [backups[0].backup_id] * 3 + [backups[3].backup_id])
    for earlier, later in zip(backups, backups[1:]):
        apart = later.creation_time_utc - earlier.creation_time_utc
        check.assertAlmostEqual(apart, timedelta(hours=1), delta=timedelta(minutes=1))
    check.assertEqual(len(cluster.get_service_backup_list(SERVICE).items), 2 * len(backups))


def restoring(cluster: Cluster) -> None:
    check.assertIsNone(cluster.get_partition_restore_progress(PARTITION))
    protected(cluster)
    cluster.advance("PT2H")
    [first, second] = by_time(cluster.get_partition_backup_list(PARTITION).items)
    mixed = sf.RestorePartitionDescription(backup_id=first.backup_id, backup_location=second.backup_location)
    check.assertEqual(
        cluster.refusal("restore_partition", PARTITION, mixed),
        (400, "FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH"),
    )
    foreign = sf.RestorePartitionDescription(backup_id=second.backup_id, backup_location=second.backup_location)
    check.assertEqual(
        cluster.refusal("restore_partition", NEIGHBOUR, foreign),
        (400, "FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH"),
    )

    cluster.restore_partition(PARTITION, foreign, restore_timeout=20)
    check.assertEqual(cluster.get_partition_restore_progress(PARTITION).restore_state, "Accepted")
    check.assertEqual(
        cluster.refusal("restore_partition", PARTITION, foreign), (409, "FABRIC_E_RESTORE_IN_PROGRESS")
    )
    check.assertEqual(cluster.refusal("backup_partition", PARTITION), (409, "FABRIC_E_RESTORE_IN_PROGRESS"))
    cluster.advance("PT1M")
    done = cluster.get_partition_restore_progress(PARTITION)
    check.assertEqual(done.restore_state, "Success")
    check.assertEqual(done.restored_epoch, second.epoch_of_last_backup_record)
    check.assertEqual(done.restored_lsn, second.lsn_of_last_backup_record)


def cleaning_up(cluster: Cluster) -> None:
    protected(cluster)
    cluster.advance("PT1H")
    everything = sf.ServiceBackupEntity(service_name="fabric:/CalcApp/CalcService")
    check.assertEqual(len(on_storage(cluster, BLOB, everything)), 2)
    cluster.disable_service_backup(SERVICE, True)
    cluster.advance("PT1M")
    check.assertEqual(on_storage(cluster, BLOB, everything), [])
    cluster.delete_backup_policy("Hourly")


def refused_on_order(cluster: Cluster) -> None:
    """The simulator is told to refuse, keeps time, and tells what really happened."""
    protected(cluster)
    denied = json.dumps({"Error": {"Code": "E_ACCESSDENIED", "Message": "Not today."}})
    cluster.order("faults", {"Operation": "BackupPartition", "Status": 403, "Body": denied})
    check.assertEqual(cluster.refusal("backup_partition", PARTITION), (403, "E_ACCESSDENIED"))
    cluster.backup_partition(PARTITION)
    cluster.advance("PT1M")
    check.assertEqual(cluster.told("clock"), {"Now": "2024-01-01T00:02:00Z"})
    kinds = [effect["Kind"] for effect in cluster.told("effects")]
    check.assertEqual(kinds, ["PolicyCreated", "Enabled", "BackupAccepted", "BackupMade"])
