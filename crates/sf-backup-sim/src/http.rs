//! The way of a request through the gateway and the backup service, and back.

pub(crate) mod bind;
pub(crate) mod date_header;
pub(crate) mod fault;
pub(crate) mod gateway;
pub(crate) mod in_flight;
pub(crate) mod inventory;
pub(crate) mod listen;
pub(crate) mod negotiation;
pub(crate) mod pipeline;
pub(crate) mod received;
pub(crate) mod refusal;
pub(crate) mod server;
pub(crate) mod service;
