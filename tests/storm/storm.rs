//! Calls of both transports under injected faults: a proxy in front of a simulated cluster cuts, delays, corrupts and
//! invents responses. Afterwards, the result of each call is checked against the simulator's effect log.
//!
//! Every call has its own partition and policy, so every effect can be attributed to a call, even of delayed requests.
//! The seed selects the calls and the faults of their requests; the number of attempts depends on time as well.

pub(crate) mod act;
pub(crate) mod caller;
mod injected_fault;
mod proxy;
mod round;
mod script;
pub(crate) mod tally;

pub(crate) use caller::{Blocking, Hyper, Patience};
pub(crate) use injected_fault::FaultProfile;
pub(crate) use proxy::Proxy;
pub(crate) use round::Round;

/// A uniformly distributed number from several numbers: the last step of SplitMix64 over their sum.
pub(crate) fn next_random(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0, |sum: u64, number| {
        let mixed = (sum ^ number).wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    })
}
