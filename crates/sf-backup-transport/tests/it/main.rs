//! Real handshakes on the loopback. OpenSSL creates the certificates, so the tests run only where native-tls uses
//! OpenSSL.
#![cfg(not(any(windows, target_vendor = "apple")))]
// A panic fails a test, also in its helper functions.
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
