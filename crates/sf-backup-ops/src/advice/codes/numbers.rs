//! Codes that are sent as numbers: exceptions of .NET, and errors of Windows.

use super::CodeAdvice;

pub(super) const NUMBERS: &[CodeAdvice] = &[
    CodeAdvice {
        name: "COR_E_EXCEPTION",
        meaning: "a .NET exception without its own code",
        cause: "one of several storages failed while backups were listed; the message comes from that storage",
        action: "read the message, and list the backups of each storage separately",
    },
    CodeAdvice {
        name: "COR_E_FORMAT",
        meaning: "a value is not in the expected format",
        cause: "the partition id in the URL is not a GUID",
        action: "write the id as 32 lower-case hex digits with hyphens: 6b1c2f7e-0000-4000-8000-000000000001",
    },
    CodeAdvice {
        name: "COR_E_IO",
        meaning: "reading or writing a file failed",
        cause: "the storage's folder cannot be listed or written: a share that is down, a wrong path, or no rights",
        action: "open the path or container with the policy's credentials from a node, and correct what fails there",
    },
    CodeAdvice {
        name: "COR_E_TIMEOUT",
        meaning: "a wait inside the backup service timed out",
        cause: "a lock on the backup service's records, or a storage request, took too long",
        action: "try again; if it persists, check the load of the backup service's node",
    },
    CodeAdvice {
        name: "COR_E_OPERATIONCANCELED",
        meaning: "an operation inside the backup service was cancelled",
        cause: "the call timed out, or the service was stopped, before the work was done",
        action: "read the state, then try again with a longer timeout",
    },
    CodeAdvice {
        name: "ERROR_FILE_NOT_FOUND",
        meaning: "Windows cannot find the file",
        cause: "the backup's archive or metadata file is no longer on the share",
        action: "list the backups again, and choose one that exists",
    },
    CodeAdvice {
        name: "ERROR_PATH_NOT_FOUND",
        meaning: "Windows cannot find the path",
        cause: "a folder in the storage's path was renamed or removed, or was never created",
        action: "correct the path in the policy, or put the folder back",
    },
    CodeAdvice {
        name: "ERROR_BAD_NETPATH",
        meaning: "Windows cannot find the computer of the share",
        cause: "the file server is down, its name does not resolve on the node, or port 445 is blocked",
        action: "connect to the server from the node that hosts the partition's primary, by name and on port 445",
    },
    CodeAdvice {
        name: "ERROR_BAD_NET_NAME",
        meaning: "Windows finds the computer, but not the share",
        cause: "the share was removed or renamed on the file server",
        action: "share the folder again, or correct the path in the policy",
    },
    CodeAdvice {
        name: "ERROR_DISK_FULL",
        meaning: "the disk is full",
        cause: "the share is full, or the node's disk where the backup is assembled",
        action: "free some space, shorten the retention, and request a backup",
    },
    CodeAdvice {
        name: "ERROR_LOGON_FAILURE",
        meaning: "the user name or the password is wrong",
        cause: "the share's password was changed after the policy was written",
        action: "update the policy with the current passwords of both the primary and the secondary user",
    },
];
