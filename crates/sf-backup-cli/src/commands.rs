//! The commands, each in its own file or folder. No command uses another.

pub(crate) mod app;
pub(crate) mod apply;
pub(crate) mod audit;
pub(crate) mod completions;
pub(crate) mod context;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod global_options;
pub(crate) mod history;
pub(crate) mod man;
pub(crate) mod metrics;
pub(crate) mod partition;
pub(crate) mod policy;
pub(crate) mod restore;
pub(crate) mod service;
pub(crate) mod sim;
pub(crate) mod status;
pub(crate) mod storage;
pub(crate) mod why;
