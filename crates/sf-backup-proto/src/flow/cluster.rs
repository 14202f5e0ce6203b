//! The state of a cluster that its calls share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use uuid::Uuid;

use super::Moment;
use crate::cluster::{ApiVersion, Endpoint, Endpoints};

/// The state of a cluster that its calls share: the api-version that it accepts, and which endpoints have failed
/// lately. Clones share it, and each method locks it for itself.
///
/// Calls start at an endpoint that is chosen at random once, and stay with it. An endpoint that fails is avoided for 30
/// s, longer after each further outage, and then used again.
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
    /// Avoided until then.
    until: Moment,
}

/// How long a failed endpoint is avoided at first, and at most.
const FIRST_BAN: Duration = Duration::from_secs(30);
const LONGEST_BAN: Duration = Duration::from_secs(300);

impl Cluster {
    /// Creates the state of a cluster of which only the endpoints are known. The same seed gives the same choices,
    /// pauses and request ids.
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

    /// The cluster's endpoints, in the order in which they were given.
    pub fn endpoints(&self) -> &Endpoints {
        &self.0.endpoints
    }

    /// The api-version that the cluster accepts, if known.
    pub fn version(&self) -> Option<ApiVersion> {
        self.state().version
    }

    pub(super) fn learn(&self, version: ApiVersion) {
        self.state().version = Some(version);
    }

    /// The next endpoint: preferably none of `avoided`, then one without a ban or with the ban that ends first.
    pub(super) fn choose(&self, avoided: &[usize], now: Moment) -> (usize, Endpoint) {
        let state = self.state();
        let by_merit = |(index, candidate): &(usize, &Candidate)| (avoided.contains(index), candidate.until.since(now));
        let best = state.candidates.iter().enumerate().min_by_key(by_merit);
        let first = || (0, self.endpoints().first().clone());
        best.map_or_else(first, |(index, candidate)| (index, candidate.endpoint.clone()))
    }

    /// Whether there is an endpoint other than `avoided`.
    pub(super) fn has_other_than(&self, avoided: &[usize]) -> bool {
        (0..self.state().candidates.len()).any(|index| !avoided.contains(&index))
    }

    /// Records that a request which was sent at `sent_at` failed at this endpoint. Requests sent before a ban ends
    /// belong to the outage that caused the ban.
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

    /// Creates a request id: a random GUID, as other clients send.
    pub fn request_id(&self) -> String {
        self.request_guid().to_string()
    }

    /// Creates a request id as a header value.
    pub(super) fn request_id_header(&self) -> Option<HeaderValue> {
        let mut text = Uuid::encode_buffer();
        HeaderValue::from_str(self.request_guid().hyphenated().encode_lower(&mut text)).ok()
    }

    fn request_guid(&self) -> Uuid {
        let mut state = self.state();
        let bits = (u128::from(state.random.next()) << 64) | u128::from(state.random.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }

    /// A poisoned lock is harmless, because the state is consistent at any time.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Evenly distributed numbers from one seed. Not for secrets.
#[derive(Debug)]
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Evenly distributed below `bound`: the high half of a product.
    fn below(&mut self, bound: usize) -> usize {
        let product = u128::from(self.next()) * (bound as u128);
        usize::try_from(product >> 64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::{Uuid, Variant, Version};

    use super::{Cluster, SplitMix64};
    use crate::cluster::Endpoint;

    #[test]
    fn request_ids_are_random_guids_of_which_all_bits_vary() {
        let cluster = Cluster::new("http://node:19080".parse::<Endpoint>().unwrap(), 7);
        let ids: Vec<Uuid> = (0..1_000).map(|_| cluster.request_id().parse().unwrap()).collect();
        assert!(ids.iter().all(|id| (id.get_version(), id.get_variant()) == (Some(Version::Random), Variant::RFC4122)));
        let halves =
            [ids.iter().map(|id| id.as_u64_pair().0).collect(), ids.iter().map(|id| id.as_u64_pair().1).collect()];
        assert!(halves.iter().all(|half: &BTreeSet<u64>| half.len() == ids.len()));
        let (ones, zeros) = ids.iter().fold((0, 0), |(ones, zeros), id| (ones | id.as_u128(), zeros | !id.as_u128()));
        // Six bits say version and variant.
        assert_eq!((ones & zeros).count_ones(), 128 - 6);
    }

    /// The published outputs for the seed 0.
    #[test]
    fn the_generator_is_splitmix64() {
        let mut random = SplitMix64(0);
        let numbers = [random.next(), random.next(), random.next()];
        assert_eq!(numbers, [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]);
        assert!((0..1_000).all(|_| random.below(3) < 3));
    }
}
