"""What is protected, by which policy, and what is suspended."""

from typing import Any

from azure.servicefabric import models as sf
from cluster import APPLICATION, NEIGHBOUR, PARTITION, SERVICE, Cluster, check
from policies import hourly

NOT_ENABLED = (404, "FABRIC_E_BACKUP_NOT_ENABLED")


def in_force(info: Any) -> tuple[type, str, str]:
    return type(info), info.policy_name, info.policy_inherited_from


def enabling(cluster: Cluster) -> None:
    for name in ("Application", "Service", "Partition"):
        cluster.create_backup_policy(hourly(name))
    check.assertEqual(cluster.refusal("get_application_backup_configuration_info", APPLICATION), NOT_ENABLED)
    check.assertIsNone(cluster.get_partition_backup_configuration_info(PARTITION))
    check.assertEqual(
        cluster.refusal("enable_service_backup", SERVICE, "Nightly"), (404, "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST")
    )

    cluster.enable_application_backup(APPLICATION, "Application")
    inherited = cluster.get_partition_backup_configuration_info(PARTITION)
    check.assertEqual(in_force(inherited), (sf.PartitionBackupConfigurationInfo, "Application", "Application"))
    check.assertEqual((inherited.service_name, inherited.partition_id), ("fabric:/CalcApp/CalcService", PARTITION))

    cluster.enable_service_backup(SERVICE, "Service")
    cluster.enable_partition_backup(PARTITION, "Partition")
    in_service = cluster.get_service_backup_configuration_info(SERVICE).items
    check.assertEqual(
        [in_force(info) for info in in_service],
        [
            (sf.ServiceBackupConfigurationInfo, "Service", "Service"),
            (sf.PartitionBackupConfigurationInfo, "Partition", "Partition"),
        ],
    )
    in_application = cluster.get_application_backup_configuration_info(APPLICATION).items
    check.assertEqual(in_force(in_application[0]), (sf.ApplicationBackupConfigurationInfo, "Application", "Application"))
    check.assertEqual(len(in_application), 3)
    neighbour = cluster.get_partition_backup_configuration_info(NEIGHBOUR)
    check.assertEqual((neighbour.policy_name, neighbour.policy_inherited_from), ("Service", "Service"))
    attached(cluster)
    disabling(cluster)


def attached(cluster: Cluster) -> None:
    [application] = cluster.get_all_entities_backed_up_by_policy("Application").items
    check.assertIsInstance(application, sf.ApplicationBackupEntity)
    check.assertEqual(application.application_name, "fabric:/CalcApp")
    [partition] = cluster.get_all_entities_backed_up_by_policy("Partition", max_results=1).items
    check.assertIsInstance(partition, sf.PartitionBackupEntity)
    check.assertEqual((partition.service_name, partition.partition_id), ("fabric:/CalcApp/CalcService", PARTITION))


def disabling(cluster: Cluster) -> None:
    check.assertEqual(cluster.refusal("disable_partition_backup", NEIGHBOUR, None), NOT_ENABLED)
    cluster.disable_partition_backup(PARTITION, None)
    check.assertEqual(cluster.get_partition_backup_configuration_info(PARTITION).policy_name, "Service")
    cluster.disable_service_backup(SERVICE, False)
    check.assertEqual(cluster.get_partition_backup_configuration_info(PARTITION).policy_name, "Application")
    cluster.disable_application_backup(APPLICATION, True)
    check.assertIsNone(cluster.get_partition_backup_configuration_info(PARTITION))


def suspending(cluster: Cluster) -> None:
    check.assertEqual(cluster.refusal("suspend_application_backup", APPLICATION), NOT_ENABLED)
    cluster.create_backup_policy(hourly("Hourly"))
    cluster.enable_application_backup(APPLICATION, "Hourly")
    check.assertEqual(suspension(cluster), (False, "Invalid"))

    cluster.suspend_application_backup(APPLICATION)
    check.assertEqual(suspension(cluster), (True, "Application"))
    cluster.suspend_service_backup(SERVICE)
    check.assertEqual(suspension(cluster), (True, "Service"))
    cluster.suspend_partition_backup(PARTITION)
    check.assertEqual(suspension(cluster), (True, "Partition"))

    cluster.resume_partition_backup(PARTITION)
    cluster.resume_application_backup(APPLICATION)
    check.assertEqual(suspension(cluster), (True, "Service"))
    cluster.resume_service_backup(SERVICE)
    check.assertEqual(suspension(cluster), (False, "Invalid"))


def suspension(cluster: Cluster) -> tuple[bool, str]:
    info = cluster.get_partition_backup_configuration_info(PARTITION).suspension_info
    return info.is_suspended, info.suspension_inherited_from
