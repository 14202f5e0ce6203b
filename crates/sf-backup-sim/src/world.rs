//! The simulated world: what the cluster contains, its time, and what happens in it.

pub(crate) mod clock;
pub(crate) mod effect;
pub(crate) mod entity;
pub(crate) mod interval;
pub(crate) mod nodes;
pub(crate) mod random;
pub(crate) mod refusal;
pub(crate) mod runtime;
pub(crate) mod service_error;
pub(crate) mod state;
pub(crate) mod system;
pub mod topology;
pub(crate) mod utc_offset;
pub(crate) mod view;
