//! Some calls against a cluster of their own.

use super::caller::Crew;
use super::fate::Weather;
use super::proxy::Proxy;
use super::script::{self, Call};
use super::tally::Tally;

/// Some calls against a cluster of their own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    pub(crate) seed: u64,
    pub(crate) weather: Weather,
    /// The number of the first call.
    pub(crate) first: u64,
    pub(crate) calls: u64,
    /// How many are under way at a time.
    pub(crate) at_once: usize,
}

impl Round {
    /// Makes the calls, lets everything that is still under way arrive, and compares.
    pub(crate) fn run(self, proxy: &Proxy, crew: &dyn Crew) -> Tally {
        let draw = if self.weather == Weather::Thick { Call::once } else { Call::any };
        let calls: Vec<Call> = (self.first..self.first + self.calls).map(|number| draw(self.seed, number)).collect();
        let (cluster, ready) = script::cluster(&calls);
        let before = cluster.effects().len();
        let ready: Vec<_> = calls.into_iter().zip(ready.into_iter().map(|(_, backups)| backups)).collect();
        let listening = cluster.listen().unwrap();
        let open = proxy.open(self.weather, listening.address());
        let made = crew.make(&ready, self.at_once, self.seed);
        drop(open);
        drop(listening);
        let mut tally = Tally::default();
        tally.count(made, &cluster.effects()[before..]);
        tally
    }
}
