//! Codes about the state of the cluster: it is busy, moving or slow, or it failed.

use super::CodeAdvice;

pub(super) const CLUSTER: &[CodeAdvice] = &[
    // The cluster is busy, moving or slow.
    CodeAdvice {
        name: "FABRIC_E_NOT_PRIMARY",
        meaning: "the replica that received the request is not the primary",
        cause: "the backup service's primary moved to another node during the request",
        action: "try again: the new primary is found within seconds",
    },
    CodeAdvice {
        name: "FABRIC_E_NO_WRITE_QUORUM",
        meaning: "too few replicas are up to accept a write",
        cause: "nodes are down or restarting, so that the backup service cannot store the request",
        action: "try again in a minute; if it persists, bring back the nodes that host \
            fabric:/System/BackupRestoreService",
    },
    CodeAdvice {
        name: "FABRIC_E_NOT_READY",
        meaning: "the replica is not ready yet",
        cause: "the backup service has just started or changed its primary, and is still loading its records",
        action: "try again in a few seconds",
    },
    CodeAdvice {
        name: "FABRIC_E_RECONFIGURATION_PENDING",
        meaning: "the replica set is being reconfigured",
        cause: "a failover or an upgrade is in progress in the partition of the request",
        action: "try again once the partition's health is Ok; it usually takes less than a minute",
    },
    CodeAdvice {
        name: "FABRIC_E_SERVICE_OFFLINE",
        meaning: "the service has no replica that responds",
        cause: "all nodes that host the service are down, or it did not start after its last upgrade",
        action: "check the health of fabric:/System/BackupRestoreService and of its nodes, then try again",
    },
    CodeAdvice {
        name: "FABRIC_E_OBJECT_CLOSED",
        meaning: "the object that serves the request is closed",
        cause: "the backup service was shutting down on its node when the request arrived",
        action: "try again: another node takes over",
    },
    CodeAdvice {
        name: "FABRIC_E_NOT_READABLE",
        meaning: "the replica cannot be read right now",
        cause: "the backup service's store has no read access, because a new primary is taking over",
        action: "repeat the read in a few seconds",
    },
    CodeAdvice {
        name: "E_ABORT",
        meaning: "the operation was aborted",
        cause: "the gateway or a service closed while it handled the request, for example during an upgrade or restart",
        action: "try again; for a change, read the state first",
    },
    CodeAdvice {
        name: "FABRIC_E_SERVICE_TOO_BUSY",
        meaning: "the service is overloaded",
        cause: "the system service receives more requests than it can handle, often from a script that reads many \
            partitions at once",
        action: "send fewer requests at a time, and try again after a pause",
    },
    CodeAdvice {
        name: "FABRIC_E_REPLICATION_QUEUE_FULL",
        meaning: "the replication queue is full",
        cause: "a secondary of the service is slow or stuck, and writes queue up for it",
        action: "try again after a pause; if it persists, look for a slow disk or node among the replicas",
    },
    CodeAdvice {
        name: "FABRIC_E_WRITE_CONFLICT",
        meaning: "two writes conflict",
        cause: "another client changed the same policy or entity at the same time",
        action: "try again, one change at a time",
    },
    CodeAdvice {
        name: "FABRIC_E_ENDPOINT_NOT_FOUND",
        meaning: "the service has no endpoint that responds",
        cause: "the backup service failed three times to reach the cluster's own management services",
        action: "try again in a minute; if it persists, check the health of the system services and the node's name \
            resolution",
    },
    CodeAdvice {
        name: "FABRIC_E_GATEWAY_NOT_REACHABLE",
        meaning: "the gateway cannot be reached from inside the cluster",
        cause: "the node that serves the request cannot reach its own gateway process, for example while the node \
            restarts",
        action: "try another node's endpoint",
    },
    CodeAdvice {
        name: "FABRIC_E_CANNOT_CONNECT",
        meaning: "a connection inside the cluster failed",
        cause: "a node went down or a firewall blocks traffic between nodes, so that one service did not reach the \
            other",
        action: "try again; if it persists, check the nodes' state and the network between them",
    },
    CodeAdvice {
        name: "FABRIC_E_CONNECTION_CLOSED_BY_REMOTE_END",
        meaning: "the other end closed a connection inside the cluster",
        cause: "the process that handled the request ended or restarted before it responded",
        action: "for a change, read the state first; then try again",
    },
    CodeAdvice {
        name: "FABRIC_E_COMMUNICATION_ERROR",
        meaning: "services of the cluster could not talk to each other",
        cause: "the backup service's query to the cluster manager or the naming service was lost",
        action: "try again; if it persists, check the health of the cluster's system services",
    },
    CodeAdvice {
        name: "FABRIC_E_OPERATION_NOT_COMPLETE",
        meaning: "the operation is not complete yet",
        cause: "a query that the request depends on was still running when the cluster had to respond",
        action: "wait a moment, read the state, and try again if the change was not made",
    },
    CodeAdvice {
        name: "FABRIC_E_TIMEOUT",
        meaning: "the operation took longer than its timeout",
        cause: "the storage or the cluster is slow, the deletion of a policy waits for its clean-up, or a backup \
            exceeded its time limit",
        action: "read the state first: the change may have been made; then repeat it with a longer timeout (the \
            gateway \
            itself stops at 120 seconds)",
    },
    // The server failed.
    CodeAdvice {
        name: "E_FAIL",
        meaning: "the server failed without giving a reason",
        cause: "the cluster does not handle this case, or a Windows function failed, such as the logon to a file share",
        action: "read the message and the health of fabric:/System/BackupRestoreService; check the storage's user name \
            and password",
    },
    CodeAdvice {
        name: "E_UNEXPECTED",
        meaning: "the backup service failed with an exception that has no error code",
        cause: "the storage failed, or nothing was ever backed up to the file share, or the backup's metadata cannot \
            be read at the given location",
        action: "read the message: \"index was out of range\" means no backups or no storage, \"recovery point\" a \
            wrong location or credentials",
    },
    CodeAdvice {
        name: "E_POINTER",
        meaning: "the server failed because a value is missing",
        cause: "a page of backups spans several storages, and one of them has none",
        action: "list the backups without a page size, or from each storage separately",
    },
    CodeAdvice {
        name: "E_NOTIMPL",
        meaning: "the cluster does not implement this",
        cause: "the runtime is older than the operation, or the operation is missing on its platform",
        action: "compare the cluster's runtime release with the one that introduced the operation",
    },
    CodeAdvice {
        name: "E_OUTOFMEMORY",
        meaning: "the server ran out of memory",
        cause: "the node that hosts the backup service is overcommitted, or a list without page size is very long",
        action: "list in pages, and give the node more memory or fewer services",
    },
];
