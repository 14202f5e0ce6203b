//! Codes about the state of the cluster: it is busy, moving or slow, or it failed.

use super::CodeAdvice;

pub(super) const CLUSTER: &[CodeAdvice] = &[
    // The cluster is busy, moving or slow.
    CodeAdvice {
        name: "FABRIC_E_NOT_PRIMARY",
        meaning: "the replica that received the request is not the primary",
        cause: "the backup service's primary moved to another node while the call was on its way",
        action: "try again: the next call finds the new primary within seconds",
    },
    CodeAdvice {
        name: "FABRIC_E_NO_WRITE_QUORUM",
        meaning: "too few replicas are up to accept a write",
        cause: "nodes are down or restarting, so that the backup service cannot store the request",
        action: "try again in a minute; if it lasts, bring back the nodes that host \
            fabric:/System/BackupRestoreService",
    },
    CodeAdvice {
        name: "FABRIC_E_NOT_READY",
        meaning: "the replica is not ready yet",
        cause: "the backup service has just started or changed its primary, and still loads its records",
        action: "try again in some seconds",
    },
    CodeAdvice {
        name: "FABRIC_E_RECONFIGURATION_PENDING",
        meaning: "the replica set is being rearranged",
        cause: "a failover or an upgrade is in progress in the partition that the call touches",
        action: "try again once the partition's health is Ok; it usually takes less than a minute",
    },
    CodeAdvice {
        name: "FABRIC_E_SERVICE_OFFLINE",
        meaning: "the service has no replica that responds",
        cause: "all nodes that host the service are down, or its last upgrade has not brought it up",
        action: "look at the health of fabric:/System/BackupRestoreService and of its nodes, then try again",
    },
    CodeAdvice {
        name: "FABRIC_E_OBJECT_CLOSED",
        meaning: "the object that was to serve the call is closed",
        cause: "the backup service was shutting down on its node when the call came in",
        action: "try again: another node takes over",
    },
    CodeAdvice {
        name: "FABRIC_E_NOT_READABLE",
        meaning: "the replica cannot be read just now",
        cause: "the backup service's store has no read access, because its primary is just taking over",
        action: "try the read again in some seconds",
    },
    CodeAdvice {
        name: "E_ABORT",
        meaning: "the operation was aborted",
        cause: "the gateway or a service closed while it handled the call, as in an upgrade or restart",
        action: "try again; for a change, read the state first",
    },
    CodeAdvice {
        name: "FABRIC_E_SERVICE_TOO_BUSY",
        meaning: "the service has too much to do",
        cause: "more calls arrive than the system service takes, often from a script that walks many partitions at \
            once",
        action: "make fewer calls at a time, and try again after a pause",
    },
    CodeAdvice {
        name: "FABRIC_E_REPLICATION_QUEUE_FULL",
        meaning: "the replication queue is full",
        cause: "a secondary of the service is slow or stuck, and writes pile up before it",
        action: "try again after a pause; if it lasts, look for a slow disk or node among the replicas",
    },
    CodeAdvice {
        name: "FABRIC_E_WRITE_CONFLICT",
        meaning: "two writes met",
        cause: "another client changed the same policy or entity at the same moment",
        action: "try again, one change at a time",
    },
    CodeAdvice {
        name: "FABRIC_E_ENDPOINT_NOT_FOUND",
        meaning: "no endpoint responds for the name",
        cause: "the backup service failed three times to reach the cluster's own management services",
        action: "try again in a minute; if it lasts, look at the health of the system services and of the node's name \
            resolution",
    },
    CodeAdvice {
        name: "FABRIC_E_GATEWAY_NOT_REACHABLE",
        meaning: "the cluster's gateway cannot be reached from inside",
        cause: "the node that serves the call is cut off from its own gateway process, as during a restart of the node",
        action: "try another node's endpoint",
    },
    CodeAdvice {
        name: "FABRIC_E_CANNOT_CONNECT",
        meaning: "a connection inside the cluster failed",
        cause: "a node went down or a firewall stands between nodes, so that one service did not reach the other",
        action: "try again; if it lasts, check the nodes' state and the network between them",
    },
    CodeAdvice {
        name: "FABRIC_E_CONNECTION_CLOSED_BY_REMOTE_END",
        meaning: "the other end closed a connection inside the cluster",
        cause: "the process that handled the call ended or restarted before it responded",
        action: "for a change, read the state first; then try again",
    },
    CodeAdvice {
        name: "FABRIC_E_COMMUNICATION_ERROR",
        meaning: "services of the cluster could not talk to each other",
        cause: "the backup service's query to the cluster manager or the naming service was lost on the way",
        action: "try again; if it lasts, look at the health of the cluster's system services",
    },
    CodeAdvice {
        name: "FABRIC_E_OPERATION_NOT_COMPLETE",
        meaning: "the operation is not complete yet",
        cause: "a query that the call depends on was still running when the cluster had to respond",
        action: "wait a moment, read the state, and call again if it is not done",
    },
    CodeAdvice {
        name: "FABRIC_E_TIMEOUT",
        meaning: "the operation took longer than its timeout",
        cause: "the storage or the cluster is slow, deleting a policy waits for its clean-up, or a backup outlived \
            its minutes",
        action: "read the state first, for it may have been done; then repeat with a longer timeout (the gateway \
            itself stops at 120 seconds)",
    },
    // The server failed.
    CodeAdvice {
        name: "E_FAIL",
        meaning: "the server failed without saying how",
        cause: "the request met a case that the cluster does not handle, or a Windows call failed below it, such as \
            the logon to a file share",
        action: "read the message and the health of fabric:/System/BackupRestoreService; check the storage's user name \
            and password",
    },
    CodeAdvice {
        name: "E_UNEXPECTED",
        meaning: "the backup service met an exception that it has no code for",
        cause: "the storage failed, or nothing was ever backed up to the file share, or the backup's metadata cannot \
            be read at the given location",
        action: "read the message: \"index was out of range\" means no backups or no storage, \"recovery point\" a \
            wrong location or credentials",
    },
    CodeAdvice {
        name: "E_POINTER",
        meaning: "the server tripped over a value that is not there",
        cause: "a page of backups spans several storages, and one of them has none",
        action: "list the backups without a page size, or from each storage by itself",
    },
    CodeAdvice {
        name: "E_NOTIMPL",
        meaning: "the cluster does not implement this",
        cause: "the runtime is older than the operation, or its platform is without it",
        action: "compare the cluster's runtime release with the one that brought the operation",
    },
    CodeAdvice {
        name: "E_OUTOFMEMORY",
        meaning: "the server ran out of memory",
        cause: "the node that hosts the backup service is overcommitted, or a list without page size is very long",
        action: "list in pages, and give the node more memory or fewer services",
    },
];
