//! The modules of every crate.

use super::Modules;
use crate::layers::{BLOCKING, CLI, HYPER, OPS, PROTO, SIM, TRANSPORT};

/// The table.
pub(super) const MODULES: &[Modules] = &[
    Modules {
        krate: PROTO,
        order: &[
            "text",
            "wire",
            "secret",
            "time",
            "name",
            "cluster",
            "spec",
            "code",
            "validation",
            "response",
            "model",
            "expected",
            "error",
            "operation",
            "operations",
            "flow",
        ],
        ..Modules::NONE
    },
    Modules {
        krate: TRANSPORT,
        order: &[
            "uri", "head", "clock", "error", "observe", "panicked", "tls", "policy", "settings", "call", "handle",
            "wait", "client",
        ],
        ..Modules::NONE
    },
    Modules { krate: HYPER, order: &["http", "post", "client", "batch", "pager", "poller"], ..Modules::NONE },
    Modules { krate: BLOCKING, order: &["http", "client", "batch", "pager", "poller"], ..Modules::NONE },
    Modules {
        krate: OPS,
        order: &[
            "advice",
            "duration",
            "inventory",
            "secrets",
            "secret_ref",
            "schedule",
            "lint",
            "chain",
            "audit",
            "manifest",
            "restore",
            "drill",
            "report",
            "effective_policy",
        ],
        ..Modules::NONE
    },
    Modules { krate: SIM, order: &["world", "http", "api"], ..Modules::NONE },
    Modules {
        krate: CLI,
        order: &["output", "options", "connection", "cluster", "commands", "cli"],
        separate: &["commands"],
    },
];
