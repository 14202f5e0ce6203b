//! The modules of every crate, and the edges between them that still have to be removed.

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
            "server",
        ],
        upward: &[],
    },
    Modules {
        krate: TRANSPORT,
        order: &["uri", "error", "observe", "panicked", "tls", "policy", "settings", "call", "handle", "wait"],
        upward: &[],
    },
    Modules { krate: HYPER, order: &["http", "client", "batch", "pager", "poller"], upward: &[] },
    Modules { krate: BLOCKING, order: &["http", "client", "batch", "pager", "poller"], upward: &[] },
    Modules {
        krate: OPS,
        order: &[
            "advice",
            "inventory",
            "secrets",
            "secret_ref",
            "lint",
            "schedule",
            "chain",
            "audit",
            "report",
            "manifest",
            "restore",
            "standing",
        ],
        upward: &[],
    },
    Modules { krate: SIM, order: &["world", "http", "api"], upward: &[] },
    Modules {
        krate: CLI,
        order: &["output", "options", "connection", "cluster", "commands", "cli"],
        upward: &[
            ("cluster", "cli"),
            ("commands", "cli"),
            ("connection", "cli"),
            ("connection", "cluster"),
            ("options", "cluster"),
            ("options", "connection"),
            ("output", "cluster"),
            ("output", "options"),
        ],
    },
];
