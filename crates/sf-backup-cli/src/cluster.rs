//! What needs a cluster or a runtime: sessions, batches, pages, waiting, dry runs, prompts and signals.

pub(crate) mod backup_search;
pub(crate) mod backups;
pub(crate) mod batch;
pub(crate) mod bulk;
pub(crate) mod call;
pub(crate) mod calls;
pub(crate) mod chains;
pub(crate) mod checks;
pub(crate) mod conditions;
pub(crate) mod configuration;
pub(crate) mod confirm;
pub(crate) mod context;
pub(crate) mod dry_run;
pub(crate) mod entity_verbs;
pub(crate) mod ids;
pub(crate) mod input;
pub(crate) mod inventory;
pub(crate) mod lookup;
pub(crate) mod manifest;
pub(crate) mod pages;
pub(crate) mod policy_gate;
pub(crate) mod readings;
pub(crate) mod runtime;
pub(crate) mod session;
pub(crate) mod verify;
pub(crate) mod wait;
