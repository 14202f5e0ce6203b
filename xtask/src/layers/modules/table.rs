/// The modules of every crate.
const MODULES: &[Modules] = &[
    Modules {
        krate: PROTO,
        order: &["text", "wire", "secret", "time", "name", "cluster", "spec", "error", "check", "reply", "model", "operation", "operations", "flow", "server"],
        upward: &[("operation", "server")],
    },
    Modules {
        krate: TRANSPORT,
        order: &["error", "observe", "tls", "settings", "call", "wait"],
        upward: &[],
    },
    Modules {
        krate: HYPER,
        order: &["http", "client", "pages", "many", "poller"],
        upward: &[("client", "pages")],
    },
    Modules {
        krate: BLOCKING,
        order: &["http", "client", "pages", "many", "poller"],
        upward: &[("client", "pages")],
    },
    Modules {
        krate: OPS,
        order: &["inventory", "lint", "schedule", "chain", "audit", "report", "secret_ref", "manifest", "restore", "standing"],
        upward: &[],
    },
    Modules {
        krate: SIM,
        order: &["clock", "date", "effect", "fault", "random", "runtime", "span", "topology", "entity", "refusal", "bind", "pipeline", "state", "gateway", "negotiation", "order", "control", "service", "exchange", "listen", "scenario", "cluster", "inventory"],
        upward: &[("state", "exchange"), ("state", "order")],
    },
    Modules {
        krate: CLI,
        order: &["clock", "escape", "exit", "interrupt", "read_file", "replace", "secret_ref", "shell", "similar", "surroundings", "written", "redact", "failure", "parallel", "inventory", "render", "console", "input", "usage", "connection", "dry_run", "sfctl", "bulk", "args", "session", "command", "reach", "wait", "context", "doctor", "backups", "lookup", "audit", "chains", "complete", "configuration", "demo", "explain", "man", "manifest", "metrics", "policy", "restore", "sim", "why"],
        upward: &[("args", "command"), ("args", "context"), ("args", "wait"), ("bulk", "session"), ("bulk", "wait"), ("connection", "args"), ("connection", "context"), ("connection", "sfctl"), ("console", "args"), ("context", "doctor"), ("failure", "parallel"), ("render", "console")],
    },
];
