//! The public interface: the cluster, its builder, the control interface and scenario files.

pub(crate) mod builder;
pub(crate) mod cluster;
pub mod control;
pub(crate) mod expectation;
pub(crate) mod export;
pub(crate) mod gallery;
pub(crate) mod journal;
pub mod listen;
pub(crate) mod order;
pub(crate) mod pages;
pub(crate) mod restore;
pub(crate) mod saver;
pub mod scenario;
pub(crate) mod setup;
pub(crate) mod simulation;
pub(crate) mod state_file;
