//! A round of calls against one simulated cluster.

use super::caller::BatchRunner;
use super::injected_fault::FaultProfile;
use super::proxy::Proxy;
use super::script::{self, Call};
use super::tally::Tally;

/// A round of calls against one simulated cluster.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    pub(crate) seed: u64,
    pub(crate) faults: FaultProfile,
    /// The number of the first call.
    pub(crate) first: u64,
    pub(crate) calls: u64,
    /// Number of concurrent calls.
    pub(crate) at_once: usize,
}

impl Round {
    /// Makes the calls, waits until delayed requests have arrived, and compares results with effects.
    pub(crate) fn run(self, proxy: &Proxy, runner: &dyn BatchRunner) -> Tally {
        let draw = if self.faults == FaultProfile::Delays { Call::once } else { Call::any };
        let calls: Vec<Call> = (self.first..self.first + self.calls).map(|number| draw(self.seed, number)).collect();
        let (cluster, ready) = script::cluster(&calls);
        let before = cluster.effects().len();
        let ready: Vec<_> = calls.into_iter().zip(ready.into_iter().map(|(_, backups)| backups)).collect();
        let listening = cluster.listen().unwrap();
        let open = proxy.open(self.faults, listening.address());
        let made = runner.make(&ready, self.at_once, self.seed);
        drop(open);
        drop(listening);
        let mut tally = Tally::default();
        tally.count(made, &cluster.effects()[before..]);
        tally
    }
}
