//! Codes about requests: their content, and the entities that they name.

use super::CodeAdvice;

pub(super) const REQUESTS: &[CodeAdvice] = &[
    // What the request says.
    CodeAdvice {
        name: "E_INVALIDARG",
        meaning: "an argument of the request is not valid",
        cause: "a member of the body or of the query breaks a rule, or the cluster does not support the api-version; \
            listing backups in pages fails with the same error if there are none",
        action: "read the message, which names the member; check the api-version; list backups without a page size",
    },
    CodeAdvice {
        name: "FABRIC_E_INVALID_NAME_URI",
        meaning: "a name is not a valid fabric:/ name",
        cause: "the application's or service's name is misspelled, or contains characters that change in a URL, such \
            as a space or ~",
        action: "write the name as the cluster lists it: fabric:/App or fabric:/App/Service, with / between the parts",
    },
    CodeAdvice {
        name: "FABRIC_E_INVALID_ADDRESS",
        meaning: "an address or a parameter of the gateway is not valid",
        cause: "a query parameter that the gateway itself reads, such as Timeout with a capital T, is not a whole \
            number",
        action: "send timeout in lower case and as whole seconds, and check the URL for other additions",
    },
    CodeAdvice {
        name: "FABRIC_E_VALUE_EMPTY",
        meaning: "a value that must not be empty is empty",
        cause: "a name, a path or a container name was left blank in the request",
        action: "fill in every required text of the policy or of the storage, and send it again",
    },
    CodeAdvice {
        name: "FABRIC_E_VALUE_TOO_LARGE",
        meaning: "a value is too large for the cluster's store",
        cause: "a policy or a list of run times is larger than the backup service can keep in one record",
        action: "make it smaller: fewer run times, shorter names; repeating the same request cannot help",
    },
    CodeAdvice {
        name: "FABRIC_E_MESSAGE_TOO_LARGE",
        meaning: "the request is too large for the gateway",
        cause: "the body of a request for an application, service or partition has 4 MiB or more",
        action: "check the body that was sent: a valid one has a few hundred bytes",
    },
    CodeAdvice {
        name: "FABRIC_E_PATH_TOO_LONG",
        meaning: "a path is too long for the file system",
        cause: "the share's path and the names of application, service and partition together exceed the limit of \
            Windows",
        action: "use a storage path nearer to the root of the share, or an Azure container",
    },
    CodeAdvice {
        name: "FABRIC_E_KEY_TOO_LARGE",
        meaning: "a key is too long for the cluster's store",
        cause: "the name of a policy or of an entity is longer than a key of the backup service's records may be",
        action: "choose a shorter policy name; for an entity with such a long name, enable a policy \
            on its application",
    },
    CodeAdvice {
        name: "FABRIC_E_KEY_NOT_FOUND",
        meaning: "a record does not exist in the cluster's store",
        cause: "the record was removed during the request, for example by another client",
        action: "list the policies or the configuration again, and repeat the request if it still applies",
    },
    CodeAdvice {
        name: "SerializationError",
        meaning: "a message could not be serialized or deserialized",
        cause: "a later or earlier runtime wrote the record, or the body has a form that this runtime cannot read",
        action: "compare the runtime's release with the features that the body uses, and send the policy once more as \
            an update",
    },
    // Applications, services and partitions.
    CodeAdvice {
        name: "FABRIC_E_APPLICATION_NOT_FOUND",
        meaning: "the application does not exist",
        cause: "the application was deleted, has another name, or is in another cluster",
        action: "list the cluster's applications; backups of a deleted one can be listed from its storage",
    },
    CodeAdvice {
        name: "FABRIC_E_SERVICE_DOES_NOT_EXIST",
        meaning: "the service does not exist",
        cause: "the service was deleted or has another name; some clusters without a backup service return this for \
            every backup request",
        action: "list the application's services; if this one is there, check that the cluster runs \
            fabric:/System/BackupRestoreService",
    },
    CodeAdvice {
        name: "FABRIC_E_PARTITION_NOT_FOUND",
        meaning: "the partition does not exist",
        cause: "its service was deleted or created again, which gives every partition a new id",
        action: "list the service's partitions and take the id from there; match old backups by key range or name, not \
            by id",
    },
    CodeAdvice {
        name: "FABRIC_E_NAME_DOES_NOT_EXIST",
        meaning: "the name is not known to the naming service",
        cause: "an application or service of this name was never created here, or is being deleted",
        action: "check the spelling, upper and lower case included, against the cluster's own list",
    },
    CodeAdvice {
        name: "FABRIC_E_SERVICE_GROUP_DOES_NOT_EXIST",
        meaning: "the service group does not exist",
        cause: "the name belongs to a service group that was deleted; backup does not support service groups",
        action: "name the service instead of the group",
    },
    CodeAdvice {
        name: "FABRIC_E_INVALID_FOR_STATELESS_SERVICES",
        meaning: "the request does not apply to a service that keeps no state on disk",
        cause: "the service is stateless, or stateful without persisted state, so that there is nothing to back up",
        action: "leave this service out; a policy of its application applies only to services with persisted state",
    },
    CodeAdvice {
        name: "FABRIC_E_ONLY_VALID_FOR_STATEFUL_PERSISTENT_SERVICES",
        meaning: "the request requires a stateful service with persisted state",
        cause: "the service type is declared without persisted state, or is of a different kind than its name suggests",
        action: "check HasPersistedState in the service's description, and choose a service that has it",
    },
    CodeAdvice {
        name: "FABRIC_E_INVALID_PARTITION_KEY",
        meaning: "the partition cannot be determined from the given data",
        cause: "the cluster did not find exactly one partition as the target of the restore",
        action: "list the service's partitions and use an id from there; if the service was just created, wait until \
            it is ready",
    },
];
