"""What is not the backup service: the cluster around it, and clusters of another age."""

from azure.servicefabric import models as sf
from cluster import NEIGHBOUR, PARTITION, Cluster, check
from policies import hourly


def inventory(cluster: Cluster) -> None:
    check.assertRegex(cluster.get_cluster_version().version, r"^\d+\.\d+\.\d+\.\d+$")
    [application] = cluster.get_application_info_list().items
    check.assertEqual((application.id, application.name), ("CalcApp", "fabric:/CalcApp"))
    services = {service.name: service for service in cluster.get_service_info_list(application.id).items}
    service = services["fabric:/CalcApp/CalcService"]
    check.assertIsInstance(service, sf.StatefulServiceInfo)
    check.assertTrue(service.has_persisted_state)
    partitions = cluster.get_partition_info_list(service.id).items
    check.assertEqual({partition.partition_information.id for partition in partitions}, {PARTITION, NEIGHBOUR})


def preview(cluster: Cluster) -> None:
    """A cluster of 6.2 knows nothing but 6.2-preview, which this client cannot say."""
    check.assertEqual(cluster.refusal("get_backup_policy_list"), (400, "E_INVALIDARG"))
    check.assertEqual(cluster.refusal("create_backup_policy", hourly("Hourly")), (400, "E_INVALIDARG"))
