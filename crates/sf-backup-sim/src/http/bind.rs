//! Binding of queries and bodies to values, with the strictness and the messages of the server's web framework.

pub(crate) mod bodies;
pub(crate) mod json;
pub(crate) mod model_state;
pub(crate) mod parameters;
pub(crate) mod policy;
pub(crate) mod restore;
pub(crate) mod storage;

pub(crate) use bodies::Body;
