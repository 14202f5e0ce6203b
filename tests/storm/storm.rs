//! Calls of both transports in foul weather: a simulated cluster behind a proxy that cuts, holds back, cripples and invents
//! answers. Afterwards what each call said is compared with what the cluster did.
//!
//! Every call has a partition and a policy of its own, so that what happened can be told by whose it is, whenever a request
//! that was held back arrives. The seed gives the calls, and what befalls each request of a call; how often a call is sent
//! depends on time as well.

pub(crate) mod act;
pub(crate) mod caller;
mod fate;
mod proxy;
mod round;
mod script;
pub(crate) mod tally;

pub(crate) use caller::{Blocking, Hyper, Patience};
pub(crate) use fate::Weather;
pub(crate) use proxy::Proxy;
pub(crate) use round::Round;

/// An even number out of a few: SplitMix64's last step over their sum.
pub(crate) fn roll(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0, |sum: u64, number| {
        let mixed = (sum ^ number).wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    })
}
