//! Both transports over real sockets. Each scenario is written once, and run on each of them; those that need no more than
//! the protocol crate are run with a foreign HTTP client as well.

mod double;
mod transport;

mod answers;
mod clock;
mod cut;
mod deadlines;
mod floods;
mod futures;
mod gateways;
mod hostile;
mod limits;
mod lists;
mod many;
mod pool;
mod reach;
mod requests;
mod runs;
mod simulator;
mod storm;
// Certificates for these are made with OpenSSL.
#[cfg(not(any(windows, target_vendor = "apple")))]
mod tls;
mod traces;
mod versions;

/// Makes tests of scenarios: of those under `everywhere` with every HTTP client, of those under `clients` with ours.
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
