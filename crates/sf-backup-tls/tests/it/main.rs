//! Real handshakes on loopback, with certificates made here. OpenSSL makes them, so the tests run where native-tls stands
//! on OpenSSL.
#![cfg(not(any(windows, target_vendor = "apple")))]
// A test fails by panicking, in the functions that it calls as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod authorities;
mod client;
mod forge;
mod gateway;
mod identity;
mod peers;
mod renegotiation;
mod tool;
mod versions;
