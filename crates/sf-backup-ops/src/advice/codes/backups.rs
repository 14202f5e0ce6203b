//! Codes about policies, backups, storage and access.

use super::CodeAdvice;

pub(super) const BACKUPS: &[CodeAdvice] = &[
    // Policies, and what they cover.
    CodeAdvice {
        name: "FABRIC_E_BACKUP_NOT_ENABLED",
        meaning: "backup is not enabled where the call needs it",
        cause: "no policy applies to the entity, or the call is about a policy set on this very entity and it only \
            inherits one",
        action: "read the backup configuration; enable backup here, or call at the level that holds the policy; to \
            stop an inherited policy, suspend",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUP_IS_ENABLED",
        meaning: "backup is still enabled",
        cause: "the policy that is to be deleted still covers an application, a service or a partition",
        action: "list the policy's enabled entities, disable backup for each or move it to another policy, then delete",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUP_POLICY_NOT_EXISTING",
        meaning: "the backup policy does not exist",
        cause: "the policy's name is misspelled or differs in upper and lower case, or the policy was deleted or \
            never created in this cluster",
        action: "list the policies, and create this one before it is used",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTING",
        meaning: "a backup policy of this name exists",
        cause: "it was created before, or an earlier attempt of this request succeeded and its response was lost",
        action: "read the policy and compare; change it by an update, or take another name",
    },
    // Backups and restores that run.
    CodeAdvice {
        name: "FABRIC_E_BACKUP_IN_PROGRESS",
        meaning: "a backup of the partition is running",
        cause: "a backup was requested earlier, and is neither finished nor past its timeout",
        action: "follow the backup progress until Success, Failure or Timeout, then call again",
    },
    CodeAdvice {
        name: "FABRIC_E_RESTORE_IN_PROGRESS",
        meaning: "a restore of the partition is running",
        cause: "a restore was requested earlier and has not ended; one that stays Accepted for long never started, \
            because data loss could not be triggered",
        action: "follow the restore progress; if it stays Accepted beyond its timeout, look at the health of \
            fabric:/System/FaultAnalysisService",
    },
    CodeAdvice {
        name: "FABRIC_E_RESTORE_WAITING_FOR_USER_INTERVENTION",
        meaning: "the partition waits for a decision about its restore",
        cause: "the partition lost its data, and its policy does not restore by itself or no usable backup was found",
        action: "restore a backup into the partition, or skip the restore to let it start with what it has",
    },
    CodeAdvice {
        name: "FABRIC_E_SKIP_RESTORE_OPERATION",
        meaning: "the restore is to be skipped",
        cause: "the restore was skipped after the partition had lost data",
        action: "nothing needs doing if that was wanted; otherwise restore a backup into the partition",
    },
    CodeAdvice {
        name: "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_EXISTING",
        meaning: "the cluster runs no fault analysis service",
        cause: "a restore begins with data loss, which fabric:/System/FaultAnalysisService triggers, and the \
            cluster's configuration leaves that service out",
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
        cause: "the latest backup is to be restored, and the partition's folder on the storage is empty or absent",
        action: "list the backups on the storage; for a service that was created again, name the old partition's backup \
            and location",
    },
    CodeAdvice {
        name: "FABRIC_E_RESTORE_SAFE_CHECK_FAILED",
        meaning: "the safety check before a restore failed",
        cause: "the replica holds data that is as new as the backup's or newer, and the service's own restore forbids \
            to go back",
        action: "if the older state is wanted, let the service's restore call use the force policy",
    },
    CodeAdvice {
        name: "FABRIC_E_INVALID_BACKUP",
        meaning: "the backup is not a valid one",
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
        meaning: "the data to restore is not valid",
        cause: "the folder that was unpacked on the node lacks files, or holds none that belong to a backup",
        action: "check that the node has room on its disk, and restore again, then from another backup",
    },
    CodeAdvice {
        name: "FABRIC_E_MISSING_FULL_BACKUP",
        meaning: "an incremental backup has no full one before it",
        cause: "the replica became primary, restored, or cut its log since its last full backup",
        action: "take a full backup: each backup on demand is full; the schedule does so by itself",
    },
    CodeAdvice {
        name: "FABRIC_E_INVALID_BACKUP_SETTING",
        meaning: "the replica's settings do not allow this backup",
        cause: "incremental backup is not switched on in the settings of the service's store",
        action: "switch on incremental backup in the service's replicator or store settings, or use a policy with \
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
        cause: "another process, a virus scanner for one, holds a file in the replica's backup folder on the node",
        action: "exclude Service Fabric's data folders from scanners; the backup itself may be whole, so list it",
    },
    // Storage.
    CodeAdvice {
        name: "FABRIC_E_FILE_NOT_FOUND",
        meaning: "a file is not there",
        cause: "the backup was deleted from the storage, by retention or by hand, after its location was listed",
        action: "list the backups again, and pass BackupLocation back exactly as listed, backslashes included",
    },
    CodeAdvice {
        name: "FABRIC_E_DIRECTORY_NOT_FOUND",
        meaning: "a folder is not there",
        cause: "the share or container has no folder for this entity yet, because nothing was backed up there, or the \
            path is another one",
        action: "check the storage's path; take a backup, which makes the folder",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUPCOPIER_UNEXPECTED_ERROR",
        meaning: "the process that copies backups failed",
        cause: "the copy between node and storage ended in a way it does not explain; the storage's network, firewall \
            or name resolution come first",
        action: "reach the storage from the node itself, then look at the health events of the partition and ask for \
            the backup again",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUPCOPIER_TIMEOUT",
        meaning: "the process that copies backups ran out of time",
        cause: "the storage is slow or far away for the size of this partition's data",
        action: "allow more minutes for the backup or restore, and check the bandwidth between nodes and storage",
    },
    CodeAdvice {
        name: "FABRIC_E_BACKUPCOPIER_ACCESS_DENIED",
        meaning: "the storage refused the process that copies backups",
        cause: "the connection string was rotated, the share's account lost its rights, or the managed identity lacks a \
            role: Storage Blob Data Contributor, and since runtime 11.1 Storage Account Contributor as well",
        action: "grant the rights on the storage, or update the policy with the present credentials",
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
        cause: "the client has the User role, which may only GET, or the ClusterId header names another cluster; in a \
            failure of a backup, the storage refused the account",
        action: "check the role of the certificate or token: every role may read, changes need more; if reads are refused \
            while other queries succeed, the backup service itself refuses all callers; for a failed backup, \
            correct the account's rights on the storage",
    },
    CodeAdvice {
        name: "FABRIC_E_SERVER_AUTHENTICATION_FAILED",
        meaning: "the two sides could not agree on who the other is",
        cause: "the gateway did not accept the certificate or the token, or holds a cluster certificate that has \
            expired",
        action: "check the client certificate's thumbprint and dates against the cluster's list, and the cluster \
            certificate's dates",
    },
    CodeAdvice {
        name: "FABRIC_E_CONNECTION_DENIED",
        meaning: "the connection was refused",
        cause: "a node's security settings do not admit the caller, typically in the middle of a change of \
            certificates",
        action: "wait until the change of the cluster's security settings has reached every node, then use a \
            certificate that it admits",
    },
];
