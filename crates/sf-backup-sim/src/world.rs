//! The simulated world: what the cluster contains, its time, and what happens in it.

pub(crate) mod clock;
pub(crate) mod effect;
pub(crate) mod entity;
pub(crate) mod interval;
pub(crate) mod random;
pub(crate) mod runtime;
pub(crate) mod state;
pub(crate) mod system;
pub mod topology;
