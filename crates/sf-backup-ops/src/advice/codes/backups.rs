//! Codes about policies, backups, storage and access.

use super::CodeAdvice;

pub(super) const BACKUPS: &[CodeAdvice] = &[
    // Policies, and what they cover.
    CodeAdvice {
        name: "FABRIC_E_BACKUP_NOT_ENABLED",
        meaning: "backup is not enabled on the entity",
        cause: "no policy applies to the entity, or the request changes the entity's own policy, but the entity only \
            inherits one",
        action: "read the backup configuration; enable backup on the entity, or send the request for the service or \
            application that has the policy; to stop an inherited policy, suspend backup",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUP_IS_ENABLED",
        meaning: "the backup policy is in use",
        cause: "the policy is still enabled on an application, a service or a partition",
        action: "list where the policy is enabled, disable backup there or enable another policy, then delete the \
            policy",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUP_POLICY_NOT_EXISTING",
        meaning: "the backup policy does not exist",
        cause: "the policy's name is misspelled or differs in upper and lower case, or the policy was deleted or \
            never created in this cluster",
        action: "list the policies, and create this one if it is missing",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTING",
        meaning: "a backup policy of this name exists",
        cause: "it was created before, or an earlier attempt of this request succeeded and its response was lost",
        action: "compare the policy with yours; update it, or choose another name",
    },
    // Backups and restores that run.
    CodeAdvice {
        name: "FABRIC_E_BACKUP_IN_PROGRESS",
        meaning: "a backup of the partition is running",
        cause: "an earlier backup has not finished or timed out yet",
        action: "wait until the backup progress is Success, Failure or Timeout, then try again",
    },
    CodeAdvice {
        name: "FABRIC_E_RESTORE_IN_PROGRESS",
        meaning: "a restore of the partition is running",
        cause: "an earlier restore has not ended; one that stays Accepted has not started, because the cluster could \
            not trigger data loss",
        action: "wait for the restore to end; if it stays Accepted beyond its timeout, check the health of \
            fabric:/System/FaultAnalysisService",
    },
    CodeAdvice {
        name: "FABRIC_E_RESTORE_WAITING_FOR_USER_INTERVENTION",
        meaning: "the partition waits for a decision about its restore",
        cause: "the partition lost its data, and its policy does not restore automatically or no usable backup was \
            found",
        action: "restore a backup into the partition, or skip the restore: the partition then continues with its replica's data",
    },
    CodeAdvice {
        name: "FABRIC_E_SKIP_RESTORE_OPERATION",
        meaning: "the restore was skipped",
        cause: "the partition lost data, and a request to skip its restore was sent",
        action: "nothing to do if this was intended; otherwise restore a backup into the partition",
    },
    CodeAdvice {
        name: "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_EXISTING",
        meaning: "the cluster runs no fault analysis service",
        cause: "a restore begins with data loss, which fabric:/System/FaultAnalysisService triggers; the cluster's \
            configuration does not contain that service",
        action: "add FaultAnalysisService with a TargetReplicaSetSize to the cluster's configuration, upgrade the \
            configuration, and restore again",
    },
    // Backups that do not fit, or cannot be used.
    CodeAdvice {
        name: "FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH",
        meaning: "the backup does not fit the partition",
        cause: "the backup id is not that of the backup at the given location, or the backup's partition has another \
            kind, key range or name",
        action: "take id and location from the same entry of a backup list; choose the partition with the same keys or \
            name",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUP_NOT_FOUND",
        meaning: "the partition has no backup",
        cause: "the request restores the latest backup, and the partition's folder on the storage is empty or missing",
        action: "list the backups on the storage; if the service was deleted and created again, give the backup id \
            and location of its old partition",
    },
    CodeAdvice {
        name: "FABRIC_E_RESTORE_SAFE_CHECK_FAILED",
        meaning: "the safety check before a restore failed",
        cause: "the replica's data is as new as the backup's or newer, and the service's restore call uses the safe \
            policy",
        action: "to restore the older state, let the service's restore call use the force policy",
    },
    CodeAdvice {
        name: "FABRIC_E_INVALID_BACKUP",
        meaning: "the backup is invalid",
        cause: "files of the backup are missing or damaged, for example because its archive was cut short or edited",
        action: "restore an earlier backup of the partition, and take a full one soon",
    },
    CodeAdvice {
        name: "FABRIC_E_INVALID_BACKUP_CHAIN",
        meaning: "the chain of backups is broken",
        cause: "an incremental backup does not follow the one before it, or a link of its chain was deleted from the \
            storage",
        action: "list the backups by chain id, and restore one whose chain reaches back to its full backup without a \
            gap",
    },
    CodeAdvice {
        name: "FABRIC_E_DUPLICATE_BACKUPS",
        meaning: "the chain holds the same backup twice",
        cause: "copies of a backup lie in the same folder, often after files were moved by hand",
        action: "remove the copies from the folder, and restore again",
    },
    CodeAdvice {
        name: "FABRIC_E_INVALID_RESTORE_DATA",
        meaning: "the data to restore is invalid",
        cause: "the folder unpacked on the node is incomplete, or contains no files of a backup",
        action: "check the free disk space of the node, and restore again; if that fails, restore another backup",
    },
    CodeAdvice {
        name: "FABRIC_E_MISSING_FULL_BACKUP",
        meaning: "an incremental backup has no full backup before it",
        cause: "the replica became primary, was restored, or truncated its log since its last full backup",
        action: "request a backup, which is always full; the schedule also makes a full one automatically",
    },
    CodeAdvice {
        name: "FABRIC_E_INVALID_BACKUP_SETTING",
        meaning: "the replica's settings do not allow this backup",
        cause: "incremental backup is not enabled in the settings of the service's store",
        action: "enable incremental backup in the service's replicator or store settings, or use a policy with \
            MaxIncrementalBackups 0",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUP_DIRECTORY_NOT_EMPTY",
        meaning: "the folder for the backup is not empty",
        cause: "files of an earlier attempt are left in the replica's backup folder on the node",
        action: "wait for the next attempt; if it fails too, clear the folder named in the message, or move the \
            primary",
    },
    CodeAdvice {
        name: "FABRIC_E_DELETE_BACKUP_FILE_FAILED",
        meaning: "files of a backup could not be deleted",
        cause: "another process, such as a virus scanner, has a file open in the replica's backup folder on the node",
        action: "exclude Service Fabric's data folders from scanners; list the backups, because this one may be \
            complete",
    },
    // Storage.
    CodeAdvice {
        name: "FABRIC_E_FILE_NOT_FOUND",
        meaning: "a file does not exist",
        cause: "the backup was deleted from the storage, by retention or by hand, after its location was listed",
        action: "list the backups again, and pass BackupLocation back exactly as listed, backslashes included",
    },
    CodeAdvice {
        name: "FABRIC_E_DIRECTORY_NOT_FOUND",
        meaning: "a folder does not exist",
        cause: "the share or container has no folder for this entity yet, because nothing was backed up there, or the \
            path is wrong",
        action: "check the storage's path; request a backup, which creates the folder",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUPCOPIER_UNEXPECTED_ERROR",
        meaning: "the process that copies backups failed",
        cause: "copying between node and storage failed without a reason; usual causes are the network, a firewall or \
            name resolution",
        action: "test access to the storage from the node, check the health events of the partition, and request the \
            backup again",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUPCOPIER_TIMEOUT",
        meaning: "the process that copies backups ran out of time",
        cause: "the storage is slow or far away for the size of this partition's data",
        action: "increase the time limit of the backup or restore, and check the bandwidth between nodes and storage",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUPCOPIER_ACCESS_DENIED",
        meaning: "the storage refused the process that copies backups",
        cause: "the connection string was rotated, the share's account lost its rights, or the managed identity lacks \
            a \
            role: Storage Blob Data Contributor, and since runtime 11.1 Storage Account Contributor as well",
        action: "grant the rights on the storage, or update the policy with the current credentials",
    },
    CodeAdvice {
        name: "FABRIC_E_CERTIFICATE_NOT_FOUND",
        meaning: "a certificate is not on the node",
        cause: "the certificate that encrypts the policies' secrets (SecretEncryptionCertThumbprint) is missing on a \
            node, or was renewed under another thumbprint",
        action: "install the certificate with its private key on every node, or put the new thumbprint into the \
            cluster's configuration",
    },
    // Access.
    CodeAdvice {
        name: "E_ACCESSDENIED",
        meaning: "access is denied",
        cause: "the client has the User role, which may only read, or the ClusterId header names another cluster; in a \
            failure of a backup, the storage refused the account",
        action: "check the role of the certificate or token: every role may read, changes need more; if reads are \
            refused \
            while other queries succeed, the backup service itself refuses all callers; for a failed backup, \
            correct the account's rights on the storage",
    },
    CodeAdvice {
        name: "FABRIC_E_SERVER_AUTHENTICATION_FAILED",
        meaning: "client and cluster could not authenticate each other",
        cause: "the gateway did not accept the certificate or the token, or holds a cluster certificate that has \
            expired",
        action: "check the client certificate's thumbprint and dates against the cluster's list, and the cluster \
            certificate's dates",
    },
    CodeAdvice {
        name: "FABRIC_E_CONNECTION_DENIED",
        meaning: "the connection was refused",
        cause: "a node's security settings do not accept the caller, typically during a change of certificates",
        action: "wait until the change of the cluster's security settings has reached every node, then use a \
            certificate that they accept",
    },
];
