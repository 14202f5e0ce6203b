//! The table of all known codes. What they mean to an operator is in sf-backup-ops, module `advice`.
//!
//! A row is `Variant: "NAME" [| "OTHER SPELLING"] status kind [transient] [HRESULT] [@number];`, with `@number` for
//! codes of .NET and Windows, which are only sent as numbers.

use super::{CodeFacts, ErrorKind};
use crate::wire::open_enum::{UnknownValue, first};

codes! {
    // What the request says.

    InvalidArgument: "E_INVALIDARG" 400 InvalidArgument 0x80070057;
    InvalidNameUri: "FABRIC_E_INVALID_NAME_URI" 400 InvalidArgument 0x80071BBE;
    InvalidAddress: "FABRIC_E_INVALID_ADDRESS" 400 InvalidArgument 0x80071BBD;
    ValueEmpty: "FABRIC_E_VALUE_EMPTY" 400 InvalidArgument 0x80071BD4;
    ValueTooLarge: "FABRIC_E_VALUE_TOO_LARGE" 413 TooLarge 0x80071BD3;
    MessageTooLarge: "FABRIC_E_MESSAGE_TOO_LARGE" 413 TooLarge 0x80071C4D;
    PathTooLong: "FABRIC_E_PATH_TOO_LONG" 400 InvalidArgument 0x80071C03;
    KeyTooLarge: "FABRIC_E_KEY_TOO_LARGE" 400 InvalidArgument 0x80071C12;
    KeyNotFound: "FABRIC_E_KEY_NOT_FOUND" 404 NotFound 0x80071C13;
    SerializationError: "SerializationError" 500 Server;

    // Applications, services and partitions.

    ApplicationNotFound: "FABRIC_E_APPLICATION_NOT_FOUND" 404 EntityNotFound 0x80071BDD;
    ServiceNotFound: "FABRIC_E_SERVICE_DOES_NOT_EXIST" 404 EntityNotFound 0x80071BCD;
    PartitionNotFound: "FABRIC_E_PARTITION_NOT_FOUND" 404 EntityNotFound 0x80071BE7;
    NameNotFound: "FABRIC_E_NAME_DOES_NOT_EXIST" 404 EntityNotFound 0x80071BC1;
    ServiceGroupNotFound: "FABRIC_E_SERVICE_GROUP_DOES_NOT_EXIST" 404 EntityNotFound 0x80071BEA;
    InvalidForStatelessServices: "FABRIC_E_INVALID_FOR_STATELESS_SERVICES" 400 NotStateful 0x80071C70;
    OnlyForPersistentServices: "FABRIC_E_ONLY_VALID_FOR_STATEFUL_PERSISTENT_SERVICES" 500 NotStateful 0x80071C71;
    InvalidPartitionKey: "FABRIC_E_INVALID_PARTITION_KEY" 400 PartitionMismatch 0x80071BBF;

    // Policies, and what they cover.

    BackupNotEnabled: "FABRIC_E_BACKUP_NOT_ENABLED" 404 BackupNotEnabled 0x80071C73;
    BackupEnabled: "FABRIC_E_BACKUP_IS_ENABLED" 400 Conflict 0x80071C74;
    BackupPolicyNotFound: "FABRIC_E_BACKUP_POLICY_NOT_EXISTING" | "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST"
        404 PolicyNotFound 0x80071C75;
    BackupPolicyExists: "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTING" | "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTS"
        409 PolicyExists 0x80071C76;

    // Backups and restores that run.

    BackupInProgress: "FABRIC_E_BACKUP_IN_PROGRESS" 409 BackupInProgress 0x80071C38;
    RestoreInProgress: "FABRIC_E_RESTORE_IN_PROGRESS" 409 RestoreInProgress 0x80071C77;
    RestoreWaitingForUser: "FABRIC_E_RESTORE_WAITING_FOR_USER_INTERVENTION" 500 Conflict 0x87B0000B;
    RestoreSkipped: "FABRIC_E_SKIP_RESTORE_OPERATION" 500 Conflict 0x87B00009;
    FaultAnalysisServiceMissing: "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_EXISTING" | "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED"
        404 FaultAnalysisServiceMissing 0x80071C79;

    // Backups that do not fit, or cannot be used.

    PartitionMismatch: "FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH" 400 PartitionMismatch 0x80071C78;
    BackupNotFound: "FABRIC_E_BACKUP_NOT_FOUND" 500 BackupNotFound 0x87B00008;
    RestoreSafeCheckFailed: "FABRIC_E_RESTORE_SAFE_CHECK_FAILED" 500 Conflict 0x80071C64;
    InvalidBackup: "FABRIC_E_INVALID_BACKUP" 500 BackupUnusable 0x80071C61;
    InvalidBackupChain: "FABRIC_E_INVALID_BACKUP_CHAIN" 500 BackupUnusable 0x80071C5C;
    DuplicateBackups: "FABRIC_E_DUPLICATE_BACKUPS" 500 BackupUnusable 0x80071C5B;
    InvalidRestoreData: "FABRIC_E_INVALID_RESTORE_DATA" 500 BackupUnusable 0x80071C5A;
    MissingFullBackup: "FABRIC_E_MISSING_FULL_BACKUP" 500 Conflict 0x80071C37;
    InvalidBackupSetting: "FABRIC_E_INVALID_BACKUP_SETTING" 500 Conflict 0x80071C36;
    BackupDirectoryNotEmpty: "FABRIC_E_BACKUP_DIRECTORY_NOT_EMPTY" 500 Server 0x80071C40;
    DeleteBackupFileFailed: "FABRIC_E_DELETE_BACKUP_FILE_FAILED" 500 Server 0x80071C51;

    // Storage.

    FileNotFound: "FABRIC_E_FILE_NOT_FOUND" 404 BackupNotFound 0x80071C00;
    DirectoryNotFound: "FABRIC_E_DIRECTORY_NOT_FOUND" 404 BackupNotFound 0x80071C01;
    CopierUnexpectedError: "FABRIC_E_BACKUPCOPIER_UNEXPECTED_ERROR" 500 Storage 0x80071C7D;
    CopierTimeout: "FABRIC_E_BACKUPCOPIER_TIMEOUT" 500 Storage transient 0x80071C7E;
    CopierAccessDenied: "FABRIC_E_BACKUPCOPIER_ACCESS_DENIED" 500 Storage 0x80071C7F;
    CertificateNotFound: "FABRIC_E_CERTIFICATE_NOT_FOUND" 500 Server 0x80071C57;

    // Access.

    AccessDenied: "E_ACCESSDENIED" 403 Forbidden 0x80070005;
    ServerAuthenticationFailed: "FABRIC_E_SERVER_AUTHENTICATION_FAILED" 401 Unauthorized 0x80071C44;
    ConnectionDenied: "FABRIC_E_CONNECTION_DENIED" 500 Forbidden 0x80071C43;

    // The cluster is busy, moving or slow.

    NotPrimary: "FABRIC_E_NOT_PRIMARY" 503 Unavailable transient 0x80071BC6;
    NoWriteQuorum: "FABRIC_E_NO_WRITE_QUORUM" 503 Unavailable transient 0x80071BC5;
    NotReady: "FABRIC_E_NOT_READY" 503 Unavailable transient 0x80071BC7;
    ReconfigurationPending: "FABRIC_E_RECONFIGURATION_PENDING" 500 Unavailable transient 0x80071BCA;
    ServiceOffline: "FABRIC_E_SERVICE_OFFLINE" 503 Unavailable transient 0x80071BCE;
    ObjectClosed: "FABRIC_E_OBJECT_CLOSED" 503 Unavailable transient 0x80071BFE;
    NotReadable: "FABRIC_E_NOT_READABLE" 500 Unavailable transient 0x80071C7C;
    Abort: "E_ABORT" 503 Unavailable transient 0x80004004;
    ServiceTooBusy: "FABRIC_E_SERVICE_TOO_BUSY" 503 Unavailable transient 0x80071C25;
    ReplicationQueueFull: "FABRIC_E_REPLICATION_QUEUE_FULL" 503 Unavailable transient 0x80071BCB;
    WriteConflict: "FABRIC_E_WRITE_CONFLICT" 409 Conflict transient 0x80071BD6;
    EndpointNotFound: "FABRIC_E_ENDPOINT_NOT_FOUND" 404 Unavailable transient 0x80071C4F;
    GatewayNotReachable: "FABRIC_E_GATEWAY_NOT_REACHABLE" 500 Unavailable transient 0x80071C49;
    CannotConnect: "FABRIC_E_CANNOT_CONNECT" 500 Unavailable transient 0x80071C4C;
    ConnectionClosedByRemoteEnd: "FABRIC_E_CONNECTION_CLOSED_BY_REMOTE_END" 503 Unavailable transient 0x80071C52;
    CommunicationError: "FABRIC_E_COMMUNICATION_ERROR" 504 Timeout transient 0x80071BBC;
    OperationNotComplete: "FABRIC_E_OPERATION_NOT_COMPLETE" 504 Timeout transient 0x80071BC8;
    Timeout: "FABRIC_E_TIMEOUT" 504 Timeout transient 0x80071BFF;

    // The server failed.

    Fail: "E_FAIL" 500 Server 0x80004005;
    Unexpected: "E_UNEXPECTED" 500 Server 0x8000FFFF;
    NullPointer: "E_POINTER" 500 Server 0x80004003;
    NotImplemented: "E_NOTIMPL" 501 Server 0x80004001;
    OutOfMemory: "E_OUTOFMEMORY" 500 Server 0x8007000E;

    // Of the cluster's other interfaces: names and properties, nodes, health.

    NameExists: "FABRIC_E_NAME_ALREADY_EXISTS" 409 Conflict 0x80071BC0;
    NameNotEmpty: "FABRIC_E_NAME_NOT_EMPTY" 409 Conflict 0x80071BC2;
    PropertyNotFound: "FABRIC_E_PROPERTY_DOES_NOT_EXIST" 404 NotFound 0x80071BC9;
    PropertyCheckFailed: "FABRIC_E_PROPERTY_CHECK_FAILED" 409 Conflict 0x80071BD5;
    SequenceNumberCheckFailed: "FABRIC_E_SEQUENCE_NUMBER_CHECK_FAILED" 409 Conflict 0x80071C14;
    EnumerationCompleted: "FABRIC_E_ENUMERATION_COMPLETED" 404 NotFound 0x80071BD7;
    NodeNotFound: "FABRIC_E_NODE_NOT_FOUND" 404 NotFound 0x80071BC3;
    NodeIsUp: "FABRIC_E_NODE_IS_UP" 500 Conflict 0x80071BC4;
    NodeHasNotStopped: "FABRIC_E_NODE_HAS_NOT_STOPPED_YET" 409 Conflict 0x80071C32;
    InstanceIdMismatch: "FABRIC_E_INSTANCE_ID_MISMATCH" 409 Conflict 0x80071C30;
    ReplicaNotFound: "FABRIC_E_REPLICA_DOES_NOT_EXIST" 404 NotFound 0x80071BE8;
    HealthEntityNotFound: "FABRIC_E_HEALTH_ENTITY_NOT_FOUND" 404 NotFound 0x80071C17;
    HealthStaleReport: "FABRIC_E_HEALTH_STALE_REPORT" 409 Conflict 0x80071C11;

    // Of the cluster's other interfaces: applications and services.

    ApplicationExists: "FABRIC_E_APPLICATION_ALREADY_EXISTS" 409 Conflict 0x80071BDC;
    ApplicationTypeExists: "FABRIC_E_APPLICATION_TYPE_ALREADY_EXISTS" 409 Conflict 0x80071BD9;
    ApplicationTypeNotFound: "FABRIC_E_APPLICATION_TYPE_NOT_FOUND" 404 NotFound 0x80071BDA;
    ApplicationTypeInUse: "FABRIC_E_APPLICATION_TYPE_IN_USE" 409 Conflict 0x80071BDB;
    ApplicationTypeProvisionInProgress: "FABRIC_E_APPLICATION_TYPE_PROVISION_IN_PROGRESS" 409 Conflict 0x80071BD8;
    ApplicationInTargetVersion: "FABRIC_E_APPLICATION_ALREADY_IN_TARGET_VERSION" 409 Conflict 0x80071C07;
    ApplicationUpgradeInProgress: "FABRIC_E_APPLICATION_UPGRADE_IN_PROGRESS" 409 Conflict 0x80071BDE;
    ApplicationNotUpgrading: "FABRIC_E_APPLICATION_NOT_UPGRADING" 400 Conflict 0x80071C06;
    ApplicationUpgradeValidation: "FABRIC_E_APPLICATION_UPGRADE_VALIDATION_ERROR" 400 InvalidArgument 0x80071BDF;
    ServiceExists: "FABRIC_E_SERVICE_ALREADY_EXISTS" 409 Conflict 0x80071BCC;
    ServiceGroupExists: "FABRIC_E_SERVICE_GROUP_ALREADY_EXISTS" 409 Conflict 0x80071BE9;
    ServiceTypeNotFound: "FABRIC_E_SERVICE_TYPE_NOT_FOUND" 404 NotFound 0x80071BE0;
    ServiceTypeMismatch: "FABRIC_E_SERVICE_TYPE_MISMATCH" 409 Conflict 0x80071BE1;
    ServiceTypeTemplateNotFound: "FABRIC_E_SERVICE_TYPE_TEMPLATE_NOT_FOUND" 404 NotFound 0x80071BE2;
    ServiceManifestNotFound: "FABRIC_E_SERVICE_MANIFEST_NOT_FOUND" 404 NotFound 0x80071C18;
    ServiceMetadataMismatch: "FABRIC_E_SERVICE_METADATA_MISMATCH" 409 Conflict 0x80071BCF;
    ServiceAffinityChain: "FABRIC_E_SERVICE_AFFINITY_CHAIN_NOT_SUPPORTED" 400 InvalidArgument 0x80071BD0;
    InvalidServiceScalingPolicy: "FABRIC_E_INVALID_SERVICE_SCALING_POLICY" 400 InvalidArgument 0x80071C80;
    InvalidAtomicGroup: "FABRIC_E_INVALID_ATOMIC_GROUP" 400 InvalidArgument 0x80071C16;
    SingleInstanceApplicationExists: "FABRIC_E_SINGLE_INSTANCE_APPLICATION_ALREADY_EXISTS" 500 Conflict 0x80071C81;
    SingleInstanceApplicationNotFound: "FABRIC_E_SINGLE_INSTANCE_APPLICATION_NOT_FOUND" 500 NotFound 0x80071C82;
    VolumeExists: "FABRIC_E_VOLUME_ALREADY_EXISTS" 500 Conflict 0x80071C83;
    VolumeNotFound: "FABRIC_E_VOLUME_NOT_FOUND" 500 NotFound 0x80071C84;

    // Of the cluster's other interfaces: configuration, upgrades of the cluster, the image store.

    InvalidConfiguration: "FABRIC_E_INVALID_CONFIGURATION" 400 InvalidArgument 0x80071BE5;
    ConfigurationSectionNotFound: "FABRIC_E_CONFIGURATION_SECTION_NOT_FOUND" 404 NotFound 0x80071BE3;
    ConfigurationParameterNotFound: "FABRIC_E_CONFIGURATION_PARAMETER_NOT_FOUND" 404 NotFound 0x80071BE4;
    FabricVersionNotFound: "FABRIC_E_FABRIC_VERSION_NOT_FOUND" 404 NotFound 0x80071C09;
    FabricVersionExists: "FABRIC_E_FABRIC_VERSION_ALREADY_EXISTS" 409 Conflict 0x80071C0B;
    FabricVersionInUse: "FABRIC_E_FABRIC_VERSION_IN_USE" 409 Conflict 0x80071C0A;
    FabricInTargetVersion: "FABRIC_E_FABRIC_ALREADY_IN_TARGET_VERSION" 409 Conflict 0x80071C0C;
    FabricUpgradeInProgress: "FABRIC_E_FABRIC_UPGRADE_IN_PROGRESS" 409 Conflict 0x80071C0E;
    FabricNotUpgrading: "FABRIC_E_FABRIC_NOT_UPGRADING" 400 Conflict 0x80071C0D;
    FabricUpgradeValidation: "FABRIC_E_FABRIC_UPGRADE_VALIDATION_ERROR" 400 InvalidArgument 0x80071C0F;
    ImageBuilderValidation: "FABRIC_E_IMAGEBUILDER_VALIDATION_ERROR" 400 InvalidArgument 0x80071BE6;
    ImageBuilderReservedDirectory: "FABRIC_E_IMAGEBUILDER_RESERVED_DIRECTORY_ERROR" 400 InvalidArgument 0x80071C56;

    // Sent as numbers: exceptions of .NET, and errors of Windows.

    NetException: "COR_E_EXCEPTION" 500 Server 0x80131500 @number;
    NetFormat: "COR_E_FORMAT" 500 InvalidArgument 0x80131537 @number;
    NetIo: "COR_E_IO" 500 Storage 0x80131620 @number;
    NetTimeout: "COR_E_TIMEOUT" 500 Timeout transient 0x80131505 @number;
    NetCanceled: "COR_E_OPERATIONCANCELED" 500 Timeout transient 0x8013153B @number;
    WindowsFileNotFound: "ERROR_FILE_NOT_FOUND" 500 BackupNotFound 0x80070002 @number;
    WindowsPathNotFound: "ERROR_PATH_NOT_FOUND" 500 BackupNotFound 0x80070003 @number;
    WindowsNetworkPath: "ERROR_BAD_NETPATH" 500 Storage 0x80070035 @number;
    WindowsNetworkName: "ERROR_BAD_NET_NAME" 500 Storage 0x80070043 @number;
    WindowsDiskFull: "ERROR_DISK_FULL" 500 Storage 0x80070070 @number;
    WindowsLogon: "ERROR_LOGON_FAILURE" 500 Storage 0x8007052E @number;
}
