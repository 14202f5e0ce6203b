//! What is known of a cluster across calls.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use uuid::Uuid;

use super::Moment;
use crate::cluster::{ApiVersion, Endpoint, Endpoints};

/// What is known of a cluster across calls: the api-version that it accepts, and which endpoints have failed lately. Clones share
/// it, and each method locks it for itself.
///
/// Calls begin at an endpoint chosen at random once, and stay with it. One that fails is left alone for 30 s, longer after
/// each further outage, and then returned to.
#[derive(Debug, Clone)]
pub struct Cluster(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    endpoints: Endpoints,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    version: Option<ApiVersion>,
    candidates: Vec<Candidate>,
    random: SplitMix64,
}

#[derive(Debug)]
struct Candidate {
    endpoint: Endpoint,
    outages: u32,
    /// Left alone until then.
    until: Moment,
}

/// How long a failed endpoint is left alone at first, and at most.
const FIRST_BAN: Duration = Duration::from_secs(30);
const LONGEST_BAN: Duration = Duration::from_secs(300);

impl Cluster {
    /// A cluster of which nothing is known but its endpoints. The same seed gives the same choices, pauses and request ids.
    pub fn new(endpoints: impl Into<Endpoints>, seed: u64) -> Self {
        let endpoints = endpoints.into();
        let mut random = SplitMix64(seed);
        let fresh = |endpoint: &Endpoint| Candidate { endpoint: endpoint.clone(), outages: 0, until: Moment::START };
        let mut candidates: Vec<_> = endpoints.iter().map(fresh).collect();
        for remaining in (2..=candidates.len()).rev() {
            candidates.swap(remaining - 1, random.below(remaining));
        }
        Self(Arc::new(Shared { endpoints, state: Mutex::new(State { version: None, candidates, random }) }))
    }

    /// The cluster's endpoints, as they were named.
    pub fn endpoints(&self) -> &Endpoints {
        &self.0.endpoints
    }

    /// The api-version that the cluster was found to take.
    pub fn version(&self) -> Option<ApiVersion> {
        self.state().version
    }

    pub(super) fn learn(&self, version: ApiVersion) {
        self.state().version = Some(version);
    }

    /// The next endpoint: one that is not to be avoided nor left alone, else the one that is left alone the shortest.
    pub(super) fn choose(&self, avoided: &[usize], now: Moment) -> (usize, Endpoint) {
        let state = self.state();
        let by_merit = |(index, candidate): &(usize, &Candidate)| (avoided.contains(index), candidate.until.since(now));
        let best = state.candidates.iter().enumerate().min_by_key(by_merit);
        let first = || (0, self.endpoints().first().clone());
        best.map_or_else(first, |(index, candidate)| (index, candidate.endpoint.clone()))
    }

    /// Whether there is an endpoint not to be avoided.
    pub(super) fn has_other_than(&self, avoided: &[usize]) -> bool {
        (0..self.state().candidates.len()).any(|index| !avoided.contains(&index))
    }

    /// A request that was sent at `sent_at` has failed at this endpoint. What was sent before the endpoint is to be used
    /// again belongs to the same outage, however many calls it met.
    pub(super) fn failed(&self, index: usize, sent_at: Moment, now: Moment) {
        if let Some(candidate) = self.state().candidates.get_mut(index).filter(|candidate| sent_at >= candidate.until) {
            let ban = FIRST_BAN.saturating_mul(1 << candidate.outages.min(4)).min(LONGEST_BAN);
            candidate.outages = candidate.outages.saturating_add(1);
            candidate.until = now + ban;
        }
    }

    pub(super) fn responded(&self, index: usize) {
        if let Some(candidate) = self.state().candidates.get_mut(index) {
            (candidate.outages, candidate.until) = (0, Moment::START);
        }
    }

    pub(super) fn next_random(&self) -> u64 {
        self.state().random.next()
    }

    /// A new request id: a GUID, as other clients send.
    pub fn request_id(&self) -> String {
        self.request_guid().to_string()
    }

    /// The same, as a header.
    pub(super) fn request_id_header(&self) -> Option<HeaderValue> {
        let mut text = Uuid::encode_buffer();
        HeaderValue::from_str(self.request_guid().hyphenated().encode_lower(&mut text)).ok()
    }

    fn request_guid(&self) -> Uuid {
        let mut state = self.state();
        let bits = (u128::from(state.random.next()) << 64) | u128::from(state.random.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }

    /// Consistent at any time, so that a panic elsewhere spoils nothing.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Evenly spread numbers from one seed. Not for secrets.
#[derive(Debug)]
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Evenly below `bound`, by the high half of a product.
    fn below(&mut self, bound: usize) -> usize {
        let product = u128::from(self.next()) * (bound as u128);
        usize::try_from(product >> 64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::SplitMix64;

    /// The published outputs for the seed 0.
    #[test]
    fn the_generator_is_splitmix64() {
        let mut random = SplitMix64(0);
        let numbers = [random.next(), random.next(), random.next()];
        assert_eq!(numbers, [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]);
        assert!((0..1_000).all(|_| random.below(3) < 3));
    }
}
