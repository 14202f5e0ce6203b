//! What callers use: the cluster, its builder, the control interface and scenario files.

pub(crate) mod builder;
pub(crate) mod cluster;
pub mod control;
pub(crate) mod expectation;
pub mod listen;
pub(crate) mod order;
pub mod scenario;
pub(crate) mod simulation;
