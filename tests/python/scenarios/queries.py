"""What is not the backup service: the inventory and the health of the cluster around it, and clusters of another age."""

import json
import re

from azure.servicefabric import models as sf
from cluster import APPLICATION, NEIGHBOUR, PARTITION, SERVICE, Cluster, check
from policies import hourly

MISSING = "00000000-0000-4000-8000-00000000ffff"
SERVICE_ID = "CalcApp~CalcService"


def inventory(cluster: Cluster) -> None:
    version = cluster.get_cluster_version().version
    check.assertRegex(version, r"^\d+\.\d+\.\d+\.\d+$")
    check.assertIn('<Section Name="BackupRestoreService">', cluster.get_cluster_manifest().manifest)
    check.assertEqual(cluster.get_aad_metadata().type, "")
    upgrade = cluster.get_cluster_upgrade_progress()
    check.assertEqual((upgrade.code_version, upgrade.upgrade_state), (version, "RollingForwardCompleted"))

    nodes = cluster.get_node_info_list().items
    check.assertEqual([node.name for node in nodes], [f"_Node_{number}" for number in range(5)])
    check.assertEqual({(node.node_status, node.health_state) for node in nodes}, {("Up", "Ok")})
    check.assertEqual(cluster.get_node_info("_Node_2").name, "_Node_2")
    check.assertIsNone(cluster.get_node_info("None"))
    deployed = cluster.get_deployed_application_info_list("_Node_0").items
    check.assertEqual([found.name for found in deployed], ["fabric:/CalcApp"])

    [kind] = cluster.get_application_type_info_list().items
    check.assertEqual((kind.name, kind.version, kind.status), ("CalcAppType", "1.0.0", "Available"))
    [same] = cluster.get_application_type_info_list_by_name(kind.name).items
    check.assertEqual(same.name, kind.name)
    types = cluster.get_service_type_info_list(kind.name, kind.version)
    check.assertEqual([found.service_type_description.service_type_name for found in types], ["CalcServiceType"])

    [application] = cluster.get_application_info_list().items
    check.assertEqual((application.id, application.name), ("CalcApp", "fabric:/CalcApp"))
    check.assertEqual(cluster.get_application_info(application.id).status, "Ready")
    check.assertIsNone(cluster.get_application_info("None"))
    upgrade = cluster.get_application_upgrade(application.id)
    check.assertEqual((upgrade.name, upgrade.upgrade_state), ("fabric:/CalcApp", "RollingForwardCompleted"))
    services = {service.name: service for service in cluster.get_service_info_list(application.id).items}
    service = services["fabric:/CalcApp/CalcService"]
    check.assertIsInstance(service, sf.StatefulServiceInfo)
    check.assertTrue(service.has_persisted_state)
    check.assertEqual(service.id, SERVICE_ID)
    check.assertEqual(cluster.get_service_info(application.id, service.id).service_status, "Active")
    check.assertIsNone(cluster.get_service_info(application.id, "CalcApp~None"))
    described = cluster.get_service_description(service.id)
    check.assertIsInstance(described, sf.StatefulServiceDescription)
    check.assertEqual((described.service_name, described.target_replica_set_size), (service.name, 3))
    check.assertEqual(described.partition_description.count, 2)
    check.assertEqual(cluster.get_application_name_info(service.id).name, application.name)

    partitions = cluster.get_partition_info_list(service.id).items
    check.assertEqual({partition.partition_information.id for partition in partitions}, {PARTITION, NEIGHBOUR})
    check.assertEqual(cluster.get_partition_info(PARTITION).partition_status, "Ready")
    check.assertIsNone(cluster.get_partition_info(MISSING))
    check.assertEqual(cluster.get_service_name_info(PARTITION).name, service.name)
    replicas = cluster.get_replica_info_list(PARTITION).items
    check.assertEqual([replica.replica_role for replica in replicas].count("Primary"), 1)
    [primary] = [replica for replica in replicas if replica.replica_role == "Primary"]
    check.assertEqual(cluster.get_replica_info(PARTITION, primary.replica_id).node_name, primary.node_name)
    detail = cluster.get_deployed_service_replica_detail_info(primary.node_name, PARTITION, primary.replica_id)
    check.assertEqual((detail.service_name, detail.write_status), (service.name, "Granted"))

    for method, arguments in (
        ("get_service_info_list", ["None"]),
        ("get_service_description", ["CalcApp~None"]),
        ("get_partition_info_list", ["CalcApp~None"]),
        ("get_partition_health", [MISSING]),
        ("get_service_health", ["CalcApp~None"]),
        ("get_application_health", ["None"]),
        ("get_node_health", ["None"]),
    ):
        check.assertEqual(cluster.refusal(method, *arguments)[0], 404, method)


def health(cluster: Cluster) -> None:
    """A failed periodic backup, a quorum loss and a data loss, as other tools see them."""

    def states() -> tuple[str, ...]:
        chunk = cluster.get_cluster_health_chunk()
        node = cluster.get_node_health("_Node_0").aggregated_health_state
        check.assertEqual((node, chunk.health_state), ("Ok", cluster.get_cluster_health().aggregated_health_state))
        found = (
            cluster.get_application_health(APPLICATION),
            cluster.get_service_health(SERVICE_ID),
            cluster.get_partition_health(PARTITION),
        )
        return (chunk.health_state, *(entity.aggregated_health_state for entity in found))

    def backup_events() -> list[sf.HealthEvent]:
        events = cluster.get_partition_health(PARTITION).health_events
        return [event for event in events if event.source_id == "System.BackupRestoreManager"]

    def status() -> str:
        return cluster.get_partition_info(PARTITION).partition_status

    check.assertEqual(states(), ("Ok",) * 4)
    policy = hourly("Hourly")
    cluster.create_backup_policy(policy)
    cluster.enable_service_backup(SERVICE, "Hourly")
    storage = json.loads(json.dumps(policy.storage.serialize()))
    cluster.order("storage", {"Storage": storage, "Failure": {"Code": 0x80070070, "Message": "The disk is full."}})
    cluster.advance("PT1H")
    [event] = backup_events()
    check.assertEqual((event.property, event.health_state), ("Backup", "Warning"))
    check.assertTrue(re.search("HRESULT 0x80070070: The disk is full.", event.description), event.description)
    check.assertEqual(states(), ("Warning",) * 4)
    cluster.order("storage", {"Storage": storage})
    cluster.advance("PT10M")
    check.assertEqual(backup_events(), [])
    check.assertEqual(states(), ("Ok",) * 4)

    cluster.order("quorum-loss", {"PartitionId": PARTITION})
    check.assertEqual((status(), states()), ("InQuorumLoss", ("Error",) * 4))
    down = [replica.replica_status for replica in cluster.get_replica_info_list(PARTITION).items].count("Down")
    check.assertEqual(down, 2)
    cluster.order("quorum-loss", {"PartitionId": PARTITION, "Ends": True})
    check.assertEqual((status(), states()), ("Ready", ("Ok",) * 4))

    cluster.order("data-loss", {"PartitionId": PARTITION})
    check.assertEqual((status(), states()), ("Reconfiguring", ("Ok",) * 4))
    cluster.advance("PT10M")
    check.assertEqual((status(), states()), ("Reconfiguring", ("Warning",) * 4))


def preview(cluster: Cluster) -> None:
    """A cluster of 6.2 accepts only 6.2-preview, which this client cannot send."""
    check.assertEqual(cluster.refusal("get_backup_policy_list"), (400, "E_INVALIDARG"))
    check.assertEqual(cluster.refusal("create_backup_policy", hourly("Hourly")), (400, "E_INVALIDARG"))
