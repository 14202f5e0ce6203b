//! Both transports over real sockets. Each scenario is written once and runs on each transport. Scenarios that need
//! only the protocol crate also run with a foreign HTTP client.

mod double;
mod transport;

mod clock;
mod cut;
mod deadlines;
mod floods;
mod futures;
mod gateways;
mod hostile;
mod in_memory;
mod limits;
mod lists;
mod many;
mod pool;
mod reach;
mod requests;
mod responses;
mod runs;
mod simulator;
mod storm;
// These tests create certificates with OpenSSL.
#[cfg(not(any(windows, target_vendor = "apple")))]
mod tls;
mod traces;
mod versions;

/// Generates a test per scenario and client: `everywhere` for every HTTP client, `clients` for our transports only.
macro_rules! scenarios {
    (everywhere: [$($all:ident),* $(,)?], clients: [$($ours:ident),* $(,)?] $(,)?) => {
        mod on_hyper {
            $(#[test] fn $all() { super::$all::<crate::e2e::transport::Hyper>(); })*
            $(#[test] fn $ours() { super::$ours::<crate::e2e::transport::Hyper>(); })*
        }
        mod on_blocking {
            $(#[test] fn $all() { super::$all::<crate::e2e::transport::Blocking>(); })*
            $(#[test] fn $ours() { super::$ours::<crate::e2e::transport::Blocking>(); })*
        }
        mod on_a_foreign_client {
            $(#[test] fn $all() { super::$all::<crate::e2e::transport::Foreign>(); })*
        }
    };
}
use scenarios;
