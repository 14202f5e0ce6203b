//! The table: every code that is known, with what it says, why it happens, and what to do.
//!
//! A row is `Variant: "NAME" [| "OTHER SPELLING"] origin, status kind [transient] [, hresult number] { texts }`.

use super::{CodeFacts, CodeOrigin};
use crate::error::ErrorKind;
use crate::spec::Release;
use crate::wire::open_enum::UnknownValue;

codes! {
    // What the request says.

    InvalidArgument: "E_INVALIDARG" published "6.2", 400 InvalidArgument, hresult 0x80070057 {
        meaning: "an argument of the request is not valid",
        cause: "a member of the body or of the query breaks a rule, or the cluster does not take the api-version; \
            asking for a page of backups where there is none is answered so, too",
        action: "read the message, which names the member; check the api-version; list backups without a page size",
    }
    InvalidNameUri: "FABRIC_E_INVALID_NAME_URI" published "6.2", 400 InvalidArgument, hresult 0x80071BBE {
        meaning: "a name is not a valid fabric:/ name",
        cause: "the application's or service's name is misspelled, or holds characters that do not survive the URL, \
            such as a space or ~",
        action: "write the name as the cluster lists it: fabric:/App or fabric:/App/Service, with / between the parts",
    }
    InvalidAddress: "FABRIC_E_INVALID_ADDRESS" published "6.2", 400 InvalidArgument, hresult 0x80071BBD {
        meaning: "an address or a parameter of the gateway is not valid",
        cause: "a query parameter that the gateway itself reads, such as Timeout with a capital T, is not a whole \
            number",
        action: "send timeout in lower case and as whole seconds, and check the URL for other additions",
    }
    ValueEmpty: "FABRIC_E_VALUE_EMPTY" published "6.2", 400 InvalidArgument, hresult 0x80071BD4 {
        meaning: "a value that must not be empty is empty",
        cause: "a name, a path or a container name was left blank in the request",
        action: "fill in every required text of the policy or of the storage, and send it again",
    }
    ValueTooLarge: "FABRIC_E_VALUE_TOO_LARGE" published "6.2", 413 TooLarge, hresult 0x80071BD3 {
        meaning: "a value is too large for the cluster's store",
        cause: "a policy or a list of run times is larger than the backup service can keep in one record",
        action: "make it smaller: fewer run times, shorter names; repeating the same request cannot help",
    }
    MessageTooLarge: "FABRIC_E_MESSAGE_TOO_LARGE" runtime, 413 TooLarge, hresult 0x80071C4D {
        meaning: "the request is too large for the gateway",
        cause: "the body of a call about an application, service or partition has 4 MiB or more",
        action: "check what was sent as the body: a real one has a few hundred bytes",
    }
    PathTooLong: "FABRIC_E_PATH_TOO_LONG" published "6.2", 400 InvalidArgument, hresult 0x80071C03 {
        meaning: "a path is too long for the file system",
        cause: "the share's path and the names of application, service and partition together exceed what Windows \
            takes",
        action: "use a storage path nearer to the root of the share, or an Azure container",
    }
    KeyTooLarge: "FABRIC_E_KEY_TOO_LARGE" published "6.2", 400 InvalidArgument, hresult 0x80071C12 {
        meaning: "a key is too long for the cluster's store",
        cause: "the name of a policy or of an entity is longer than a key of the backup service's records may be",
        action: "choose a shorter policy name; an entity with so long a name can only be covered through its \
            application",
    }
    KeyNotFound: "FABRIC_E_KEY_NOT_FOUND" published "6.2", 404 NotFound, hresult 0x80071C13 {
        meaning: "a key is not in the cluster's store",
        cause: "the record that the call looks for was removed while the call ran, by another client for one",
        action: "list the policies or the configuration again, and repeat the call if it still makes sense",
    }
    SerializationError: "SerializationError" published "6.3", 500 Server {
        meaning: "a message could not be turned into bytes, or back",
        cause: "a later or earlier runtime wrote the record, or the body has a form that this runtime cannot read",
        action: "compare the runtime's release with the features that the body uses, and send the policy once more as \
            an update",
    }

    // Applications, services and partitions.

    ApplicationNotFound: "FABRIC_E_APPLICATION_NOT_FOUND" published "6.2", 404 EntityNotFound, hresult 0x80071BDD {
        meaning: "the application does not exist",
        cause: "the application was deleted, has another name, or is in another cluster than the one asked",
        action: "list the cluster's applications; backups of a deleted one can be listed from its storage",
    }
    ServiceNotFound: "FABRIC_E_SERVICE_DOES_NOT_EXIST" published "6.2", 404 EntityNotFound, hresult 0x80071BCD {
        meaning: "the service does not exist",
        cause: "the service was deleted or has another name; some clusters without a backup service answer every \
            backup call so",
        action: "list the application's services; if this one is there, check that the cluster runs \
            fabric:/System/BackupRestoreService",
    }
    PartitionNotFound: "FABRIC_E_PARTITION_NOT_FOUND" published "6.2", 404 EntityNotFound, hresult 0x80071BE7 {
        meaning: "the partition does not exist",
        cause: "its service was deleted or created anew, which gives every partition a new id",
        action: "list the service's partitions and take the id from there; match old backups by key range or name, not \
            by id",
    }
    NameNotFound: "FABRIC_E_NAME_DOES_NOT_EXIST" published "6.2", 404 EntityNotFound, hresult 0x80071BC1 {
        meaning: "the name is not known to the naming service",
        cause: "an application or service of this name was never created here, or is being deleted",
        action: "check the spelling, upper and lower case included, against the cluster's own list",
    }
    ServiceGroupNotFound: "FABRIC_E_SERVICE_GROUP_DOES_NOT_EXIST"
        published "6.2", 404 EntityNotFound, hresult 0x80071BEA {
        meaning: "the service group does not exist",
        cause: "the name belongs to a group of services that is gone; groups are an old form that backup does not \
            cover",
        action: "name the single service instead of the group",
    }
    InvalidForStatelessServices: "FABRIC_E_INVALID_FOR_STATELESS_SERVICES"
        published "6.2", 400 NotStateful, hresult 0x80071C70 {
        meaning: "the call makes no sense for a service that keeps no state on disk",
        cause: "the service is stateless, or stateful without persisted state, so that there is nothing to back up",
        action: "leave this service out; enable backup for its application, which covers only services with persisted \
            state",
    }
    OnlyForPersistentServices: "FABRIC_E_ONLY_VALID_FOR_STATEFUL_PERSISTENT_SERVICES"
        runtime, 500 NotStateful, hresult 0x80071C71 {
        meaning: "the call is for stateful services with persisted state only",
        cause: "the service type is declared without persisted state, or is another kind than its name suggests",
        action: "look at HasPersistedState in the service's description, and pick a service that has it",
    }
    InvalidPartitionKey: "FABRIC_E_INVALID_PARTITION_KEY" published "6.2", 400 PartitionMismatch, hresult 0x80071BBF {
        meaning: "the partition cannot be told from what was given",
        cause: "the cluster, asked for the partition that a restore is to fill, did not find exactly one",
        action: "list the service's partitions and use an id from there; if the service was just created, wait until \
            it is ready",
    }

    // Policies, and what they cover.

    BackupNotEnabled: "FABRIC_E_BACKUP_NOT_ENABLED" published "6.2", 404 BackupNotEnabled, hresult 0x80071C73 {
        meaning: "backup is not enabled where the call needs it",
        cause: "no policy applies to the entity, or the call is about a policy set on this very entity and it only \
            inherits one",
        action: "read the backup configuration; enable backup here, or call at the level that holds the policy; to \
            stop an inherited policy, suspend",
    }
    BackupEnabled: "FABRIC_E_BACKUP_IS_ENABLED" published "6.2", 400 Conflict, hresult 0x80071C74 {
        meaning: "backup is still enabled",
        cause: "the policy that is to be deleted still covers an application, a service or a partition",
        action: "list the policy's enabled entities, disable backup for each or move it to another policy, then delete",
    }
    BackupPolicyNotFound: "FABRIC_E_BACKUP_POLICY_NOT_EXISTING"
        | "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST"
        published "6.2", 404 PolicyNotFound, hresult 0x80071C75 {
        meaning: "the backup policy does not exist",
        cause: "the policy's name is misspelled or differs in upper and lower case, or the policy was deleted or \
            never created in this cluster",
        action: "list the policies, and create this one before it is used",
    }
    BackupPolicyExists: "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTING"
        | "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTS"
        published "6.2", 409 PolicyExists, hresult 0x80071C76 {
        meaning: "a backup policy of this name exists",
        cause: "somebody created it before, or an earlier attempt of this very call arrived and its answer was lost",
        action: "read the policy and compare; change it by an update, or take another name",
    }

    // Backups and restores that run.

    BackupInProgress: "FABRIC_E_BACKUP_IN_PROGRESS" published "6.2", 409 BackupInProgress, hresult 0x80071C38 {
        meaning: "a backup of the partition is running",
        cause: "a backup was asked for earlier, and is neither finished nor past its timeout",
        action: "follow the backup progress until Success, Failure or Timeout, then call again",
    }
    RestoreInProgress: "FABRIC_E_RESTORE_IN_PROGRESS" published "6.2", 409 RestoreInProgress, hresult 0x80071C77 {
        meaning: "a restore of the partition is running",
        cause: "a restore was asked for earlier and has not ended; one that stays Accepted for long never started, \
            because data loss could not be triggered",
        action: "follow the restore progress; if it stays Accepted beyond its timeout, look at the health of \
            fabric:/System/FaultAnalysisService",
    }
    RestoreWaitingForUser: "FABRIC_E_RESTORE_WAITING_FOR_USER_INTERVENTION"
        runtime, 500 Conflict, hresult 0x87B0000B {
        meaning: "the partition waits for somebody to decide about its restore",
        cause: "the partition lost its data, and its policy does not restore by itself or no usable backup was found",
        action: "restore a backup into the partition, or skip the restore to let it start with what it has",
    }
    RestoreSkipped: "FABRIC_E_SKIP_RESTORE_OPERATION" runtime, 500 Conflict, hresult 0x87B00009 {
        meaning: "the restore is to be skipped",
        cause: "somebody decided that the partition shall go on without a restore after it had lost data",
        action: "nothing needs doing if that was wanted; otherwise restore a backup into the partition",
    }
    FaultAnalysisServiceMissing: "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_EXISTING"
        | "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED"
        published "6.2", 404 FaultAnalysisServiceMissing, hresult 0x80071C79 {
        meaning: "the cluster runs no fault analysis service",
        cause: "a restore begins with data loss, which fabric:/System/FaultAnalysisService triggers, and the \
            cluster's configuration leaves that service out",
        action: "add FaultAnalysisService with a TargetReplicaSetSize to the cluster's configuration, upgrade the \
            configuration, and restore again",
    }

    // Backups that do not fit, or cannot be used.

    PartitionMismatch: "FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH"
        published "6.2", 400 PartitionMismatch, hresult 0x80071C78 {
        meaning: "the backup does not fit the partition",
        cause: "the backup id is not that of the backup at the given location, or the backup's partition has another \
            kind, key range or name",
        action: "take id and location from the same entry of a backup list; choose the partition with the same keys or \
            name",
    }
    BackupNotFound: "FABRIC_E_BACKUP_NOT_FOUND" runtime, 500 BackupNotFound, hresult 0x87B00008 {
        meaning: "the partition has no backup",
        cause: "the latest backup is to be restored, and the partition's folder on the storage is empty or absent",
        action: "list the backups on the storage; for a service that was created anew, name the old partition's backup \
            and location",
    }
    RestoreSafeCheckFailed: "FABRIC_E_RESTORE_SAFE_CHECK_FAILED" runtime, 500 Conflict, hresult 0x80071C64 {
        meaning: "the safety check before a restore failed",
        cause: "the replica holds data that is as new as the backup's or newer, and the service's own restore forbids \
            to go back",
        action: "if the older state is wanted, let the service's restore call use the force policy",
    }
    InvalidBackup: "FABRIC_E_INVALID_BACKUP" runtime, 500 BackupUnusable, hresult 0x80071C61 {
        meaning: "the backup is not a valid one",
        cause: "files of the backup are missing or damaged, for example because its archive was cut short or edited",
        action: "restore an earlier backup of the partition, and take a full one soon",
    }
    InvalidBackupChain: "FABRIC_E_INVALID_BACKUP_CHAIN" runtime, 500 BackupUnusable, hresult 0x80071C5C {
        meaning: "the chain of backups is broken",
        cause: "an incremental backup does not follow the one before it, or a link of its chain was deleted from the \
            storage",
        action: "list the backups by chain id, and restore one whose chain reaches back to its full backup without a \
            gap",
    }
    DuplicateBackups: "FABRIC_E_DUPLICATE_BACKUPS" runtime, 500 BackupUnusable, hresult 0x80071C5B {
        meaning: "the chain holds the same backup twice",
        cause: "copies of a backup lie in the same folder, often after files were moved by hand",
        action: "remove the copies from the folder, and restore again",
    }
    InvalidRestoreData: "FABRIC_E_INVALID_RESTORE_DATA" runtime, 500 BackupUnusable, hresult 0x80071C5A {
        meaning: "the data to restore is not valid",
        cause: "the folder that was unpacked on the node lacks files, or holds none that belong to a backup",
        action: "check that the node has room on its disk, and restore again, then from another backup",
    }
    MissingFullBackup: "FABRIC_E_MISSING_FULL_BACKUP" runtime, 500 Conflict, hresult 0x80071C37 {
        meaning: "an incremental backup has no full one before it",
        cause: "the replica became primary, restored, or cut its log since its last full backup",
        action: "take a full backup: each one that is asked for is full; the schedule does so by itself",
    }
    InvalidBackupSetting: "FABRIC_E_INVALID_BACKUP_SETTING" runtime, 500 Conflict, hresult 0x80071C36 {
        meaning: "the replica's settings do not allow this backup",
        cause: "incremental backup is not switched on in the settings of the service's store",
        action: "switch on incremental backup in the service's replicator or store settings, or use a policy with \
            MaxIncrementalBackups 0",
    }
    BackupDirectoryNotEmpty: "FABRIC_E_BACKUP_DIRECTORY_NOT_EMPTY" runtime, 500 Server, hresult 0x80071C40 {
        meaning: "the folder for the backup is not empty",
        cause: "files of an earlier attempt are left in the replica's backup folder on the node",
        action: "wait for the next attempt; if it fails too, clear the folder named in the message, or move the \
            primary",
    }
    DeleteBackupFileFailed: "FABRIC_E_DELETE_BACKUP_FILE_FAILED" runtime, 500 Server, hresult 0x80071C51 {
        meaning: "files of a backup could not be deleted",
        cause: "another process, a virus scanner for one, holds a file in the replica's backup folder on the node",
        action: "exclude Service Fabric's data folders from scanners; the backup itself may be whole, so list it",
    }

    // Storage.

    FileNotFound: "FABRIC_E_FILE_NOT_FOUND" published "6.2", 404 BackupNotFound, hresult 0x80071C00 {
        meaning: "a file is not there",
        cause: "the backup was deleted from the storage, by retention or by hand, after its location was listed",
        action: "list the backups again, and pass BackupLocation back exactly as listed, backslashes included",
    }
    DirectoryNotFound: "FABRIC_E_DIRECTORY_NOT_FOUND" published "6.2", 404 BackupNotFound, hresult 0x80071C01 {
        meaning: "a folder is not there",
        cause: "the share or container has no folder for this entity yet, because nothing was backed up there, or the \
            path is another one",
        action: "check the storage's path; take a backup, which makes the folder",
    }
    CopierUnexpectedError: "FABRIC_E_BACKUPCOPIER_UNEXPECTED_ERROR" runtime, 500 Storage, hresult 0x80071C7D {
        meaning: "the process that copies backups failed",
        cause: "the copy between node and storage ended in a way it does not explain; the storage's network, firewall \
            or name resolution come first",
        action: "reach the storage from the node itself, then look at the health events of the partition and ask for \
            the backup again",
    }
    CopierTimeout: "FABRIC_E_BACKUPCOPIER_TIMEOUT" runtime, 500 Storage transient, hresult 0x80071C7E {
        meaning: "the process that copies backups ran out of time",
        cause: "the storage is slow or far away for the size of this partition's data",
        action: "allow more minutes for the backup or restore, and check the bandwidth between nodes and storage",
    }
    CopierAccessDenied: "FABRIC_E_BACKUPCOPIER_ACCESS_DENIED" runtime, 500 Storage, hresult 0x80071C7F {
        meaning: "the storage refused the process that copies backups",
        cause: "the connection string was rotated, the share's account lost its rights, or the managed identity lacks a \
            role: Storage Blob Data Contributor, and since runtime 11.1 Storage Account Contributor as well",
        action: "grant the rights on the storage, or update the policy with the present credentials",
    }
    CertificateNotFound: "FABRIC_E_CERTIFICATE_NOT_FOUND" published "9.0", 500 Server, hresult 0x80071C57 {
        meaning: "a certificate is not on the node",
        cause: "the certificate that encrypts the policies' secrets (SecretEncryptionCertThumbprint) is missing on a \
            node, or was renewed under another thumbprint",
        action: "install the certificate with its private key on every node, or put the new thumbprint into the \
            cluster's configuration",
    }

    // Access.

    AccessDenied: "E_ACCESSDENIED" runtime, 403 Forbidden, hresult 0x80070005 {
        meaning: "access is denied",
        cause: "the client has the User role, which may only GET, or the ClusterId header names another cluster; in a \
            failure of a backup, the storage refused the account",
        action: "check the role of the certificate or token: every role may read, changes need more; if reads are refused \
            while the cluster answers other queries, the backup service itself refuses everybody; for a failed backup, \
            correct the account's rights on the storage",
    }
    ServerAuthenticationFailed: "FABRIC_E_SERVER_AUTHENTICATION_FAILED" runtime, 401 Unauthorized, hresult 0x80071C44 {
        meaning: "the two sides could not agree on who the other is",
        cause: "the gateway did not accept the certificate or the token, or holds a cluster certificate that has \
            expired",
        action: "check the client certificate's thumbprint and dates against the cluster's list, and the cluster \
            certificate's dates",
    }
    ConnectionDenied: "FABRIC_E_CONNECTION_DENIED" runtime, 500 Forbidden, hresult 0x80071C43 {
        meaning: "the connection was refused",
        cause: "a node's security settings do not admit the caller, typically in the middle of a change of \
            certificates",
        action: "wait until the change of the cluster's security settings has reached every node, then use a \
            certificate that it admits",
    }

    // The cluster is busy, moving or slow.

    NotPrimary: "FABRIC_E_NOT_PRIMARY" published "6.2", 503 Unavailable transient, hresult 0x80071BC6 {
        meaning: "the replica that was asked is not the primary",
        cause: "the backup service's primary moved to another node while the call was on its way",
        action: "try again: the next call finds the new primary within seconds",
    }
    NoWriteQuorum: "FABRIC_E_NO_WRITE_QUORUM" published "6.2", 503 Unavailable transient, hresult 0x80071BC5 {
        meaning: "too few replicas are up to accept a write",
        cause: "nodes are down or restarting, so that the backup service cannot store what was asked",
        action: "try again in a minute; if it lasts, bring back the nodes that host \
            fabric:/System/BackupRestoreService",
    }
    NotReady: "FABRIC_E_NOT_READY" published "6.2", 503 Unavailable transient, hresult 0x80071BC7 {
        meaning: "the replica is not ready yet",
        cause: "the backup service has just started or changed its primary, and still loads its records",
        action: "try again in some seconds",
    }
    ReconfigurationPending: "FABRIC_E_RECONFIGURATION_PENDING"
        published "6.2", 500 Unavailable transient, hresult 0x80071BCA {
        meaning: "the replica set is being rearranged",
        cause: "a failover or an upgrade is under way in the partition that the call touches",
        action: "try again once the partition's health is Ok; it usually takes less than a minute",
    }
    ServiceOffline: "FABRIC_E_SERVICE_OFFLINE" published "6.2", 503 Unavailable transient, hresult 0x80071BCE {
        meaning: "the service has no replica that answers",
        cause: "all nodes that host the service are down, or its last upgrade has not brought it up",
        action: "look at the health of fabric:/System/BackupRestoreService and of its nodes, then try again",
    }
    ObjectClosed: "FABRIC_E_OBJECT_CLOSED" runtime, 503 Unavailable transient, hresult 0x80071BFE {
        meaning: "the object that was to serve the call is closed",
        cause: "the backup service was shutting down on its node when the call came in",
        action: "try again: another node takes over",
    }
    NotReadable: "FABRIC_E_NOT_READABLE" runtime, 500 Unavailable transient, hresult 0x80071C7C {
        meaning: "the replica cannot be read just now",
        cause: "the backup service's store has no read access, because its primary is just taking over",
        action: "try the read again in some seconds",
    }
    Abort: "E_ABORT" published "6.2", 503 Unavailable transient, hresult 0x80004004 {
        meaning: "the operation was aborted",
        cause: "the gateway or a service closed while it handled the call, as in an upgrade or restart",
        action: "try again; for a change, read the state first",
    }
    ServiceTooBusy: "FABRIC_E_SERVICE_TOO_BUSY" runtime, 503 Unavailable transient, hresult 0x80071C25 {
        meaning: "the service has too much to do",
        cause: "more calls arrive than the system service takes, often from a script that walks many partitions at \
            once",
        action: "make fewer calls at a time, and try again after a pause",
    }
    ReplicationQueueFull: "FABRIC_E_REPLICATION_QUEUE_FULL" runtime, 503 Unavailable transient, hresult 0x80071BCB {
        meaning: "the replication queue is full",
        cause: "a secondary of the service is slow or stuck, and writes pile up before it",
        action: "try again after a pause; if it lasts, look for a slow disk or node among the replicas",
    }
    WriteConflict: "FABRIC_E_WRITE_CONFLICT" runtime, 409 Conflict transient, hresult 0x80071BD6 {
        meaning: "two writes met",
        cause: "another client changed the same policy or entity at the same moment",
        action: "try again, one change at a time",
    }
    EndpointNotFound: "FABRIC_E_ENDPOINT_NOT_FOUND" runtime, 404 Unavailable transient, hresult 0x80071C4F {
        meaning: "no endpoint answers for the name",
        cause: "the backup service failed three times to reach the cluster's own management services",
        action: "try again in a minute; if it lasts, look at the health of the system services and of the node's name \
            resolution",
    }
    GatewayNotReachable: "FABRIC_E_GATEWAY_NOT_REACHABLE" runtime, 500 Unavailable transient, hresult 0x80071C49 {
        meaning: "the cluster's gateway cannot be reached from inside",
        cause: "the node that serves the call is cut off from its own gateway process, as during a restart of the node",
        action: "try another node's endpoint",
    }
    CannotConnect: "FABRIC_E_CANNOT_CONNECT" runtime, 500 Unavailable transient, hresult 0x80071C4C {
        meaning: "a connection inside the cluster failed",
        cause: "a node went down or a firewall stands between nodes, so that one service did not reach the other",
        action: "try again; if it lasts, check the nodes' state and the network between them",
    }
    ConnectionClosedByRemoteEnd: "FABRIC_E_CONNECTION_CLOSED_BY_REMOTE_END"
        runtime, 503 Unavailable transient, hresult 0x80071C52 {
        meaning: "the other end closed a connection inside the cluster",
        cause: "the process that was answering ended or restarted in the middle of the call",
        action: "for a change, read the state first; then try again",
    }
    CommunicationError: "FABRIC_E_COMMUNICATION_ERROR" published "6.2", 504 Timeout transient, hresult 0x80071BBC {
        meaning: "services of the cluster could not talk to each other",
        cause: "the backup service's query to the cluster manager or the naming service was lost on the way",
        action: "try again; if it lasts, look at the health of the cluster's system services",
    }
    OperationNotComplete: "FABRIC_E_OPERATION_NOT_COMPLETE" published "6.2", 504 Timeout transient, hresult 0x80071BC8 {
        meaning: "the operation is not complete yet",
        cause: "a query that the call depends on was still running when the cluster had to answer",
        action: "wait a moment, read the state, and call again if it is not done",
    }
    Timeout: "FABRIC_E_TIMEOUT" published "6.2", 504 Timeout transient, hresult 0x80071BFF {
        meaning: "the operation took longer than its timeout",
        cause: "the storage or the cluster is slow, deleting a policy waits for its clean-up, or a backup outlived \
            its minutes",
        action: "read the state first, for it may have been done; then repeat with a longer timeout (the gateway \
            itself stops at 120 seconds)",
    }

    // The server failed.

    Fail: "E_FAIL" published "6.2", 500 Server, hresult 0x80004005 {
        meaning: "the server failed without saying how",
        cause: "the request met a case that the cluster does not handle, or a Windows call failed below it, such as \
            the logon to a file share",
        action: "read the message and the health of fabric:/System/BackupRestoreService; check the storage's user name \
            and password",
    }
    Unexpected: "E_UNEXPECTED" runtime, 500 Server, hresult 0x8000FFFF {
        meaning: "the backup service met an exception that it has no code for",
        cause: "the storage failed, or nothing was ever backed up to the file share, or the backup's metadata cannot \
            be read at the given location",
        action: "read the message: \"index was out of range\" means no backups or no storage, \"recovery point\" a \
            wrong location or credentials",
    }
    NullPointer: "E_POINTER" runtime, 500 Server, hresult 0x80004003 {
        meaning: "the server tripped over a value that is not there",
        cause: "a page of backups spans several storages, and one of them has none",
        action: "list the backups without a page size, or from each storage by itself",
    }
    NotImplemented: "E_NOTIMPL" runtime, 501 Server, hresult 0x80004001 {
        meaning: "the cluster does not implement this",
        cause: "the runtime is older than the operation, or its platform is without it",
        action: "compare the cluster's runtime release with the one that brought the operation",
    }
    OutOfMemory: "E_OUTOFMEMORY" runtime, 500 Server, hresult 0x8007000E {
        meaning: "the server ran out of memory",
        cause: "the node that hosts the backup service is overcommitted, or a list without page size is very long",
        action: "list in pages, and give the node more memory or fewer services",
    }

    // Of the cluster's other interfaces: names and properties, nodes, health.

    NameExists: "FABRIC_E_NAME_ALREADY_EXISTS" published "6.2", 409 Conflict, hresult 0x80071BC0 {
        meaning: "the name is taken",
        cause: "something of the same fabric:/ name was created before",
        action: "choose another name, or use what is there",
    }
    NameNotEmpty: "FABRIC_E_NAME_NOT_EMPTY" published "6.2", 409 Conflict, hresult 0x80071BC2 {
        meaning: "the name has names or properties below it",
        cause: "a name is to be deleted that others still build on",
        action: "delete what is below it first",
    }
    PropertyNotFound: "FABRIC_E_PROPERTY_DOES_NOT_EXIST" published "6.2", 404 NotFound, hresult 0x80071BC9 {
        meaning: "the property does not exist",
        cause: "a property of a name was asked for that nobody has set",
        action: "list the name's properties",
    }
    PropertyCheckFailed: "FABRIC_E_PROPERTY_CHECK_FAILED" published "6.2", 409 Conflict, hresult 0x80071BD5 {
        meaning: "a check in a batch of property operations failed",
        cause: "a property has another value than the batch expects",
        action: "read the properties again, and build the batch on what they hold",
    }
    SequenceNumberCheckFailed: "FABRIC_E_SEQUENCE_NUMBER_CHECK_FAILED"
        published "6.2", 409 Conflict, hresult 0x80071C14 {
        meaning: "the sequence number is not the expected one",
        cause: "the record was changed since it was read",
        action: "read it again and repeat the change",
    }
    EnumerationCompleted: "FABRIC_E_ENUMERATION_COMPLETED" published "6.2", 404 NotFound, hresult 0x80071BD7 {
        meaning: "there is nothing more to list",
        cause: "a list was continued after its end, or with a token that is no longer valid",
        action: "start the list anew without a token",
    }
    NodeNotFound: "FABRIC_E_NODE_NOT_FOUND" published "6.2", 404 NotFound, hresult 0x80071BC3 {
        meaning: "the node does not exist",
        cause: "a node's name is misspelled, or the node was removed from the cluster",
        action: "list the cluster's nodes",
    }
    NodeIsUp: "FABRIC_E_NODE_IS_UP" published "6.2", 500 Conflict, hresult 0x80071BC4 {
        meaning: "the node is up",
        cause: "the call is only for a node that is down",
        action: "stop the node first, or pick the right one",
    }
    NodeHasNotStopped: "FABRIC_E_NODE_HAS_NOT_STOPPED_YET" published "6.2", 409 Conflict, hresult 0x80071C32 {
        meaning: "the node has not stopped yet",
        cause: "a start was asked for while the stop is still under way",
        action: "wait until the node is down",
    }
    InstanceIdMismatch: "FABRIC_E_INSTANCE_ID_MISMATCH" published "6.2", 409 Conflict, hresult 0x80071C30 {
        meaning: "the instance id is not the current one",
        cause: "the node or replica restarted since its id was read",
        action: "read the instance id again",
    }
    ReplicaNotFound: "FABRIC_E_REPLICA_DOES_NOT_EXIST" published "6.2", 404 NotFound, hresult 0x80071BE8 {
        meaning: "the replica does not exist",
        cause: "the replica moved to another node or was dropped since it was listed",
        action: "list the partition's replicas again",
    }
    HealthEntityNotFound: "FABRIC_E_HEALTH_ENTITY_NOT_FOUND" published "6.2", 404 NotFound, hresult 0x80071C17 {
        meaning: "the health store does not know the entity",
        cause: "no health report about the entity has arrived yet, or it was deleted",
        action: "wait for its first report, or check the name",
    }
    HealthStaleReport: "FABRIC_E_HEALTH_STALE_REPORT" published "6.2", 409 Conflict, hresult 0x80071C11 {
        meaning: "the health report is outdated",
        cause: "a report with a higher sequence number is already there",
        action: "send the report with a later sequence number",
    }

    // Of the cluster's other interfaces: applications and services.

    ApplicationExists: "FABRIC_E_APPLICATION_ALREADY_EXISTS" published "6.2", 409 Conflict, hresult 0x80071BDC {
        meaning: "the application exists",
        cause: "an application of this name was created before",
        action: "use it, or create one of another name",
    }
    ApplicationTypeExists: "FABRIC_E_APPLICATION_TYPE_ALREADY_EXISTS"
        published "6.2", 409 Conflict, hresult 0x80071BD9 {
        meaning: "the application type exists",
        cause: "this version of the type is already provisioned",
        action: "go on to create the application, or provision another version",
    }
    ApplicationTypeNotFound: "FABRIC_E_APPLICATION_TYPE_NOT_FOUND" published "6.2", 404 NotFound, hresult 0x80071BDA {
        meaning: "the application type does not exist",
        cause: "the type or its version was never provisioned here, as in a new cluster that is to take over backups",
        action: "provision the application type before the application is created",
    }
    ApplicationTypeInUse: "FABRIC_E_APPLICATION_TYPE_IN_USE" published "6.2", 409 Conflict, hresult 0x80071BDB {
        meaning: "the application type is in use",
        cause: "applications of this type's version still run",
        action: "delete or upgrade them first",
    }
    ApplicationTypeProvisionInProgress: "FABRIC_E_APPLICATION_TYPE_PROVISION_IN_PROGRESS"
        published "6.2", 409 Conflict, hresult 0x80071BD8 {
        meaning: "the application type is being provisioned",
        cause: "an earlier call to provision or remove it has not ended",
        action: "wait for it to end",
    }
    ApplicationInTargetVersion: "FABRIC_E_APPLICATION_ALREADY_IN_TARGET_VERSION"
        published "6.2", 409 Conflict, hresult 0x80071C07 {
        meaning: "the application has this version already",
        cause: "the upgrade was done before",
        action: "nothing, or name another version",
    }
    ApplicationUpgradeInProgress: "FABRIC_E_APPLICATION_UPGRADE_IN_PROGRESS"
        published "6.2", 409 Conflict, hresult 0x80071BDE {
        meaning: "the application is being upgraded",
        cause: "a change to the application or its services met an upgrade",
        action: "wait until the upgrade is complete or rolled back",
    }
    ApplicationNotUpgrading: "FABRIC_E_APPLICATION_NOT_UPGRADING" published "6.2", 400 Conflict, hresult 0x80071C06 {
        meaning: "the application is not being upgraded",
        cause: "the call steers an upgrade, and none of this application runs",
        action: "read the upgrade's progress first",
    }
    ApplicationUpgradeValidation: "FABRIC_E_APPLICATION_UPGRADE_VALIDATION_ERROR"
        published "6.2", 400 InvalidArgument, hresult 0x80071BDF {
        meaning: "the application upgrade is not valid",
        cause: "the new manifests change what an upgrade cannot change",
        action: "read the message, and mend the manifests",
    }
    ServiceExists: "FABRIC_E_SERVICE_ALREADY_EXISTS" published "6.2", 409 Conflict, hresult 0x80071BCC {
        meaning: "the service exists",
        cause: "a service of this name was created before",
        action: "use it, or create one of another name",
    }
    ServiceGroupExists: "FABRIC_E_SERVICE_GROUP_ALREADY_EXISTS" published "6.2", 409 Conflict, hresult 0x80071BE9 {
        meaning: "the service group exists",
        cause: "a group of this name was created before",
        action: "use it, or take another name",
    }
    ServiceTypeNotFound: "FABRIC_E_SERVICE_TYPE_NOT_FOUND" published "6.2", 404 NotFound, hresult 0x80071BE0 {
        meaning: "the service type does not exist",
        cause: "the application's manifest does not declare a type of this name",
        action: "check the type's name in the service manifest",
    }
    ServiceTypeMismatch: "FABRIC_E_SERVICE_TYPE_MISMATCH" published "6.2", 409 Conflict, hresult 0x80071BE1 {
        meaning: "the service type is another one",
        cause: "an update names another type than the service was created with",
        action: "keep the type, or create the service anew",
    }
    ServiceTypeTemplateNotFound: "FABRIC_E_SERVICE_TYPE_TEMPLATE_NOT_FOUND"
        published "6.2", 404 NotFound, hresult 0x80071BE2 {
        meaning: "the service template does not exist",
        cause: "the application manifest has no template for this service type",
        action: "add the template, or create the service with a full description",
    }
    ServiceManifestNotFound: "FABRIC_E_SERVICE_MANIFEST_NOT_FOUND" published "6.2", 404 NotFound, hresult 0x80071C18 {
        meaning: "the service manifest does not exist",
        cause: "the application type has no manifest of this name and version",
        action: "list the manifests of the application type",
    }
    ServiceMetadataMismatch: "FABRIC_E_SERVICE_METADATA_MISMATCH" published "6.2", 409 Conflict, hresult 0x80071BCF {
        meaning: "the service's description differs",
        cause: "a service was created or updated with other settings than it has",
        action: "read its description, and send one that agrees",
    }
    ServiceAffinityChain: "FABRIC_E_SERVICE_AFFINITY_CHAIN_NOT_SUPPORTED"
        published "6.2", 400 InvalidArgument, hresult 0x80071BD0 {
        meaning: "affinity cannot be chained",
        cause: "a service is to follow another that itself follows a third",
        action: "let both follow the same service",
    }
    InvalidServiceScalingPolicy: "FABRIC_E_INVALID_SERVICE_SCALING_POLICY"
        published "6.2", 400 InvalidArgument, hresult 0x80071C80 {
        meaning: "the scaling policy is not valid",
        cause: "a service's scaling policy does not fit its kind or partitioning",
        action: "correct the scaling policy in the service's description",
    }
    InvalidAtomicGroup: "FABRIC_E_INVALID_ATOMIC_GROUP" published "6.2", 400 InvalidArgument, hresult 0x80071C16 {
        meaning: "the atomic group is not known",
        cause: "the store was asked about a group of operations that has ended or never began",
        action: "start a new group",
    }
    SingleInstanceApplicationExists: "FABRIC_E_SINGLE_INSTANCE_APPLICATION_ALREADY_EXISTS"
        published "6.3", 500 Conflict, hresult 0x80071C81 {
        meaning: "the single-instance application exists",
        cause: "an application resource of this name was created before",
        action: "update it, or take another name",
    }
    SingleInstanceApplicationNotFound: "FABRIC_E_SINGLE_INSTANCE_APPLICATION_NOT_FOUND"
        published "6.3", 500 NotFound, hresult 0x80071C82 {
        meaning: "the single-instance application does not exist",
        cause: "no application resource of this name is in the cluster",
        action: "list the application resources",
    }
    VolumeExists: "FABRIC_E_VOLUME_ALREADY_EXISTS" published "6.3", 500 Conflict, hresult 0x80071C83 {
        meaning: "the volume exists",
        cause: "a volume resource of this name was created before",
        action: "use it, or take another name",
    }
    VolumeNotFound: "FABRIC_E_VOLUME_NOT_FOUND" published "6.3", 500 NotFound, hresult 0x80071C84 {
        meaning: "the volume does not exist",
        cause: "an application resource refers to a volume that is not in the cluster",
        action: "create the volume first",
    }

    // Of the cluster's other interfaces: configuration, upgrades of the cluster, the image store.

    InvalidConfiguration: "FABRIC_E_INVALID_CONFIGURATION" published "6.2", 400 InvalidArgument, hresult 0x80071BE5 {
        meaning: "the configuration is not valid",
        cause: "a section or parameter of the cluster's configuration has a value that it cannot have",
        action: "read the message, and correct the configuration",
    }
    ConfigurationSectionNotFound: "FABRIC_E_CONFIGURATION_SECTION_NOT_FOUND"
        published "6.2", 404 NotFound, hresult 0x80071BE3 {
        meaning: "the configuration section does not exist",
        cause: "a service asks for a section that its configuration package lacks",
        action: "add the section, or correct its name",
    }
    ConfigurationParameterNotFound: "FABRIC_E_CONFIGURATION_PARAMETER_NOT_FOUND"
        published "6.2", 404 NotFound, hresult 0x80071BE4 {
        meaning: "the configuration parameter does not exist",
        cause: "a section was found, but not the parameter asked for in it",
        action: "add the parameter, or correct its name",
    }
    FabricVersionNotFound: "FABRIC_E_FABRIC_VERSION_NOT_FOUND" published "6.2", 404 NotFound, hresult 0x80071C09 {
        meaning: "the runtime version does not exist",
        cause: "this version of the code or of the configuration was not provisioned",
        action: "provision it first",
    }
    FabricVersionExists: "FABRIC_E_FABRIC_VERSION_ALREADY_EXISTS" published "6.2", 409 Conflict, hresult 0x80071C0B {
        meaning: "the runtime version exists",
        cause: "this version of the runtime is already provisioned",
        action: "go on to the upgrade",
    }
    FabricVersionInUse: "FABRIC_E_FABRIC_VERSION_IN_USE" published "6.2", 409 Conflict, hresult 0x80071C0A {
        meaning: "the runtime version is in use",
        cause: "the cluster runs the version that is to be removed, or upgrades to it",
        action: "upgrade to another version first",
    }
    FabricInTargetVersion: "FABRIC_E_FABRIC_ALREADY_IN_TARGET_VERSION"
        published "6.2", 409 Conflict, hresult 0x80071C0C {
        meaning: "the cluster has this version already",
        cause: "the cluster upgrade was done before",
        action: "nothing, or name another runtime version",
    }
    FabricUpgradeInProgress: "FABRIC_E_FABRIC_UPGRADE_IN_PROGRESS" published "6.2", 409 Conflict, hresult 0x80071C0E {
        meaning: "the cluster is being upgraded",
        cause: "a second cluster upgrade was asked for, or something that cannot be done during one",
        action: "wait until the cluster upgrade has ended",
    }
    FabricNotUpgrading: "FABRIC_E_FABRIC_NOT_UPGRADING" published "6.2", 400 Conflict, hresult 0x80071C0D {
        meaning: "the cluster is not being upgraded",
        cause: "the call steers a cluster upgrade, and none runs",
        action: "read the cluster upgrade's progress first",
    }
    FabricUpgradeValidation: "FABRIC_E_FABRIC_UPGRADE_VALIDATION_ERROR"
        published "6.2", 400 InvalidArgument, hresult 0x80071C0F {
        meaning: "the cluster upgrade is not valid",
        cause: "the new cluster manifest changes what cannot be changed in place",
        action: "read the message, and mend the cluster manifest",
    }
    ImageBuilderValidation: "FABRIC_E_IMAGEBUILDER_VALIDATION_ERROR"
        published "6.2", 400 InvalidArgument, hresult 0x80071BE6 {
        meaning: "the package is not valid",
        cause: "an application package failed the image builder's checks",
        action: "read the message, and mend the package",
    }
    ImageBuilderReservedDirectory: "FABRIC_E_IMAGEBUILDER_RESERVED_DIRECTORY_ERROR"
        published "6.4", 400 InvalidArgument, hresult 0x80071C56 {
        meaning: "the folder's name is reserved",
        cause: "a package uses a folder of the image store that belongs to the system",
        action: "upload the package under another name",
    }

    // Sent as numbers: exceptions of .NET, and errors of Windows.

    NetException: "COR_E_EXCEPTION" number, 500 Server, hresult 0x80131500 {
        meaning: "an exception of .NET without a code of its own",
        cause: "one of several storages failed while backups were listed; the message is the storage's",
        action: "read the message, and list the backups of each storage by itself",
    }
    NetFormat: "COR_E_FORMAT" number, 500 InvalidArgument, hresult 0x80131537 {
        meaning: "a text is not in the expected format",
        cause: "the partition id in the URL is not a GUID",
        action: "write the id as 32 lower-case hex digits with hyphens: 6b1c2f7e-0000-4000-8000-000000000001",
    }
    NetIo: "COR_E_IO" number, 500 Storage, hresult 0x80131620 {
        meaning: "reading or writing a file failed",
        cause: "the storage's folder cannot be listed or written: a share that is down, a wrong path, or no rights",
        action: "open the path or container with the policy's credentials from a node, and mend what fails there",
    }
    NetTimeout: "COR_E_TIMEOUT" number, 500 Timeout transient, hresult 0x80131505 {
        meaning: "a wait inside the backup service ran out",
        cause: "a lock on the backup service's records, or a storage call, was not done in its time",
        action: "try again; if it lasts, look at the load of the backup service's node",
    }
    NetCanceled: "COR_E_OPERATIONCANCELED" number, 500 Timeout transient, hresult 0x8013153B {
        meaning: "an operation inside the backup service was cancelled",
        cause: "the call's time was over, or the service was told to stop, before the work was done",
        action: "read the state, then try again with a longer timeout",
    }
    WindowsFileNotFound: "ERROR_FILE_NOT_FOUND" number, 500 BackupNotFound, hresult 0x80070002 {
        meaning: "Windows does not find the file",
        cause: "the backup's archive or metadata file is no longer on the share",
        action: "list the backups again, and choose one that is there",
    }
    WindowsPathNotFound: "ERROR_PATH_NOT_FOUND" number, 500 BackupNotFound, hresult 0x80070003 {
        meaning: "Windows does not find the path",
        cause: "a folder in the storage's path was renamed or removed, or was never made",
        action: "correct the path in the policy, or put the folder back",
    }
    WindowsNetworkPath: "ERROR_BAD_NETPATH" number, 500 Storage, hresult 0x80070035 {
        meaning: "Windows does not find the computer of the share",
        cause: "the file server is down, its name does not resolve on the node, or port 445 is blocked",
        action: "reach the server from the node that hosts the partition's primary, by name and on port 445",
    }
    WindowsNetworkName: "ERROR_BAD_NET_NAME" number, 500 Storage, hresult 0x80070043 {
        meaning: "Windows finds the computer, but not the share",
        cause: "the share was removed or renamed on the file server",
        action: "share the folder again, or correct the path in the policy",
    }
    WindowsDiskFull: "ERROR_DISK_FULL" number, 500 Storage, hresult 0x80070070 {
        meaning: "the disk is full",
        cause: "the share, or the node's disk where a backup is put together first, has no room left",
        action: "free some space, shorten the retention, and ask for a backup",
    }
    WindowsLogon: "ERROR_LOGON_FAILURE" number, 500 Storage, hresult 0x8007052E {
        meaning: "the user name or the password is not right",
        cause: "the share's password was changed after the policy was written",
        action: "update the policy with the present password for both the primary and the secondary user",
    }
}
